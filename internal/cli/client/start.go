package client

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// How long a server that runs may take to answer whether it does, and how long we wait between questions.
const (
	probeTime = 100 * time.Millisecond
	firstWait = 6 * time.Millisecond
	lastWait  = 500 * time.Millisecond
)

// Detached is the environment variable that marks a process which is to become the server, away from the terminal.
const Detached = "GAOL_DETACHED"

// start runs a server in the background, hands it the configuration, and returns once it is at work.
func (c *commander) start(ctx context.Context) int {
	if c.options.Foreground {
		return c.becomeServer()
	}
	if c.answers(ctx) {
		c.log.Error("Server already running")
		return failed
	}
	c.progress("load configuration")
	stream, ok := c.stream(everyJail, c.means.Read)
	if !ok {
		return failed
	}
	if c.hasSocket() && !c.options.Force {
		c.log.Error("Fail2ban seems to be in unexpected state (not running but the socket exists)")
		return failed
	}
	c.progress("start")
	if !c.launch(ctx) {
		return failed
	}
	return c.configure(ctx, stream)
}

// restart stops the server, waits until it is gone, and starts one. A server that was not there is no obstacle. One that is about to go may
// not answer any more while its socket is still there.
func (c *commander) restart(ctx context.Context) int {
	c.progress("stop")
	stops := c.ask(ctx, []string{"stop"}) == 0
	gone := func() bool { return !c.answers(ctx) && !(stops && c.hasSocket()) }
	if !c.await(ctx, gone, nil) {
		c.log.Error("Could not stop server")
		return failed
	}
	return c.start(ctx)
}

// hasSocket reports whether there is a socket, or what is left of one.
func (c *commander) hasSocket() bool {
	_, err := os.Lstat(c.server.Socket)
	return err == nil
}

// answers reports whether a server answers at once.
func (c *commander) answers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	_, err := c.call(ctx, []any{"ping", probeTime.Seconds()})
	return err == nil
}

// await asks again and again, at growing intervals, until ready says yes. It gives up after the time the user allows, when ctx
// ends, or when hopeless does.
func (c *commander) await(ctx context.Context, ready func() bool, hopeless <-chan struct{}) bool {
	c.linger()
	timeout := time.After(time.Duration(c.options.Timeout * float64(time.Second)))
	for wait := firstWait; ; wait = min(2*wait, lastWait) {
		if ready() {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-timeout:
			return false
		case <-hopeless:
			return false
		case <-time.After(wait):
		}
	}
}

// launch runs this program as a server that waits for its configuration, and waits until it answers.
func (c *commander) launch(ctx context.Context) bool {
	server, err := c.startServer()
	if err != nil {
		c.log.Error(fmt.Sprintf("Could not start server: %v", err))
		return false
	}
	died := make(chan struct{})
	go func() {
		// Ending well is what a server does that goes on in the background.
		if state, err := server.Wait(); err != nil || !state.Success() {
			close(died)
		}
	}()
	if c.await(ctx, func() bool { return c.answers(ctx) }, died) {
		return true
	}
	if ctx.Err() == nil {
		c.log.Error("Could not start server. Maybe an old socket file is still present. Try to remove " + c.server.Socket +
			". If you used fail2ban-client to start the server, adding the -x option will do it")
	}
	return false
}

// startServer starts this program as the server.
func (c *commander) startServer() (*os.Process, error) {
	self, err := c.program()
	if err != nil {
		return nil, err
	}
	nothing, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer nothing.Close()
	// The server's first words go where ours go, if that is a real file; else they would depend on our living on.
	words := nothing
	if f, ok := c.stderr.(*os.File); ok {
		words = f
	}
	argv, attr := c.serverProcess()
	attr.Files = []*os.File{nothing, nothing, words}
	return os.StartProcess(self, argv, attr)
}

// serverProcess returns the words and the circumstances of the server. It is a session of its own, so that the terminal's signals do
// not reach it. Package os/exec would do no more, but takes longer to begin than most commands to end.
func (c *commander) serverProcess() (argv []string, attr *os.ProcAttr) {
	isMark := func(v string) bool { return strings.HasPrefix(v, Detached+"=") }
	return append([]string{DefaultProcess, "--async", "-b"}, c.serverOptions().words()...), &os.ProcAttr{
		Env: append(slices.DeleteFunc(os.Environ(), isMark), Detached+"=1"),
		Sys: &syscall.SysProcAttr{Setsid: true},
	}
}

// serverOptions returns our options with everything filled in that the configuration says.
func (c *commander) serverOptions() *Options {
	o := *c.options
	o.Socket, o.PidFile = c.server.Socket, c.server.PidFile
	o.LogLevel, o.LogTarget, o.SyslogSocket = c.server.LogLevel, c.server.LogTarget, c.server.SyslogSocket
	return &o
}

// configure sends the configuration to the server that was just started. If it refuses all of it, that server is stopped again,
// since one that guards nothing is worse than none; if some jails run, it goes on with them.
func (c *commander) configure(ctx context.Context, stream []any) int {
	value, err := c.call(ctx, []any{"server-stream", stream}, []any{"server-status"})
	if err == nil {
		return c.show([]string{"server-status"}, value, nil)
	}
	code := c.showError([]string{"start"}, err)
	c.explainRefusal(everyJail)
	if answer, err := c.call(ctx, []any{"banned"}); err == nil {
		if jails, _ := items(answer); len(jails) > 0 {
			c.log.Error("The other jails run")
			return code
		}
	}
	_, _ = c.call(ctx, []any{"stop"}) // it may be gone already
	return code
}

// becomeServer replaces this process by a server in the foreground; it returns only if that fails.
func (c *commander) becomeServer() int {
	self, err := c.program()
	if err != nil {
		c.log.Error(fmt.Sprintf("Could not start server: %v", err))
		return failed
	}
	argv := append([]string{DefaultProcess, "-f"}, c.options.words()...)
	err = unix.Exec(self, append(argv, "start"), os.Environ())
	c.log.Error("Could not start server: " + strconv.Quote(self) + ": " + err.Error())
	return failed
}
