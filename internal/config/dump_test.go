package config

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/pickle"
)

// TestPrintedIsTheStream compares what is laid out jail by jail with the stream as a whole, of jails good, wrong, refused in the end, and
// long beyond the memory that one usually takes.
func TestPrintedIsTheStream(t *testing.T) {
	refuse := func(j *Jail) error {
		if strings.HasSuffix(j.Name, "3") {
			return errors.New("refused")
		}
		return nil
	}
	long := "[DEFAULT]\nenabled = true\nbackend = systemd\n"
	for _, jail := range []string{"a", "b3", "c", "d"} {
		long += "[" + jail + "]\nfilter =\nfailregex = " + strings.Repeat("x", 3*sheetSize) + "\n  y\n"
	}
	sources := map[string]Source{
		"a crowd":    crowd(),
		"long jails": inMemory("jail.conf", long),
		"no jails":   inMemory("jail.conf", ""),
	}
	for name, source := range sources {
		for _, compile := range []func(*Jail) error{nil, refuse} {
			c, err := readPrinting(Options{Source: source, Compile: compile}, true)
			if err != nil {
				t.Fatal(err)
			}
			var want []byte
			for _, command := range c.Stream {
				want = append(pickle.AppendRepr(want, command), '\n')
			}
			var got bytes.Buffer
			if err := write(&got, c.printed); err != nil {
				t.Fatal(err)
			}
			if got.String() != string(want) {
				t.Errorf("%s: %s", name, cmp.Diff(string(want), got.String()))
			}
		}
	}
}
