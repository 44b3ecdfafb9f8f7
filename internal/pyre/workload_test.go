package pyre

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"runtime"
	"testing"
	"time"

	"gaol/test/bench/logs"
)

// A workload is a log and the stock filter that reads it.
type workload struct {
	filter, log string
	attack      float64
}

var workloads = []workload{
	{"sshd", "auth", 0.5},
	{"sshd", "auth", 0.02},
	{"sshd[mode=aggressive]", "auth", 0.5},
	{"nginx-botsearch", "nginx-access", 0.3},
	{"nginx-http-auth", "nginx-error", 0.5},
	{"apache-auth", "apache-error", 0.5},
	{"postfix", "mail", 0.5},
	{"dovecot", "mail", 0.5},
	{"recidive", "fail2ban", 0.5},
}

// A stockFilter is the regexes of a filter of the original.
type stockFilter struct {
	prefix  *Regexp // nil when there is none
	regexes []*Regexp
}

// stockFilters returns the filters of all workloads.
func stockFilters(t testing.TB) []stockFilter {
	if _, err := os.Stat(peer); err != nil {
		t.Skip("no original to take filters from: ", err)
	}
	args := []any{peer}
	for _, w := range workloads {
		args = append(args, w.filter)
	}
	var filters []stockFilter
	for line := range pythonLines(t, "testdata/workloads.py", args...) {
		var prefix string
		var failregex []string
		var parts []json.RawMessage
		if err := json.Unmarshal(line, &parts); err != nil {
			t.Fatal(err)
		}
		if err := decodeAll(parts, &prefix, &failregex); err != nil {
			t.Fatal(err)
		}
		var f stockFilter
		if prefix != "" {
			f.prefix = mustCompile(t, prefix, 0)
		}
		for _, s := range failregex {
			f.regexes = append(f.regexes, mustCompile(t, s, 0))
		}
		filters = append(filters, f)
	}
	return filters
}

// logDate is a date in one of the logs, of which only the brackets around it stay.
var logDate = regexp.MustCompile(`\w{3} [ \d]\d [\d:]{8}|\w{3} \w{3} \d\d [\d:.]+ \d{4}|\d{4}[-/]\d\d[-/]\d\d [\d:,]+|\d\d/\w{3}/\d{4}[\d:]+ \+\d{4}`)

// lines returns lines of the log without their dates, each with its line feed.
func (w *workload) lines(t testing.TB, n int) [][]byte {
	var log bytes.Buffer
	o := logs.Options{Lines: n, Attack: w.attack, Hosts: 200, End: time.Unix(1790000000, 0).UTC(), Span: time.Hour, Seed: 1}
	if err := logs.Write(&log, w.log, o); err != nil {
		t.Fatal(err)
	}
	var lines [][]byte
	for line := range bytes.Lines(log.Bytes()) {
		at := logDate.FindIndex(line)
		if at == nil {
			t.Fatalf("no date in %q", line)
		}
		lines = append(lines, append(bytes.Clone(line[:at[0]]), line[at[1]:]...))
	}
	return lines
}

// A searcher does with a line what a filter does that wants all matches.
type searcher struct {
	stockFilter
	gate          *Gate
	set           *Set
	content       int
	first, second Matcher
	candidates    Candidates
}

func newSearcher(f stockFilter) *searcher {
	s := &searcher{stockFilter: f, set: NewSet(f.regexes), gate: NewGate(f.prefix, f.regexes)}
	if f.prefix != nil {
		s.content = f.prefix.SubexpIndex("content")
	}
	return s
}

// search calls found, if not nil, for each regex that matches.
func (s *searcher) search(line []byte) (tried, matched int) {
	if !s.gate.Open(line) {
		return 0, 0
	}
	if s.prefix != nil {
		if !s.first.Search(s.prefix, line, 0, len(line)) {
			return 0, 0
		}
		if start, _ := s.first.Group(s.content); start >= 0 {
			line = line[start:]
		}
	}
	s.candidates.Start(s.set, line)
	for i := s.candidates.Next(); i >= 0; i = s.candidates.Next() {
		tried++
		if s.second.Search(s.regexes[i], line, 0, len(line)) {
			matched++
		}
	}
	return tried, matched
}

// BenchmarkWorkload searches the lines of a log like a jail with a filter of the original. Beside the time that passes
// it reports that of the processor, which is what counts on a busy machine.
func BenchmarkWorkload(b *testing.B) {
	for i, f := range stockFilters(b) {
		w := workloads[i]
		name := w.filter
		if w.attack < 0.1 {
			name += ", quiet"
		}
		lines := w.lines(b, 4000)
		s := newSearcher(f)
		b.Run(name, func(b *testing.B) {
			tried, matched := 0, 0
			measure(b, func(i int) {
				n, k := s.search(lines[i%len(lines)])
				tried, matched = tried+n, matched+k
			})
			b.ReportMetric(float64(tried)/float64(b.N), "tried/op")
			b.ReportMetric(float64(matched)/float64(b.N), "matched/op")
		})
		if f.prefix == nil {
			continue
		}
		b.Run(name+", prefix", func(b *testing.B) {
			measure(b, func(i int) {
				line := lines[i%len(lines)]
				s.first.Search(s.prefix, line, 0, len(line))
			})
		})
	}
}

// measure times calls of search.
func measure(b *testing.B, search func(i int)) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	b.ReportAllocs()
	b.ResetTimer()
	start := cpuTime(b)
	for i := range b.N {
		search(i)
	}
	b.ReportMetric(float64((cpuTime(b)-start).Nanoseconds())/float64(b.N), "cpu-ns/op")
}
