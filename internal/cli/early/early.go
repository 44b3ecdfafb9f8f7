// Package early carries out the commands of fail2ban-client that take nothing of what a server is made of, before all of that is
// initialised: SQLite's C library, TLS and the like take 1 ms to begin, where such a command is over after 4.
//
// In go os.Args and the standard streams; the process ends here, or main begins as if nothing had been. It never starts or configures a
// server.
//
// Go initialises, of the packages whose imports are initialised, the one with the least import path first (The Go Programming Language
// Specification, "Program initialization"). What this package imports ends with net; so it comes as soon as net is there, before
// whatever else imports that and stands behind gaol/ in the alphabet.
package early

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"gaol/internal/cli/client"
)

func init() {
	if len(os.Args) == 0 || filepath.Base(os.Args[0]) != client.Name {
		return
	}
	// A reader that goes away, as head does, ends the output and not the program: writing fails, and nobody minds.
	signal.Ignore(syscall.SIGPIPE)
	if code, done := client.RunAlone(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr); done {
		os.Exit(code)
	}
}
