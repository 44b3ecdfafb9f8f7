package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"gaol/internal/cli/client"
	"gaol/internal/config"
	"gaol/internal/control/serve"
	"gaol/internal/logging"
	"gaol/internal/server"
)

// A daemon is the server process: pid file, socket, signals, and the server between them.
type daemon struct {
	socket, pidFile string
	force           bool // take the place of a socket that is there
	output          *logging.Output
	observe         bool
	readers         string // the group that may ask, "" for none
	// detached lets go of the terminal once the socket stands: whoever started us may wait for our output to end.
	detached bool
	// configure makes the server work; nil: a client will.
	configure func(*server.Server) error
	// ready is called when the server is configured; nil for nothing to do.
	ready func(*server.Server)
}

// run serves until a client says stop, or ctx ends, and has undone everything when it returns.
func (d *daemon) run(ctx context.Context) int {
	log := d.output.Logger("fail2ban.server")
	log.Info(strings.Repeat("-", 50))
	log.Info("Starting Fail2ban v" + client.EmulatedVersion)
	if d.detached {
		log.Info("Daemon started")
	}
	if err := writePid(d.pidFile); err != nil {
		log.Error(fmt.Sprintf("Unable to create PID file: %v", err))
	}
	listener, err := serve.Listen(d.socket, d.force)
	if errors.Is(err, serve.ErrExists) {
		log.Error("Fail2ban seems to be already running: " + err.Error())
		return failed
	}
	if err != nil {
		log.Error(fmt.Sprintf("Unable to listen on %s: %v", d.socket, err))
		return failed
	}
	if d.readers != "" {
		if err := share(d.socket, d.readers); err != nil {
			log.Error(err.Error()) // the machine is protected all the same
		}
	}
	if d.detached {
		letGo()
	}
	if listener.Inherited {
		log.Info("Using socket activation, inherited socket '" + d.socket + "'")
	}
	return d.serve(ctx, listener)
}

// serve answers clients and reads logs until the end, in the order that loses nothing: nobody comes any more, the jails stop, then
// the sources. Socket and pid file are gone before a client hears that the server has stopped, so that it can start another.
func (d *daemon) serve(ctx context.Context, listener *serve.Listener) int {
	log := d.output.Logger("fail2ban.server")
	sources, stopSources := context.WithCancel(context.Background())
	clients, stopClients := context.WithCancel(context.Background())
	srv := server.New(server.Options{
		Version: client.EmulatedVersion, Output: d.output, Observe: d.observe,
		Stopping: func() {
			stopClients()
			listener.Close()
		},
		Stopped: func() { os.Remove(d.pidFile) },
	})
	running := make(chan error, 2)
	go func() { running <- srv.Run(sources) }()
	control := serve.Server{
		Handler: srv.Handle, Log: d.output.Logger("fail2ban.asyncserver"), ReadOnlyOthers: d.readers != "",
	}
	go func() { running <- control.Serve(clients, listener) }()
	defer d.reopenOnSignal()()

	code := 0
	if d.configure != nil {
		if err := d.configure(srv); err != nil {
			log.Error(err.Error())
			code = failed
		}
	}
	if code == 0 {
		if d.ready != nil {
			d.ready(srv)
		}
		select {
		case <-ctx.Done():
		case <-srv.Quit():
		case err := <-running:
			running <- nil
			if err != nil {
				log.Error(fmt.Sprintf("stopping: %v", err))
				code = failed
			}
		}
	}
	srv.Shutdown()
	stopSources()
	<-running
	<-running
	d.output.Close()
	return code
}

// reopenOnSignal opens the log anew on SIGUSR1, as flushlogs does, until the function it returns is called.
func (d *daemon) reopenOnSignal() (stop func()) {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGUSR1)
	go func() {
		for range hup {
			d.output.Reopen()
		}
	}()
	return func() {
		signal.Stop(hup)
		close(hup)
	}
}

// letGo replaces the standard streams by nothing.
func letGo() {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return // then somebody may wait for longer
	}
	defer null.Close()
	for fd := range 3 {
		_ = unix.Dup2(int(null.Fd()), fd)
	}
}

// writePid writes our process id, making the last folder of the path if that is missing.
func writePid(path string) error {
	if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.WriteFile(path, fmt.Appendf(nil, "%d\n", os.Getpid()), 0o600)
}

// newOutput sets logging up as the options say.
func newOutput(s *config.Server, stdout, stderr io.Writer) (*logging.Output, error) {
	out := logging.NewOutput(stdout, stderr, client.EmulatedVersion)
	if err := out.SetLevel(s.LogLevel); err != nil {
		return out, err
	}
	if err := out.SetSyslogSocket(s.SyslogSocket); err != nil {
		return out, err
	}
	name, params, err := config.ParseDefinition(s.LogTarget)
	if err != nil {
		return out, fmt.Errorf("logtarget %q: %w", s.LogTarget, err)
	}
	options := map[string]string{}
	for k, v := range params.All() {
		options[k] = v
	}
	return out, out.SetTarget(name, options)
}
