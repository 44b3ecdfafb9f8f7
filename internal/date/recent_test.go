package date

import (
	"testing"

	"gaol/internal/ticket"
)

// TestSameSecondAgain has lines that tell one second in the same words, with all that may stand behind them, while time
// goes on: over the end of a year and the hour that the clocks show twice.
func TestSameSecondAgain(t *testing.T) {
	rests := []string{"", " x", " x", ".5 x", ".25 x", "+01:00 x", " +0200 x", " Z x", " 2004 x", " 2004x", " 2005 x", ",7 x", " 2", ".1234567 x", "é", " x"}
	presents := []struct {
		name string
		now  ticket.Unix
		step ticket.Unix
	}{
		{"one moment", 1124013600, 0},
		{"a day a line", 1135900800, 86400},
		{"the end of summer time", 1130628000, 600},
	}
	for _, c := range []struct{ pattern, date string }{
		{"{^LN-BEG}", "Dec 31 23:59:59"},
		{"{^LN-BEG}", "Sun Oct 30 02:30:00"},
		{"{^LN-BEG}", "2005-10-30 02:30:00"},
		{"{^LN-BEG}", "2005-10-30  02:30:00"},
		{"{^LN-BEG}", "30/Oct/2005:02:30:00"},
		{`^[^\[]*\[({DATE})`, "h [30/Oct/2005:02:30:00"},
		{"^%Y-%m-%d %H:%M:%S", "2005-10-30 02:30:00"},
		{"%d-%m %H:%M:%S", "31-12 23:59:59"},
		{"^%H:%M:%S,%f %d %b", "02:30:00,5 30 Oct"},
		{"^%ExY%Exm%Exd %ExH%ExM%ExS,%f %z", "20051030 023000,5 +0100"},
		{"^%m/%d %H:%M:%ExS%z", "10/30 02:30:00+0100"},
	} {
		for _, present := range presents {
			q := question{Zone: "Europe/Zurich", Now: float64(present.now)}
			p, err := new(Cache).parseLocked(c.pattern, testYear, basePatterns)
			if err != nil {
				t.Fatal(err)
			}
			d, err := newDetector(p, q)
			if err != nil {
				t.Fatal(err)
			}
			asked := 0
			d.clock = func() ticket.Unix { // by this detector and its twin in turn
				asked++
				return present.now + ticket.Unix((asked-1)/2)*present.step
			}
			var lines []string
			for _, rest := range rests {
				lines = append(lines, c.date+rest, c.date+" y")
			}
			if scanned, diff := sameAsPlain(d, lines); diff != "" || scanned == 0 {
				t.Errorf("%q, %s, %d lines by scanner: %s", c.pattern, present.name, scanned, diff)
			}
		}
	}
}
