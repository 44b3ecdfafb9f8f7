package date

import (
	"errors"
	"testing"

	"gaol/internal/ticket"

	"github.com/google/go-cmp/cmp"
)

// findIn returns what d finds in line.
func findIn(d *Detector, line []byte) (f Found, ok bool, err error) {
	ok, err = d.Find(line, &f)
	return f, ok, err
}

func TestLinesThatFail(t *testing.T) {
	for _, c := range []struct{ pattern, line, want string }{
		{"^%Y-%m-%d %H:%M:%S %Z", "2005-01-02 03:04:05 BST x", "'BST'"},
		{"", "BST Jan 23 12:59:59 x", "'BST'"},
		{"^%m", "3 x", errPartialDate.Error()},
		{"^%Y %d", "2005 3 x", errPartialDate.Error()},
	} {
		d, err := detectorFor(question{Zone: "UTC", Now: 1124013600, Pattern: c.pattern})
		if err != nil {
			t.Fatal(err)
		}
		f, ok, err := findIn(d, []byte(c.line))
		if ok || err == nil || err.Error() != c.want {
			t.Errorf("pattern %q, %q: got %+v, %v", c.pattern, c.line, f, err)
		}
		var unknown *UnknownZoneError
		if c.want == "'BST'" && !errors.As(err, &unknown) {
			t.Errorf("%q: %T is no *UnknownZoneError", c.line, err)
		}
	}
}

// What the spec's cases leave out. Each pattern gets one line.
func TestCutAndValue(t *testing.T) {
	for _, c := range []struct {
		pattern, line string
		want          row // without the template's name
	}{
		{"ts=({EPOCH}) l", "x ts=1124013600 l", row{"1124013600", 1124013600., "x ts=| l"}},
		{"(ts)={LEPOCH} l", "x ts=1124013600123.1 l", row{"ts", 1124013600.1231, "x |=1124013600123.1 l"}},
		{"{EPOCH} (x)", "1124013600 x", row{"x", 1124013600., "1124013600 |"}},
		{"{EPOCH}.{EPOCH}", "1124013600.1124013601", row{"1124013600.1124013601", 1124013600., "|"}},
		{"%k:%M", " 9:05", row{" 9:05", 1124010300., "|"}},
		{"%Y-%m-%d %H:%M", "2005-01-02 0:٥", row{"2005-01-02 0:٥", 1104624300., "|"}},
		{"(%Y)|z**", "az", row{"", 1123977600., "a|z"}},
		{"^%b %d %z", "jan 2 utc", row{"jan 2 utc", nil, "|"}},
		{"LEPOCH", "99227198047367.123456 x", row{"99227198047367.123456", 99227198047.367123456, "| x"}},
		{"LEPOCH", "١١٢٤٠١٣٦٠٠1234.5", row{"١١٢٤٠١٣٦٠٠1234.5", 11240136001.2345, "|"}},
		{"LEPOCH", "11240136001234567", row{"11240136001234567", 11240136001.234567, "|"}},
		{"{NONE}", " x", row{"", 1123977600., "| x"}},
		{"{NONE}", "", nil},
	} {
		_, rows := ask(t, question{Zone: "UTC", Now: 1124013600, Pattern: c.pattern, Lines: []string{c.line}})
		got := rows[0]
		if len(got) == 4 {
			got = got[:3]
		}
		if diff := cmp.Diff(c.want, got, sameNumbers); diff != "" {
			t.Errorf("pattern %q, %q (-want +got):\n%s", c.pattern, c.line, diff)
		}
	}
}

func TestATemplateOutOfUseIsOvertaken(t *testing.T) {
	for _, c := range []struct {
		later float64
		want  string
	}{{299, "24hour:Minute"}, {301, "Day/Month/Year"}} {
		p, err := Parse("%H:%M\n%d/%m/%Y\n%S")
		if err != nil {
			t.Fatal(err)
		}
		now := ticket.Unix(1124013600)
		d := NewDetector(p, Options{Now: func() ticket.Unix { return now }})
		find := func(line string) {
			if _, ok, err := findIn(d, []byte(line)); !ok || err != nil {
				t.Fatalf("%q: %v, %v", line, ok, err)
			}
		}
		for range 5 {
			find("10:00 x")
		}
		now += ticket.Unix(c.later)
		find("14/08/2005 x")
		if got := d.Templates()[0].Name; got != c.want {
			t.Errorf("after %v seconds %q is first, want %q", c.later, got, c.want)
		}
	}
}

func TestNothingIsAllocatedPerLine(t *testing.T) {
	for _, c := range []struct{ pattern, line string }{
		{"{^LN-BEG}", "Aug 13 10:00:00 host x"},
		{"", "x 2005-08-13 10:00:00 +0100 x"},
		{"^%Y-%m-%d %H:%M:%S %Exz", "2005-08-13 10:00:00 CET x"},
		{"^%b %d", "feb 30 x"},
		{"LEPOCH", "1124013600123456 x"},
		{"", "no date in it, but 12:30:45 is a time"},
	} {
		d, err := detectorFor(question{Zone: "Europe/Zurich", Now: 1124013600, Pattern: c.pattern})
		if err != nil {
			t.Fatal(err)
		}
		line := []byte(c.line)
		if n := testing.AllocsPerRun(100, func() { findIn(d, line) }); n != 0 {
			t.Errorf("pattern %q, %q: %v allocations", c.pattern, c.line, n)
		}
	}
}
