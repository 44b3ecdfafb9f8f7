package server

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/health"
	"gaol/internal/pickle"
	"gaol/internal/ticket"
)

// append adds text to a file of the bench.
func (b *bench) append(name, text string) {
	b.Helper()
	f, err := os.OpenFile(filepath.Join(b.dir, name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		b.Fatal(err)
	}
}

// sources returns what the flavour sources tells of a jail, as a tree of two levels: "name: value" below each source, whose path is
// shown without the folder of the bench.
func (b *bench) sources(jail string) map[string]map[string]string {
	b.Helper()
	out := map[string]map[string]string{}
	for _, part := range b.do("status", jail, "sources").([]any) {
		source := part.(pickle.Tuple)
		facts := map[string]string{}
		for _, f := range source[1].([]any) {
			facts[f.(pickle.Tuple)[0].(string)] = pickle.Str(f.(pickle.Tuple)[1])
		}
		out[strings.TrimPrefix(source[0].(string), b.dir+"/")] = facts
	}
	return out
}

// await waits until the flavour sources tells of the jail web all that is wanted: source → name → value.
func (b *bench) await(want map[string]map[string]string) {
	b.Helper()
	var diff string
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		got := b.sources("web")
		for _, facts := range got {
			for name := range facts {
				if !asked(want, name) {
					delete(facts, name)
				}
			}
		}
		if diff = cmp.Diff(want, got); diff == "" {
			return
		}
	}
	b.Errorf("sources (-want +got):\n%s\n%s", diff, b.log.String())
}

func asked(want map[string]map[string]string, name string) bool {
	for _, facts := range want {
		if _, ok := facts[name]; ok {
			return true
		}
	}
	return false
}

// only is what await takes for one source.
func only(source string, facts ...string) map[string]map[string]string {
	m := map[string]string{}
	for i := 0; i < len(facts); i += 2 {
		m[facts[i]] = facts[i+1]
	}
	return map[string]map[string]string{source: m}
}

// stampOf prints a time as the logs of the tests do.
func stampOf(t time.Time) string { return t.Format("2006-01-02 15:04:05") }

func TestSourcesOfAJail(t *testing.T) {
	const failure = " fail 192.0.2.1\n"
	stamp := stampOf(time.Now())
	for name, c := range map[string]struct {
		log  string
		do   func(b *bench)
		want map[string]map[string]string
	}{
		"a file that is not there": {"web.log", func(*bench) {},
			only("web.log", "State", "waiting (no such file or directory)", "Bytes behind", "0", "Lines read", "0", "Last line read", "never", "Last line's date", "never", "Clock skew", "unknown")},
		"a file that comes up": {"web.log", func(b *bench) { b.append("web.log", stamp+failure) },
			only("web.log", "State", "reading", "Bytes behind", "0", "Seconds behind", "0", "Lines read", "1", "Matches", "1", "Last line's date", stamp)},
		"a pattern that matches nothing": {"web-*.log", func(*bench) {}, only("web-*.log", "State", "waiting (no file matches)")},
		"files that a pattern finds": {"web-*.log", func(b *bench) { b.append("web-2.log", stamp+failure); b.append("web-1.log", "") },
			map[string]map[string]string{"web-1.log": {"State": "reading", "Lines read": "0"}, "web-2.log": {"State": "reading", "Lines read": "1"}}},
		"what a pattern finds and is no file": {"web-*.log", func(b *bench) {
			if err := os.Mkdir(filepath.Join(b.dir, "web-1.log"), 0o700); err != nil {
				b.Fatal(err)
			}
			b.append("web-2.log", "")
		}, map[string]map[string]string{"web-1.log": {"State": "waiting (not a regular file; logpath must name files)"}, "web-2.log": {"State": "reading"}}},
		"lines of all kinds": {"web.log", func(b *bench) {
			b.append("web.log", stamp+failure+stamp+" \xff\n"+"no date\n"+stamp+" "+strings.Repeat("x", 70000)+"\n"+stamp+" unfin")
		}, only("web.log", "State", "reading", "Bytes behind", "0", "Lines read", "4", "Lines too long", "1", "Lines undecodable", "1", "Lines without date", "1", "Matches", "1", "Stretches lost", "0")},
		"a jail that pauses": {"web.log", func(b *bench) {
			b.append("web.log", "")
			b.await(only("web.log", "State", "reading"))
			b.do("set", "web", "idle", "on")
			b.append("web.log", "123456789\n")
		}, only("web.log", "State", "idle", "Bytes behind", "10", "Seconds behind", "unknown")},
		"a file that goes away": {"web.log", func(b *bench) {
			b.append("web.log", stamp+failure)
			b.await(only("web.log", "Lines read", "1"))
			if err := os.Remove(filepath.Join(b.dir, "web.log")); err != nil {
				b.Fatal(err)
			}
		}, only("web.log", "State", "waiting (no such file or directory)", "Lines read", "1")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			path := filepath.Join(b.dir, c.log)
			log := cmd("set", "web", "addlogpath", path, "head")
			if strings.Contains(path, "*") {
				log = append(log, "live")
			}
			b.do("server-stream", []any{cmd("add", "web", "polling"), cmd("set", "web", "addfailregex", "^ fail <HOST>$"), log, cmd("start", "web")})
			c.do(b)
			b.await(c.want)
		})
	}
}

