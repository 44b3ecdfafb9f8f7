package filter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/ticket"
	"gaol/internal/ticket/packed"
)

// peerDriver feeds lines to the original's filter by its public interface. It reads a case a line (JSON) and prints what each of
// the case's lines yields: id, time, lines and data of each failure.
const peerDriver = `
import json, logging, os, sys, time
os.environ["TZ"] = "UTC"; time.tzset()
sys.path.insert(0, sys.argv[1])
from fail2ban.server.filter import Filter
from fail2ban.server.mytime import MyTime
logging.disable(logging.CRITICAL)
class Jail:
    name = "J"; database = None
    def putFailTicket(self, ticket): pass
for raw in sys.stdin:
    case = json.loads(raw)
    MyTime.setTime(1700000000)
    f = Filter(Jail(), useDns="no"); f.active = True; f.ignoreSelf = False; f.setMaxRetry(1000); f.inOperation = case["Live"]; f.setFindTime(600)
    if case["MaxLines"]: f.setMaxLines(case["MaxLines"])
    if case["DatePattern"]: f.setDatePattern(case["DatePattern"])
    if case["Prefregex"]: f.prefRegex = case["Prefregex"]
    for r in case["Failregex"] or []: f.addFailRegex(r)
    for r in case["Ignoreregex"] or []: f.addIgnoreRegex(r)
    out = []
    def spy(ticket, count=1, observed=False):
        data = {k: sorted(v) if isinstance(v, set) else v for k, v in ticket.getData().items() if k not in ("matches", "failures") and v is not None}
        out.append([str(ticket.getID()), float(ticket.getTime()), ["".join(m) for m in ticket.getMatches()], {k: str(v) if k == "ip" else v for k, v in data.items()}])
        return 1
    f.failManager.addFailure = spy
    for i, line in enumerate(case["Lines"]):
        if case["Clocks"]: MyTime.setTime(case["Clocks"][i])
        f.processLineAndAdd(line)
    print(json.dumps(out))
`

// A peerCase is a filter and lines for it.
type peerCase struct {
	Settings
	Lines  []string
	Clocks []float64 // the present at each line; nil for 1700000000
	Live   bool
}

// connectionCase makes a random filter about connections, or about several lines, and random lines that it nearly matches.
func connectionCase(r *rand.Rand) peerCase {
	fail := []string{
		`^bad <F-USER>\S+</F-USER>$`,
		`^bad$`,
		`^<F-NOFAIL>conn</F-NOFAIL> <ADDR>$`,
		`^conn2 <ADDR>(?: for <F-USER>\S*</F-USER>)?$`,
		`^<F-MLFFORGET>close</F-MLFFORGET>$`,
		`^<F-MLFFORGET><F-NOFAIL>bye</F-NOFAIL></F-MLFFORGET>(?: <ADDR>)?$`,
		`^<F-MLFGAINED>ok</F-MLFGAINED>(?: <F-ALT_USER>\S+</F-ALT_USER>)?$`,
		`^id <F-ID>\S+</F-ID>(?: <ADDR>)?$`,
		`^drop(?: <F-NOFAIL>soft</F-NOFAIL>)?$`,
		`^t <F-TUPLE_ID_1>\w+</F-TUPLE_ID_1> <F-ID/>$`,
	}
	r.Shuffle(len(fail), func(i, j int) { fail[i], fail[j] = fail[j], fail[i] })
	c := peerCase{Live: true, Settings: Settings{
		Prefregex: `^ s\[<F-MLFID>\d+</F-MLFID>\] <F-CONTENT>.+</F-CONTENT>$`,
		Failregex: fail[:3+r.IntN(len(fail)-2)],
	}}
	if r.IntN(3) == 0 {
		c.Ignoreregex = []string{[]string{`joe$`, `^ s\[2\]`, `0\.2\.3$`}[r.IntN(3)]}
	}
	content := []string{"bad", "bad joe", "bad ann", "conn 192.0.2.1", "conn 192.0.2.2", "conn2 192.0.2.3 for joe", "conn2 2001:db8::1", "close",
		"bye", "bye 192.0.2.4", "ok", "ok ann", "id abc", "id 192.0.2.5", "id x 192.0.2.6", "drop", "drop soft", "t a b", "noise"}
	for range 5 + r.IntN(20) {
		c.Lines = append(c.Lines, fmt.Sprintf("17000000%02d s[%d] %s", r.IntN(60), 1+r.IntN(3), content[r.IntN(len(content))]))
	}
	return c
}

func multiLineCase(r *rand.Rand) peerCase {
	fail := []string{
		`^ A (?P<k>\d)$<SKIPLINES>^ B (?P=k) <ADDR>$`, `^ C <ADDR>$`, `^ A \d\n B \d <ADDR>`, `\n C <ADDR>$`, `^ N$<SKIPLINES>^ C <ADDR>$<SKIPLINES>^ N$`,
		`^ (?:A|N)[^C]* C <ADDR>`, `<ADDR>\n N`,
	}
	r.Shuffle(len(fail), func(i, j int) { fail[i], fail[j] = fail[j], fail[i] })
	c := peerCase{Live: true, Settings: Settings{MaxLines: 2 + r.IntN(5), Failregex: fail[:1+r.IntN(4)]}}
	if r.IntN(4) == 0 {
		c.Ignoreregex = []string{[]string{`0\.2\.2`, `^ A 2`, `\n B 1`}[r.IntN(3)]}
	}
	for range 5 + r.IntN(20) {
		line := []string{" A 1", " A 2", " B 1 192.0.2.1", " B 2 192.0.2.2", " C 192.0.2.3", " N", ""}[r.IntN(7)]
		c.Lines = append(c.Lines, fmt.Sprintf("17000000%02d%s", r.IntN(60), line))
	}
	return c
}

