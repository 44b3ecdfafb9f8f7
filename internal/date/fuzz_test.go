package date

import (
	"testing"
	"unicode/utf8"
)

// FuzzParse checks that a datepattern never causes a panic, neither when it is read nor when it is used.
func FuzzParse(f *testing.F) {
	for _, p := range testPatterns {
		f.Add(p, "2005-01-02 03:04:05 x")
	}
	for _, p := range []string{"%Y%", "%(Y)s", "%-5.3d", "(?i)**%Y**$", "%Y\\", "[", "(", "^|%Y", "{EPOCH}{LEPOCH}(x)", "(%Y)|z**", "$"} {
		f.Add(p, "x2005")
	}
	f.Fuzz(func(t *testing.T, pattern, line string) {
		p, err := Parse(pattern)
		if err != nil {
			return
		}
		p.Describe()
		d := NewDetector(p, Options{})
		for range 3 {
			found, ok, err := findIn(d, []byte(line))
			if ok && err == nil && (found.Start < 0 || found.Start > found.End || found.End > len(line)) {
				t.Fatalf("date at %d to %d of %q", found.Start, found.End, line)
			}
		}
	})
}

// FuzzFind compares the short cuts with the templates on lines of any kind.
func FuzzFind(f *testing.F) {
	g := newGenerator(3)
	for i := range 40 {
		lines := g.lines(1124013600, 3)
		f.Add(uint8(i), lines[0], lines[1], lines[2])
	}
	var cache Cache
	f.Fuzz(func(t *testing.T, choice uint8, a, b, c string) {
		q := question{Zone: "Europe/Zurich", Now: 1124013600}
		p, err := cache.parseLocked(testPatterns[int(choice)%len(testPatterns)], testYear, basePatterns)
		if err != nil {
			t.Fatal(err)
		}
		d, err := newDetector(p, q)
		if err != nil {
			t.Fatal(err)
		}
		lines := []string{a, b, b, c, b, c, c, c, a}
		for _, line := range lines {
			if !utf8.ValidString(line) {
				for _, line := range lines { // no promise what is found, only that nothing breaks
					findIn(d, []byte(line))
				}
				return
			}
		}
		if _, diff := sameAsPlain(d, lines); diff != "" {
			t.Fatal(diff)
		}
	})
}
