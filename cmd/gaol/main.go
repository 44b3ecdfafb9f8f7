// Command gaol is the daemon, its client and its tools in one; it behaves as fail2ban-server, fail2ban-client or
// fail2ban-regex when called by that name.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"gaol/internal/cli"
)

func main() {
	// A reader that goes away, as head does, ends the output and not the program: writing fails, and nobody minds.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := context.WithCancelCause(context.Background())
	time.AfterFunc(hurry, func() { watchSignals(ctx, stop) })
	code := cli.Run(ctx, os.Args, os.Stdin, os.Stdout, os.Stderr)
	os.Exit(code)
}

// hurry is how long signals end the program as they end any. Most commands of the client are over by then, and catching signals
// takes two threads, which would be a tenth of their time. Nothing is begun so early that would have to be put in order.
const hurry = 5 * time.Millisecond

// watchSignals has signals end ctx.
func watchSignals(ctx context.Context, stop context.CancelCauseFunc) {
	// Unlike one that is ignored, a signal that is caught is as usual again in the commands that a server runs.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	signalled, _ := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(signalled, func() { stop(context.Cause(signalled)) })
}
