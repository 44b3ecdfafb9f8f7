//go:build !light

package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
)

// programs are the names that the binary answers to.
var programs = map[string]program{
	"fail2ban-server": serverProgram,
	"fail2ban-client": brief(client),
	"fail2ban-regex":  regex,
}

// subcommands are the words that gaol itself knows, in the order of its help.
var subcommands = []struct {
	name string
	help string
	run  program
}{
	{"run", "watch this machine in the foreground with the built-in configuration", run},
	{"server", "what fail2ban-server does", serverProgram},
	{"client", "what fail2ban-client does", brief(client)},
	{"regex", "what fail2ban-regex does", regex},
	{"config", "write out, check or explain the configuration", configure},
	{"fake-crawler", "exit with 0 if an address is a crawler of Google, for an ignorecommand", fakeCrawler},
	{"version", "print the version", version},
}

// choose returns the program that args[0] names, and the words for it.
func choose(args []string) (program, []string) {
	name := "gaol"
	if len(args) > 0 {
		name = filepath.Base(args[0])
		args = args[1:]
	}
	if p, ok := programs[name]; ok {
		return p, args
	}
	if len(args) > 0 {
		for _, s := range subcommands {
			if s.name == args[0] {
				return s.run, args[1:]
			}
		}
	}
	return usage, args
}

// usage prints what gaol can do: on request to stdout, else to stderr as an error.
func usage(_ context.Context, args []string, _ io.Reader, stdout, stderr io.Writer) int {
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
	fmt.Fprintf(stdout, "gaol %s (answers as Fail2Ban %s)\n", Version, EmulatedVersion)
	return 0
}
