package regex

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"gaol/internal/cli/client"
	"gaol/internal/config"
	"gaol/internal/filter"
	"gaol/internal/pickle"
	"gaol/pack"
)

// mayBeName reports whether a regex argument can be taken for the name of a jail, a filter or a file, perhaps with options in brackets.
func mayBeName(arg string) bool {
	options := strings.TrimLeftFunc(arg, func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_/.-", r)
	})
	return len(options) < len(arg) && (options == "" || len(options) > 1 && options[0] == '[' && options[len(options)-1] == ']')
}

// readArgument puts into s what the regex argument stands for: the filter of a jail, a filter, or the expression itself. It
// returns the journal match of the filter.
func readArgument(o *options, s *filter.Settings, h *header) (journalMatch []string, err error) {
	if mayBeName(o.regex) {
		name, params, err := config.ParseDefinition(o.regex)
		if err != nil {
			return nil, wrong("Wrong filter name or options: %v\n       while parsing: %s", err, o.regex)
		}
		d := definition{name: name, params: params, options: strings.TrimPrefix(o.regex, name)}
		d.source, d.fsys = configuration(o)
		if strings.HasPrefix(o.log, "systemd-journal") {
			d.backend = "systemd"
		}
		found, err := d.find()
		if err != nil {
			return nil, err
		}
		if found {
			return d.take(o, s, h)
		}
	}
	h.line("failregex line", shorten(o.regex))
	s.Failregex = []string{o.regex}
	return nil, nil
}

// configuration returns the configuration, and its directory as a file system.
func configuration(o *options) (config.Source, fs.FS) {
	dir := o.config
	if dir == "" {
		if _, err := os.Stat(filepath.Join(client.DefaultConf, "filter.d")); err != nil && !client.IsConfigured(client.DefaultConf) {
			return config.Embedded(pack.FS(), client.BuiltIn), pack.FS()
		}
		dir = client.DefaultConf
	}
	return config.Dir(filepath.Clean(dir)), os.DirFS(dir)
}

// A definition is a jail or a filter that a regex argument names.
type definition struct {
	name    string
	options string // the brackets as written, or ""
	params  *config.Params
	backend string
	source  config.Source
	fsys    fs.FS // the same

	jail string // its name, if it is one
	file string // else the filter's path, without extension if that is .conf
	base string // directory above filter.d, if the file is in one
}

// find looks for a jail of that name, then for a filter, and reports whether there is one.
func (d *definition) find() (bool, error) {
	if d.isJail() {
		d.jail = d.name
		return true, nil
	}
	for _, path := range d.candidates() {
		if info, err := fs.Stat(d.fsys, filepath.ToSlash(filepath.Join("filter.d", path))); err == nil && !info.IsDir() {
			d.base, d.file = d.source.Root(), filepath.Join("filter.d", path)
			return true, nil
		}
	}
	if !strings.Contains(d.name, "/") {
		return false, nil
	}
	for _, path := range d.candidates() {
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			abs, err := filepath.Abs(path)
			if dir := filepath.Dir(path); filepath.Base(dir) == "filter.d" {
				d.base = filepath.Dir(dir)
			}
			d.file = abs
			return true, err
		}
	}
	return false, nil
}

// candidates returns the file names that the argument may mean.
func (d *definition) candidates() []string {
	name := strings.TrimPrefix(d.name, "filter.d/")
	if strings.Contains(d.name[max(0, len(d.name)-6):], ".") {
		return []string{name}
	}
	return []string{name, name + ".conf", name + ".local"}
}

// isJail reports whether the configuration has a jail of that name, enabled or not.
func (d *definition) isJail() bool {
	if strings.Contains(d.name, "/") || strings.HasSuffix(d.name, ".conf") || strings.HasSuffix(d.name, ".local") {
		return false
	}
	header := []byte("\n[" + d.name + "]")
	files, _ := fs.Glob(d.fsys, "jail.d/*")
	for _, file := range append(files, "jail.conf", "jail.local") {
		if text, err := fs.ReadFile(d.fsys, file); err == nil && (bytes.Contains(text, header) || bytes.HasPrefix(text, header[1:])) {
			return true
		}
	}
	return false
}

// take reads the definition, tells what it is, and puts it into s. What the command line gave wins.
func (d *definition) take(o *options, s *filter.Settings, h *header) (journalMatch []string, err error) {
	switch {
	case d.jail != "":
		h.line("jail", d.jail)
	case d.base != "":
		name := strings.TrimSuffix(filepath.Base(d.file), filepath.Ext(d.file))
		h.line("filter file", name+", basedir: "+d.base)
	default:
		h.line("filter file", d.name)
	}
	if d.params.Len() > 0 {
		h.line("filter options", paramsText(d.params))
	}
	jail, err := d.read()
	if err != nil {
		return nil, err
	}
	if o.verbose > 1 {
		h.print(fmt.Sprintf("Real %15s : %s\n", "filter options", realOptions(jail, d.params)))
	}
	return d.apply(jail, s, h)
}

