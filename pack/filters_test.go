package pack_test

import (
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gaol/internal/config"
	"gaol/internal/filter"
	"gaol/internal/ticket"
	"gaol/pack"
)

func TestFiltersFindWhoTheSamplesSay(t *testing.T) {
	var compiler filter.Compiler
	for _, file := range sampleFiles(t) {
		for _, mode := range file.modes {
			t.Run(name(file, mode), func(t *testing.T) {
				judge := newJudge(t, &compiler, file.reference(mode), "no")
				for _, s := range file.samples {
					if diff := cmp.Diff(s.want(mode), judge(s.text)); diff != "" {
						t.Errorf("%s: %s\n-want +got:\n%s", s.where, s.text, diff)
					}
				}
			})
		}
	}
}

func name(f *sampleFile, mode string) string {
	return strings.TrimSuffix(f.filter+"/"+filepath.Base(f.path), ".log") + "/" + mode
}

// An attacker may also have a name service that gives every name the address of somebody else.
func TestNoNameInASampleBringsAddressesIn(t *testing.T) {
	var compiler filter.Compiler
	for _, file := range sampleFiles(t) {
		for _, mode := range file.modes {
			t.Run(name(file, mode), func(t *testing.T) {
				judge := newJudge(t, &compiler, file.reference(mode), "warn")
				for _, s := range file.samples {
					if slices.Contains(judge(s.text), victim) {
						t.Errorf("%s: by a host name in it: %s", s.where, s.text)
					}
				}
			})
		}
	}
}

// victim is whom hostile samples try to have banned.
const victim = "9.9.9.9"

// A liar is a name service of the attacker's.
type liar struct{}

func (liar) Addresses(string) []netip.Addr { return []netip.Addr{netip.MustParseAddr(victim)} }

// newJudge returns what finds the failing ids in one line after the other, with a filter of the pack.
func newJudge(t *testing.T, compiler *filter.Compiler, reference, useDNS string) func(line string) []string {
	t.Helper()
	s := settings(t, reference)
	s.UseDNS = useDNS
	program, err := compiler.Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	env := filter.Env{Jail: "test", Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Resolve: liar{}}
	judge := filter.NewFilter(program, env)
	return func(line string) (found []string) {
		batch := &ticket.Batch{Source: "samples", Lines: []ticket.Line{{Text: []byte(line)}}, Live: true}
		judge.Process(batch, func(f *ticket.Failure) error {
			found = append(found, f.ID.String())
			return nil
		})
		return found
	}
}

// settings reads the filter as a jail would.
func settings(t *testing.T, reference string) filter.Settings {
	t.Helper()
	c, err := config.Read(config.Options{Source: config.Dir(withJail(t, reference)), AllowNoLogs: true, Only: "samples"})
	if err != nil || len(c.Jails) != 1 || c.Jails[0].Problem != "" {
		t.Fatalf("read the pack: %v, %+v", err, c.Jails)
	}
	e := c.Jails[0].Expressions()
	return filter.Settings{
		Prefregex: e.PrefRegex, Failregex: e.FailRegex, Ignoreregex: e.IgnoreRegex,
		MaxLines: int(e.MaxLines), DatePattern: e.DatePattern,
	}
}

// withJail writes out the pack with a jail called samples that uses the filter.
func withJail(t *testing.T, reference string) string {
	t.Helper()
	dir := t.TempDir() + "/etc"
	if err := os.CopyFS(dir, pack.FS()); err != nil {
		t.Fatal(err)
	}
	jail := "[samples]\nenabled = true\nlogpath = /nowhere\nbackend = polling\nfilter = " + reference + "\n"
	if err := os.WriteFile(dir+"/jail.local", []byte(jail), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTheOriginalFindsTheSameWithOurFilters(t *testing.T) {
	if os.Getenv("GAOL_FULL") == "" {
		t.Skip("starts the original for each sample file and mode: set GAOL_FULL=1")
	}
	peer, err := filepath.Abs("../.peer/bin/fail2ban-regex")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(peer); err != nil {
		t.Skip("the original is not here: run `make peer`")
	}
	for _, file := range sampleFiles(t) {
		for _, mode := range file.modes {
			t.Run(name(file, mode), func(t *testing.T) {
				var lines, want []string
				for _, s := range file.samples {
					lines, want = append(lines, s.text), append(want, s.want(mode)...)
				}
				got := ask(t, peer, strings.Join(lines, "\n")+"\n", file.reference(mode))
				if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("the original finds with our filter, -want +got:\n%s", diff)
				}
			})
		}
	}
}

// ask returns the ids that the original's regex tester finds in lines with a filter of the pack.
func ask(t *testing.T, peer, lines, reference string) []string {
	t.Helper()
	log := filepath.Join(t.TempDir(), "samples.log")
	if err := os.WriteFile(log, []byte(lines), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(peer, "-c", "etc", "--usedns", "no", "-o", "id", log, reference)
	cmd.Env = append(os.Environ(), "PYTHONWARNINGS=ignore")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return strings.Fields(string(out))
}
