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

	"gaol/internal/cli/client"
	"gaol/internal/config"
	"gaol/internal/server"
)

// serverProgram is fail2ban-server. Without a command, or with start, it becomes the server; with any other it is the client.
func serverProgram(ctx context.Context, argv []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := client.ParseOptions(argv)
	if err != nil {
		return client.AnswerOptions(err, client.DefaultProcess, false, stdout, stderr)
	}
	if o.Interactive || o.Dump || o.Test || len(o.Args) > 1 || len(o.Args) == 1 && o.Args[0] != "start" {
		return clientProgram(ctx, argv, stdin, stdout, stderr)
	}
	switch {
	case !o.Async && !o.Foreground:
		return clientProgram(ctx, append(slices.Clip(argv[:len(argv)-len(o.Args)]), "start"), stdin, stdout, stderr)
	case !o.Foreground && os.Getenv(client.Detached) == "":
		return detach(argv, stderr)
	}
	return beServer(client.Attentive(ctx), o, stdout, stderr)
}

// detach starts this program again, away from the terminal, and leaves it alone.
func detach(argv []string, stderr io.Writer) int {
	self, err := os.Executable()
	if err != nil {
		fmt.Fprintln(stderr, err)
		return failed
	}
	cmd := exec.Command(self)
	cmd.Args = append([]string{client.DefaultProcess}, argv...)
	cmd.Env = append(os.Environ(), client.Detached+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(stderr, err)
		return failed
	}
	return 0
}

// beServer is the server itself, in this process.
func beServer(ctx context.Context, o *client.Options, stdout, stderr io.Writer) int {
	background := os.Getenv(client.Detached) != ""
	os.Unsetenv(client.Detached)
	syscall.Umask(0o077)
	nameProcess(o.Process)
	settings, messages, err := config.ReadServer(o.ConfigOptions())
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
	d := &daemon{socket: settings.Socket, pidFile: settings.PidFile, force: o.Force, output: output, detached: background}
	if d.readers, err = config.ReadOnlyGroup(o.ConfigOptions()); err != nil {
		output.Logger("fail2ban.server").Error(err.Error())
	}
	if !o.Async {
		d.configure = func(s *server.Server) error { return configureFrom(ctx, s, o.ConfigOptions(), output) }
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