func paramsText(p *config.Params) string {
	d := pickle.NewDict()
	for name, value := range p.All() {
		d.Set(name, value)
	}
	return pickle.Repr(d)
}

// realOptions prints the options in force: what is given, and what the kind of log implies.
func realOptions(jail *config.Jail, params *config.Params) string {
	d := pickle.NewDict("logtype", "file")
	if strings.HasPrefix(jail.Backend, "systemd") {
		d.Set("logtype", "journal")
	}
	for name, value := range params.All() {
		d.Set(name, value)
	}
	return pickle.Repr(d)
}

// apply puts the commands that make up the filter into s.
func (d *definition) apply(jail *config.Jail, s *filter.Settings, h *header) (journalMatch []string, err error) {
	for _, c := range jail.Commands {
		words, ok := c.([]any)
		if !ok || len(words) < 4 {
			continue
		}
		switch words[2] {
		case "prefregex":
			s.Prefregex, _ = words[3].(string)
		case "addfailregex":
			s.Failregex = append(s.Failregex, texts(words[3])...)
		case "addignoreregex":
			s.Ignoreregex = append(s.Ignoreregex, texts(words[3])...)
		case "addjournalmatch":
			journalMatch = append(journalMatch, strings.Join(texts(words[3:]), " "))
		case "maxlines":
			if n, ok := words[3].(int64); ok && s.MaxLines == 0 {
				s.MaxLines = int(n)
				h.maxLines(s.MaxLines)
			}
		case "datepattern":
			if text, ok := words[3].(string); ok && s.DatePattern == "" {
				s.DatePattern = text
				if err := h.datePattern(text); err != nil {
					return nil, err
				}
			}
		}
	}
	return journalMatch, nil
}

// texts returns the strings in v, which is one or a list of them.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, x := range v {
			all = append(all, texts(x)...)
		}
		return all
	}
	return nil
}

// read returns the jail, or a jail made for the filter.
func (d *definition) read() (*config.Jail, error) {
	texts := map[string]string{
		"fail2ban.conf": "[Definition]\n", // of no concern here, so it need not exist
	}
	name, hidden, failure := d.jail, "", wrong("Failed to get jail for %s", pickle.Repr(d.jail))
	if name != "" {
		// The last of the drop-ins has the last word.
		texts["jail.d/\U0010FFFD.local"] = "[" + name + "]\nenabled = true\nfilter = %(known/filter)s\naction =\nlogpath =\n" + d.lines()
	} else {
		name, hidden, failure = "test", "jail", wrong("failed to load filter %s", d.name)
		texts["jail.conf"] = "[test]\nenabled = true\nbackend = " + d.backend + "\nfilter = " + d.reference(texts) + "\n"
	}
	c, err := config.Read(config.Options{Source: d.source.Patched(texts, hidden), AllowNoLogs: true, Only: name})
	if err != nil {
		return nil, fmt.Errorf("%w\n       %w", failure, err)
	}
	switch {
	case len(c.Jails) == 0:
		return nil, failure
	case c.Jails[0].Problem != "":
		return nil, fmt.Errorf("%w\n       %s", failure, c.Jails[0].Problem)
	}
	return c.Jails[0], nil
}

// reference returns how a jail names the filter, with its options, and puts into texts what the configuration lacks for that.
func (d *definition) reference(texts map[string]string) string {
	name := strings.TrimSuffix(strings.TrimPrefix(d.file, "filter.d/"), ".conf")
	if filepath.Ext(d.file) != ".conf" {
		// A file with another extension stands for itself alone.
		if text, err := os.ReadFile(d.file); err == nil {
			name = "\U0010FFFD"
			texts["filter.d/"+name+".conf"] = string(text)
		} else if text, err := fs.ReadFile(d.fsys, d.file); err == nil {
			name = "\U0010FFFD"
			texts["filter.d/"+name+".conf"] = string(text)
		}
	}
	return strings.ReplaceAll(name+strings.ReplaceAll(d.options, "\n", "\n  "), "%", "%%")
}

// lines returns options given for a jail as lines of its section: its filter reads them from there.
func (d *definition) lines() string {
	var b strings.Builder
	for name, value := range d.params.All() {
		fmt.Fprintf(&b, "%s = %s\n", name, strings.ReplaceAll(strings.ReplaceAll(value, "%", "%%"), "\n", "\n  "))
	}
	return b.String()
}