// TestStatusWaitsForNoBatch asks how far a jail is while a command takes its time over two lines.
func TestStatusWaitsForNoBatch(t *testing.T) {
	b := newBench(t)
	line := stampOf(time.Now()) + " fail 198.51.100.1\n"
	stream := join(b.jailStream("web", "^ fail <HOST>$"), []any{cmd("set", "web", "ignorecommand", "sleep 0.7"), cmd("start", "web")})
	b.append("web.log", line+line)
	b.do("server-stream", stream)
	b.await(only("web.log", "State", "catching up", "Bytes behind", fmt.Sprint(2*len(line)), "Lines read", "0"))
	b.await(only("web.log", "State", "reading", "Bytes behind", "0", "Lines read", "2"))
}

func TestSourcesOfAJournal(t *testing.T) {
	b := newBench(t)
	b.do("server-stream", []any{cmd("add", "web", "systemd[journalpath="+b.dir+"]"), cmd("set", "web", "addfailregex", "^ fail <HOST>$"), cmd("start", "web")})
	b.await(only("systemd-journal", "State", "waiting (there is no journal)", "Lines read", "0"))
	for name := range b.sources("web")["systemd-journal"] {
		if strings.HasSuffix(name, "behind") {
			t.Errorf("%s of a journal is not known", name)
		}
	}
}

// TestEveryStatusHasItsShape compares what all jails answer with what each does; clients print both alike.
func TestEveryStatusHasItsShape(t *testing.T) {
	b := newBench(t)
	b.do("server-stream", join(b.jailStream("web", "^a <HOST>$"), b.jailStream("mail", "^b <HOST>$"), []any{cmd("start", "web"), cmd("start", "mail")}))
	all := b.do("status", "--all", "sources").([]any)
	jails := all[len(all)-1].(*pickle.Dict)
	for _, name := range []string{"mail", "web"} {
		of, ok := jails.Get(name)
		if !ok || pickle.Repr(of) != pickle.Repr(b.do("status", name, "sources")) {
			t.Errorf("%s: %s", name, pickle.Repr(of))
		}
	}
	if got, want := pickle.Repr(b.do("status", "web")), fmt.Sprintf("[('Filter', [('Currently failed', 0), ('Total failed', 0), ('File list', ['%s/web.log'])]),"+
		" ('Actions', [('Currently banned', 0), ('Total banned', 0), ('Banned IP list', [])])]", b.dir); got != want {
		t.Errorf("status web: %s, want %s", got, want)
	}
}

// A dial is a clock that the test turns.
type dial struct{ seconds atomic.Int64 }

func (d *dial) now() ticket.Unix { return ticket.Unix(d.seconds.Load()) }

