// Package cli is the command line: it chooses the program by the name it was called by, reads arguments, prints results and
// decides exit codes.
//
// In go arguments and the three standard streams; out comes an exit code. Everything of substance happens in the packages
// below; this one never matches, counts or bans.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"gaol/internal/config"
	"gaol/pack"
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
	{"fail2ban-client", client},
	{"fail2ban-regex", regex},
}

// subcommands are the words that gaol itself knows, in the order of its help.
var subcommands = []struct {
	name string
	help string
	run  program
}{
	{"run", "watch this machine in the foreground with the built-in configuration", run},
	{"server", "what fail2ban-server does", serverProgram},
	{"client", "what fail2ban-client does", client},
	{"regex", "what fail2ban-regex does", regex},
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
	fmt.Fprintf(stdout, "gaol %s (answers as Fail2Ban %s)\n", Version, EmulatedVersion)
	return 0
}

// builtInName is printed where the path of a configuration directory would be.
const builtInName = "(built-in)"

// defaultSource is the configuration that holds when -c DIR was not given (dir is ""), or DIR: /etc/fail2ban, and where there is none,
// be the folder there or not, the pack inside the program.
func defaultSource(dir string) config.Source {
	if dir != "" {
		return config.Dir(dir)
	}
	if isConfigured(defaultConf) {
		return config.Dir(defaultConf)
	}
	return config.Embedded(pack.FS(), builtInName)
}

// isConfigured reports whether dir holds a configuration, which begins with fail2ban.conf or fail2ban.local. Who may not look into it
// shall hear so, and not get another one.
func isConfigured(dir string) bool {
	for _, name := range []string{"fail2ban.conf", "fail2ban.local"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil || errors.Is(err, fs.ErrPermission) {
			return true
		}
	}
	return false
}
