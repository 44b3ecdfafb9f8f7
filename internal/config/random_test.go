package config

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
)

// A treeMaker makes random configurations: mostly sound, so that most give a stream worth comparing, and wrong here and there.
// It keeps away from what the two versions of the original treat differently: parameters of a filter whose names are part of
// the word datepattern, bracket parameters or jail options that have conditional variants, conditions in brackets, a journal
// match in a jail whose logs are missing, tabs in ignoreip.
type treeMaker struct {
	*rand.Rand
	logs  string // a directory with log files
	files map[string]string
	// danger is how often something unsound may be written, in percent.
	danger int
}

// randomTree returns the files of a configuration. Root is a directory in which logs are expected.
func randomTree(seed int64, root string) map[string]string {
	m := &treeMaker{Rand: rand.New(rand.NewSource(seed)), logs: root, files: map[string]string{}}
	m.danger = []int{0, 0, 0, 0, 0, 1, 1, 3, 8}[m.Intn(9)]
	m.server()
	m.jails()
	for _, name := range filterFiles {
		m.definition("filter.d", name)
	}
	for _, name := range actionFiles {
		m.definition("action.d", name)
	}
	return m.files
}

var (
	filterFiles = []string{"f", "g", "inc"}
	actionFiles = []string{"act", "drop", "inc"}
	jailNames   = []string{"a", "b", "web-x", "A", "my jail"}
	freeNames   = []string{"x", "y", "z", "k-v", "mode", "q.r", "_u"}
	freeJail    = []string{"x", "y", "port", "mode", "k-v", "banaction", "w"}
	filterNames = []string{"usedns", "prefregex", "ignoreregex", "failregex", "maxlines", "datepattern", "journalmatch"}
	actionNames = []string{
		"actionstart", "actionstart_on_demand", "actionstop", "actionflush", "actionreload", "actioncheck", "actionrepair",
		"actionrepair_on_unban", "actionban", "actionprolong", "actionreban", "actionunban", "norestored",
	}
	jailOptionNames = []string{
		"maxretry", "maxmatches", "findtime", "bantime", "bantime.increment", "bantime.factor", "bantime.maxtime", "ignorecommand",
		"ignoreself", "ignoreip", "ignorecache", "logtimezone", "logencoding", "usedns", "prefregex", "ignoreregex", "failregex",
		"maxlines", "datepattern", "logpath",
	}
	sections = []string{"lt_x", "lt-y"}
)

func (m *treeMaker) one(of ...string) string { return of[m.Intn(len(of))] }

func (m *treeMaker) chance(percent int) bool { return m.Intn(100) < percent }

func (m *treeMaker) wrong() bool { return m.Intn(100) < m.danger }

// server writes fail2ban.conf and sometimes its .local.
func (m *treeMaker) server() {
	var b strings.Builder
	m.section(&b, m.one("Definition", "Definition", "DEFAULT"), []string{"loglevel", "dbfile", "dbmaxmatches", "dbpurgeage"}, m.serverValue)
	if !strings.Contains(b.String(), "[Definition]") && !m.wrong() {
		b.WriteString("[Definition]\n")
	}
	if m.chance(20) {
		m.section(&b, "Thread", []string{"stacksize"}, m.serverValue)
	}
	m.files["fail2ban.conf"] = b.String()
	if m.chance(30) {
		b.Reset()
		m.section(&b, m.one("Definition", "DEFAULT"), []string{"loglevel", "logtarget", "dbfile", "allowipv6"}, m.serverValue)
		m.files["fail2ban.local"] = b.String()
	}
}

func (m *treeMaker) serverValue(name string) string {
	switch name {
	case "loglevel":
		return m.one("INFO", "debug", "Notice", "5")
	case "dbmaxmatches", "stacksize":
		if m.wrong() {
			return "many"
		}
		return m.one("0", "64", " 1_0", "+7")
	}
	return m.one("None", "auto", "/x/%%y", "1d ; comment", "%(__name__)s", "a\n b")
}

