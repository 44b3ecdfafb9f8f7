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
		"Oct 30 02:30:%02[1]d host", "Feb 30 02:30:%02[1]d host", "Oct 31 01:20:%02[1]d host", "2005-10-30 02:30:%02[1]d,%03[2]d some",
		"2005-10-30T02:30:%02[1]d.%06[2]d+01:00 host x", "[Sun Oct 30 02:30:%02[1]d.%06[2]d 2005] host", "[Sun Oct 30 02:30:%02[1]d 2005] host",
		"at 2005-10-30 02:30:%02[1]d host", "02:30:00 2005-10-%02[1]d host", "1130628%03[1]d host", "%[2]d.1.2 - [30/Oct/2005:02:30:%02[1]d +0200] host",
	}[rnd.Intn(11)]
	often := 1 + rnd.Intn(20)
	second := 0
	var text strings.Builder
	for range rnd.Intn(60) {
		if rnd.Intn(often) == 0 {
			second = []int{rnd.Intn(61), rnd.Intn(6)}[rnd.Intn(2)]
		}
		line := fmt.Sprintf(format, second, rnd.Intn(1000))
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

// twins are detectors that have the same to do. The other one only goes by regular expressions.
type twins struct {
	one, other *Detector
	others     int // lines of runs that tell another second than the first one
}

func newTwins(t *testing.T, pattern string, clock func() ticket.Unix) *twins {
	t.Helper()
	p, err := new(Cache).parseLocked(pattern, testYear, basePatterns)
	if err != nil {
		t.Fatal(err)
	}
	d, err := newDetector(p, question{Zone: "Europe/Zurich"})
	if err != nil {
		t.Fatal(err)
	}
	d.clock = clock
	return &twins{one: d, other: plain(d)}
}

// run has one ask for a run of lines and other search each of them, and returns how many these are.
func (d *twins) run(t *testing.T, text string, lines []Line) int {
	t.Helper()
	var first Found
	n := d.one.Run([]byte(text), lines, &first)
	for i, l := range lines[:n] {
		line := []byte(text[l.From:l.To])
		want, found, err := findIn(d.other, line)
		got := first
		got.Start = int(l.Date - l.From)
		got.End += got.Start - first.Start
		got.Time += ticket.Unix(l.After)
		if l.After != 0 {
			d.others++
		}
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
func (d *twins) find(t *testing.T, line []byte) {
	t.Helper()
	want, _, _ := findIn(d.other, line)
	if got, _, _ := findIn(d.one, line); got != want {
		t.Fatalf("%q: got %+v, want %+v", line, got, want)
	}
}

// same checks that both have learnt the same.
func (d *twins) same(t *testing.T, text string) {
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
	saved, searched, others := map[string]int{}, 0, 0
	for range 900 {
		now := ticket.Unix(1130627995 + rnd.Intn(70)) // a day before a minute of which a part is or will be too far ahead to be of this year
		pattern := []string{"{^LN-BEG}", "", "^%Y-%m-%d %H:%M:%S", `^[^\[]*\[({DATE})`, "^%H:%M:%S %Y-%m-%d"}[rnd.Intn(5)]
		d := newTwins(t, pattern, func() ticket.Unix { return now })
		for range 3 {
			text := runLog(rnd)
			for lines := linesOf(text); len(lines) > 0; {
				now += ticket.Unix(rnd.Intn(10) / 9)
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
		others += d.others
	}
	for _, n := range saved {
		if n < 100 {
			t.Errorf("searches saved: %v: the comparison says little", saved)
		}
	}
	if searched < 2000 || others < 2000 {
		t.Errorf("%d lines searched, %d of another second than that of a run", searched, others)
	}
}

// TestYearChangesWithinAMinute has dates without a year while the time comes from which on they are of this year.
func TestYearChangesWithinAMinute(t *testing.T) {
	rnd, others := rand.New(rand.NewSource(7)), 0
	for range 100 {
		now := ticket.Unix(1130628000 - 10) // 01:19:50 on the day before
		d := newTwins(t, "{^LN-BEG}", func() ticket.Unix { return now })
		for ; now < 1130628000+70; now += ticket.Unix(1 + rnd.Intn(20)) {
			text := ""
			for range 1 + rnd.Intn(8) {
				text += fmt.Sprintf("Oct 31 01:20:%02d host sshd[1]: x\n", []int{30, rnd.Intn(60)}[rnd.Intn(2)])
			}
			for lines := linesOf(text); len(lines) > 0; {
				n := 0
				if rnd.Intn(2) == 0 {
					n = d.run(t, text, lines)
				}
				if n == 0 {
					d.find(t, []byte(text[lines[0].From:lines[0].To]))
					n = 1
				}
				lines = lines[n:]
			}
		}
		d.same(t, "")
		others += d.others
	}
	if others < 100 {
		t.Errorf("%d lines of another second than that of their run", others)
	}
}
