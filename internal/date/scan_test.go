package date

import (
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// plain returns a detector like d that has seen nothing and has no short cuts: no scanners, and every template searched.
func plain(d *Detector) *Detector {
	twin := *d
	twin.matcher, twin.spare = newMatchers()
	twin.entries = nil
	for _, e := range d.entries {
		t := e.template
		e.template = &template{name: t.name, pattern: t.pattern, kind: t.kind, anchored: t.anchored, regex: t.regex, fold: t.fold}
		e.once.Do(func() { e.compilation = *t.compiled() })
		twin.entries = append(twin.entries, e)
	}
	return &twin
}

// A learnt is what a detector has learnt about an entry.
type learnt struct {
	ID, Hits, Distance int
	LastUsed           float64
}

func learntBy(d *Detector) []learnt {
	var all []learnt
	for _, e := range d.entries {
		all = append(all, learnt{e.id, e.hits, e.distance, float64(e.lastUsed)})
	}
	return all
}

// scans reports whether d will find the date of text with a scanner.
func scans(d *Detector, text []byte) bool {
	twin := *d
	twin.entries = slices.Clone(d.entries)
	_, _, _, ok := twin.scanFirst(text)
	return ok
}

// sameAsPlain feeds lines to d and to its plain twin and reports the first difference in what they find or learn.
func sameAsPlain(d *Detector, lines []string) (scanned int, diff string) {
	twin := plain(d)
	for i, line := range lines {
		text := []byte(line)
		if scans(d, text) {
			scanned++
		}
		got, gotOK, gotErr := findIn(d, text)
		want, wantOK, wantErr := findIn(twin, text)
		if got != want || gotOK != wantOK || fmt.Sprint(gotErr) != fmt.Sprint(wantErr) {
			return scanned, fmt.Sprintf("line %d %q: got %+v %v %v, want %+v %v %v", i, line, got, gotOK, gotErr, want, wantOK, wantErr)
		}
		if !slices.Equal(learntBy(twin), learntBy(d)) {
			diff := cmp.Diff(learntBy(twin), learntBy(d))
			return scanned, fmt.Sprintf("line %d %q: learnt (-want +got):\n%s", i, line, diff)
		}
	}
	return scanned, ""
}

// scannedAlike asks g for rounds questions of so many lines, which logs parts into those that a new detector is given one after the other. It
// returns how many dates scanners found.
func scannedAlike(t *testing.T, g generator, rounds, lines int, logs func(all []string) [][]string) (scanned int) {
	t.Helper()
	var cache Cache
	for range rounds {
		q := g.question(lines)
		p, err := cache.parseLocked(q.Pattern, testYear, basePatterns)
		if err != nil {
			t.Fatal(err)
		}
		for _, log := range logs(q.Lines) {
			d, err := newDetector(p, q)
			if err != nil {
				t.Fatal(err)
			}
			n, diff := sameAsPlain(d, log)
			if diff != "" {
				t.Fatalf("pattern %q zone %s %s now %.0f: %s", q.Pattern, q.Zone, q.Offset, q.Now, diff)
			}
			scanned += n
		}
	}
	return scanned
}

func TestScannersFindWhatTemplatesDo(t *testing.T) {
	rounds := 100
	if os.Getenv("GAOL_FULL") != "" {
		rounds = 5000
	}
	scanned := scannedAlike(t, newGenerator(11), rounds, 60, func(all []string) [][]string { return [][]string{all} })
	t.Logf("%d rounds, %d lines by scanner", rounds, scanned)
	if scanned < rounds {
		t.Errorf("only %d lines were read by a scanner: the test compares nothing", scanned)
	}
}

// TestFirstDateByScanner has detectors that have seen nothing find the date of one line.
func TestFirstDateByScanner(t *testing.T) {
	rounds := 60
	if os.Getenv("GAOL_FULL") != "" {
		rounds = 3000
	}
	scanned := scannedAlike(t, newGenerator(12), rounds, 40, func(all []string) [][]string { return slices.Collect(slices.Chunk(all, 1)) })
	if scanned < rounds/2 {
		t.Errorf("only %d lines were read by a scanner: the test compares too little", scanned)
	}
}

// Each line is tried after a good one, so that a scanner is asked, and must be found as without scanners.
func TestScannersAtTheirLimits(t *testing.T) {
	q := question{Zone: "Europe/Zurich", Now: 1124013600}
	rests := []string{
		"", " ", "x", "_", "3", ".", ".1", ".123456", ".1234567", ",1", ".x", ".1x", "é", ".1é", ".١", " é", "Z", " Z", " Zx", "Zx", "UTC", " UTCx",
		" utc", " GMT ", " GM", "GMTé", "+01", "+0", "+", "+2000", "+01:", "+01:3", "+01:30", "+01:30x", "+0130", "+013", "+01305", "+01é", "+0١", "+01١٢",
		"+01:١٢", "-19:59", " -0700", "\t+01", "\u00a0+01", "   Z", " 2005", " 2005x", " 2005é", " 2030", " 200١", " 200", " 20", " 1999", ".5 2004", ".5 2004.", "  2004",
	}
	for _, c := range []struct{ pattern, good string }{
		{"{^LN-BEG}", "Aug 13 10:00:00 x"},
		{"{^LN-BEG}", "Sun Aug 14 09:00:00 x"},
		{"{^LN-BEG}", "2005-08-13 10:00:00 x"},
		{"{^LN-BEG}", "1124013600 x"},
		{"{^LN-BEG}", "13/Aug/2005:10:00:00 +0100 x"},
		{"", "host Aug 13 10:00:00"},
		{"", "host 2005-08-13T10:00:00"},
		{"", "[1124013600"},
		{"", "audit(1124013600"},
		{"", "h 13/Aug/2005:10:00:00"},
		{`^[^\[]*\[({DATE})`, "x [13/Aug/2005:10:00:00"},
		{`^[^\[]*\[({DATE})`, "x [2005-08-13T10:00:00"},
		{`^[^\[]*\[({DATE})\]`, "x [2005-08-13T10:00:00]"},
		{"^{DATE}", "2005-08-13T10:00:00"},
		{"^%Y-%m-%d %H:%M:%S", "2005-08-13 10:00:00 x"},
		{"{^LN-BEG}%d/%b/%Y:%H:%M:%S %z", "13/Aug/2005:10:00:00 +0100"},
		{"%a, %b %d %H:%M:%S", "h sat, aug 13 10:00:00"},
		{"^%ExY%Exm%ExdT%ExH%ExM%ExS.%f", "20050813T100000.123456"},
		{"^at %m/%d %H:%M:%S%z", "at 08/13 10:00:00+01:00"},
		{`{^LN-BEG}%m-%d-%y at %H\.%M\]`, "08-13-05 at 10.00]"},
	} {
		p, err := new(Cache).parseLocked(c.pattern, testYear, basePatterns)
		if err != nil {
			t.Fatal(err)
		}
		check := func(line string) {
			d, err := newDetector(p, q)
			if err != nil {
				t.Fatal(err)
			}
			if _, diff := sameAsPlain(d, []string{c.good, line, c.good, line, line + " x"}); diff != "" {
				t.Errorf("pattern %q: %s", c.pattern, diff)
			}
		}
		for _, rest := range rests {
			check(c.good + rest)
		}
		for _, line := range variants(c.good) {
			check(line)
			if os.Getenv("GAOL_FULL") != "" {
				for _, rest := range rests {
					check(line + rest)
				}
			}
		}
	}
}

// variants returns line, and line with each of its characters replaced, left out or doubled, or cut there.
func variants(line string) []string {
	all := []string{line, " " + line, "[" + line, "  " + line, "   " + line, "é" + line, "«" + line, "[é" + line, "_" + line}
	for i := range line {
		head, tail := line[:i], line[i+1:]
		all = append(all, head, head+tail, head+line[i:i+1]+line[i:])
		for _, c := range []string{"0", "1", "3", "6", "9", " ", ":", "-", "/", "T", "a", "é", "١"} {
			all = append(all, head+c+tail)
		}
	}
	return all
}
