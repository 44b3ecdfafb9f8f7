// Package client is fail2ban-client: it reads the command line, asks the server that runs, starts one, or shows the configuration.
//
// In go arguments and the three standard streams; out comes an exit code. It never does a server's work, and imports nothing that does:
// what it must know of that is handed to it (see Means).
package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"gaol/internal/config"
	"gaol/internal/control"
	"gaol/internal/pickle"
)

// Name is what the client is called by.
const Name = "fail2ban-client"

// failed is the exit code of everything that went wrong.
const failed = 255

// Run runs fail2ban-client with the words behind its name, and returns the exit code.
func Run(ctx context.Context, argv []string, means Means, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := ParseOptions(argv)
	if err != nil {
		return AnswerOptions(err, Name, true, stdout, stderr)
	}
	return run(ctx, newCommander(o, means, stdin, stdout, stderr))
}

// RunAlone is Run without Means. It does nothing, and says so, if what argv asks for takes them, or if there is a lot to be shown.
func RunAlone(ctx context.Context, argv []string, stdin io.Reader, stdout, stderr io.Writer) (code int, done bool) {
	o, err := ParseOptions(argv)
	if err != nil {
		return AnswerOptions(err, Name, true, stdout, stderr), true
	}
	if o.takeMeans() {
		return 0, false
	}
	c := newCommander(o, Means{}, stdin, stdout, stderr)
	c.alone = true
	code = run(ctx, c)
	return code, code != config.Declined
}

// takeMeans reports whether the configuration is to be read for a server: for testing it, for a command that hands it over, or
// because such a command may be entered.
func (o *Options) takeMeans() bool {
	return o.Test || o.Interactive || len(o.Args) > 0 && slices.Contains([]string{"start", "restart", "reload"}, o.Args[0])
}

// run does what c's options ask for.
func run(ctx context.Context, c *commander) int {
	o := c.options
	ctx, c.linger = brief(ctx, c.means)
	if o.Dump || o.Test {
		code := c.showConfig()
		if code != 0 || !o.Test || len(o.Args) == 0 {
			return code
		}
	}
	if !c.findServer() {
		return failed
	}
	if len(o.Args) == 0 && !o.Interactive {
		printUsage(c.stdout, Name, true)
		return failed
	}
	return c.run(ctx)
}

// A commander carries out commands: alone, or by asking the server. It is one run of the client.
type commander struct {
	options *Options
	means   Means
	alone   bool           // without means
	server  *config.Server // what the configuration says about the server
	log     *slog.Logger

	stdin          io.Reader
	stdout, stderr io.Writer

	program func() (string, error) // the file that becomes the server

	prompting bool   // commands come from the prompt, which likes to hear about progress
	linger    func() // called before what may take its time; see brief
}

func newCommander(o *Options, means Means, stdin io.Reader, stdout, stderr io.Writer) *commander {
	return &commander{
		options: o, means: means, log: newClientLog(stderr, o.Verbosity), program: os.Executable,
		stdin: stdin, stdout: stdout, stderr: stderr, linger: func() {},
	}
}

// run carries out the command of the command line, and then those of the prompt if there is to be one.
func (c *commander) run(ctx context.Context) int {
	code := 0
	if len(c.options.Args) > 0 {
		code = c.do(ctx, c.options.Args)
	}
	if code == 0 && c.options.Interactive && ctx.Err() == nil {
		code = c.prompt(ctx)
	}
	if ctx.Err() != nil {
		fmt.Fprintln(c.stdout)
		c.log.Warn(fmt.Sprintf("Caught signal %d. Exiting", signalOf(ctx)))
		return failed
	}
	return code
}

// signalOf returns the number of the signal that ended ctx. Its cause only knows the name.
func signalOf(ctx context.Context) int {
	const interrupt, terminate = 2, 15
	if strings.Contains(context.Cause(ctx).Error(), "interrupt") {
		return interrupt
	}
	return terminate
}

// showConfig is -d and -t. A signal ends it as it ends any program.
func (c *commander) showConfig() int {
	c.means.leaveGarbage()
	o := c.options.ConfigOptions()
	if !c.options.Test {
		o.FewJails = c.alone
		return config.RunDump(c.stdout, c.stderr, o, c.options.DumpPretty)
	}
	mode := config.NoDump
	switch {
	case c.options.DumpPretty:
		mode = config.PrettyDump
	case c.options.Dump:
		mode = config.PlainDump
	}
	o.Compile, o.CheckServer = c.means.Compile, c.means.CheckServer
	return config.RunTest(c.stdout, c.stderr, o, mode)
}

