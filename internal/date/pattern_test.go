package date

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseRefuses(t *testing.T) {
	const hint = " (may be an invalid format or unescaped percent char): "
	for pattern, want := range map[string]string{
		"%Q":                "Failed to set datepattern '%Q'" + hint + "unsupported format character 'Q' (0x51) at index 1",
		"ab%Q":              "Failed to set datepattern 'ab%Q'" + hint + "unsupported format character 'Q' (0x51) at index 3",
		"é%5Q":              "Failed to set datepattern 'é%5Q'" + hint + "unsupported format character 'Q' (0x51) at index 3",
		"{UNB}ab%Q":         "Failed to set datepattern 'ab%Q'" + hint + "unsupported format character 'Q' (0x51) at index 3",
		"{^LN-BEG}%T":       "Failed to set datepattern '%T'" + hint + "unsupported format character 'T' (0x54) at index 1",
		"%":                 "Failed to set datepattern '%'" + hint + "incomplete format",
		"%Y%":               "Failed to set datepattern '%Y%'" + hint + "incomplete format",
		"%h":                "Failed to set datepattern '%h'" + hint + "incomplete format",
		"%Y%Q":              "Failed to set datepattern '%Y%Q'" + hint + "not enough arguments for format string",
		"%-d":               "Failed to set datepattern '%-d'" + hint + "%d format: a real number is required, not dict",
		"%e":                "Failed to set datepattern '%e'" + hint + "must be real number, not dict",
		"%#x":               "Failed to set datepattern '%#x'" + hint + "%x format: an integer is required, not dict",
		"%(Q)s":             "Failed to set datepattern '%(Q)s'" + hint + "'Q'",
		"x {DATE} %Q":       "Failed to set datepattern 'x " + basePatterns[0] + " %Q'" + hint + "not enough arguments for format string",
		"%Y\n  %Y  ":        "There is already a template with name Year",
		"EPOCH\nepoch":      "There is already a template with name Epoch",
		"{^LN-BEG}\n^EPOCH": "There is already a template with name {^LN-BEG}Epoch",
	} {
		_, err := Parse(pattern)
		if err == nil || err.Error() != want {
			t.Errorf("%q: got error %v\nwant %s", pattern, err, want)
		}
	}
}

func TestDescribe(t *testing.T) {
	type description struct {
		Pattern, Name string
		OK            bool
	}
	none := description{"", "Default Detectors", false}
	for pattern, want := range map[string]description{
		"":                      none,
		" \n ":                  none,
		"{DEFAULT}":             none,
		"{^LN-BEG}":             none,
		"{DATE}":                none,
		"%Y\n%m\n%d":            none,
		"EPOCH":                 {"", "Epoch", false},
		"^lepoch":               {"", "{^LN-BEG}LongEpoch", false},
		"{^LN-BEG}TAI64N":       {"", "{^LN-BEG}TAI64N", false},
		"ts={epoch} l":          {"", "ts={EPOCH} l", false},
		"{NONE}":                {"{UNB}^", "^", true},
		"%Y\n%m":                {"%Y", "Year", true},
		"%Y\n{DEFAULT}":         {"%Y", "Year", true},
		"^%Y-%m-%dT%H:%M:%S":    {"^%Y-%m-%dT%H:%M:%S", "^Year-Month-DayT24hour:Minute:Second", true},
		"{^LN-BEG}%d/%b":        {"{^LN-BEG}%d/%b", "{^LN-BEG}Day/MON", true},
		"{^LN-BEG}^%d/%b":       {"{^LN-BEG}^%d/%b", "^Day/MON", true},
		"{UNB}%k%%%ExY%Exz%c":   {"{UNB}%k%%%ExY%Exz%c", "%k%ExYearExZone offset%c", true},
		"**%A %B %y %j %U %w**": {"**%A %B %y %j %U %w**", "**DAYNAME MONTH Year2 Yearday Yearweek Weekday**", true},
	} {
		p, err := Parse(pattern)
		if err != nil {
			t.Errorf("%q: %v", pattern, err)
			continue
		}
		var got description
		got.Pattern, got.Name, got.OK = p.Describe()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", pattern, diff)
		}
	}
}

