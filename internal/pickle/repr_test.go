package pickle

import (
	"math"
	"math/big"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestRepr(t *testing.T) {
	huge, _ := new(big.Int).SetString("-123456789012345678901234567890", 10)
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"nothing", nil, "None"},
		{"truth", []any{true, false}, "[True, False]"},
		{"integers", []any{0, int64(-5), huge}, "[0, -5, -123456789012345678901234567890]"},
		{"float without fraction", 600.0, "600.0"},
		{"negative zero", math.Copysign(0, -1), "-0.0"},
		{"float that is not exact", 0.1, "0.1"},
		{"largest float without exponent", 1e15, "1000000000000000.0"},
		{"large float", 1e16, "1e+16"},
		{"small float", 0.0001, "0.0001"},
		{"smaller float", 0.00001, "1e-05"},
		{"three exponent digits", 1.5e-300, "1.5e-300"},
		{"no numbers", []any{math.NaN(), math.Inf(1), math.Inf(-1)}, "[nan, inf, -inf]"},
		{"plain text", "a b", "'a b'"},
		{"apostrophe", "it's", `"it's"`},
		{"quote", `say "x"`, `'say "x"'`},
		{"both quotes", `'"`, `'\'"'`},
		{"escapes", "\\\n\r\t\x00\x1f\x7f", `'\\\n\r\t\x00\x1f\x7f'`},
		{"no-break space", "a\u00a0b", `'a\xa0b'`},
		{"printable beyond ASCII", "é😀", `'é😀'`},
		{"line separator", "\u2028", `'\u2028'`},
		{"private use beyond the basic plane", "\U000f0000", `'\U000f0000'`},
		{"assigned after Unicode 14", "\U0001faf7", `'\U0001faf7'`},
		{"byte that is no UTF-8", "a\xffb", `'a\udcffb'`},
		{"surrogate", "\xed\xa0\x80", `'\ud800'`},
		{"cut surrogate", "\xed\xa0", `'\udced\udca0'`},
		{"bytes", []byte("a'\x00\xff\n"), `b"a'\x00\xff\n"`},
		{"empty containers", []any{[]any{}, Tuple{}, NewDict(), NewSet(), &Set{Frozen: true}}, "[[], (), {}, set(), frozenset()]"},
		{"list of strings", []string{"a", "b"}, "['a', 'b']"},
		{"tuples", Tuple{Tuple{1}, Tuple{1, 2}}, "((1,), (1, 2))"},
		{"dict in order", NewDict("b", 1, "a", []any{"x"}), "{'b': 1, 'a': ['x']}"},
		{"sets", []any{NewSet(1, "a", true), &Set{Frozen: true, items: *NewDict(2, nil)}}, "[{1, 'a'}, frozenset({2})]"},
		{"exception", &Object{Module: "fail2ban.exceptions", Class: "UnknownJailException", Args: Tuple{"x"}}, "UnknownJailException('x')"},
		{"file exception drops the name", fileNotFound("/nope"), "FileNotFoundError(2, 'No such file or directory')"},
		{"class", &Object{Module: "os", Class: "system"}, "<class 'os.system'>"},
		{"foreign Go type", struct{ A int }{1}, "'{1}'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Repr(tt.value); got != tt.want {
				t.Errorf("Repr = %s, want %s", got, tt.want)
			}
		})
	}
}

func fileNotFound(path string) *Object {
	return &Object{Module: "builtins", Class: "FileNotFoundError", Args: Tuple{2, "No such file or directory", path}}
}

func TestStr(t *testing.T) {
	builtin := func(class string, args ...any) *Object {
		return &Object{Module: "builtins", Class: class, Args: args}
	}
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"text stays bare", "it's", "it's"},
		{"text in a list is quoted", []any{"a"}, "['a']"},
		{"exception of one text", builtin("ValueError", "bad"), "bad"},
		{"exception of two", builtin("ValueError", "bad", 1), "('bad', 1)"},
		{"exception of a number", builtin("ValueError", 5), "5"},
		{"exception without arguments", &Object{Module: "builtins", Class: "ValueError", Args: Tuple{}}, ""},
		{"key error is quoted", builtin("KeyError", "Invalid Action name: nope"), "'Invalid Action name: nope'"},
		{"unknown jail is a key error", &Object{Module: "fail2ban.exceptions", Class: "UnknownJailException", Args: Tuple{"x"}}, "'x'"},
		{"missing file", fileNotFound("/it's"), `[Errno 2] No such file or directory: "/it's"`},
		{"system error without file", builtin("OSError", 5, "Input/output error"), "[Errno 5] Input/output error"},
		{"syntax error tells its place", builtin("SyntaxError", "invalid syntax", Tuple{"<string>", 1, 5, "1+2 x", 1, 6}), "invalid syntax (<string>, line 1)"},
		{"JSON error tells its place", &Object{Module: "json.decoder", Class: "JSONDecodeError", Args: Tuple{"Expecting value", "é\n x", 3}}, "Expecting value: line 2 column 2 (char 3)"},
		{"JSON error with a place outside", &Object{Module: "json.decoder", Class: "JSONDecodeError", Args: Tuple{"Expecting value", "", 3}}, "Expecting value"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Str(tt.value); got != tt.want {
				t.Errorf("Str = %s, want %s", got, tt.want)
			}
		})
	}
}

func TestDictKeysAreEqualAsInPython(t *testing.T) {
	d := NewDict(1, "int", "1", "text", nil, "none")
	d.Set(true, "bool")
	d.Set(1.0, "float")
	d.Set(big.NewInt(1), "big")
	d.Set(Tuple{1, 2}, "tuple")
	d.Set(Tuple{1, 2}, "again")
	const want = "{1: 'big', '1': 'text', None: 'none', (1, 2): 'again'}"
	if got := Repr(d); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if v, ok := d.Get(int64(1)); v != "big" || !ok {
		t.Errorf("Get(1) = %v, %v", v, ok)
	}
	if v, ok := d.Get("absent"); v != nil || ok {
		t.Errorf("Get of an absent key = %v, %v", v, ok)
	}
}

// TestPrintableAsPython compares every code point. The list in unicode.go follows from Go's Unicode version, so this test also
// tells when a new toolchain needs a longer one.
func TestPrintableAsPython(t *testing.T) {
	python := pythonFor(t, "3.11")
	out, err := exec.Command(python, "-c",
		"import sys; sys.stdout.write(''.join('01'[chr(i).isprintable()] for i in range(0x110000)))").Output()
	if err != nil {
		t.Fatal(err)
	}
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if want := out[r] == '1'; printable(r) != want {
			t.Errorf("printable(%U) = %v, Python says %v", r, !want, want)
		}
	}
}

// pythonFor returns the system's Python, or skips the test where it is absent or not of the version asked for.
func pythonFor(t *testing.T, version string) string {
	t.Helper()
	const python = "/usr/bin/python3"
	out, err := exec.Command(python, "--version").Output()
	if err != nil || !strings.HasPrefix(string(out), "Python "+version) {
		t.Skipf("needs %s of version %s: %s %v", python, version, out, err)
	}
	return python
}
