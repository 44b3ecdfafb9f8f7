package server

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/control"
	"gaol/internal/logging"
	"gaol/internal/pickle"
	"gaol/internal/ticket"
)

// A bench is a server without a socket, in a folder of its own.
type bench struct {
	*testing.T
	srv *Server
	dir string
	log lockedBuffer
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func newBench(t *testing.T) *bench { return newBenchAt(t, nil) }

// newBenchAt makes a bench whose clock is now.
func newBenchAt(t *testing.T, now func() ticket.Unix) *bench {
	b := &bench{T: t, dir: t.TempDir()}
	b.srv = New(Options{Version: "1.1.0", Output: logging.NewOutput(nil, &b.log, "1.1.0"), Observe: true, Now: now})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.srv.Run(ctx) }()
	t.Cleanup(func() {
		b.srv.Shutdown()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return b
}

// do runs a command and returns its reply.
func (b *bench) do(words ...any) any {
	b.Helper()
	v, err := b.srv.Handle(context.Background(), words, control.Peer{})
	if err != nil {
		b.Fatalf("%v: %v", words, err)
	}
	return v
}

// refuses runs a command that must fail, and returns the error's text.
func (b *bench) refuses(words ...any) string {
	b.Helper()
	v, err := b.srv.Handle(context.Background(), words, control.Peer{})
	if err == nil {
		b.Fatalf("%v answers %v", words, v)
	}
	return err.Error()
}

func (b *bench) file(name string) string {
	path := filepath.Join(b.dir, name)
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

func cmd(words ...any) []any { return words }

// jailStream is what a client sends for one jail.
func (b *bench) jailStream(name, failregex string) []any {
	return []any{
		cmd("add", name, "polling"),
		cmd("set", name, "addfailregex", failregex),
		cmd("set", name, "maxretry", int64(3)),
		cmd("set", name, "addlogpath", b.file(name+".log"), "head"),
	}
}

func join(parts ...[]any) (all []any) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func TestAStreamStartsJails(t *testing.T) {
	b := newBench(t)
	b.do("server-stream", join(b.jailStream("web", "^a <HOST>$"), b.jailStream("mail", "^b <HOST>$"), []any{cmd("start", "web"), cmd("start", "mail")}))
	if diff := cmp.Diff([]any{pickle.Tuple{"Number of jail", 2}, pickle.Tuple{"Jail list", "mail, web"}}, b.do("status")); diff != "" {
		t.Error(diff)
	}
	if got := b.do("set", "web", "banip", "192.0.2.1", "2001:DB8::1"); got != 2 {
		t.Errorf("banip answers %v", got)
	}
	want := []any{pickle.NewDict("web", []any{"192.0.2.1", "2001:db8::1"}), pickle.NewDict("mail", []any{})}
	if diff := cmp.Diff(pickle.Repr(want), pickle.Repr(b.do("banned"))); diff != "" {
		t.Error(diff)
	}
	if got := b.do("unban", "2001:db8:0::1"); got != 1 {
		t.Errorf("unban of another spelling answers %v", got)
	}
}

func TestAWrongJailStopsNoOther(t *testing.T) {
	b := newBench(t)
	text := b.refuses("server-stream", join(b.jailStream("bad", "^("), b.jailStream("good", "^b <HOST>$"), []any{cmd("start", "bad"), cmd("start", "good")}))
	if !strings.Contains(text, "jail 'bad'") || !strings.Contains(text, "missing )") {
		t.Errorf("the answer does not say what is wrong: %s", text)
	}
	if got := pickle.Repr(b.do("banned")); got != "[{'good': []}]" {
		t.Errorf("jails: %s", got)
	}
}

func TestAReloadWithAMistakeChangesNothing(t *testing.T) {
	b := newBench(t)
	b.do("server-stream", join(b.jailStream("web", "^a <HOST>$"), []any{cmd("start", "web")}))
	b.do("set", "web", "banip", "192.0.2.1")
	for name, stream := range map[string][]any{
		"a broken expression": join(b.jailStream("web", "^c (<HOST>"), []any{cmd("start", "web")}),
		"another jail's":      join(b.jailStream("web", "^c <HOST>$"), b.jailStream("new", "("), []any{cmd("start", "web"), cmd("start", "new")}),
		"a bad number":        join(b.jailStream("web", "^c <HOST>$"), []any{cmd("set", "web", "maxretry", "Duck"), cmd("start", "web")}),
		"a refused jail":      join(b.jailStream("web", "^c <HOST>$"), []any{cmd("config-error", "Jail 'x' skipped, because of wrong configuration: no filter"), cmd("start", "web")}),
		"no command at all":   {"junk"},
	} {
		b.refuses("reload", "--all", []any{}, stream)
		if got := pickle.Repr(b.do("banned")); got != "[{'web': ['192.0.2.1']}]" {
			t.Errorf("after %s: %s", name, got)
		}
		if got, _ := b.do("get", "web", "failregex").([]any); len(got) != 1 || !strings.HasPrefix(got[0].(string), "^a ") {
			t.Errorf("after %s: failregex %v", name, got)
		}
	}
}

func TestAReloadAppliesTheDifference(t *testing.T) {
	b := newBench(t)
	b.do("server-stream", join(b.jailStream("web", "^a <HOST>$"), b.jailStream("old", "^b <HOST>$"), []any{cmd("start", "web"), cmd("start", "old")}))
	b.do("set", "web", "banip", "192.0.2.1")
	if got := b.do("reload", "--all", []any{}, join(b.jailStream("web", "^c <HOST>$"), b.jailStream("new", "^d <HOST>$"), []any{cmd("start", "web"), cmd("start", "new")})); got != "OK" {
		t.Errorf("reload answers %v", got)
	}
	if got := pickle.Repr(b.do("banned")); got != "[{'web': ['192.0.2.1']}, {'new': []}]" {
		t.Errorf("afterwards: %s", got)
	}
	if got := b.do("get", "web", "failregex").([]any); !strings.HasPrefix(got[0].(string), "^c ") {
		t.Errorf("failregex %v", got)
	}
	if text := b.refuses("reload", "nosuch", []any{}, []any{}); !strings.Contains(text, "nosuch") {
		t.Errorf("reload of an unknown jail: %s", text)
	}
}

func TestStopAnswersWhenAllIsUndone(t *testing.T) {
	b := newBench(t)
	b.do("server-stream", join(b.jailStream("web", "^a <HOST>$"), []any{cmd("start", "web")}))
	b.do("stop")
	select {
	case <-b.srv.Quit():
	default:
		t.Error("the server has stopped and does not say so")
	}
	if len(b.srv.names()) != 0 {
		t.Errorf("jails are left: %v", b.srv.names())
	}
}

// FuzzCommands gives the server any two commands of simple words; whatever they are, it answers or refuses.
func FuzzCommands(f *testing.F) {
	for _, s := range []string{
		"set web findtime 1h", "get web banip --with-time", "status --all short extra", "multi-set web x", "set web ignorecache key",
		"set web action", "add --all", "reload", "server-stream x", "set loglevel", "set web addlogpath /dev/null tail more", "unban",
		"set web addjournalmatch + +", "set web delfailregex -1", "set web bantime.multipliers 1 x", "set thread 5", "get",
	} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		if strings.Contains(first+second, "log") || strings.Contains(first+second, "db") || strings.Contains(first+second, "sleep") {
			return // would write files where the text says, or wait
		}
		s := New(Options{Version: "1.1.0", Output: logging.NewOutput(nil, new(bytes.Buffer), "1.1.0"), Observe: true})
		defer s.Shutdown()
		_, _ = s.Handle(context.Background(), cmd("add", "web", "polling"), control.Peer{})
		for _, line := range []string{first, second} {
			var words []any
			for w := range strings.FieldsSeq(line) {
				words = append(words, w)
			}
			_, _ = s.Handle(context.Background(), words, control.Peer{})
		}
	})
}

// TestLongLinesAreCut lets an address stand behind a long text, once within maxlinelength and once beyond it.
func TestLongLinesAreCut(t *testing.T) {
	for limit, want := range map[string]string{"4096": "[{'web': ['198.51.100.1', '198.51.100.2']}]", "300": "[{'web': ['198.51.100.2']}]"} {
		b := newBench(t)
		stream := join([]any{cmd("set", "maxlinelength", limit)}, b.jailStream("web", "^ .* from <HOST>$"),
			[]any{cmd("set", "web", "maxretry", int64(1)), cmd("start", "web")})
		now := time.Now().Format(time.DateTime)
		text := now + " " + strings.Repeat("x", 1000) + " from 198.51.100.1\n" + now + " short from 198.51.100.2\n"
		if err := os.WriteFile(filepath.Join(b.dir, "web.log"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		b.do("server-stream", stream)
		got := ""
		for until := time.Now().Add(10 * time.Second); !strings.Contains(got, "198.51.100.2") && time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
			got = pickle.Repr(b.do("banned"))
		}
		if got != want {
			t.Errorf("with maxlinelength %s: %s, want %s", limit, got, want)
		}
	}
	b := newBench(t)
	for _, wrong := range []any{"100", "much", int64(1 << 30)} {
		b.refuses("set", "maxlinelength", wrong)
	}
	if got := b.do("get", "maxlinelength"); got != int64(65536) {
		t.Errorf("maxlinelength is %v", got)
	}
}
