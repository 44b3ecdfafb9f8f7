package pyre

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// hostileSize is the longest line that the server hands to a regex.
const hostileSize = 64 << 10

// hostile are pairs of a pattern and the repeated part of a line, such that
// backtracking without memory takes time beyond all bounds.
var hostile = []struct {
	name, pattern   string
	head, pump, end string
}{
	{"nested plus", `^(a+)+$`, "", "a", "!"},
	{"nested star, searched", `(a*)*b`, "", "a", ""},
	{"alternatives that overlap", `^(a|a)*$`, "", "a", "!"},
	{"alternatives of two lengths", `^(a|aa)+$`, "", "a", "!"},
	{"three dots", `a.*b.*c`, "", "ab", ""},
	{"five dots", `.*a.*b.*c.*d.*e`, "", "abcd", ""},
	{"lazy dots", `^.*?a.*?b.*?c.*?d$`, "", "abc", ""},
	{"word then sign, searched", `\w+@`, "", "a", ""},
	{"space to the end, searched", `\s+$`, "", " ", "x"},
	{"fields", `^(?:\s*\w+\s*:?)*\s*<$`, "", "ab: ", ""},
	{"quoted strings", `^("[^"]*"|[^" ]|"")*$`, "", `"`, `x" `},
	{"bounded in unbounded", `^(?:\w{0,256} ?)*!$`, "", "a", ""},
	{"bounded in bounded", `^(?:a{0,30}){0,30}b`, "", "a", ""},
	{"look-ahead in a loop", `^(?:(?=.*b)a)*$`, "", "a", "b"},
	{"look-ahead in a loop, no match", `^(?:(?=.*b)a)*$`, "", "a", ""},
	{"negative look-ahead in a loop", `^(?:(?!.*b)a)*$`, "", "a", "!"},
	{"atomic in a loop", `^(?:(?>a+|b)?a?)*c`, "", "aab", ""},
	{"atomic, searched", `(?>(?:a|ab)*)c`, "", "aba", ""},
	{"atomic over the rest, searched", `(?>(?:a|b)*)c`, "", "aba", ""},
	{"possessive group, searched", `(?:ab|a|b)*+c`, "", "aba", ""},
	{"atomic in atomic, searched", `(?>(?:(?>(?:a|b)*)x?)*)c`, "", "aba", ""},
	{"possessive, searched", `[ab]++c`, "", "ab", ""},
	{"condition in a loop", `^(?:(a)|(?(1)a?b|b)|.)*c$`, "", "aab", ""},
	{"lines", `(?m)^\s*(\S+\s*)+:$`, "", "ab \n", ""},
	{"not ASCII", `^(?:é+)+$`, "", "é", "!"},
	{"not ASCII, searched", `[é-ö]+x`, "", "é", ""},
	{"case ignored", `(?i)(?:k+s*)+!`, "", "kK", ""},
	{"empty loops", `^(?:(?:a?)*?b?)*?c`, "", "ab", ""},
	{"nullable three deep", `^(?:(?:(?:a*)*b*)*c*)*$`, "", "abc", "!"},
	{"optional chain", `^` + strings.Repeat("a?", 30) + strings.Repeat("a", 30) + `b`, "", "a", ""},
	{"look-behind in a loop", `(?:(?<=a)a|a)*b`, "", "a", ""},
	{"address before a dot, searched", `(?:\d{1,3}\.){3}\d{1,3}:`, "", "1.", ""},
	{"host name", `^.*? from [\w\-.^_]*\w: .*? from [\w\-.^_]*\w$`, "", " from a", ""},
	{"empty quotes", `^(?:[^"]*(?:"[^"]*")?)*x$`, "", `"`, ""},
	{"words before an address", `^\S+(?: \S+)* (?:\S+ )*(?P<ip>\d+\.\d+)$`, "", "ab ", ""},
	{"structured data", `^(?:\[[^\]]*\]\s*|\S+\s*)*:$`, "", "[a] ", ""},
}

// possible are pairs in which a look at the text from its end does not tell that there is no match.
var possible = []struct {
	name, pattern   string
	head, pump, end string
}{
	{"negative look-ahead in a loop", `^(?:(?!.*b!)[ab!])*$`, "", "ab", "b!"},
	{"negative look-ahead before each", `^(?:(?!b+c)[abc])*$`, "", "ab", "bc"},
	{"word edges", `^(?:\w+\B\W*)*!$`, "", "ab ", "!"},
	{"word edges, searched", `(?:a\B|a\b|b)+\Bx`, "", "ab", " x"},
	{"condition in a loop", `^(?:(a)|(?(1)a?b|c))*e$`, "", "aab", "ce"},
	{"atomic", `^(?:(?>a|ab)c?)*$`, "", "aab", "c"},
	{"atomic over the rest, searched", `(?>(?:a|b|c)*)c`, "", "aba", "c"},
	{"atomic over the rest in ones and twos, searched", `(?>(?:a|bb?|c)*)c`, "", "aba", "c"},
	{"possessive over the rest, searched", `[abc]*+c`, "", "ab", "c"},
	{"counted beyond what is counted ahead", `^(?:a{20,30}b)*c`, "", strings.Repeat("a", 31) + "b", "c"},
	{"line begins", `(?m)^(?:^a+\n?)*^b`, "", "a\na", "\nab"},
}

