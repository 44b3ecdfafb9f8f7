package pyre

import (
	"fmt"
	"testing"
)

const benchAddress = `\[?(?:(?:::f{4,6}:)?(?P<ip4>(?:\d{1,3}\.){3}\d{1,3})|(?P<ip6>(?:[\da-f]{1,4}::?|:){1,7}(?:[\da-f]{1,4}|:)))\]?`

// benchRegexes and benchLines are a small jail in the style of the ones of users.
var benchRegexes = []string{
	`^Refused login of (?P<user>\S+|.*?) at ` + benchAddress + `(?: port \d+)?$`,
	`^(?:error|fatal): (?:auth: )?wrong password for (?P<user>.*) from ` + benchAddress + `\s*$`,
	`^[uU]nknown account (?P<user>\S+) \(` + benchAddress + `\)`,
	`^connection (?:reset|closed) by (?:unauthenticated user \S+ )?` + benchAddress + `(?: \[early\])?$`,
	`^too many attempts: .* rhost=` + benchAddress + `(?:\s+user=(?P<user>\S*))?\s*$`,
	`^\S+ denied by rule \d+ for ` + benchAddress + `$`,
}

const benchPrefix = `^(?:\S+ )?(?:gate(?:\[\d+\])?:?\s+)(?:\[ID \d+\]\s+)?(?P<content>.+)$`

func benchLines() [][]byte {
	var lines [][]byte
	for i := range 200 {
		a := fmt.Sprintf("192.0.2.%d", i)
		for _, text := range []string{
			"session opened for user deploy by (uid=0)",
			"Refused login of root at " + a + " port 4022",
			"error: auth: wrong password for invalid user admin from " + a,
			"accepted key for deploy from " + a + " port 5022: SHA256:abcdefghijklmnopqrstuvwxyz0123456789",
			"connection closed by unauthenticated user pi " + a + " [early]",
		} {
			lines = append(lines, fmt.Appendf(nil, "srv%d gate[%d]: %s\n", i%3, 1000+i, text))
		}
	}
	return lines
}

// BenchmarkJail does with each line what a filter does: prefix, candidates, search.
func BenchmarkJail(b *testing.B) {
	prefix := mustCompile(b, benchPrefix, 0)
	var regexes []*Regexp
	for _, s := range benchRegexes {
		regexes = append(regexes, mustCompile(b, s, 0))
	}
	set, gate := NewSet(regexes), NewGate(prefix, regexes)
	lines := benchLines()
	content := prefix.SubexpIndex("content")
	var m Matcher
	var c Candidates
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		line := lines[i%len(lines)]
		if !gate.Open(line) || !m.Search(prefix, line, 0, len(line)) {
			continue
		}
		start, _ := m.Group(content)
		text := line[start:]
		c.Start(set, text)
		for k := c.Next(); k >= 0 && !m.Search(regexes[k], text, 0, len(text)); k = c.Next() {
		}
	}
}

// BenchmarkCompile compiles the regexes of that jail.
func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		mustCompile(b, benchRegexes[i%len(benchRegexes)], 0)
	}
}

// BenchmarkStock searches the sample lines of the original with its own regexes.
func BenchmarkStock(b *testing.B) {
	texts, regexes := stock(b)
	lines := make([][]byte, len(texts))
	for i, s := range texts {
		lines[i] = []byte(s)
	}
	compiled := make([]*Regexp, len(regexes))
	for i, r := range regexes {
		compiled[i] = mustCompile(b, r.pattern, r.flags)
	}
	type pair struct {
		re   *Regexp
		line []byte
	}
	var hits, misses []pair
	var m Matcher
	for i, re := range compiled {
		for k, line := range lines {
			if m.Search(re, line, 0, len(line)) {
				hits = append(hits, pair{re, line})
			} else if (i*31+k)%53 == 0 {
				misses = append(misses, pair{re, line})
			}
		}
	}
	run := func(pairs []pair) func(*testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; i < b.N; i++ {
				p := &pairs[i%len(pairs)]
				m.Search(p.re, p.line, 0, len(p.line))
			}
		}
	}
	b.Run("match", run(hits))
	b.Run("no match", run(misses))
	b.Run("compile", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; i < b.N; i++ {
			r := &regexes[i%len(regexes)]
			mustCompile(b, r.pattern, r.flags)
		}
	})
}
