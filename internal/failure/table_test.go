package failure

import (
	"fmt"
	"net/netip"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

const start = ticket.Unix(1700000000)

func id(text string) addr.ID {
	x, err := addr.Parse(text)
	if err != nil {
		panic(err)
	}
	return x
}

func failureOf(who string, at ticket.Unix, lines ...string) *ticket.Failure {
	f := &ticket.Failure{ID: id(who), Time: start + at}
	for _, l := range lines {
		f.Matches = append(f.Matches, ticket.Match{After: l})
	}
	return f
}

var compareIDs = cmp.Options{cmp.Comparer(func(a, b addr.ID) bool { return a == b }), cmpopts.EquateEmpty()}

func TestCountAfterEachFailure(t *testing.T) {
	type step struct {
		at   ticket.Unix
		want float64
		ban  bool
	}
	tests := []struct {
		name     string
		settings Settings
		steps    []step
	}{
		{"fast failures add up", Settings{3, 600, 5}, []step{{0, 1, false}, {1, 2, false}, {2, 3, true}, {3, 1, false}}},
		{"span above findtime is scaled, not dropped", Settings{3, 10, 5}, []step{{0, 1, false}, {5, 2, false}, {11, 3, true}}},
		{"exactly findtime apart is inside", Settings{3, 10, 5}, []step{{0, 1, false}, {10, 2, false}}},
		{"slow failures never reach five", Settings{5, 100, 5}, []step{
			{0, 1, false}, {30, 2, false}, {60, 3, false}, {90, 4, false}, {130, 4, false}, {150, 4, false}, {250, 3, false},
		}},
		{"older line counts and moves nothing", Settings{2, 100, 5}, []step{
			{0, 1, false}, {1, 2, true}, {2, 1, false}, {-10, 2, true},
		}},
		{"half rounds to even", Settings{9, 10, 5}, []step{{0, 1, false}, {20, 1, false}}},
		{"maxretry 1 bans at once", Settings{1, 10, 5}, []step{{0, 1, true}, {0, 1, true}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			table := New(tt.settings)
			for i, s := range tt.steps {
				retry, due := table.Add(failureOf("192.0.2.1", s.at), 1, false)
				if retry != s.want || (due != nil) != s.ban {
					t.Errorf("failure %d at %v: count %v, banned %v; want %v, %v", i, s.at, retry, due != nil, s.want, s.ban)
				}
			}
		})
	}
}

// TestFailuresInOneMemory adds failures that lie in the same memory, one after the other, as a filter may hand them out.
func TestFailuresInOneMemory(t *testing.T) {
	table := New(Settings{3, 600, 5})
	var f ticket.Failure
	for _, x := range []*ticket.Failure{failureOf("192.0.2.1", 0, "one"), failureOf("192.0.2.2", 1, "two")} {
		f = *x
		table.Add(&f, 1, false)
	}
	f = *failureOf("192.0.2.1", 2, "three")
	table.Add(&f, 1, false)
	table.Add(&f, 1, true)
	f = *failureOf("192.0.2.2", 3, "four")
	table.Add(&f, 1, false)
	_, due := table.Add(failureOf("192.0.2.2", 4, "five"), 1, false)
	want := []ticket.Match{{After: "two"}, {After: "four"}, {After: "five"}}
	if due == nil || cmp.Diff(want, due.Matches) != "" {
		t.Errorf("banned is %+v, want one with %v", due, want)
	}
}

func TestTicketWhenDue(t *testing.T) {
	table := New(Settings{MaxRetry: 3, FindTime: 100, MaxMatches: 2})
	first := failureOf("192.0.2.1", 0, "a")
	first.IP, first.Fields = id("192.0.2.9"), ticket.Fields{{Name: "user", Value: "root"}}
	second := failureOf("192.0.2.1", 1, "b")
	second.Fields = ticket.Fields{{Name: "user", Value: "later"}}
	third := failureOf("192.0.2.1", 2, "c")
	third.Whole = true
	table.Add(first, 1, false)
	table.Add(second, 1, false)
	_, due := table.Add(third, 1, false)

	want := &ticket.Ban{
		Failure: ticket.Failure{
			ID: id("192.0.2.1"), IP: id("192.0.2.9"), Time: start + 2, Whole: true,
			Matches: []ticket.Match{{After: "b"}, {After: "c"}},
			Fields:  ticket.Fields{{Name: "user", Value: "root"}},
		},
		BanTime: ticket.Default, Count: 1, Failures: 3, Retry: 3,
	}
	if diff := cmp.Diff(want, due, compareIDs); diff != "" {
		t.Errorf("ticket (-want +got):\n%s", diff)
	}
	if table.Len() != 0 || table.Total() != 3 {
		t.Errorf("Len, Total = %d, %d, want 0, 3", table.Len(), table.Total())
	}
}

func TestMatchesKept(t *testing.T) {
	tests := []struct {
		name  string
		limit int
		first []string
		later []string
		want  string
	}{
		{"the last ones", 2, []string{"a"}, []string{"b", "c"}, "b\nc"},
		{"none", 0, []string{"a"}, []string{"b"}, ""},
		{"first attempt is not cut", 1, []string{"a", "b", "c"}, nil, "a\nb\nc"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			table := New(Settings{MaxRetry: 1 + len(tt.later), FindTime: 100, MaxMatches: tt.limit})
			_, due := table.Add(failureOf("192.0.2.1", 0, tt.first...), 1, false)
			for _, l := range tt.later {
				_, due = table.Add(failureOf("192.0.2.1", 0, l), 1, false)
			}
			if due == nil {
				t.Fatal("not due")
			}
			if got := ticket.JoinMatches(due.Matches); got != tt.want {
				t.Errorf("matches %q, want %q", got, tt.want)
			}
		})
	}
}