// findServer reads where the server is, and reports whether that went well.
func (c *commander) findServer() bool {
	server, messages, err := config.ReadServer(c.options.ConfigOptions())
	if !c.options.Test { // which has shown them
		showMessages(c.log, messages)
	}
	if err != nil {
		fmt.Fprintf(c.stdout, "ERROR: %v\n", err)
		c.log.Error(initFailed)
		return false
	}
	c.server = server
	c.log.Info("Using socket file " + server.Socket)
	c.log.Info(fmt.Sprintf("Using pid file %s, [%s] logging to %s", server.PidFile, server.LogLevel, server.LogTarget))
	return true
}

// do carries out one command and returns the exit code.
func (c *commander) do(ctx context.Context, words []string) int {
	switch {
	case words[0] == "start" && len(words) == 1:
		return c.start(ctx)
	case words[0] == "restart" && len(words) == 1:
		return c.restart(ctx)
	case words[0] == "restart":
		return c.reload(ctx, append([]string{"--restart"}, words[1:]...))
	case words[0] == "reload":
		return c.reload(ctx, words[1:])
	case words[0] == "ping" && len(words) > 1:
		return c.pingWithin(ctx, words)
	}
	return c.ask(ctx, words)
}

// ask passes a command on to the server and prints the answer.
func (c *commander) ask(ctx context.Context, words []string) int {
	value, err := c.call(ctx, anyOf(words))
	return c.show(words, value, err)
}

// pingWithin is ping with a number of seconds to wait for the answer; a negative one waits for ever.
func (c *commander) pingWithin(ctx context.Context, words []string) int {
	seconds, err := strconv.ParseFloat(strings.TrimSpace(words[1]), 64)
	if err != nil {
		c.log.Error("could not convert string to float: " + pickle.Repr(words[1]))
		return failed
	}
	if seconds >= 0 && seconds < math.MaxInt32 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(seconds*float64(time.Second)))
		defer cancel()
	}
	return c.ask(ctx, words)
}

func anyOf(words []string) []any {
	cmd := make([]any, len(words))
	for i, w := range words {
		cmd[i] = w
	}
	return cmd
}

// call has the server carry out commands, over one connection, and returns the answer to the last one. It ends at the first
// that fails.
func (c *commander) call(ctx context.Context, cmds ...[]any) (value any, err error) {
	conn, err := control.Dial(ctx, c.server.Socket)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	conn.Waiting = c.linger
	for _, cmd := range cmds {
		if value, err = conn.Call(ctx, cmd); err != nil {
			return nil, err
		}
	}
	return value, nil
}

// show prints what came of a command, and returns the exit code.
func (c *commander) show(words []string, value any, err error) int {
	if err != nil {
		return c.showError(words, err)
	}
	text := beautify(words, value, utf8Locale())
	if len(text) > longText {
		io.WriteString(c.stdout, text)
		text = ""
	}
	io.WriteString(c.stdout, text+"\n")
	return 0
}

// longText is more than a pipe takes in one piece. What is longer need not be copied for the sake of its last newline.
const longText = 64 << 10

// showError prints why there is no answer: what the server refused, or why it could not be reached. After a signal nothing
// is said here.
func (c *commander) showError(words []string, err error) int {
	if e, ok := errors.AsType[*control.Exception](err); ok {
		fmt.Fprintln(c.stdout, exceptionText(e.Object))
		c.log.Error("NOK: " + pickle.Repr(e.Object.ExceptionArgs()))
		return failed
	}
	if !errors.Is(err, context.Canceled) {
		c.log.Error(unreachable(words, c.server.Socket, err))
	}
	return failed
}

// unreachable words the errors of package control as scripts know them.
func unreachable(words []string, socket string, err error) string {
	switch {
	case errors.Is(err, control.ErrNoSocket):
		return "Failed to access socket path: " + socket + ". Is fail2ban running?"
	case errors.Is(err, control.ErrPermission):
		return "Permission denied to socket: " + socket + ", (you must be root)"
	case errors.Is(err, control.ErrRefused) && words[0] == "ping":
		return "[Errno 111] Connection refused"
	case errors.Is(err, control.ErrRefused):
		return "[[Errno 111] Connection refused] Unable to contact server. Is it running?"
	case errors.Is(err, control.ErrTimeout):
		return "timed out"
	case errors.Is(err, control.ErrClosed):
		return "[Errno 104] Connection reset by peer"
	}
	return err.Error()
}
