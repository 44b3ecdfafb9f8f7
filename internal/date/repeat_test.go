package date

import (
	"fmt"
	"math/rand"
	"slices"
	"strings"
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
				if rnd.Intn(3) == 0 {
					line = strings.Replace(line, ":00", fmt.Sprintf(":%02d", rnd.Intn(62)), 1)
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
