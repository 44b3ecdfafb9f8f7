package cli

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// hurry is how long signals end a brief program as they end any. Most commands of the client are over by then, and catching signals
// takes two threads, which would be a tenth of their time.
const hurry = 5 * time.Millisecond

// attentive makes a program whose ctx ends with SIGINT or SIGTERM, so that it can put things in order.
func attentive(p program) program {
	return func(ctx context.Context, argv []string, stdin io.Reader, stdout, stderr io.Writer) int {
		ctx, stop := context.WithCancelCause(ctx)
		watchSignals(ctx, stop)
		return p(ctx, argv, stdin, stdout, stderr)
	}
}

// watchSignals has signals end ctx.
func watchSignals(ctx context.Context, stop context.CancelCauseFunc) {
	// A reader that goes away, as head does, ends the output and not the program. Unlike one that is ignored, a signal that is caught is as
	// usual again in the commands that a server runs.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	signalled, _ := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(signalled, func() { stop(context.Cause(signalled)) })
}
