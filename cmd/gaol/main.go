// Command gaol is the daemon, its client and its tools in one; it behaves as fail2ban-server, fail2ban-client or
// fail2ban-regex when called by that name.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"gaol/internal/cli"
	_ "gaol/internal/cli/early"
	_ "gaol/internal/cli/early/tester"
)

func main() {
	// A reader that goes away, as head does, ends the output and not the program: writing fails, and nobody minds.
	signal.Ignore(syscall.SIGPIPE)
	os.Exit(cli.Run(context.Background(), os.Args, os.Stdin, os.Stdout, os.Stderr))
}
