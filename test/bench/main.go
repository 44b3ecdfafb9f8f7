// Command bench measures Gaol and the original side by side, in one run on one machine, and prints one table.
//
// In go the names of benchmarks (none: all of them), the built commands in bin/ and the unpacked original in .peer/; out comes a
// Markdown table of medians and ratios. It takes root, because firewalls are measured in a network namespace that goes when the
// run ends. It never touches the host's firewall, configuration or servers.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A benchmark measures one aspect and adds its figures to the report.
type benchmark struct {
	name string
	help string
	run  func(*bench) error
}

var benchmarks = []benchmark{
	{"commands", "client commands, start and stop, with few bans", commands},
	{"bans", "restoring, listing and lifting 1,000 and 10,000 bans", bans},
	{"latency", "from a log line to its judgement, and to the ban in the kernel", latency},
	{"idle", "what a server takes while nothing happens", idle},
	{"regex", "lines per second of fail2ban-regex", regex},
	{"config", "reading large configurations", configuration},
	{"scale", "many jails on a file, many attackers", scale},
	{"rates", "a log that is written at a fixed rate", rates},
	{"rotation", "a log that is rotated, under a server that is killed", rotation},
}

// A bench is one run: the two sides, a folder that goes when it ends, and what was measured.
type bench struct {
	ctx    context.Context
	dir    string
	ours   *side
	peer   *side
	report report
}

func main() {
	runtime.LockOSThread() // processes die with the thread that started them, see start
	err := run(os.Args[1:])
	// The process inside says itself what went wrong.
	if _, told := errors.AsType[*exec.ExitError](err); err != nil && !told {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
	if err != nil {
		os.Exit(1)
	}
}

func run(names []string) error {
	chosen, err := choose(names)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if os.Getenv(inside) == "" {
		return enter(ctx)
	}
	dir, err := os.MkdirTemp("", "gaol-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b, err := newBench(ctx, dir)
	if err != nil {
		return err
	}
	err = b.measure(chosen)
	fmt.Printf("%s\n\n%s", machine(), b.report.markdown()) // what there is, also after an error
	return err
}

func (b *bench) measure(chosen []benchmark) error {
	for _, c := range chosen {
		fmt.Fprintf(os.Stderr, "%s %s: %s\n", time.Now().Format(time.TimeOnly), c.name, c.help)
		if err := c.run(b); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// choose returns the benchmarks called names, in the order of the table.
func choose(names []string) ([]benchmark, error) {
	known := make([]string, len(benchmarks))
	for i, c := range benchmarks {
		known[i] = c.name
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return nil, fmt.Errorf("no benchmark is called %q; there are %s", n, strings.Join(known, ", "))
		}
	}
	if len(names) == 0 {
		return benchmarks, nil
	}
	return slices.DeleteFunc(slices.Clone(benchmarks), func(c benchmark) bool { return !slices.Contains(names, c.name) }), nil
}

// newBench finds both sides in the repository that we are run in.
func newBench(ctx context.Context, dir string) (*bench, error) {
	root, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for _, need := range []string{"bin/gaol", ".peer/root/usr/bin/fail2ban-server"} {
		if _, err := os.Stat(filepath.Join(root, need)); err != nil {
			return nil, fmt.Errorf("%w; run `make bench` at the top of the repository", err)
		}
	}
	b := &bench{ctx: ctx, dir: dir, ours: ourSide(root), peer: peerSide(root, dir)}
	for _, s := range b.sides() {
		if err := b.warmUp(s); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// warmUp uses every command once. The original's modules are compiled on first use; an installed one has that behind it.
func (b *bench) warmUp(s *side) error {
	d, err := b.newDaemon(s, setup{jails: sshdJail})
	if err != nil {
		return err
	}
	defer d.remove()
	if _, _, err := d.start(b.ctx, "sshd"); err != nil {
		return err
	}
	if _, err := s.run("fail2ban-regex", "-c", s.stock, "a line", "sshd"); err != nil {
		return err
	}
	_, err = d.stop()
	return err
}

func (b *bench) sides() []*side { return []*side{b.ours, b.peer} }

// inside is set for the process that has a network of its own.
const inside = "GAOL_BENCH"

// enter runs this program again in a network namespace of its own.
func enter(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "/proc/self/exe", os.Args[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // it has things to remove
	cmd.Env = append(os.Environ(), inside+"=1")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("make a network of its own (this takes root): %w", err)
	}
	return cmd.Wait()
}
