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
	if !CalledAs(client.Name) {
		return
	}
	if code, done := client.RunAlone(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr); done {
		os.Exit(code)
	}
}

// CalledAs reports whether the program was called by name. If so, writing for a reader that has gone away fails from now on and nothing
// else, as main sees to, which may not be reached.
func CalledAs(name string) bool {
	if len(os.Args) == 0 || path.Base(os.Args[0]) != name {
		return false
	}
	signal.Ignore(syscall.SIGPIPE)
	return true
}
