package pyre

import (
	"testing"
)

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