// names returns the template names of a pattern, shortened, with weights above 1.
func names(t *testing.T, pattern string) string {
	p, err := new(Cache).parseLocked(pattern, testYear, basePatterns)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, s := range NewDetector(p, Options{}).Templates() {
		if s.Weight != 1 {
			s.Name = "heavy " + s.Name
		}
		all = append(all, s.Name)
	}
	return strings.Join(all, "\n")
}

func TestPatternsThatStandForSeveral(t *testing.T) {
	standard := strings.Split(names(t, ""), "\n")
	if len(standard) != 31 {
		t.Fatalf("%d default templates", len(standard))
	}
	for i, name := range standard {
		if want := i < 14; strings.HasPrefix(name, "heavy {^LN-BEG}") != want {
			t.Errorf("default template %d is %q", i, name)
		}
	}
	begin := strings.Join(append(standard[:14:14], standard[22], standard[23], standard[26]), "\n")
	if diff := cmp.Diff(begin, names(t, "{^LN-BEG}")); diff != "" {
		t.Errorf("line-begin templates (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(begin, names(t, "{^LN-BEG}\n{DEFAULT}\n{^ln-beg}")); diff != "" {
		t.Errorf("line-begin templates, twice (-want +got):\n%s", diff)
	}
	if got := names(t, "EPOCH\n{DATE}"); strings.Count(got, "\n") != 16 || !strings.HasPrefix(got, "Epoch\nExYear") {
		t.Errorf("EPOCH before {DATE}: %s", got)
	}
	if got := names(t, "^EPOCH\n{^LN-BEG}"); strings.Count(got, "\n") != 16 || !strings.HasPrefix(got, "heavy {^LN-BEG}Epoch\nheavy {^LN-BEG}ExYear") {
		t.Errorf("EPOCH before {^LN-BEG}: %s", got)
	}
}

func TestEveryDefaultTemplateCompiles(t *testing.T) {
	for _, pattern := range []string{"", "^{DATE}", "LEPOCH"} {
		p, err := Parse(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, tm := range p.templates {
			if err := tm.compiled().broken; err != nil {
				t.Error(err)
			}
		}
	}
}

func TestBrokenPatternFailsLinesThatNeedIt(t *testing.T) {
	p, err := Parse("^%Y\n%m-(\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Broken(); err == nil || !strings.HasPrefix(err.Error(), "Compile 'Month-(' failed, expression '") {
		t.Errorf("Broken: %v", err)
	}
	d := NewDetector(p, Options{})
	if f, ok, err := findIn(d, []byte("2005 x")); !ok || err != nil {
		t.Errorf("line for the good pattern: got %+v, %v", f, err)
	}
	if f, ok, err := findIn(d, []byte("x")); ok || err == nil {
		t.Errorf("line for the broken pattern: got %+v, %v", f, err)
	}
}

func TestCacheSharesTemplates(t *testing.T) {
	var c Cache
	a, err := c.Parse("{^LN-BEG}")
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.Parse("%Y\n{^LN-BEG}")
	if err != nil {
		t.Fatal(err)
	}
	if a.templates[0].template != b.templates[1].template {
		t.Error("the same template was compiled twice")
	}
}

// TestAnchoredBasePatterns compares what the text of each base pattern tells with its template.
func TestAnchoredBasePatterns(t *testing.T) {
	l := list{year: 2005, base: basePatterns}
	for i, pattern := range basePatterns {
		if got, want := isAnchored(pattern), l.standard(i, "", pattern).anchored; got != want {
			t.Errorf("%s: %v, want %v", pattern, got, want)
		}
	}
}
