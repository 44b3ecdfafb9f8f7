// Package tester carries out fail2ban-regex before what only a server is made of is initialised, as package early does a client's
// commands: SQLite's C library, nftables and the like.
//
// In go os.Args and the standard streams; the process ends here, or main begins as if nothing had been.
//
// It is a package of its own because it needs net, for which the client's commands need not wait.
package tester

import (
	"context"
	"os"

	"gaol/internal/cli/early"
	"gaol/internal/cli/regex"
)

func init() {
	if early.CalledAs(regex.Name) {
		os.Exit(regex.Run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
}