// section writes a section with some of the named options. Some lines carry comments and odd spacing.
func (m *treeMaker) section(b *strings.Builder, header string, names []string, value func(string) string) {
	fmt.Fprintf(b, "[%s]%s\n", header, m.one("", "", "", " ; note", " trailing"))
	indent := m.one("", "", "", "", " ")
	names = append([]string(nil), names...)
	m.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names[:m.Intn(len(names)+1)] {
		if m.chance(10) {
			b.WriteString(m.one("# remark\n", "; remark = 1\n", "\n", indent+"  # deeper remark\n"))
		}
		if m.chance(5) {
			name = strings.ToUpper(name)
		}
		text := strings.ReplaceAll(value(strings.ToLower(name)), "\n", "\n"+indent+m.one("  ", "    ", "\t\t"))
		fmt.Fprintf(b, "%s%s%s%s\n", indent, name, m.one("=", " = ", ": ", " =", " : "), text)
		if m.wrong() && m.chance(5) {
			b.WriteString(m.one("nonsense\n", "[broken\n", "= x\n", indent+name+" = twice\n"))
		}
	}
}

// jails writes jail.conf, and sometimes what lies over and under it.
func (m *treeMaker) jails() {
	m.files["jail.conf"] = m.jailFile("jinc.conf")
	for _, name := range []string{"jail.local", "jail.d/one.conf", "jail.d/two.local", "jinc.conf", "jinc.local"} {
		if m.chance(30) {
			m.files[name] = m.jailFile("")
		}
	}
}

func (m *treeMaker) jailFile(include string) string {
	var b strings.Builder
	if include != "" && m.chance(30) {
		fmt.Fprintf(&b, "[INCLUDES]\n%s = %s\n", m.one("before", "after"), m.one(include, include+"\n  nosuch.conf", "%(inc)s\n[DEFAULT]\ninc="+include))
	}
	hasDefault := strings.Contains(b.String(), "[DEFAULT]")
	if !hasDefault && m.chance(70) {
		m.section(&b, "DEFAULT", append(freeJail, "findtime", "maxretry", "ignoreip", "usedns"), m.plain)
		if m.chance(50) {
			b.WriteString("filter = " + m.one("", "f", "%(__name__)s", "f[mode=%(q)s]\nq = z") + "\n")
		}
	}
	names := append([]string(nil), jailNames...)
	m.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names[:1+m.Intn(3)] {
		m.section(&b, name, append(append(freeJail, jailOptionNames...), "zero"), m.jailValue)
		m.jailHead(&b)
	}
	return b.String()
}

// jailHead writes the options that decide what a jail is.
func (m *treeMaker) jailHead(b *strings.Builder) {
	if m.chance(80) {
		fmt.Fprintf(b, "enabled = %s\n", m.one("true", "true", "yes", "1", "on", "false", "2"))
	}
	if m.chance(30) {
		fmt.Fprintf(b, "backend = %s\n", m.one("auto", "polling", "systemd", "systemd[journalflags=1]", "%(__name__)s"))
	}
	if m.chance(60) {
		fmt.Fprintf(b, "filter = %s\n", m.use(filterFiles, filterNames))
	}
	if m.chance(60) {
		items := []string{}
		for range 1 + m.Intn(3) {
			items = append(items, m.actionItem())
		}
		fmt.Fprintf(b, "action = %s\n", strings.Join(items, m.one(" ", "\n  ", "\n\n    ", "  ")))
	}
}

func (m *treeMaker) actionItem() string {
	if m.chance(10) {
		return m.one("smtp.py", "smtp.py[dest=\"a@b\", actname=é]", "x.py[q='%(x)s']")
	}
	item := m.use(actionFiles, actionNames)
	if m.chance(30) {
		item += m.one("[]", "[name=%(__name__)s-tcp]", "[actname=second]", "[name=udp]", "[name=\"%(__name__)s x\"]")
	}
	return item
}

// use writes a definition with parameters.
func (m *treeMaker) use(files, known []string) string {
	name := m.one(files[:2]...)
	if m.wrong() {
		name = m.one("nosuch", name+" ", "sub/"+name)
	}
	if m.chance(30) {
		return name
	}
	var params []string
	for range m.Intn(4) {
		option := m.one(freeNames...)
		switch {
		case m.chance(25):
			option = m.one(known...)
		case m.chance(10):
			option = m.one("logtype", "X")
		}
		v := m.paramValue()
		if option == "maxlines" || strings.Contains(option, "_on_") {
			v = m.one("3", "true", "no", "<x>1")
		}
		params = append(params, option+"="+v)
	}
	out := name + "[" + strings.Join(params, m.one(",", ", ", ",\n   ", " , ")) + "]"
	if strings.Contains(out, `" ,`) || strings.Contains(out, `' ,`) { // a syntax error: wanted only now and then
		if !m.wrong() {
			out = strings.NewReplacer(`" ,`, `",`, `' ,`, `',`).Replace(out)
		}
	}
	if m.wrong() {
		out += m.one("]", "[", " x", ",")
	}
	return out
}

