package config

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPrintedIsTheStream compares what is laid out jail by jail with the stream as a whole, of jails good, wrong, and long beyond the
// memory that one usually takes.
func TestPrintedIsTheStream(t *testing.T) {
	long := "[DEFAULT]\nenabled = true\nbackend = systemd\n"
	for _, jail := range []string{"a", "b", "c", "d"} {
		long += "[" + jail + "]\nfilter =\nfailregex = " + strings.Repeat("x", 3*sheetSize) + "\n" + strings.Repeat("  y\n", 500)
	}
	sources := map[string]Source{
		"a crowd":    crowd(),
		"long jails": inMemory("jail.conf", long),
		"no jails":   inMemory("jail.conf", ""),
	}
	for name, source := range sources {
		c, err := Read(Options{Source: source})
		if err != nil {
			t.Fatal(err)
		}
		var want, got bytes.Buffer
		if err := write(&want, [][]byte{new(sheet).lay(c.Stream)}); err != nil {
			t.Fatal(err)
		}
		if c, err = readPrinted(Options{Source: source}); err != nil {
			t.Fatal(err)
		}
		if err := write(&got, c.printed); err != nil {
			t.Fatal(err)
		}
		if got.String() != want.String() || want.Len() == 0 {
			t.Errorf("%s: %s", name, cmp.Diff(want.String(), got.String()))
		}
	}
}
