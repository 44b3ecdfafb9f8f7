package filter

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gaol/internal/failure"
	"gaol/internal/ticket"
)

// A specCase is one line of testdata/cases.jsonl: what the original did with an input.
type specCase struct {
	N    int
	ID   string
	Kind string
	In   struct {
		Now     float64
		TZ      string
		Filter  specFilter
		Filters []specFilter
		Steps   [][2]any // clock or nil, line
		Data    int
	}
	Out json.RawMessage
}

type specFilter struct {
	Prefregex            string
	Failregex            []string
	Ignoreregex          []string
	MaxLines             *int
	DatePattern          string
	UseDNS               string
	LogTimeZone          string
	FindTime             *float64
	MaxRetry, MaxMatches *int
	IgnoreCommand        string
	InOperation          *bool `json:"in_operation"`
}

func (s *specFilter) settings() Settings {
	return Settings{
		Prefregex: s.Prefregex, Failregex: s.Failregex, Ignoreregex: s.Ignoreregex, MaxLines: or(s.MaxLines, 0),
		DatePattern: s.DatePattern, UseDNS: s.UseDNS, LogTimeZone: s.LogTimeZone,
	}
}

func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

func specCases(t *testing.T, kind string) []specCase {
	t.Helper()
	in, err := os.Open("testdata/cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var cases []specCase
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if !strings.Contains(lines.Text(), `"kind": "`+kind+`"`) {
			continue
		}
		var c specCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	if len(cases) == 0 {
		t.Fatalf("no cases of kind %s", kind)
	}
	return cases
}

// aliased are cases in which the original's tickets share one set of user names, which goes on growing after the ban; ours
// show the names known at the time. The value is the number of names in each ban.
var aliased = map[string][]int{"mlf-two-users": {1, 2, 2, 2}}

func TestPipeCases(t *testing.T) {
	for _, c := range specCases(t, "pipe") {
		t.Run(c.ID, func(t *testing.T) {
			var want struct {
				Events  []any
				Pending map[string][2]float64
				Data    []map[string]any
			}
			if err := json.Unmarshal(c.Out, &want); err != nil {
				t.Fatal(err)
			}
			r := newRun(t, &c)
			for _, step := range c.In.Steps {
				if clock, ok := step[0].(float64); ok {
					r.now = ticket.Unix(clock)
				}
				r.line(step[1].(string))
			}
			if d := cmp.Diff(want.Events, r.events, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("events (-want +got):\n%s", d)
			}
			pending := map[string][2]float64{}
			for id := range want.Pending {
				if retry, failures, ok := r.pending(id); ok {
					pending[id] = [2]float64{retry, failures}
				}
			}
			if d := cmp.Diff(want.Pending, pending, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("pending (-want +got):\n%s", d)
			}
			if c.In.Data != 0 {
				for i, n := range aliased[c.ID] {
					users := want.Data[i]["users"].([]any)
					want.Data[i]["users"] = users[len(users)-n:]
				}
				if d := cmp.Diff(want.Data, r.data); d != "" {
					t.Errorf("data (-want +got):\n%s", d)
				}
			}
		})
	}
}

func TestCompileCases(t *testing.T) {
	for _, c := range specCases(t, "compile") {
		t.Run(c.ID, func(t *testing.T) {
			var want, got []string
			if err := json.Unmarshal(c.Out, &want); err != nil {
				t.Fatal(err)
			}
			for _, s := range c.In.Filters {
				if _, err := Compile(s.settings()); err != nil {
					got = append(got, err.Error())
				} else {
					got = append(got, "ok")
				}
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("results (-want +got):\n%s", d)
			}
		})
	}
}

// A run feeds lines to a filter and counts failures, as a jail would.
type run struct {
	t      *testing.T
	c      *specCase
	now    ticket.Unix
	filter *Filter
	table  *failure.Table
	live   bool
	events []any
	data   []map[string]any
	seen   map[string]*ticket.Failure
}

func newRun(t *testing.T, c *specCase) *run {
	t.Helper()
	s := &c.In.Filter
	p, err := Compile(s.settings())
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation(c.In.TZ)
	if err != nil {
		t.Fatal(err)
	}
	r := &run{t: t, c: c, now: ticket.Unix(c.In.Now), live: or(s.InOperation, true), seen: map[string]*ticket.Failure{}}
	findtime := or(s.FindTime, 600)
	r.filter = NewFilter(p, Env{
		Log:      slog.New(slog.NewTextHandler(t.Output(), nil)),
		Now:      func() ticket.Unix { return r.now },
		FindTime: func() float64 { return findtime },
		Resolve:  hosts{},
		Location: zone,
	})
	r.table = failure.New(failure.Settings{MaxRetry: or(s.MaxRetry, 3), FindTime: findtime, MaxMatches: or(s.MaxMatches, 5)})
	return r
}

// hosts is a name service.
type hosts map[string][]netip.Addr

func (h hosts) Addresses(name string) []netip.Addr { return h[name] }

func (r *run) line(text string) {
	b := &ticket.Batch{Source: "test.log", Lines: []ticket.Line{{Text: []byte(text)}}, Live: r.live}
	r.filter.Process(b, r.count)
}

func (r *run) count(f *ticket.Failure) error {
	if r.c.In.Filter.IgnoreCommand != "" && f.ID.String() == "192.0.2.1" {
		return nil // running commands is not the filter's business; the rule itself is tested in ignore
	}
	f.Time = min(f.Time, r.now)
	r.seen[f.ID.String()] = f
	retry, due := r.table.Add(f, 1, false)
	r.events = append(r.events, []any{"found", f.ID.String(), float64(f.Time), retry})
	if due == nil {
		return nil
	}
	var lines []any
	for _, m := range due.Matches {
		lines = append(lines, m.String())
	}
	r.events = append(r.events, []any{"ban", due.ID.String(), float64(due.Time), due.Retry, float64(due.Failures), lines})
	data := map[string]any{"failures": float64(due.Failures)}
	for _, x := range due.Fields {
		if users, ok := x.Value.(ticket.Set); ok {
			data[x.Name] = inOrder(users)
			continue
		}
		data[x.Name] = x.Value
	}
	r.data = append(r.data, data)
	return nil
}

// inOrder sorts the users of a connection, whose order in the original is by chance.
func inOrder(users ticket.Set) []any {
	list := slices.Clone([]any(users))
	slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return list
}

func (r *run) pending(id string) (retry, failures float64, ok bool) {
	f := r.seen[id]
	if f == nil {
		return 0, 0, false
	}
	retry, n, ok := r.table.Pending(f.ID)
	return retry, float64(n), ok
}