func (m *treeMaker) paramValue() string {
	v := m.one("1", "a b", "<y>", "%(x)s", "<known/x>", "%(port)s", "p|<mode>", "", "<Definition/z>", "<default/y>", "<known/failregex>",
		"^<known/actionban>$", "é", "<ip>", "%%d", "<lt_x/y>", "<k-v>", "<q.r>", "<bantime>", "%(maxretry)s", "<X>")
	if !m.wrong() {
		v = strings.NewReplacer("%(x)s", "%(__name__)s", "%(port)s", "P", "%(maxretry)s", "3").Replace(v)
	}
	if m.danger == 0 && strings.Contains(v, "<") && !strings.Contains(v, "/") {
		v = m.one("<ip>", "<HOST>|", "<maxretry>", "<lt_x/y>", "<backend> x")
	}
	switch {
	case strings.ContainsAny(v, ",] ") || m.chance(40):
		return m.one(`"`, `"`) + v + `"`
	case m.chance(20):
		return "'" + v + "'"
	}
	return v
}

// plain is a value without references that could fail.
func (m *treeMaker) plain(name string) string {
	switch name {
	case "maxretry", "maxmatches", "maxlines":
		if m.wrong() {
			return m.one("", "3.5", "x", "0x10")
		}
		return m.one("3", "5", "1_0", "-1", "\n7")
	case "bantime.increment", "ignoreself", "bantime.overalljails":
		return m.one("true", "no", "1", "maybe")
	case "ignoreip":
		return m.one("127.0.0.1/8 ::1", "192.0.2.1, 192.0.2.2,,x", "a # b ;c", "")
	case "logpath":
		return m.one(m.logs+"/a*.log", m.logs+"/b.log tail", m.logs+"/b.log\n"+m.logs+"/a1.log Head")
	}
	return m.one("1", "10m", "a;b", "one ; two", "a\nb", "x\n\n  y", "é°", "100%%", "", "a = b", "'q' \"r\"", "\\d+\\\\", "<HOST> <ip> < x> <>")
}

// jailValue is a value for a jail, with references to what may or may not be there.
func (m *treeMaker) jailValue(name string) string {
	if m.chance(50) || name == "logpath" || name == "zero" {
		return m.plain(name)
	}
	safe := m.one("%(__name__)s", "<x>", "<known/x>", "%(fail2ban_version)s", "%(__NAME__)s|", "%%(x)s")
	if m.danger == 0 || m.chance(90) {
		if name == "maxretry" || name == "maxmatches" || name == "maxlines" {
			return m.plain(name)
		}
		return safe + m.plain("")
	}
	return m.one("%(x)s", "%(y)s %(y)s", "%(default/x)s", "%(known/"+name+")s\nmore", "%(known/failregex)s", "%(a/x)s", "%(web-x/"+name+")s",
		"%(zero)s", "%(DEFAULT/x)s", "%(known/y)s", "%(known/mode)s", "%(known/logtype)s", "%(known/k-v)s", "%(known/known/x)s", "%(A/x)s%(a/x)s") + m.one("", "!", "\nz")
}

// definition writes a filter or an action, and sometimes its .local.
func (m *treeMaker) definition(folder, name string) {
	m.files[folder+"/"+name+".conf"] = m.definitionFile(folder, name, 80)
	if m.chance(25) {
		m.files[folder+"/"+name+".local"] = m.definitionFile(folder, name, 40)
	}
	if m.chance(5) {
		m.files[folder+"/"+name+".d/x.conf"] = m.definitionFile(folder, name, 40)
	}
}