// limited are such pairs with a counted group or a back-reference. Their time is bounded
// by the length of the line times the count, or by the number of steps when that is too
// much.
var limited = []struct {
	name, pattern, pump, end string
	truncated                bool
}{
	{"counted group, searched", `(?:ab?){200}c`, "ab", "", false},
	{"counted group", `^(?:a?b?){1000}c`, "ab", "", false},
	{"counted group that could match", `^(?:a?b?){1000}c`, "ab", "c", true},
	{"huge counted group", `(?:a|b|ab){30000}c`, "ab", "", false},
	{"huge counted group that could match", `(?:a|b|ab){70000}c`, "ab", "c", true},
	{"look-ahead with a group in a loop", `^(?:(?=(a*)(a*)b)a)*c$`, "a", "b", false},
	{"look-ahead with a group in a loop that could match", `^(?:(?=(a*)(a*)b)[ab])*$`, "a", "ab", true},
	{"back-references", `^(a*)(a*)(a*)\1\2\3b`, "a", "", false},
	{"back-references that could match", `^(a*)(a*)(a*)\1\2\3b`, "a", "cb", true},
	{"back-reference, searched", `(\w+).*\1!`, "ab", "", false},
	{"back-reference, searched, that could match", `(\w+).*\1!`, "ab", "?!", true},
	{"back-reference without case", `(?i)^(\w+)(\w*)\1\2!$`, "aA", "?!", true},
	{"quotes of one kind", `^(?:(["'])(?:\\.|[^\\])*?\1\s*)*$`, `"a'b" `, "!", true},
}

// cpuTime returns the time that this thread has used, which other work on the machine
// does not lengthen.
func cpuTime(t testing.TB) time.Duration {
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func hostileLine(head, pump, end string) []byte {
	n := (hostileSize - len(head) - len(end)) / len(pump)
	return []byte(head + strings.Repeat(pump, n) + end)
}

// searchTimed searches line with a fresh matcher, and fails if that takes more steps than allowed.
func searchTimed(t *testing.T, pattern string, line []byte, allowed int) *Matcher {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	re := mustCompile(t, pattern, 0)
	m := Matcher{plain: true}
	start := cpuTime(t)
	found := m.Search(re, line, 0, len(line))
	took := cpuTime(t) - start
	seen := 0
	if f := m.foresights[re.program()]; f != nil {
		seen = f.spent
	}
	t.Logf("%v in %v: %d steps, %d spots seen", found, took, m.work, seen)
	if m.work > allowed || seen > 2*foreseeCost {
		t.Errorf("%d steps, want at most %d, and %d spots, want at most %d", m.work, allowed, seen, 2*foreseeCost)
	}
	return &m
}

// TestHostile searches lines of the greatest length. Steps are counted, for time tells more about the machine: without
// looking ahead and remembering most would take longer than anyone can wait. A step takes some 20 to 100 ns.
func TestHostile(t *testing.T) {
	for _, tt := range hostile {
		t.Run(tt.name, func(t *testing.T) {
			m := searchTimed(t, tt.pattern, hostileLine(tt.head, tt.pump, tt.end), 4_000)
			if m.Truncated() {
				t.Error("gave up")
			}
		})
	}
	for _, tt := range possible {
		t.Run("possible: "+tt.name, func(t *testing.T) {
			m := searchTimed(t, tt.pattern, hostileLine(tt.head, tt.pump, tt.end), 4*hostileSize)
			if m.Truncated() {
				t.Error("gave up")
			}
		})
	}
	for _, tt := range limited {
		t.Run(tt.name, func(t *testing.T) {
			m := searchTimed(t, tt.pattern, hostileLine("", tt.pump, tt.end), 2*workLimit)
			if m.Truncated() != tt.truncated {
				t.Errorf("gave up: %v, want %v", m.Truncated(), tt.truncated)
			}
		})
	}
}

// TestHostileRead has automata read those lines, if there can be any.
func TestHostileRead(t *testing.T) {
	read := 0
	for _, tt := range slices.Concat(hostile, possible) {
		re := mustCompile(t, tt.pattern, 0)
		line := string(hostileLine(tt.head, tt.pump, tt.end))
		reader, plain := Matcher{}, Matcher{plain: true}
		got, want := spans(&reader, re, line, 0, len(line)), spans(&plain, re, line, 0, len(line))
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", tt.name, got, want)
		}
		if a := re.automaton.Load(); a != nil {
			read++
			if steps := a.learner.follower.steps; steps > mostSteps+mostPlaces {
				t.Errorf("%s: %d steps to learn", tt.name, steps)
			}
		}
	}
	if read < 10 {
		t.Errorf("%d of the patterns have automata: too few to compare", read)
	}
}

func BenchmarkHostile(b *testing.B) {
	for _, tt := range hostile {
		b.Run(tt.name, func(b *testing.B) {
			re := mustCompile(b, tt.pattern, 0)
			line := hostileLine(tt.head, tt.pump, tt.end)
			var m Matcher
			for b.Loop() {
				m.Search(re, line, 0, len(line))
			}
		})
	}
}
