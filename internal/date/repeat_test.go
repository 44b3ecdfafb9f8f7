package date

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"

	"gaol/internal/ticket"
)

// repeats reports whether d will find the date of text at once.
func repeats(d *Detector, text []byte) bool {
	twin := *d
	twin.entries = slices.Clone(d.entries)
	return twin.again(text, new(Found))
}

// TestRepeatsAreWhatIsSearchedFor has lines that tell the second of the line before, or nearly so: with other digits in the
// fraction, other bytes before, in and behind the date, and at another time.
func TestRepeatsAreWhatIsSearchedFor(t *testing.T) {
	rnd := rand.New(rand.NewSource(4))
	odd := []string{"2", " ", ".", ",", "+", "-", "Z", "[", "x", "_", "é", ":", "\t", "0"}
	repeated := map[string]int{}
	for _, c := range []struct{ pattern, line string }{
		{"{^LN-BEG}", "Dec 31 23:59:59 host sshd[1]: x"},
		{"", "Oct 30 02:30:00 host sshd[1]: x"},
		{"", "[Sun Oct 30 02:30:00.%06d 2005] [x]"},
		{"{^LN-BEG}", "[Sun Oct 30 02:30:00.%06d 2005] [x]"},
		{"{^LN-BEG}", "2005-10-30T02:30:00.%06d+01:00 host x"},
		{"", "2005-10-30T02:30:00.%06dZ host sshd"},
		{"{^LN-BEG}", "2005-10-30 02:30:00,%03d some name"},
		{"", "<2005/10/30 02:30:00> [error] 12#12"},
		{"", "192.0.2.1 - - [30/Oct/2005:02:30:00 +0200] \"GET /"},
		{`^[^\[]*\[({DATE})` + "\n{^LN-BEG}", "192.0.2.1 - - [30/Oct/2005:02:30:00 +0200] \"GET /"},
		{"^%Y-%m-%d %H:%M:%S", "2005-10-30 02:30:00 host sshd[1]: x"},
		{"%d-%m %H:%M:%S", "at 31-12 23:59:59 host sshd[1]: x"},
		{"{^LN-BEG}", "1130628000 10 192.0.2.1 TCP_DENIED/403"},
	} {
		p, err := new(Cache).parseLocked(c.pattern, testYear, basePatterns)
		if err != nil {
			t.Fatal(err)
		}
		for range 60 {
			now := ticket.Unix(1130628000)
			d, err := newDetector(p, question{Zone: "Europe/Zurich"})
			if err != nil {
				t.Fatal(err)
			}
			asked := 0
			d.clock = func() ticket.Unix { // by this detector and its twin in turn
				asked++
				return now + ticket.Unix((asked-1)/20*700)
			}
			var lines []string
			for len(lines) < 100 {
				line := c.line
				if slices.Contains([]byte(line), '%') {
					line = fmt.Sprintf(line, rnd.Intn(1000))
				}
				if rnd.Intn(4) == 0 {
					at := rnd.Intn(len(line) + 1)
					line = line[:at] + odd[rnd.Intn(len(odd))] + line[min(len(line), at+rnd.Intn(2)):]
				}
				lines = append(lines, line)
			}
			counted := *d
			counted.matcher, counted.spare = newMatchers()
			counted.entries = slices.Clone(d.entries)
			for _, line := range lines {
				if repeats(&counted, []byte(line)) {
					repeated[c.line]++
				}
				_, _, _ = findIn(&counted, []byte(line))
			}
			asked = 0
			if _, diff := sameAsPlain(d, lines); diff != "" {
				t.Fatalf("%q: %s", c.pattern, diff)
			}
		}
		if epoch := c.line[:2] == "11"; repeated[c.line] < 1000 && !epoch {
			t.Errorf("%q: %d of 6000 lines found at once", c.line, repeated[c.line])
		}
	}
}

// TestAgainSavesASearch has one detector asked for the date of the line before first, and another one that searches at once.
func TestAgainSavesASearch(t *testing.T) {
	rnd := rand.New(rand.NewSource(5))
	saved, searched := 0, 0
	for range 40 {
		now := ticket.Unix(1130628000)
		pattern := []string{"{^LN-BEG}", "", "^%Y-%m-%d %H:%M:%S", `^[^\[]*\[({DATE})`}[rnd.Intn(4)]
		var detectors [2]*Detector
		for i := range detectors {
			p, err := new(Cache).parseLocked(pattern, testYear, basePatterns)
			if err != nil {
				t.Fatal(err)
			}
			if detectors[i], err = newDetector(p, question{Zone: "Europe/Zurich"}); err != nil {
				t.Fatal(err)
			}
			detectors[i].clock = func() ticket.Unix { return now }
		}
		format := []string{
			"Oct 30 02:30:0%[1]d host", "Feb 30 02:30:0%[1]d host", "2005-10-30 02:30:0%[1]d,%03[2]d some", "2005-10-30T02:30:0%[1]d.%03[2]d+01:00 host x",
			"[Sun Oct 30 02:30:0%[1]d 2005] host", "at 2005-10-30 02:30:0%[1]d host", "1130628%03[1]d host",
		}[rnd.Intn(7)]
		for range 300 {
			now += ticket.Unix(rnd.Intn(30) / 29)
			line := []byte(fmt.Sprintf(format, rnd.Intn(40)/38, rnd.Intn(1000)) + []string{" sshd[1]: x", "", "2: 12345678", ": 12345678"}[rnd.Intn(60)/57])
			if rnd.Intn(30) == 0 {
				line = []byte([]string{"", "no date", "2005-10-30 02:30:01 host some", "[[2005-10-30 02:30:01 host some"}[rnd.Intn(4)])
			}
			want, found, err := findIn(detectors[1], line)
			var again Found
			if detectors[0].Again(line, &again) {
				saved++
				if err != nil || !found || !want.OK || want != again || want.Start == want.End {
					t.Fatalf("%q: again %+v, found %v, %+v, %v", line, again, found, want, err)
				}
			} else {
				searched++
				if got, _, _ := findIn(detectors[0], line); got != want {
					t.Fatalf("%q: got %+v, want %+v", line, got, want)
				}
			}
			if a, b := detectors[0], detectors[1]; !slices.Equal(a.Templates(), b.Templates()) || a.place != b.place {
				t.Fatalf("%q: learnt %v %v, want %v %v", line, a.Templates(), a.place, b.Templates(), b.place)
			}
		}
	}
	if saved < 2000 || searched < 2000 {
		t.Errorf("%d searches saved, %d made", saved, searched)
	}
}
