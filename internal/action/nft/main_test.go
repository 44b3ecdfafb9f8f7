package nft

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"gaol/internal/action"
	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// inNamespace marks the process that runs the tests in namespaces of its own.
const inNamespace = "GAOL_TEST_NETNS"

// TestMain runs all tests in a network namespace of their own, so that the host's firewall is never touched. Without root
// the tests that need the kernel are skipped.
func TestMain(m *testing.M) {
	if os.Getenv(inNamespace) != "" || os.Geteuid() != 0 {
		os.Exit(m.Run())
	}
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), inNamespace+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		os.Exit(exit.ExitCode())
	case err != nil: // no namespaces here: the rest can still run
		fmt.Fprintln(os.Stderr, "no network namespace:", err)
		os.Exit(m.Run())
	}
}

// needKernel skips a test where there is no namespace of our own, and clears the ruleset.
func needKernel(t testing.TB) *Kernel {
	t.Helper()
	if os.Getenv(inNamespace) == "" {
		t.Skip("needs root, for a network namespace of its own")
	}
	if _, err := exec.LookPath("nft"); err != nil {
		t.Skip("needs the nft program to look at the result (apt-get install nftables)")
	}
	nft(t, "flush", "ruleset")
	k := new(Kernel)
	t.Cleanup(func() { _ = k.Close() })
	return k
}

// nft runs the nft program and returns what it prints.
func nft(t testing.TB, args ...string) string {
	t.Helper()
	out, err := exec.Command("nft", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("nft %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

var ctx = context.Background()

func newAction(t testing.TB, k *Kernel, pairs ...string) *Action {
	t.Helper()
	env := action.Env{Jail: "j", Name: "nftables-j", IPv6: true, Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	a, err := k.New(action.NewProperties(append([]string{"name", "j"}, pairs...)...), env)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// event returns a ban of id that lasts for ever, so that listings are the same each time.
func event(id string) *action.Event {
	parsed, err := addr.Parse(id)
	if err != nil {
		panic(err)
	}
	b := &ticket.Ban{Failure: ticket.Failure{ID: parsed, Time: ticket.Now()}, BanTime: ticket.Forever}
	return &action.Event{Ban: b, BanTime: ticket.Forever}
}

func events(ids ...string) []*action.Event {
	var all []*action.Event
	for _, id := range ids {
		all = append(all, event(id))
	}
	return all
}

// numbered returns n bans of ten minutes, of addresses with room between them.
func numbered(n int) []*action.Event {
	all := make([]*action.Event, n)
	for i := range n {
		id := addr.From(netip.AddrFrom4([4]byte{10, byte(i >> 15), byte(i >> 7), byte(i << 1)}))
		all[i] = &action.Event{
			Ban:     &ticket.Ban{Failure: ticket.Failure{ID: id, Time: ticket.Now()}, BanTime: 600},
			BanTime: 600,
		}
	}
	return all
}

func ok(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

// await waits until done says yes, and returns how long that took.
func await(t testing.TB, what string, done func() bool) time.Duration {
	t.Helper()
	start := time.Now()
	for !done() {
		if time.Since(start) > 5*time.Second {
			t.Fatalf("%s: not within 5 s; ruleset:\n%s", what, nft(t, "list", "ruleset"))
		}
		time.Sleep(5 * time.Millisecond)
	}
	return time.Since(start)
}