func TestKnownOffenderIsBannedEarlier(t *testing.T) {
	table := New(Settings{MaxRetry: 5, FindTime: 100, MaxMatches: 5})
	f := failureOf("192.0.2.1", 0, "a")
	table.Add(f, 1, false)
	retry, due := table.Add(f, 4, true)
	if retry != 5 || due == nil {
		t.Fatalf("count %v, due %v, want 5 and a ticket", retry, due)
	}
	if len(due.Matches) != 1 || due.Failures != 2 {
		t.Errorf("matches %v, failures %d; want the one line, 2", due.Matches, due.Failures)
	}
	if retry, due := table.Add(f, 4, true); retry != 0 || due != nil || table.Total() != 2 {
		t.Errorf("weight for an id no longer pending: %v, %v, total %d; want nothing counted", retry, due, table.Total())
	}
}

func TestLoweredMaxRetryMakesDue(t *testing.T) {
	table := New(Settings{MaxRetry: 5, FindTime: 100, MaxMatches: 5})
	for _, who := range []string{"192.0.2.9", "192.0.2.1", "192.0.2.5", "192.0.2.9", "192.0.2.1"} {
		table.Add(failureOf(who, 0), 1, false)
	}
	table.Apply(Settings{MaxRetry: 2, FindTime: 100, MaxMatches: 5})
	var got []string
	for _, b := range table.Due() {
		got = append(got, b.ID.String())
	}
	if diff := cmp.Diff([]string{"192.0.2.9", "192.0.2.1"}, got); diff != "" {
		t.Errorf("due (-want +got):\n%s", diff)
	}
	if retry, failures, ok := table.Pending(id("192.0.2.5")); retry != 1 || failures != 1 || !ok {
		t.Errorf("the third id: %v, %v, %v; want it untouched", retry, failures, ok)
	}
}

func TestCleanUp(t *testing.T) {
	table := New(Settings{MaxRetry: 5, FindTime: 10})
	table.Add(failureOf("192.0.2.1", 0), 1, false)
	table.Add(failureOf("192.0.2.2", 0.5), 1, false)
	table.CleanUp(start + 10)
	if _, _, ok := table.Pending(id("192.0.2.1")); ok {
		t.Error("an id exactly findtime old stayed")
	}
	if _, _, ok := table.Pending(id("192.0.2.2")); !ok {
		t.Error("an id younger than findtime went")
	}
}

// A flood of one-time offenders must stay cheap: 60 bytes each without lines.
func TestMemoryPerOffender(t *testing.T) {
	const n = 100_000
	table := New(Settings{MaxRetry: 5, FindTime: 600, MaxMatches: 5})
	before := heap()
	for i := range n {
		f := ticket.Failure{ID: id(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255)), Time: start}
		table.Add(&f, 1, false)
	}
	each := (heap() - before) / n
	t.Logf("%d bytes per offender", each)
	if each > 60 {
		t.Errorf("%d bytes per offender, want at most 60", each)
	}
	runtime.KeepAlive(table)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkAdd measures one failure, in a table that is saved every 10,000: of ever new offenders, and of some that fail five times.
func BenchmarkAdd(b *testing.B) {
	for _, times := range []int{1, 5} {
		b.Run(fmt.Sprint(times, " times each"), func(b *testing.B) {
			var table *Table
			var known Copy
			f := ticket.Failure{
				Matches: []ticket.Match{{Date: "Nov 26 00:59:01", After: " web01 sshd[4711]: Failed password for root from 192.0.2.1 port 40000 ssh2"}},
				Fields:  ticket.Fields{{Name: "mlfid", Value: " web01 sshd[4711]: "}, {Name: "user", Value: "root"}, {Name: "ip4", Value: "192.0.2.1"}},
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if i%100_000 == 0 {
					table = New(Settings{MaxRetry: 6, FindTime: 600, MaxMatches: 6})
					known = table.Copy()
				}
				if i%10_000 == 0 {
					table.Changes(&known, false)
				}
				n := i/(1000*times)*1000 + i%1000
				f.ID, f.Time = addr.From(netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)})), start+ticket.Unix(i)/1000
				table.Add(&f, 1, false)
			}
		})
	}
}
