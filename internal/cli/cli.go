// Package cli is the command line: it chooses the program by the name it was called by, reads arguments, prints results and
// decides exit codes.
//
// In go arguments and the three standard streams; out comes an exit code. Everything of substance happens in the packages
// below; this one never matches, counts or bans.
package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"gaol/internal/cli/client"
	"gaol/internal/cli/regex"
)

// Version is our own version; the build sets it.
var Version = "unknown"

// failed is the exit code of everything that went wrong.
const failed = 255

// A program runs with the words after its name and returns an exit code.
type program func(ctx context.Context, argv []string, stdin io.Reader, stdout, stderr io.Writer) int

// programs are the names that the binary answers to, beside its own.
var programs = []struct {
	name string
	run  program
}{
	{"fail2ban-server", serverProgram},
	{"fail2ban-client", clientProgram},
	{regex.Name, regex.Run},
}

// subcommands are the words that gaol itself knows, in the order of its help.
var subcommands = []struct {
	name string
	help string
	run  program
}{
	{"run", "watch this machine in the foreground with the built-in configuration", run},
	{"server", "what fail2ban-server does", serverProgram},
	{"client", "what fail2ban-client does", clientProgram},
	{"regex", "what fail2ban-regex does", regex.Run},
	{"config", "write out, check or explain the configuration", configure},
	{"fake-crawler", "exit with 0 if an address is a crawler of Google, for an ignorecommand", fakeCrawler},
	{"version", "print the version", version},
}

// Run runs the program that args[0] names, with the rest of args, and returns its exit code.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	name := "gaol"
	if len(args) > 0 {
		name = filepath.Base(args[0])
		args = args[1:]
	}
	for _, p := range programs {
		if p.name == name {
			return p.run(ctx, args, stdin, stdout, stderr)
		}
	}
	if len(args) > 0 {
		for _, s := range subcommands {
			if s.name == args[0] {
				return s.run(ctx, args[1:], stdin, stdout, stderr)
			}
		}
	}
	return usage(args, stdout, stderr)
}

// usage prints what gaol can do: on request to stdout, else to stderr as an error.
func usage(args []string, stdout, stderr io.Writer) int {
	out, code := stderr, 2
	switch {
	case len(args) == 0:
	case args[0] == "help" || args[0] == "-h" || args[0] == "--help":
		out, code = stdout, 0
	default:
		fmt.Fprintf(stderr, "gaol: unknown command %q\n", args[0])
	}
	fmt.Fprint(out, "usage: gaol COMMAND [ARGUMENTS]\n\n")
	for _, s := range subcommands {
		fmt.Fprintf(out, "  %-12s %s\n", s.name, s.help)
	}
	fmt.Fprint(out, "\nCalled as fail2ban-server, fail2ban-client or fail2ban-regex it is that command.\n")
	return code
}

func version(_ context.Context, _ []string, _ io.Reader, stdout, _ io.Writer) int {
	fmt.Fprintf(stdout, "gaol %s (answers as Fail2Ban %s)\n", Version, client.EmulatedVersion)
	return 0
}

// clientProgram is fail2ban-client, with all that our server knows at hand.
func clientProgram(ctx context.Context, argv []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return client.Run(ctx, argv, means(), stdin, stdout, stderr)
}
