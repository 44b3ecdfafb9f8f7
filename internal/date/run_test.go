package date

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"gaol/internal/ticket"
)

// linesOf returns the lines of text.
func linesOf(text string) (lines []Line) {
	for from := 0; from < len(text); {
		to := from + strings.IndexByte(text[from:], '\n')
		lines = append(lines, Line{From: int32(from), To: int32(to)})
		from = to + 1
	}
	return lines
}

// runLog returns a text of which many lines side by side have the same date, in one of several forms.
func runLog(rnd *rand.Rand) string {
	format := []string{
		"Oct 30 02:30:0%[1]d host", "Feb 30 02:30:0%[1]d host", "2005-10-30 02:30:0%[1]d,%03[2]d some", "2005-10-30T02:30:0%[1]d.%06[2]d+01:00 host x",
		"[Sun Oct 30 02:30:0%[1]d.%06[2]d 2005] host", "[Sun Oct 30 02:30:0%[1]d 2005] host", "at 2005-10-30 02:30:0%[1]d host",
		"1130628%03[1]d host", "%[2]d.1.2 - [30/Oct/2005:02:30:0%[1]d +0200] host",
	}[rnd.Intn(9)]
	var text strings.Builder
	for range rnd.Intn(60) {
		line := fmt.Sprintf(format, rnd.Intn(40)/38, rnd.Intn(1000))
		line += []string{" sshd[1]: x", "", "2: 12345678", ": 12345678", "] 12345678"}[max(0, rnd.Intn(60)-55)]
		switch rnd.Intn(90) {
		case 0:
			line = []string{"", "no date", "2005-10-30 02:30:01 host some", "[[2005-10-30 02:30:01 host some"}[rnd.Intn(4)]
		case 1:
			at := rnd.Intn(len(line))
			line = line[:at] + string(rune(' '+rnd.Intn(95))) + line[at+1:]
		}
		text.WriteString(line + "\n")
	}
	return text.String()
}

// twins are detectors that have the same to do.
type twins struct{ one, other *Detector }

func newTwins(t *testing.T, pattern string, clock func() ticket.Unix) twins {
	t.Helper()
	var d [2]*Detector
	for i := range d {
		p, err := new(Cache).parseLocked(pattern, testYear, basePatterns)
		if err != nil {
			t.Fatal(err)
		}
		if d[i], err = newDetector(p, question{Zone: "Europe/Zurich"}); err != nil {
			t.Fatal(err)
		}
		d[i].clock = clock
	}
	return twins{d[0], d[1]}
}

// run has one ask for a run of lines and other search each of them, and returns how many these are.
func (d twins) run(t *testing.T, text string, lines []Line) int {
	t.Helper()
	var first Found
	n := d.one.Run([]byte(text), lines, &first)
	for i, l := range lines[:n] {
		line := []byte(text[l.From:l.To])
		want, found, err := findIn(d.other, line)
		got := first
		got.Start = int(l.Date - l.From)
		got.End += got.Start - first.Start
		if i == 0 && got != first || err != nil || !found || !want.OK || want != got || want.End >= len(line) {
			t.Fatalf("%q: in a run %+v, the first %+v, found %v, %+v, %v", line, got, first, found, want, err)
		}
		if here, there := around(text, l, first), around(text, lines[0], first); here != there {
			t.Fatalf("%q: between %q, that of the first line between %q", line, here, there)
		}
	}
	return n
}

// find has both search a line.
func (d twins) find(t *testing.T, line []byte) {
	t.Helper()
	want, _, _ := findIn(d.other, line)
	if got, _, _ := findIn(d.one, line); got != want {
		t.Fatalf("%q: got %+v, want %+v", line, got, want)
	}
}

// same checks that both have learnt the same.
func (d twins) same(t *testing.T, text string) {
	t.Helper()
	if a, b := d.one, d.other; a.place != b.place || !slices.EqualFunc(a.entries, b.entries, sameUse) {
		t.Fatalf("%q: learnt %v %v, want %v %v", text, a.Templates(), a.place, b.Templates(), b.place)
	}
}

// sameUse reports whether two entries are the same template and were used alike.
func sameUse(a, b entry) bool {
	return a.id == b.id && a.hits == b.hits && a.lastUsed == b.lastUsed && a.matched == b.matched && a.distance == b.distance
}

// around returns the bytes on either side of the date of l, which is as long as first.
func around(text string, l Line, first Found) string {
	before := ""
	if l.Date > l.From {
		before = text[l.Date-1 : l.Date]
	}
	end := int(l.Date) + first.End - first.Start
	return before + "|" + text[end:end+1]
}

// TestRunsAreWhatIsSearchedFor has one detector asked for runs of lines first, and another one that searches each line.
func TestRunsAreWhatIsSearchedFor(t *testing.T) {
	rnd := rand.New(rand.NewSource(5))
	saved, searched := map[string]int{}, 0
	for range 600 {
		now := ticket.Unix(1130628000)
		pattern := []string{"{^LN-BEG}", "", "^%Y-%m-%d %H:%M:%S", `^[^\[]*\[({DATE})`}[rnd.Intn(4)]
		d := newTwins(t, pattern, func() ticket.Unix { return now })
		for range 3 {
			text := runLog(rnd)
			for lines := linesOf(text); len(lines) > 0; {
				now += ticket.Unix(rnd.Intn(30) / 29)
				n := d.run(t, text, lines)
				saved[pattern] += n
				if n == 0 {
					d.find(t, []byte(text[lines[0].From:lines[0].To]))
					searched, n = searched+1, 1
				}
				lines = lines[n:]
				d.same(t, text)
			}
		}
	}
	for _, n := range saved {
		if n < 500 {
			t.Errorf("searches saved: %v: the comparison says little", saved)
		}
	}
	if searched < 2000 {
		t.Errorf("%d lines searched", searched)
	}
}
