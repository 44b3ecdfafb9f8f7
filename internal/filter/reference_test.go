package filter

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/pyre"
	"gaol/internal/ticket"
)

// slow searches one line the obvious way: no gate, no candidates, every expression compiled from its expanded text, and a new
// string for every step. It knows lines of one filter without connections, names or several lines.
func slow(t *testing.T, compiled map[string]*pyre.Regexp, p *Program, text string) (ids []string) {
	t.Helper()
	search := func(regex, text string) map[string]*string {
		re := compiled[regex]
		if re == nil {
			var err error
			if re, err = pyre.Compile(regex, 0); err != nil {
				t.Fatal(err)
			}
			compiled[regex] = re
		}
		var m pyre.Matcher
		if !m.Search(re, []byte(text), 0, len(text)) {
			return nil
		}
		groups := map[string]*string{}
		for i, name := range re.SubexpNames() {
			if name == "" {
				continue
			}
			groups[name] = nil
			if from, to := m.Group(i); from >= 0 {
				value := text[from:to]
				groups[name] = &value
			}
		}
		return groups
	}
	text += "\n"
	fail, ignore := p.Failregex(), p.Ignoreregex()
	ignored := func(text string) bool {
		for _, r := range ignore {
			if search(r, text) != nil {
				return true
			}
		}
		return false
	}
	if len(ignore) < len(fail)-2 && ignored(text) {
		return nil
	}
	all := map[string]*string{}
	if p.Prefregex() != "" {
		if all = search(p.Prefregex(), text); all == nil {
			return nil
		}
		if content := all["content"]; content != nil && *content != "" {
			text = *content + "\n"
		}
	}
	for _, r := range fail {
		groups := search(r, text)
		if groups == nil {
			continue
		}
		if ignored(text) {
			return nil
		}
		for name, value := range groups {
			if value != nil {
				all[name] = value
			}
		}
		for _, name := range []string{"fid", "ip4"} {
			if all[name] != nil {
				return []string{*all[name]}
			}
		}
		return nil // nobody in it: that ends the line, too
	}
	return nil
}

// words are what random lines and random expressions are made of.
var words = []string{"bad", "login", "from", "x", "ok", ";", "for", "user", "192.0.2.1", "192.0.2.77", "ä", "key refused", ""}

func pick(r *rand.Rand) string { return words[r.IntN(len(words))] }

func randomLine(r *rand.Rand) string {
	var parts []string
	for range 1 + r.IntN(6) {
		parts = append(parts, pick(r))
	}
	return strings.Join(parts, " ")
}

func randomRegex(r *rand.Rand, tag string) string {
	var b strings.Builder
	if r.IntN(3) > 0 {
		b.WriteString("^")
	}
	for range r.IntN(3) {
		switch r.IntN(5) {
		case 0:
			b.WriteString(".*?")
		case 1:
			b.WriteString("(?:" + pick(r) + "|" + pick(r) + ") ?")
		case 2:
			b.WriteString(`(?:\S+ )?`)
		default:
			b.WriteString(pyre.Quote(pick(r)) + " ?")
		}
	}
	if tag != "" {
		tag += []string{"", "", "?"}[r.IntN(3)]
	}
	b.WriteString(tag)
	if r.IntN(3) == 0 {
		b.WriteString("$")
	}
	return b.String()
}

func randomSettings(r *rand.Rand) Settings {
	var s Settings
	s.DatePattern, s.UseDNS = "{NONE}", "no"
	switch r.IntN(3) {
	case 0:
		s.Prefregex = randomRegex(r, "") + "<F-CONTENT>.*</F-CONTENT>"
	case 1:
		s.Prefregex = randomRegex(r, "(?:<IP4> )") + "<F-CONTENT>.+</F-CONTENT>$"
	}
	for range 1 + r.IntN(7) {
		s.Failregex = append(s.Failregex, randomRegex(r, []string{"(?:<IP4>)", "(?:<F-ID/>)"}[r.IntN(2)]))
	}
	for range r.IntN(3) {
		s.Ignoreregex = append(s.Ignoreregex, randomRegex(r, "")+pyre.Quote(words[r.IntN(len(words)-1)]))
	}
	return s
}

func TestLikeSlowReference(t *testing.T) {
	filters := 300
	if testing.Short() {
		filters = 60
	}
	found := 0
	var compiler Compiler
	for seed := range uint64(filters) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := randomSettings(r)
		p, err := compiler.Compile(s)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		f := NewFilter(p, Env{Log: slog.New(slog.DiscardHandler), Location: time.UTC})
		compiled := map[string]*pyre.Regexp{}
		for range 30 {
			line := randomLine(r)
			var got []string
			f.Process(&ticket.Batch{Lines: []ticket.Line{{Text: []byte(line)}}, Live: true}, func(x *ticket.Failure) error {
				got = append(got, x.ID.String())
				return nil
			})
			want := slow(t, compiled, p, line)
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("seed %d, line %q, filter %s (-slow +got):\n%s", seed, line, fmt.Sprintf("%+v", s), d)
			}
			found += len(got)
		}
	}
	if found < filters {
		t.Errorf("only %d failures in all lines: the comparison says little", found)
	}
}
