package date

import (
	"testing"

	"gaol/internal/pyre"
)

// A template that needs what a line lacks must not match it.
func TestFeaturesNeverHideAMatch(t *testing.T) {
	examples := []string{
		"2005-01-23T21:59:59.981+01:00", "Sun Jan 23 21:59:59.011 2005", "Jan  3 1:59:59", "Sun Jan 23 2005 21:59:59", "23/01/05 21:59:59",
		" 3-01-2005  1:59:59", "23/Jan/2005:21:59:59 +0100", " 3-Jan-2005 21:59:59", "01/ 3/2005:1:5:9", "01-23-2005 21:59:59.252", "1106513999",
		"21:59:59", "<01/ 3/05@21:59:59>", "050123  1:59:59", "Jan  3, 2005 9:59:59 PM", "Jan-23-05 21:59:59", "20050123T215959",
		"20050123-21:59:59", "PDT Jan 23 12:59:59", "+00:00 Jan 23 20:59:59.011 2005", "Z jan 1 1:1:1", "@4000000041f4104f00000000", "2005.1. 3 1:1:1",
	}
	var lines []string
	for _, e := range examples {
		lines = append(lines, variants(e)...)
		lines = append(lines, "x "+e, "x ["+e, "a"+e, "1"+e, "[-"+e)
	}
	lines = append(lines, newGenerator(9).lines(1124013600, 2000)...)
	searched, skipped := 0, 0
	var m pyre.Matcher
	for _, pattern := range []string{"", "^{DATE}", `^[^\[]*\[({DATE})`, "a{DATE}", "1{DATE}", "^<W>{DATE}", "x {DATE} x"} {
		p, err := new(Cache).parseLocked(pattern, testYear, basePatterns)
		if err != nil {
			t.Fatal(err)
		}
		for _, tm := range p.templates {
			for _, line := range lines {
				text := []byte(line)
				if tm.needs == 0 || tm.needs&^featuresOf(text) == 0 {
					searched++
					continue
				}
				skipped++
				if m.Search(tm.compiled().re, text, 0, len(text)) {
					t.Errorf("%q: %s matches, but needs %b of %b", line, tm.name, tm.needs, featuresOf(text))
				}
			}
		}
	}
	t.Logf("%d searches, %d of %d saved", searched, skipped, searched+skipped)
}
