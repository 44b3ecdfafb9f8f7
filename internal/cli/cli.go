// Package cli is the command line: it chooses the program by the name it was called by, reads arguments, prints results and
// decides exit codes.
//
// In go arguments and the three standard streams; out comes an exit code. Everything of substance happens in the packages
// below; this one never matches, counts or bans.
package cli

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"

	"gaol/internal/config"
	"gaol/pack"
)

// Version is our own version; the build sets it.
var Version = "unknown"

// failed is the exit code of everything that went wrong.
const failed = 255

// A program runs with the words after its name and returns an exit code.
type program func(ctx context.Context, argv []string, stdin io.Reader, stdout, stderr io.Writer) int

// brief makes a program that lives for milliseconds do without garbage collection, which would be a third of its work. Should it
// need more memory than that, collecting sets in.
func brief(p program) program {
	return func(ctx context.Context, argv []string, stdin io.Reader, stdout, stderr io.Writer) int {
		debug.SetGCPercent(-1)
		debug.SetMemoryLimit(256 << 20)
		return p(ctx, argv, stdin, stdout, stderr)
	}
}

// Run runs the program that args[0] names, with the rest of args, and returns its exit code.
func Run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	p, argv := choose(args)
	return p(ctx, argv, stdin, stdout, stderr)
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

// configOptions says where the configuration is and what the command line says about it.
func configOptions(o *options) config.Options {
	return config.Options{
		Source: defaultSource(o.conf), Socket: o.socket, PidFile: o.pidFile,
		LogLevel: o.logLevel, LogTarget: o.logTarget, SyslogSocket: o.syslogSocket,
		Version: EmulatedVersion, Verbosity: o.verbosity,
	}
}
