//go:build light

package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"
)

// A light build is fail2ban-client alone. It leaves out the code of the server, whose libraries take longer to get ready than a
// command lives, and so starts in half the time. What needs that code it leaves to the full program beside it.

// fullProgram is the name of the file with everything in it.
const fullProgram = "gaol"

// choose takes every name for fail2ban-client, and decides whether that is to be the full one, before anything is said or asked.
func choose(args []string) (program, []string) {
	argv := args[min(1, len(args)):]
	o, err := parseOptions(argv)
	if err == nil && (o.test || o.interactive || len(o.args) > 0 && slices.Contains([]string{"start", "restart", "reload"}, o.args[0])) {
		return handOver, argv
	}
	return brief(client), argv
}

// handOver replaces this process by the full program with the same command line; it returns only if that fails.
func handOver(_ context.Context, argv []string, _ io.Reader, _, stderr io.Writer) int {
	self, err := os.Executable()
	if err == nil {
		full := filepath.Join(filepath.Dir(self), fullProgram)
		if err = unix.Exec(full, append([]string{clientName}, argv...), os.Environ()); err != nil {
			err = fmt.Errorf("cannot run %s, which belongs beside this program: %w", full, err)
		}
	}
	fmt.Fprintf(stderr, "%s: %v\n", clientName, err)
	return failed
}

// handOver does what choose has not seen coming.
func (c *commander) handOver() int {
	return handOver(context.Background(), c.argv, c.stdin, c.stdout, c.stderr)
}

func (c *commander) start(context.Context) int            { return c.handOver() }
func (c *commander) restart(context.Context) int          { return c.handOver() }
func (c *commander) reload(context.Context, []string) int { return c.handOver() }
func (c *commander) interact(context.Context) int         { return c.handOver() }
func (c *commander) testConfig() int                      { return c.handOver() }
