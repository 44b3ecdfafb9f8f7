package layers

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// files makes an in-memory source of name, content pairs.
func files(pairs ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return m
}

// fixed is a Vars.
type fixed map[string]Var

func (f fixed) Lookup(name string) (Var, bool) {
	v, ok := f[name]
	return v, ok
}

func read(fsys fstest.MapFS) (set *Set, said []string, err error) {
	reading, err := NewReader(Embedded(fsys, "(mem)")).Read("jail")
	for _, n := range reading.Notes {
		if n.Mild {
			n.Logger = "warning"
		}
		said = append(said, n.Logger+": "+n.Text)
	}
	return reading.Set, said, err
}

func mustRead(t *testing.T, fsys fstest.MapFS) (*Set, []string) {
	t.Helper()
	set, said, err := read(fsys)
	if err != nil {
		t.Fatal(err)
	}
	if set == nil {
		t.Fatalf("nothing read: %q", said)
	}
	return set, said
}

func value(t *testing.T, set *Set, section, option string) string {
	t.Helper()
	v, err := set.Get(section, option, nil)
	if err != nil {
		t.Fatalf("%s in %s: %v", option, section, err)
	}
	return v.Text
}

func TestFilesInOrder(t *testing.T) {
	set, _ := mustRead(t, files(
		"jail.conf", "[INCLUDES]\nbefore = b1.conf\n  sub/b2.conf\nafter = a1.conf\n[a]\n",
		"b1.conf", "[INCLUDES]\nbefore = bb.conf\n[a]\n", "bb.conf", "[a]\n", "b1.local", "[a]\n",
		"sub/b2.conf", "[INCLUDES]\nbefore = b3.conf\n", "sub/b3.conf", "[a]\n",
		"a1.conf", "", "a1.local", "", "jail.local", "[INCLUDES]\nbefore = lb.conf\n", "lb.conf", "",
		"jail.d/2.conf", "", "jail.d/10.conf", "", "jail.d/z.local", "", "jail.d/.h.conf", "", "jail.d/x.conf~", "", "jail.d/sub/x.conf", "",
	))
	want := strings.Fields("bb.conf b1.conf b1.local sub/b3.conf sub/b2.conf jail.conf a1.conf a1.local jail.d/10.conf jail.d/2.conf " +
		"lb.conf jail.local jail.d/z.local")
	for i := range want {
		want[i] = "(mem)/" + want[i]
	}
	if diff := cmp.Diff(want, set.Files); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestInterpolation(t *testing.T) {
	set, _ := mustRead(t, files("jail.conf", `
[DEFAULT]
x = def-x
who = %(__name__)s
y = %(x)s/%(who)s
[b]
x = b-x:%(who)s
[a]
x = a-x
1 = %(y)s
2 = %(default/x)s
3 = %(b/x)s
4 = 100%%
5 = %(known/x)s
6 = %(X)s
7 = %(b/who)s
`))
	for option, want := range map[string]string{"1": "a-x/a", "2": "def-x", "3": "b-x:a", "4": "100%", "5": "def-x", "6": "a-x", "7": "a"} {
		if got := value(t, set, "a", option); got != want {
			t.Errorf("%s = %q, want %q", option, got, want)
		}
	}
}

func TestInterpolationErrors(t *testing.T) {
	for raw, want := range map[string]string{
		"%(nix)s": "Bad value substitution: option 'v' in section 'a' contains an interpolation key 'nix' which is not a valid option name. Raw value: '%(nix)s'",
		"5%":      "'%' must be followed by '%' or '(', found: '%'",
		"%x":      "'%' must be followed by '%' or '(', found: '%x'",
		"%(x":     "bad interpolation variable reference '%(x'",
		"%(x)d":   "bad interpolation variable reference '%(x)d'",
		"%()s":    "bad interpolation variable reference '%()s'",
		"%(v)s": "Recursion limit exceeded in value substitution: option 'v' in section 'a' contains an interpolation key which cannot be " +
			"substituted in 10 steps. Raw value: '%(v)s'",
		"%(DEFAULT/x)s": "Bad value substitution: option 'v' in section 'a' contains an interpolation key 'default/x' which is not a valid " +
			"option name. Raw value: '%(DEFAULT/x)s'",
	} {
		set, _ := mustRead(t, files("jail.conf", "[DEFAULT]\nx = 1\n[a]\nv = "+raw+"\n"))
		_, err := set.Get("a", "v", nil)
		e, ok := err.(*InterpolationError)
		if !ok || e.Error() != want || e.Origin != (Origin{"(mem)/jail.conf", 4}) {
			t.Errorf("%s: got %v at %+v, want %s", raw, err, e, want)
		}
	}
}

func TestTenLevelsAndNoMore(t *testing.T) {
	var b strings.Builder
	b.WriteString("[a]\nx0 = end\n")
	for i := 1; i <= 11; i++ {
		fmt.Fprintf(&b, "x%d = %%(x%d)s\n", i, i-1)
	}
	set, _ := mustRead(t, files("jail.conf", b.String()))
	if got := value(t, set, "a", "x10"); got != "end" {
		t.Errorf("x10 = %q", got)
	}
	if _, err := set.Get("a", "x11", nil); err == nil {
		t.Error("x11 has eleven levels and no error")
	}
}

// TestKnownThroughLayers has each file extend what the one below says. The original gives up at the third.
func TestKnownThroughLayers(t *testing.T) {
	set, _ := mustRead(t, files(
		"jail.conf", "[a]\nv = A\n[DEFAULT]\nw = 1\n", "jail.d/x.conf", "[a]\nv = %(known/v)sB\n[DEFAULT]\nw = %(known/w)s2\n",
		"jail.local", "[a]\nv = %(known/v)sC\nu = %(known/v)s\n[DEFAULT]\nw = %(known/w)s3\n",
	))
	for option, want := range map[string]string{"v": "ABC", "w": "123", "u": "AB"} {
		if got := value(t, set, "a", option); got != want {
			t.Errorf("%s = %q, want %q", option, got, want)
		}
	}
}

func TestEveryValueKnowsItsOrigin(t *testing.T) {
	set, _ := mustRead(t, files("jail.conf", "[a]\nv = 1\n", "jail.d/x.conf", "[a]\n\nv = 2\n", "jail.local", "[a]\nv = 3\n"))
	v, err := set.Get("a", "v", nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []Origin
	for e := v.From; e != nil; e = e.Overrides {
		got = append(got, e.Origin)
	}
	want := []Origin{{"(mem)/jail.local", 2}, {"(mem)/jail.d/x.conf", 3}, {"(mem)/jail.conf", 2}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestConditionalSections(t *testing.T) {
	set, _ := mustRead(t, files("jail.conf", "[Init?family=inet6]\nx = 6\n[Init]\nx = 4\n[a b?c]\n[Init?]\n"))
	if diff := cmp.Diff([]string{"Init", "a b?c", "Init?"}, set.Names()); diff != "" {
		t.Errorf("sections: -want +got\n%s", diff)
	}
	if got := value(t, set, "Init", "x?family=inet6") + value(t, set, "Init", "x"); got != "64" {
		t.Errorf("got %s", got)
	}
}

func TestIncludesThatLeadBack(t *testing.T) {
	tests := map[string]struct {
		fsys fstest.MapFS
		warn bool
	}{
		"itself":               {files("jail.conf", "[INCLUDES]\nbefore = jail.conf\n[a]\nx = 1\n"), false},
		"each other":           {files("jail.conf", "[INCLUDES]\nafter = y.conf\n[a]\nx = 1\n", "y.conf", "[INCLUDES]\nbefore = jail.conf\n"), false},
		"local its own conf":   {files("jail.conf", "[a]\nx = 1\n", "jail.local", "[INCLUDES]\nbefore = jail.conf\n"), true},
		"under other spelling": {files("jail.conf", "[INCLUDES]\nbefore = d/../jail.conf\n[a]\nx = 1\n", "d/x", ""), true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set, said := mustRead(t, tt.fsys)
			if got := value(t, set, "a", "x"); got != "1" {
				t.Errorf("x = %q", got)
			}
			if warned := len(said) > 0; warned != tt.warn {
				t.Errorf("said %q", said)
			}
		})
	}
}

// TestIncludesThatMultiply has files that each include the next two twice.
func TestIncludesThatMultiply(t *testing.T) {
	fsys := files("jail.conf", "[INCLUDES]\nbefore = f0\n[a]\nx = 1\n")
	for i := range 60 {
		fsys[fmt.Sprintf("f%d", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "[INCLUDES]\nbefore = f%d\n  f%d\nafter = f%d\n", i+1, i+2, i+1)}
	}
	began := time.Now()
	if _, _, err := read(fsys); err == nil || !strings.Contains(err.Error(), "include each other more than") {
		t.Errorf("error %v", err)
	}
	if d := time.Since(began); d > time.Minute {
		t.Errorf("took %v", d)
	}
}

func TestUnreadable(t *testing.T) {
	tests := map[string]struct {
		fsys fstest.MapFS
		want []string
	}{
		"nothing there": {files("x", ""), []string{"fail2ban.configreader: Found no accessible config files for 'jail' under (mem)"}},
		"no UTF-8": {files("jail.conf", "[a]\nx = \xfd\n"), []string{
			"fail2ban.configparserinc: Error decoding config file '(mem)/jail.conf': 'utf-8' codec can't decode byte 0xfd in position 8: invalid start byte",
			"fail2ban.configreader: Could not read config files: (mem)/jail.conf",
		}},
		"a directory": {files("jail.conf/x", "", "jail.local", ""), []string{"fail2ban.configreader: Could not read config files: (mem)/jail.conf"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set, said, err := read(tt.fsys)
			if set != nil || err != nil {
				t.Errorf("got %v, %v", set, err)
			}
			if diff := cmp.Diff(tt.want, said); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestDecodeError(t *testing.T) {
	pad := strings.Repeat("x", chunk-1)
	for text, want := range map[string]string{
		"ab\x80":            "'utf-8' codec can't decode byte 0x80 in position 2: invalid start byte",
		"\xc3":              "'utf-8' codec can't decode byte 0xc3 in position 0: unexpected end of data",
		"\xe2\x82A":         "'utf-8' codec can't decode bytes in position 0-1: invalid continuation byte",
		"\xe2\x82":          "'utf-8' codec can't decode bytes in position 0-1: unexpected end of data",
		"\xed\xa0\x80":      "'utf-8' codec can't decode byte 0xed in position 0: invalid continuation byte",
		"\xf5":              "'utf-8' codec can't decode byte 0xf5 in position 0: invalid start byte",
		pad + "yz\xff":      "'utf-8' codec can't decode byte 0xff in position 1: invalid start byte",
		pad + "\u00e9\xff":  "'utf-8' codec can't decode byte 0xff in position 2: invalid start byte",
		pad + pad + "a\xff": "'utf-8' codec can't decode byte 0xff in position 8191: invalid start byte",
	} {
		if got := decodeError(text); got != want {
			t.Errorf("%.10q (%d bytes): got %s, want %s", text, len(text), got, want)
		}
	}
}

// TestValuesThatMultiply has ten levels of a value that names the next ten times: 10^10 copies.
func TestValuesThatMultiply(t *testing.T) {
	for _, leaf := range []string{"leaf", ""} {
		var b strings.Builder
		b.WriteString("[a]\n")
		for i := range 9 {
			fmt.Fprintf(&b, "x%d = %s\n", i, strings.Repeat(fmt.Sprintf("%%(x%d)s", i+1), 10))
		}
		b.WriteString("x9 = " + leaf + "\n")
		set, _ := mustRead(t, files("jail.conf", b.String()))
		began := time.Now()
		if _, err := set.Get("a", "x0", nil); err == nil {
			t.Error("no error")
		}
		if d := time.Since(began); d > time.Minute {
			t.Errorf("took %v", d)
		}
	}
}

func FuzzGet(f *testing.F) {
	f.Add("[DEFAULT]\nx = 1\n[a]\nv = %(x)s%%%(default/x)s\n", "[a]\nv = %(known/v)s%(a/x)s\n")
	f.Add("[INCLUDES]\nbefore = jail.local\n[a]\nv = %(v)s", "[INCLUDES]\nafter = jail.conf\n x\n[b]\n")
	f.Add("[a]\nv=%(w)s%(w)s\nw=%(v)s\n[a?b]\nc=d", "[a]\nv=%(known/v)s\n[KNOWN/a]\nv=%(known/v)s")
	f.Add("[a]\nv=%(\xff)s", "[INCLUDES]\nbefore=%(x)s\n../jail.conf\n")
	f.Fuzz(func(t *testing.T, conf, local string) {
		set, _, err := read(files("jail.conf", conf, "jail.local", local))
		if err != nil || set == nil {
			return
		}
		for _, name := range set.Names() {
			for option := range set.Section(name).All() {
				if v, err := set.Get(name, option, fixed{"x": {Text: "%(v)s"}, "w": {Type: NoneType}}); err == nil && len(v.Text) > 2*maxText {
					t.Errorf("%s in %s has %d bytes", option, name, len(v.Text))
				}
			}
		}
	})
}

// TestListingLikeAsking compares what a folder's listing says of files with what the system says of each.
func TestListingLikeAsking(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.conf", "b.local", "sub/c.conf", ".hidden"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"good": "a.conf", "broken": "nothing", "folder": "sub"} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	source := Dir(filepath.Dir(dir)) // about whose own files the reader asks
	r := NewReader(source)
	for _, name := range []string{
		"a.conf", "b.local", "c.conf", "sub", "sub/", "sub/c.conf", "sub/x", "sub/../a.conf", "sub/..", "sub/.", "good", "broken", "folder",
		"folder/c.conf", "folder/a.conf", "a.conf/x", "none/x", ".hidden", "", "A.conf",
	} {
		full := join(dir, name)
		if got, want := r.exists(full), source.exists(full); got != want {
			t.Errorf("%q exists: %v, want %v", name, got, want)
		}
	}
}

// TestPlainFolderLikeAny has a folder in which nothing customises a file give what it gives once there is something, for another file.
func TestPlainFolderLikeAny(t *testing.T) {
	root := t.TempDir()
	folder := filepath.Join(root, "filter.d")
	write := func(name, text string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(folder, 0o755), os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	write("a.conf", "[INCLUDES]\nbefore = b.conf\n[Definition]\nx = 1\n")
	write("b.conf", "[INCLUDES]\nafter = none.conf\n[Definition]\nx = 0\ny = 2\n")
	bases := []string{"filter.d/a", "filter.d/b", "filter.d/none", "filter.d/", "filter.d/.", "filter.d/a.conf", "none.d/a", "filter.d/../filter.d/a"}
	files := func(plain bool) (all [][]string) {
		r := NewReader(Dir(root))
		if got := r.isPlain(join(folder, "a.conf")); got != plain {
			t.Errorf("the folder is plain: %v, want %v", got, plain)
		}
		for _, base := range bases {
			reading, err := r.Read(base)
			if err != nil {
				t.Fatal(err)
			}
			var of []string
			if reading.Set != nil {
				of = reading.Set.Files
			}
			all = append(all, of)
		}
		return all
	}
	plain := files(true)
	for _, other := range []string{"c.local", "c.d"} {
		write(other, "")
		if diff := cmp.Diff(plain, files(false)); diff != "" {
			t.Errorf("with %s: -plain +got\n%s", other, diff)
		}
		if err := os.Remove(filepath.Join(folder, other)); err != nil {
			t.Fatal(err)
		}
	}
	if len(plain[0]) != 2 || plain[2] != nil {
		t.Errorf("got %q", plain)
	}
}
