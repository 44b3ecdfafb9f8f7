package ini

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// flat prints a file as section, option and value, in order.
func flat(f *File) [][3]string {
	var all [][3]string
	sections := f.Sections
	if f.Default != nil {
		sections = append([]Section{*f.Default}, sections...)
	}
	for _, s := range sections {
		if len(s.Options) == 0 {
			all = append(all, [3]string{s.Name})
		}
		for _, o := range s.Options {
			all = append(all, [3]string{s.Name, o.Name, o.Value})
		}
	}
	return all
}

func TestParse(t *testing.T) {
	tests := []struct {
		name, text string
		want       [][3]string
	}{
		{"empty file", "", nil},
		{"comments", "# x\n ; y\n[a] ; z\nx = 1 ; one\ny = 2;two # three\n", [][3]string{{"a", "x", "1"}, {"a", "y", "2;two # three"}}},
		{"continuation", "[a]\nx = 1\n  2\n\n\t3\n\n", [][3]string{{"a", "x", "1\n2\n\n3"}}},
		{"comment within a value", "[a]\nx =\n  1\n  # no\n  2 ; cut\n  ; no\n", [][3]string{{"a", "x", "\n1\n2"}}},
		{"indented header is text", "[a]\nx = 1\n  [b]\n  c = 2\n", [][3]string{{"a", "x", "1\n[b]\nc = 2"}}},
		{"less indented option", "  [a]\n  x = 1\n    2\n y = 3\n", [][3]string{{"a", "x", "1\n2"}, {"a", "y", "3"}}},
		{"delimiters", "[a]\nx:=5\ny : a=b\nz w= c\n", [][3]string{{"a", "x", "=5"}, {"a", "y", "a=b"}, {"a", "z w", "c"}}},
		{"headers", "[a] junk\n[b]c]\n[ d ]\n", [][3]string{{"a"}, {"b]c"}, {" d "}}},
		{"names are lower case", "[A]\nMaxRetry = X\n", [][3]string{{"A", "maxretry", "X"}}},
		{"line ends", "[a]\r\nx = 1\r  2\r\ny = 3", [][3]string{{"a", "x", "1\n2"}, {"a", "y", "3"}}},
		{"DEFAULT may come twice", "[DEFAULT]\nx = 1\n[a]\n[DEFAULT]\ny = 2\n", [][3]string{{"DEFAULT", "x", "1"}, {"DEFAULT", "y", "2"}, {"a"}}},
		{"no-break space is white space", "[a]\n\u00a0\u00a0x = \u00a01\u00a0\n", [][3]string{{"a", "x", "1"}}},
		{"zero bytes are data", "[a]\nx = \x001\n", [][3]string{{"a", "x", "\x001"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Parse("f.conf", tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, flat(f)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestLines(t *testing.T) {
	f, err := Parse("f.conf", "# top\n[a]\n\nx = 1\n  2\ny = 3\n")
	if err != nil {
		t.Fatal(err)
	}
	want := &File{Path: "f.conf", Sections: []Section{{Name: "a", Line: 2, Options: []Option{
		{Name: "x", Value: "1\n2", Line: 4}, {Name: "y", Value: "3", Line: 6},
	}}}}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestErrors(t *testing.T) {
	tests := []struct {
		text string
		line int
		want string
	}{
		{"x = 1\n", 1, "File contains no section headers.\nfile: 'f.conf', line: 1\n'x = 1\\n'"},
		{"\ufeff[a]\n", 1, "File contains no section headers.\nfile: 'f.conf', line: 1\n'\\ufeff[a]\\n'"},
		{"[a]\nx = 1\nX = 2\n", 3, "While reading from 'f.conf' [line  3]: option 'x' in section 'a' already exists"},
		{"[DEFAULT]\nx = 1\n[a]\n[DEFAULT]\nx = 2", 5, "While reading from 'f.conf' [line  5]: option 'x' in section 'DEFAULT' already exists"},
		{"[a]\n[b]\n[a]\n", 3, "While reading from 'f.conf' [line  3]: section 'a' already exists"},
		{"[a]\nfoo\nx = 1\n= bar", 2, "Source contains parsing errors: 'f.conf'\n\t[line  2]: 'foo\\n'\n\t[line  4]: '= bar'"},
		{"[a]\n= x\n= y\n", 3, "While reading from 'f.conf' [line  3]: option '' in section 'a' already exists"},
	}
	for _, tt := range tests {
		_, err := Parse("f.conf", tt.text)
		e, ok := err.(*Error)
		if !ok || e.Error() != tt.want || e.Line != tt.line || e.File != "f.conf" || e.Hint == "" {
			t.Errorf("%q: got %+v, want line %d: %s", tt.text, err, tt.line, tt.want)
		}
	}
}

// TestRoomServesAgain parses files one after the other in one room, a wrong one among them.
func TestRoomServesAgain(t *testing.T) {
	many := "[DEFAULT]\na = 1\n[a]\n"
	for i := range 40 {
		many += fmt.Sprintf("o%d = %d\n  more\n", i, i)
	}
	texts := []string{many, "[a]\nx = 1\n  2\n[b]\n[a]\n", "[DEFAULT]\nb = 2\n[b]\n", "[a]\nx = 1\n", "[a]\nx\n", "", many}
	var room Room
	var first error
	for _, text := range texts {
		got, err := room.Parse("f.conf", text)
		want, alone := Parse("f.conf", text)
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%q: -want +got\n%s", text, diff)
		}
		if diff := cmp.Diff(alone, err); diff != "" {
			t.Errorf("%q: -want +got\n%s", text, diff)
		}
		if first == nil {
			first = err
		}
	}
	if diff := cmp.Diff(&Error{
		File: "f.conf", Line: 5, Section: "a", Text: "While reading from 'f.conf' [line  5]: section 'a' already exists",
		Hint: "move the options below the first [a] of this file",
	}, first); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"[a]\nx = 1\n  2 ; c\n", "[DEFAULT]\n[a?b=c]\nx: y\n", "\xff\xfe[a]\n", "[a]\n=\n", "[a]\r\rx=\r\n y\x00", strings.Repeat("[", 100),
		"[a]\nx = " + strings.Repeat(" ;", 100), "\u2028[a]\n\u00a0x=1",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := Parse("f", text)
		if err != nil {
			return
		}
		for _, s := range flat(parsed) {
			if len(s[2]) > len(text) || strings.TrimRight(s[2], " \n\t") != s[2] {
				t.Errorf("value %q of %q", s[2], text)
			}
		}
	})
}
