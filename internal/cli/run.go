package cli

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"gaol/internal/cli/client"
	"gaol/internal/config"
	"gaol/internal/control"
	"gaol/internal/jail"
	"gaol/internal/logging"
	"gaol/internal/server"
	"gaol/pack"
)

// run is `gaol run`: the server in the foreground on the built-in configuration, saying in plain words what it does. Without root
// it only observes.
func run(ctx context.Context, argv []string, _ io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("gaol run", flag.ContinueOnError)
	flags.SetOutput(stderr)
	conf := flags.String("c", "", "configuration directory (default: the configuration inside the program)")
	if flags.Parse(argv) != nil {
		return 2
	}
	ctx = client.Attentive(ctx)
	syscall.Umask(0o077)
	o := config.Options{Source: config.Embedded(pack.FS(), client.BuiltIn), Version: client.EmulatedVersion, LogTarget: "STDOUT"}
	if *conf != "" {
		o.Source = config.Dir(*conf)
	}
	root := os.Geteuid() == 0
	if !root {
		dir, err := userDir()
		if err != nil {
			fmt.Fprintln(stderr, "gaol run:", err)
			return failed
		}
		o.Socket, o.PidFile = filepath.Join(dir, "gaol.sock"), filepath.Join(dir, "gaol.pid")
	}
	settings, _, err := config.ReadServer(o)
	if err != nil {
		fmt.Fprintln(stderr, "gaol run:", err)
		return failed
	}
	output := logging.NewOutput(stdout, stderr, client.EmulatedVersion)
	if err := output.SetTarget("STDOUT", nil); err != nil {
		fmt.Fprintln(stderr, "gaol run:", err)
		return failed
	}
	d := &daemon{socket: settings.Socket, pidFile: settings.PidFile, force: true, output: output, observe: !root}
	d.configure = func(s *server.Server) error { return configureRun(ctx, s, o, output, root) }
	d.ready = func(s *server.Server) { describe(stdout, s, settings.Socket, root) }
	return d.run(ctx)
}

// userDir is where a server without root keeps its socket: a folder that only its user can enter.
func userDir() (string, error) {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		return dir, nil
	}
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("gaol-%d", os.Geteuid()))
	if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
		return "", err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !ok || !info.IsDir() || int(st.Uid) != os.Geteuid() || info.Mode().Perm() != 0o700 {
		return "", fmt.Errorf("%s is not a private folder of this user; remove it", dir)
	}
	return dir, nil
}

// configureRun is configureFrom, but that somebody who may not write the database does without.
func configureRun(ctx context.Context, s *server.Server, o config.Options, output *logging.Output, root bool) error {
	c, err := means().Read(o)
	if c != nil {
		reportMessages(output, c.Messages)
	}
	if err != nil {
		return err
	}
	for _, cmd := range c.Stream {
		if words := cmd.([]any); !root && words[0] == "set" && words[1] == "dbfile" {
			words[2] = "None"
		}
	}
	_, err = s.Handle(ctx, []any{"server-stream", c.Stream}, control.Peer{})
	return err
}

// describe says what is protected, what is read for that, and what is missing.
func describe(w io.Writer, s *server.Server, socket string, root bool) {
	fmt.Fprintln(w)
	if !root {
		fmt.Fprintln(w, "Not root: observing only. Bans are logged as \"would ban\", nothing is blocked.")
	}
	for _, j := range s.Overview() {
		describeJail(w, j, root)
	}
	fmt.Fprintf(w, "\nAsk it from another terminal:  fail2ban-client -s %s status sshd\nStop it with Ctrl-C.\n\n", socket)
}

func describeJail(w io.Writer, j *jail.Jail, root bool) {
	s := j.Settings()
	verb := "protected"
	if !root {
		verb = "watched"
	}
	forHowLong := "for good"
	if s.BanTime.Float64() >= 0 {
		forHowLong = "for " + s.BanTime.String() + " s"
	}
	var actions []string
	for _, a := range s.Actions {
		actions = append(actions, a.Name)
	}
	fmt.Fprintf(w, "%s is %s: %d failures within %s s shut an address out %s, by %s.\n",
		j.Name, verb, s.MaxRetry, s.FindTime, forHowLong, strings.Join(actions, ", "))
	if jail.UsesJournal(s.Backend) {
		fmt.Fprintf(w, "  reads the systemd journal, entries with %s\n", jail.JournalText(s.Journal))
		return
	}
	for _, path := range j.Files() {
		if f, err := os.Open(path); err != nil {
			fmt.Fprintf(w, "  waits for %s: %v\n", path, err)
		} else {
			f.Close()
			fmt.Fprintf(w, "  reads %s\n", path)
		}
	}
}
