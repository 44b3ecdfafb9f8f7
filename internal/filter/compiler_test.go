package filter

import (
	"reflect"
	"testing"
)

func TestEqualSettingsShareAProgram(t *testing.T) {
	ssh := Settings{Failregex: []string{"^bad <HOST>$", "^worse <HOST>$"}, MaxLines: 1}
	other := []struct {
		name string
		s    Settings
	}{
		{"an expression more", Settings{Failregex: []string{"^bad <HOST>$", "^worse <HOST>$", "^x <HOST>$"}, MaxLines: 1}},
		{"ignored instead", Settings{Failregex: []string{"^bad <HOST>$"}, Ignoreregex: []string{"^worse <HOST>$"}, MaxLines: 1}},
		{"the same text, cut elsewhere", Settings{Failregex: []string{`^bad <HOST>$", "^worse $`}, MaxLines: 1}},
		{"another encoding", Settings{Failregex: ssh.Failregex, MaxLines: 1, LogEncoding: "ascii"}},
	}
	var c Compiler
	compile := func(s Settings) *Program {
		t.Helper()
		p, err := c.Compile(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	first := compile(ssh)
	if again := compile(Settings{Failregex: []string{"^bad <HOST>$", "^worse <HOST>$"}, MaxLines: 1}); again != first {
		t.Error("equal settings were compiled twice")
	}
	for _, o := range other {
		if compile(o.s) == first {
			t.Errorf("%s: got the program of other settings", o.name)
		}
	}
	if _, err := c.Compile(Settings{Failregex: []string{"("}}); err == nil {
		t.Error("a wrong expression compiled")
	}
	var later Compiler
	later.Keep(first)
	if p, err := later.Compile(ssh); p != first || err != nil {
		t.Errorf("a program that was kept was compiled anew (error %v)", err)
	}
}

// TestKeysDiffer has settings that differ in one field, whichever, and some that are easily taken for each other.
func TestKeysDiffer(t *testing.T) {
	all := []Settings{
		{}, {Failregex: []string{"a", "b"}}, {Failregex: []string{"ab"}}, {Failregex: []string{"a"}, Ignoreregex: []string{"b"}},
		{Failregex: []string{"a 1 b"}}, {Failregex: []string{"", ""}}, {Prefregex: "a", DatePattern: "b"}, {Prefregex: "ab"},
	}
	fields := reflect.TypeFor[Settings]()
	for i := range fields.NumField() {
		var s Settings
		switch f := reflect.ValueOf(&s).Elem().Field(i); f.Kind() {
		case reflect.String:
			f.SetString("x")
		case reflect.Int:
			f.SetInt(7)
		default:
			f.Set(reflect.ValueOf([]string{"x"}))
		}
		all = append(all, s)
	}
	keys := map[string]Settings{}
	for _, s := range all {
		if other, taken := keys[s.key()]; taken {
			t.Errorf("one key for %+v and %+v", s, other)
		}
		keys[s.key()] = s
	}
}
