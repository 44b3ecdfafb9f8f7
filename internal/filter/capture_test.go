package filter

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
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

// compareCaptures compares what r and slow, which differ in nothing else, capture of a line, and both with what is captured briefly. It
// reports whether they match the line.
func compareCaptures(t *testing.T, prefix, r, slow *pattern, text string) bool {
	t.Helper()
	base, top, other := match{of: prefix, text: []byte(text)}, match{of: r}, match{of: slow}
	if !base.m.Search(prefix.re, base.text, 0, len(base.text)) {
		return false
	}
	top.text = base.text
	if from, to := base.m.Group(prefix.content); from < to {
		top.text = append(base.text[from:to:to], '\n')
	}
	other.text = top.text
	if !top.m.Search(r.re, top.text, 0, len(top.text)) || !other.m.Search(r.re, top.text, 0, len(top.text)) {
		return false
	}
	var full, slowly capturer
	all := full.capture(&base, &top)
	if got, want := fmt.Sprint(all.fields()), fmt.Sprint(slowly.capture(&base, &other).fields()); got != want {
		t.Errorf("%s in %q: %s, want %s", r.expanded, text, got, want)
	}
	for _, m := range []*match{&top, &other} {
		short := capturer{brief: true}
		compareBrief(t, r, text, all, short.capture(&base, m))
	}
	return true
}

// compareBrief compares what was captured of a line with what was captured briefly: which roles have a text, and the texts that there are.
func compareBrief(t *testing.T, r *pattern, text string, all, brief *values) {
	t.Helper()
	var there, full roleSet
	for i := range all.all {
		x := &all.all[i]
		if x.role == noRole || x.kind == absent {
			continue
		}
		there |= x.role.bit()
		if x.kind == single && len(x.text) > 0 {
			full |= x.role.bit()
		}
		if y := brief.find(x.role); y == nil && (len(x.text) == 0 || r.asks(x.role)) || y != nil && x.said() != y.said() {
			t.Errorf("%s in %q: briefly %v, want %v", r.expanded, text, y, *x)
		}
	}
	if mask := ^noRole.bit(); brief.there&mask != there || brief.full&mask != full {
		t.Errorf("%s in %q: roles %b, %b full; briefly %b, %b full", r.expanded, text, there, full, brief.there, brief.full)
	}
}

// asks reports whether the text of r's group with a role is asked for.
func (r *pattern) asks(of role) bool {
	return of.bit()&seldomAsked != 0 || slices.ContainsFunc(r.asked, func(p place) bool { return p.role == of })
}

// said prints what x says.
func (x *value) said() string {
	if x.kind == tuple {
		return fmt.Sprint(*x.parts)
	}
	return fmt.Sprintf("%d %q", x.kind, x.text)
}
