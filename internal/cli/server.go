package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"

	"gaol/internal/config"
	"gaol/internal/server"
)

// serverProgram is fail2ban-server. Without a command, or with start, it becomes the server; with any other it is the client.
func serverProgram(ctx context.Context, argv []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parseOptions(argv)
	if err != nil {
		return answerOptions(err, defaultProcess, false, stdout, stderr)
	}
	if o.interactive || o.dump || o.test || len(o.args) > 1 || len(o.args) == 1 && o.args[0] != "start" {
		return client(ctx, argv, stdin, stdout, stderr)
	}
	switch {
	case !o.async && !o.foreground:
		return client(ctx, append(slices.Clip(argv[:len(argv)-len(o.args)]), "start"), stdin, stdout, stderr)
	case !o.foreground && os.Getenv(detached) == "":
		return detach(argv, stderr)
	}
	return serve(attentive(ctx), o, stdout, stderr)
}

// detached marks the process that detach has made.
const detached = "GAOL_DETACHED"

// detach starts this program again, away from the terminal, and leaves it alone.
func detach(argv []string, stderr io.Writer) int {
	self, err := os.Executable()
	if err != nil {
		fmt.Fprintln(stderr, err)
		return failed
	}
	cmd := exec.Command(self)
	cmd.Args = append([]string{defaultProcess}, argv...)
	cmd.Env = append(os.Environ(), detached+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(stderr, err)
		return failed
	}
	return 0
}

// serve is the server itself, in this process.
func serve(ctx context.Context, o *options, stdout, stderr io.Writer) int {
	background := os.Getenv(detached) != ""
	os.Unsetenv(detached)
	syscall.Umask(0o077)
	nameProcess(o.process)
	settings, messages, err := config.ReadServer(configOptions(o))
	if err != nil {
		fmt.Fprintln(stdout, "ERROR:", err)
		return failed
	}
	if background {
		leaveFolder(settings)
	}
	output, err := newOutput(settings, stdout, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "ERROR:", err)
		return failed
	}
	reportMessages(output, messages)
	d := &daemon{socket: settings.Socket, pidFile: settings.PidFile, force: o.force, output: output, detached: background}
	if d.readers, err = config.ReadOnlyGroup(configOptions(o)); err != nil {
		output.Logger("fail2ban.server").Error(err.Error())
	}
	if !o.async {
		d.configure = func(s *server.Server) error { return configureFrom(ctx, s, configOptions(o), output) }
	}
	return d.run(ctx)
}

// leaveFolder moves to / so that no file system is kept busy; the paths that we were given from here keep their meaning.
func leaveFolder(s *config.Server) {
	for _, path := range []*string{&s.Socket, &s.PidFile} {
		if abs, err := filepath.Abs(*path); err == nil {
			*path = abs
		}
	}
	_ = os.Chdir("/") // staying is no harm
}

// nameProcess sets the name that process lists show; monitoring looks for it.
func nameProcess(name string) {
	// Failing is no reason not to protect the machine.
	_ = os.WriteFile("/proc/self/comm", []byte(name), 0)
}
