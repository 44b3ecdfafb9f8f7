package pyre

import (
	"slices"
	"strings"
	"testing"
)

// FuzzSearch compiles any pattern and searches any text, and compares what is found with
// and without remembering failures, and by an automaton.
func FuzzSearch(f *testing.F) {
	for _, tt := range hostile {
		f.Add(tt.pattern, tt.head+strings.Repeat(tt.pump, 8)+tt.end, uint32(0))
	}
	for _, tt := range limited {
		f.Add(tt.pattern, strings.Repeat(tt.pump, 8)+tt.end, uint32(0))
	}
	f.Add(`(?P<a>x)(?P=a)(?(a)y|z)`, "xxy\xff\xc3", uint32(IgnoreCase|MultiLine))
	f.Add(`(?x) a # b`, "a", uint32(Verbose|DotAll|ASCII))
	f.Add(`(?>a+|(?:b|ab){2,})*+(?<!a)[^\W\d]?\B`, "aababb_", uint32(0))
	f.Add("\\ \xb2+", " \xf3", uint32(0))
	f.Fuzz(func(t *testing.T, pattern, text string, flags uint32) {
		if len(pattern) > 300 || len(text) > 600 {
			return
		}
		re, err := Compile(pattern, Flags(flags)&(IgnoreCase|MultiLine|DotAll|Verbose|ASCII))
		if err != nil {
			return
		}
		plain, late, early, reader := Matcher{mode: memoNever}, Matcher{plain: true}, Matcher{mode: memoEarly}, Matcher{}
		want := spans(&plain, re, text, 0, len(text))
		for _, m := range []*Matcher{&reader, &late, &early} {
			got := spans(m, re, text, 0, len(text))
			if !plain.Truncated() && !m.Truncated() && !slices.Equal(got, want) {
				t.Errorf("%q flags %b on %q, modes %v and %v: %v, want %v", pattern, flags, text, m.mode, m.plain, got, want)
			}
		}
		var quick Matcher
		if got := spans(&quick, hastened(re), text, 0, len(text)); !plain.Truncated() && !quick.Truncated() && !slices.Equal(got, want) {
			t.Errorf("%q flags %b on %q, with jumps: %v, want %v", pattern, flags, text, got, want)
		}
		if want != nil && !NewGate(nil, []*Regexp{re}).Open([]byte(text)) {
			t.Errorf("%q is gated from %q, which it matches", pattern, text)
		}
	})
}