// TestALogThatDoesNotFit writes a line each minute of a clock that the test turns, into a real file.
func TestALogThatDoesNotFit(t *testing.T) {
	start := time.Now().Truncate(time.Second)
	_, local := start.Zone()
	zone, _ := health.Zone(local + 7200)
	for name, c := range map[string]struct {
		options []any
		line    func(at time.Time) string
		lines   int
		says    string // a warning, and just one
		facts   []string
	}{
		"another time zone": {nil, func(at time.Time) string { return stampOf(at.Add(2*time.Hour)) + " good" }, 30,
			"are 2h ahead of the clock", []string{"Clock skew", "+2h, as if logtimezone were " + zone}},
		"another time zone, corrected": {cmd("set", "web", "logskew", "auto"), func(at time.Time) string { return stampOf(at.Add(-45*time.Minute)) + " good" }, 30,
			"are 45m behind the clock, and are corrected", []string{"Clock skew", "-45m, corrected"}},
		"no dates": {nil, func(time.Time) string { return "good" }, 30, "finds no date in 20 lines", []string{"Lines without date", "30"}},
		"no matches": {cmd("set", "web", "warnnomatch", "2h"), func(at time.Time) string { return stampOf(at) + " good" }, 150,
			"matches nothing in 121 lines of %s within 2h: is it the right log for it? Look with: fail2ban-regex %s 'site[mode=x]'. Among the lines: '", []string{"Matches", "0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var clock dial
			clock.seconds.Store(start.Unix())
			b := newBenchAt(t, clock.now)
			stream := []any{cmd("add", "web", "auto", "", "site[mode=x]"), cmd("set", "web", "addfailregex", "^ fail <HOST>$"), cmd("set", "web", "addlogpath", b.file("web.log"), "head")}
			if c.options != nil {
				stream = append(stream, c.options)
			}
			b.do("server-stream", append(stream, cmd("start", "web")))
			for i := range c.lines {
				b.append("web.log", c.line(clock.now().Time())+"\n")
				b.await(only("web.log", "Lines read", fmt.Sprint(i+1)))
				clock.seconds.Add(60)
			}
			b.await(only("web.log", c.facts...))
			log := b.dir + "/web.log"
			says := strings.ReplaceAll(c.says, "%s", log)
			if n := strings.Count(b.log.String(), says); n != 1 {
				t.Errorf("%d times: %s\n%s", n, says, b.log.String())
			}
		})
	}
}

// TestOwnOptionsOfJails reads, changes and refuses those that the original does not have, and forgets them at a reload without them.
func TestOwnOptionsOfJails(t *testing.T) {
	b := newBench(t)
	b.do("server-stream", join(b.jailStream("web", "^a <HOST>$"), []any{cmd("set", "web", "warnnomatch", "1h"), cmd("start", "web")}))
	for _, step := range []struct{ option, value, want string }{
		{"logskew", "", "'warn'"}, {"logskew", "auto", "'auto'"}, {"warnnodate", "", "600"}, {"warnnodate", "1h", "3600"}, {"warnnomatch", "", "3600"}, {"warnnomatch", "2d", "172800"},
	} {
		if step.value != "" {
			b.do("set", "web", step.option, step.value)
		}
		if got := pickle.Repr(b.do("get", "web", step.option)); got != step.want {
			t.Errorf("%s is %s, want %s", step.option, got, step.want)
		}
	}
	for option, wrong := range map[string]string{"logskew": "yes", "warnnodate": "Dog", "warnnomatch": "Cat"} {
		if text := b.refuses("set", "web", option, wrong); !strings.Contains(text, wrong) && option == "logskew" {
			t.Errorf("%s = %s: %s", option, wrong, text)
		}
	}
	b.do("reload", "--all", []any{}, join(b.jailStream("web", "^a <HOST>$"), []any{cmd("start", "web")}))
	for option, want := range map[string]string{"logskew": "'warn'", "warnnodate": "600", "warnnomatch": "None"} {
		if got := pickle.Repr(b.do("get", "web", option)); got != want {
			t.Errorf("after a reload without it %s is %s, want %s", option, got, want)
		}
	}
}

// TestJailsBeginTogether starts many jails on a log that has lines: none of them reads any before all can.
func TestJailsBeginTogether(t *testing.T) {
	b := newBench(t)
	b.append("web.log", strings.Repeat(stampOf(time.Now())+" fail 192.0.2.1\n", 20))
	var stream []any
	for i := range 20 {
		name := fmt.Sprint("web", i)
		stream = append(stream,
			cmd("add", name, "auto"), cmd("set", name, "addfailregex", "fail <HOST>"),
			cmd("set", name, "addlogpath", filepath.Join(b.dir, "web.log"), "head"), cmd("start", name))
	}
	b.do("server-stream", stream)
	for end := time.Now().Add(10 * time.Second); strings.Count(b.log.String(), "Found") < 20*20; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not all lines were judged")
		}
	}
	log := b.log.String()
	if last, first := strings.LastIndex(log, "' started"), strings.Index(log, "Found"); last > first {
		t.Errorf("a line was judged before all jails had started:\n%s", log)
	}
}
