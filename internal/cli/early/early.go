// Package early carries out the commands of fail2ban-client that take nothing of what a server is made of, before most of that is
// initialised: such a command is over after 4 ms, and would wait 1.4 ms for SQLite's C library, TLS, package net and the like.
//
// In go os.Args and the standard streams; the process ends here, or main begins as if nothing had been. It never starts or configures a
// server.
//
// Go initialises, of the packages whose imports are initialised, the one with the least import path first (The Go Programming Language
// Specification, "Program initialization"). So this one is initialised before all that import what it does without, net and regexp above
// all, and stand behind gaol/ in the alphabet, or that need such a package. What it imports is to be kept as it is for that reason:
// with os/exec, path/filepath or runtime/debug it would have to wait for more.
package early

import (
	"context"
	"os"
	"os/signal"
	"path"
	"syscall"

	"gaol/internal/cli/client"
)

func init() {
	if len(os.Args) == 0 || path.Base(os.Args[0]) != client.Name {
		return
	}
	signal.Ignore(syscall.SIGPIPE) // as main does, which is not reached
	if code, done := client.RunAlone(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr); done {
		os.Exit(code)
	}
}
