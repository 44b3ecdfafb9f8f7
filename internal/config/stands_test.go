package config

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestStandingFilters evaluates filters again that are said to come to the same, and counts those that are and are not.
func TestStandingFilters(t *testing.T) {
	standing, others := standingFilters(t, inMemory(
		"filter.d/f.conf", "[Definition]\nfailregex = ^<p> <mode> %(q)s <HOST> <bantime> <<mode>-x>\n <pre-<mode>>\np = a<q>\nq = b<mode>\nmode = normal\npre-normal = n\npre-odd = <p>\n"+
			"r = %(port)s\nport = 1\nnormal-x = nx\n",
		"filter.d/init.conf", "[Definition]\nfailregex = ^<HOST> %(k)s\nk = d\n[Init]\nk = i\n",
		"filter.d/asks.conf", "[DEFAULT]\nbantime = 9\n[Definition]\nfailregex = ^<HOST> %(bantime)s\n",
		"filter.d/refers.conf", "[DEFAULT]\nbantime = 9\n[Definition]\nfailregex = ^<HOST> <w>\nw = %(bantime)s\n",
		"filter.d/families.conf", "[Definition]\nfailregex = ^<HOST> <x>\nx = 1\n[Definition?family=inet6]\nx = 2\n",
		"filter.d/slash.conf", "[Definition]\nfailregex = ^<HOST> <lib/z>\nlib/z = free\n[lib]\nz = other\n",
		"jail.conf", "[DEFAULT]\nenabled = true\nbackend = systemd\naction =\nfilter = f\n"+numbered(
			"", "bantime = 5", "port = 7", "filter = f[mode=odd]", "filter = f[q=<mode>]", "filter = f[Mode=odd]", "maxlines = 3", "failregex = ^own <HOST>",
			"filter = f[failregex=^x<HOST>]", "mode = odd", "filter = f[port=9]", "filter = f[port=<x>]", "filter = f[mode=]",
			"filter = init", "filter = asks", "filter = asks\nbantime = 5", "filter = refers", "filter = refers\nbantime = 5", "filter = families", "filter = slash",
		)))
	if standing < 5 || others < 5 {
		t.Errorf("%d filters stand and %d do not; the test is to see both", standing, others)
	}
}

func numbered(bodies ...string) string {
	var b strings.Builder
	for i, body := range bodies {
		fmt.Fprintf(&b, "[j%d]\n%s\n", i, body)
	}
	return b.String()
}

// TestRandomStandingFilters has filters whose values refer to each other, to brackets and to the jail in all ways there are.
func TestRandomStandingFilters(t *testing.T) {
	standing, others := 0, 0
	for seed := range uint64(2000) {
		s, o := standingFilters(t, randomFilter(rand.New(rand.NewPCG(seed, 1))))
		standing, others = standing+s, others+o
	}
	if standing < 300 || others < 300 {
		t.Errorf("%d filters stand and %d do not; the test is to see both", standing, others)
	}
}

// randomFilter is a jail with a filter. Its values mostly refer to such as come later, so that there are few circles.
func randomFilter(r *rand.Rand) Source {
	names := []string{"prefregex", "a", "b", "k", "m-x", "m-y", "usedns", "maxlines", "bantime", "mode", "port"}
	noise := []string{"x", "y", " ", "<", ">", "<b", "<HOST>", "<B>", "<lib/z>", "<m-<mode>>", "<m-<k>>"}
	value := func(from, most int) (v string) {
		for range r.IntN(most) {
			name := names[max(0, min(from-1+r.IntN(len(names)), len(names)-1))]
			switch r.IntN(5) {
			case 0, 1:
				v += "<" + name + ">"
			case 2:
				v += "%(" + []string{"mode", "port"}[r.IntN(2)] + ")s"
			default:
				v += noise[r.IntN(len(noise))]
			}
		}
		return v
	}
	some := func(chance, most int) (options []string) {
		for i, name := range names {
			if r.IntN(100) < chance {
				options = append(options, name+"="+value(i+1, most))
			}
		}
		return options
	}
	lines := func(options []string) string { return strings.Join(options, "\n") + "\n" }
	defaults := []string{"mode = x\nport =\n", lines(some(30, 3))}[r.IntN(4)/3]
	filter := "[DEFAULT]\n" + defaults + "[lib]\nz = <k>\n[Definition]\n" +
		"failregex = ^" + value(0, 8) + "<HOST>\n  x" + value(0, 8) + "\n" + lines(some(40, 4))
	if r.IntN(10) == 0 {
		filter += "[Init]\nk = i\n"
	}
	// Where brackets or the jail hold what ends an item or a value, all that would be tested is the reading of brackets.
	quiet := strings.NewReplacer(" ", "", "<b\n", "b\n", "%", "%%")
	jail := "[j]\nenabled = true\nbackend = systemd\naction =\n" + quiet.Replace(lines(some(10, 3))) +
		"filter = f[" + quiet.Replace(strings.Join(some(10, 2), ", ")) + "]\n"
	return inMemory("filter.d/f.conf", filter, "jail.conf", jail)
}

func TestStockFiltersStand(t *testing.T) {
	dir := copyTree(t, peerRoot(t)+"/etc/fail2ban")
	writeFile(t, dir+"/jail.local", "[DEFAULT]\nenabled = true\n")
	if standing, others := standingFilters(t, Dir(dir)); standing < 50 {
		t.Errorf("%d filters stand and %d do not", standing, others)
	}
}

// standingFilters reads the jails one by one, evaluates the filters again that are said to come to the same, and compares the options.
func standingFilters(t *testing.T, source Source) (standing, others int) {
	t.Helper()
	for _, name := range jailsOf(source) {
		r := newReader(Options{Source: source, AllowNoLogs: true, Only: name})
		set, _ := r.load("jail")
		drafts, err := r.drafts(set)
		if err != nil || len(drafts) == 0 || drafts[0].filter == nil {
			continue
		}
		d := drafts[0]
		if !d.same {
			others++
			continue
		}
		standing++
		first, _ := d.filterOptions()
		again, err := optionsAgain(d)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(asText(again), asText(first)); diff != "" {
			t.Errorf("%s: %s: -again +standing\n%s", name, d.filter.from.Raw, diff)
		}
	}
	return standing, others
}

func jailsOf(source Source) []string {
	set, err := newReader(Options{Source: source}).load("jail")
	if err != nil || set == nil {
		return nil
	}
	return set.Names()
}

func optionsAgain(d *draft) (*settings, error) {
	d.filter.asked = nil
	if err := d.filter.evaluateAgain(d.opts); err != nil {
		return nil, err
	}
	return d.filter.allOptions(&settings{})
}

// asText prints settings in order, with the places that they come from.
func asText(m *settings) (lines []string) {
	for name, s := range m.All() {
		lines = append(lines, fmt.Sprintf("%s = %q (%T %q) from %s", name, s.value, s.value, s.raw, s.from.At()))
	}
	return lines
}