// timeCase makes lines with dates of every kind, at a clock that goes on by jerks.
func timeCase(r *rand.Rand) peerCase {
	c := peerCase{Live: r.IntN(2) == 0, Settings: Settings{Failregex: []string{`^\s*(?:W:)? ?FAIL <ADDR>$`, `BAD <ADDR>$`}}}
	c.DatePattern = []string{"", "EPOCH\n^W:()**", "^EPOCH\n^%Y-%m-%d %H:%M:%S\n^W:()**"}[r.IntN(3)]
	now := 1700000000.0
	for range 5 + r.IntN(15) {
		now += []float64{0, 0, 0.5, 1, 30, 59, 60, 61, 700}[r.IntN(9)]
		at := now + []float64{0, -1, -60, -61, -60.9, 60, 61, -599, -600, -601, -4000, 90000}[r.IntN(12)]
		when := time.Unix(int64(at), 0).UTC()
		date := []string{
			fmt.Sprintf("%.0f", at), fmt.Sprintf("%.3f", at), when.Format("2006-01-02 15:04:05"), when.Format("2006-01-02T15:04:05Z"),
			"", "", "W:", "2023-02-30 07:00:00",
		}[r.IntN(8)]
		c.Lines = append(c.Lines, date+[]string{" FAIL", " BAD", " x"}[r.IntN(3)]+fmt.Sprintf(" 192.0.2.%d", r.IntN(9)))
		c.Clocks = append(c.Clocks, now)
	}
	return c
}

// TestRandomCasesLikePeer compares what random lines yield in random filters.
func TestRandomCasesLikePeer(t *testing.T) {
	if os.Getenv("GAOL_FULL") == "" {
		t.Skip("set GAOL_FULL=1 to compare with the original")
	}
	packages, err := filepath.Abs("../../.peer/root/usr/lib/python3/dist-packages")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(packages); err != nil {
		t.Fatalf("the original is not there (run test/peer/fetch .peer): %v", err)
	}
	const count, seed = 1500, 3
	r := rand.New(rand.NewPCG(seed, 2))
	var cases []peerCase
	var in bytes.Buffer
	for i := range count {
		c := []func(*rand.Rand) peerCase{connectionCase, multiLineCase, timeCase}[i%3](r)
		cases = append(cases, c)
		if err := json.NewEncoder(&in).Encode(c); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("/usr/bin/python3", "-W", "ignore", "-B", "-c", peerDriver, packages)
	cmd.Stdin, cmd.Stderr = &in, t.Output()
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(answers) != count {
		t.Fatalf("%d answers for %d cases", len(answers), count)
	}
	failures, wrong := 0, 0
	var compiler Compiler
	for i, c := range cases {
		var want []any
		if err := json.Unmarshal([]byte(answers[i]), &want); err != nil {
			t.Fatal(err)
		}
		failures += len(want)
		if d := cmp.Diff(want, yields(t, &compiler, c)); d != "" {
			if wrong++; wrong < 5 {
				t.Errorf("case %d: %+v\n%s\n(-want +got):\n%s", i, c.Settings, strings.Join(c.Lines, "\n"), d)
			}
		}
	}
	t.Logf("%d cases, %d failures, %d cases differ", count, failures, wrong)
}

// yields returns what a case gives, in the form of peerDriver.
func yields(t *testing.T, compiler *Compiler, c peerCase) []any {
	t.Helper()
	s := c.Settings
	s.UseDNS = "no"
	p, err := compiler.Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	now := then
	f := NewFilter(p, Env{
		Log: slog.New(slog.DiscardHandler), Location: time.UTC,
		Now: func() ticket.Unix { return now }, FindTime: func() float64 { return 600 },
	})
	got := []any{}
	for i, l := range c.Lines {
		if c.Clocks != nil {
			now = ticket.Unix(c.Clocks[i])
		}
		f.Process(&ticket.Batch{Lines: []ticket.Line{{Text: []byte(l)}}, Live: c.Live}, func(x *ticket.Failure) error {
			packed.Open(x)
			lines, data := []any{}, map[string]any{}
			for _, m := range x.Matches {
				lines = append(lines, m.String())
			}
			for _, v := range x.Fields {
				data[v.Name] = asJSON(v.Value)
			}
			got = append(got, []any{x.ID.String(), float64(min(x.Time, now)), lines, data})
			return nil
		})
	}
	return got
}

func asJSON(v any) any {
	switch v := v.(type) {
	case ticket.Set:
		return inOrder(v)
	case ticket.Tuple:
		return []any(v)
	}
	return v
}
