package filter

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gaol/internal/pyre"
)

// TestCapturesApart compares what is captured in one go, where no names are shared, with the two put together.
func TestCapturesApart(t *testing.T) {
	apart, together, compared := 0, 0, 0
	for seed := range uint64(40) {
		c := connectionCase(rand.New(rand.NewPCG(seed, 9)))
		c.Failregex = append(c.Failregex, `^conn <ADDR>(?: for (?P<odd>\S+))?(?P<never>x)?`, `^bad(?: <F-ALT_USER>\S+</F-ALT_USER>)?$`,
			`^bad(?P<mlfid> \S+)?`, `^(?P<content>close)(?P<fid>)`)
		p, err := Compile(c.Settings)
		if err != nil {
			t.Fatal(err)
		}
		if p.prefregex == nil {
			continue
		}
		for _, r := range p.failregex {
			if r.apart {
				apart++
			} else {
				together++
			}
			slow := *r
			slow.apart = false
			for _, l := range c.Lines {
				if compareCaptures(t, p.prefregex, r, &slow, l[len("1700000000"):]+"\n") && r.apart {
					compared++
				}
			}
		}
	}
	if apart < 100 || together < 50 || compared < 200 {
		t.Errorf("%d expressions apart, %d not; %d captures compared", apart, together, compared)
	}
}

// compareCaptures compares what r and slow, which differ in nothing else, capture of a line, and reports whether they match it.
func compareCaptures(t *testing.T, prefix, r, slow *pattern, text string) bool {
	t.Helper()
	var pm, m pyre.Matcher
	whole := []byte(text)
	if !pm.Search(prefix.re, whole, 0, len(whole)) {
		return false
	}
	inner := whole
	if from, to := pm.Group(prefix.content); from < to {
		inner = append(whole[from:to:to], '\n')
	}
	if !m.Search(r.re, inner, 0, len(inner)) {
		return false
	}
	for _, dense := range []bool{false, true} {
		one, other := capturer{dense: dense}, capturer{dense: dense}
		got := fmt.Sprint(one.capture(prefix, &pm, whole, r, &m, inner).fields())
		want := fmt.Sprint(other.capture(prefix, &pm, whole, slow, &m, inner).fields())
		if got != want {
			t.Errorf("%s in %q: %s, want %s", r.expanded, text, got, want)
		}
	}
	return true
}