func (m *treeMaker) definitionFile(folder, name string, likely int) string {
	var b strings.Builder
	if name != "inc" && m.chance(25) {
		fmt.Fprintf(&b, "[INCLUDES]\n%s = inc.conf\n", m.one("before", "after"))
	}
	known := filterNames
	if folder == "action.d" {
		known = actionNames
	}
	// Every reference of the values finds something here, unless the tree is a dangerous one.
	if !m.wrong() {
		b.WriteString("[DEFAULT]\n")
		for _, n := range freeNames {
			fmt.Fprintf(&b, "%s = %s\n", n, m.one("d", "D"+n, "d%%", "<HOST>"))
		}
	}
	parts := []func(){
		func() {
			if m.chance(likely) || !m.wrong() {
				m.section(&b, "Definition", append(append([]string{}, known...), freeNames...), m.tagValue)
			}
		},
		func() {
			if m.chance(likely) {
				m.section(&b, "Init", append([]string{m.one(known...), "c1"}, freeNames...), m.initValue)
			}
		},
		func() {
			if m.chance(likely / 2) {
				m.section(&b, m.one("Init?family=inet6", "Init?odd"), []string{"c1", "c2", "c-3"}, m.initValue)
			}
		},
		func() {
			for _, s := range sections {
				if m.chance(likely / 2) {
					m.section(&b, s, []string{"x", "y", "z", "opt"}, m.tagValue)
				}
			}
		},
	}
	m.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	for _, write := range parts {
		write()
	}
	return b.String()
}

// tagValue is a value of a filter or an action.
func (m *treeMaker) tagValue(name string) string {
	switch {
	case name == "maxlines" && !m.wrong():
		return m.one("1", "7", "1<nosuch->"[:1])
	case name == "journalmatch" && !m.wrong():
		return m.one("A=1 + B=2", "_U=\"a b\" c\\ d", "A='<x>'\nB=<y>", "\n  X=1\n\n  Y=2", "")
	case strings.Contains(name, "_on_") || name == "norestored":
		return m.one("true", "no", "<x>", "1", "")
	}
	n := 1 + m.Intn(3)
	var parts []string
	for range n {
		parts = append(parts, m.piece(name))
	}
	return strings.Join(parts, m.one(" ", "", "\n", "\n\n"))
}

func (m *treeMaker) piece(name string) string {
	safe := []string{
		"lit", "<HOST>", "<F-ID>u</F-ID>", "<ip>", "<matches>", "<bantime>", "%%", "a # b", "(?:x|y)", "\\s+", "<>", "<name>", "<actname>",
		"<enabled>", "<backend>", "<maxretry>", "<c1>", "<c2>", "<c-3>", "<lt_x/nosuch>", "<nosuch/x>", "<logtype>", "<DEFAULT/x>", "<default/y>",
		"<lt_x/x>", "<lt-y/opt>", "<k<_u>>", "<y-<mode>>", "%(__name__)s", "<ENABLED>", "<known/c1>", "<norestored>", "<maxlines>", "<failregex >",
	}
	if m.chance(70) || m.danger < 2 {
		// References only to names that sort later make no circles.
		for _, n := range []string{"x", "y", "z"} {
			if name < n {
				safe = append(safe, "<"+n+">", "%("+n+")s", "<Definition/"+n+">", "%(default/"+n+")s")
			}
		}
		piece := m.one(safe...)
		if m.danger == 0 && (name >= "x" || slices.Contains(freeNames, name) || name == "opt" || name[0] == 'c') {
			piece = m.one("lit", "<HOST>", "%%", "<F-ID>u</F-ID>", "a b", "<ip>", "(?:x|y)", "<enabled>", "<nosuch/x>", "%(__name__)s", "<>")
		}
		return piece
	}
	return m.one("<x>", "<y>", "<z>", "%(x)s", "%(y)s", "<known/"+name+">", "%(known/"+name+")s", "<known/x>", "<failregex>", "<actionban>",
		"%(backend)s", "%(maxretry)s", "%(bantime)s", "<mode>", "<Definition/"+name+">", "%(lt_x/x)s", "%(k-v)s", "%(q.r)s", "<q.r>", "%(known/z)s")
}

func (m *treeMaker) initValue(name string) string {
	if name == "maxlines" && !m.wrong() {
		return m.one("2", "12")
	}
	if name == "journalmatch" {
		return "INIT=1"
	}
	if m.chance(60) {
		return m.one("i", "i<HOST>", "i b", "i%%", "i\nj", "", "<lt_x/y>", "i<ip>")
	}
	return m.tagValue(name)
}
