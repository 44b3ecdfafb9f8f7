package pyre

import (
	"strings"
	"testing"
	"time"
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
	{"counted group", `^(?:a?b?){1000}c`, "", "ab", ""},
	{"counted group, searched", `(?:ab?){200}c`, "", "ab", ""},
	{"huge counted group", `(?:a|b|ab){30000}c`, "", "ab", ""},
	{"look-ahead in a loop", `^(?:(?=.*b)a)*$`, "", "a", "b"},
	{"look-ahead in a loop, no match", `^(?:(?=.*b)a)*$`, "", "a", ""},
	{"negative look-ahead in a loop", `^(?:(?!.*b)a)*$`, "", "a", "!"},
	{"look-ahead with a group in a loop", `^(?:(?=(a*)(a*)b)a)*c$`, "", "a", "b"},
	{"atomic in a loop", `^(?:(?>a+|b)?a?)*c`, "", "aab", ""},
	{"atomic, searched", `(?>(?:a|ab)*)c`, "", "aba", ""},
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

// TestHostile runs them on lines of the greatest length. The bound is generous: without
// memory most would take longer than anyone can wait.
func TestHostile(t *testing.T) {
	for _, tt := range hostile {
		t.Run(tt.name, func(t *testing.T) {
			re := mustCompile(t, tt.pattern, 0)
			line := tt.head + strings.Repeat(tt.pump, (hostileSize-len(tt.head)-len(tt.end))/len(tt.pump)) + tt.end
			text := []byte(line)
			var m Matcher
			start := time.Now()
			found := m.Search(re, text, 0, len(text))
			took := time.Since(start)
			t.Logf("%v in %v, rows %d width %d work %d", found, took, len(re.prog.rows), re.prog.memoWidth, m.work)
			if took > 250*time.Millisecond {
				t.Errorf("took %v", took)
			}
			if m.Truncated() {
				t.Error("gave up")
			}
		})
	}
}
