package client

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// attentive returns a ctx that ends with SIGINT or SIGTERM, for a program that puts things in order then.
func Attentive(ctx context.Context) context.Context {
	ctx, stop := context.WithCancelCause(ctx)
	watchSignals(ctx, stop)
	return ctx
}

// brief returns a ctx for a command that is over within milliseconds: a signal ends the program as it ends any, and garbage is left to
// the runtime, which does not get to it. What takes longer calls linger first. From then on a signal ends ctx, and garbage is left alone.
//
// Catching signals takes two threads, and telling the collector stops the world twice: a tenth of what a client's command takes.
func brief(ctx context.Context, means Means) (_ context.Context, linger func()) {
	ctx, stop := context.WithCancelCause(ctx)
	return ctx, sync.OnceFunc(func() {
		means.leaveGarbage()
		watchSignals(ctx, stop)
	})
}

// watchSignals has signals end ctx.
func watchSignals(ctx context.Context, stop context.CancelCauseFunc) {
	// A reader that goes away, as head does, ends the output and not the program. Unlike one that is ignored, a signal that is caught is as
	// usual again in the commands that a server runs.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	signalled, _ := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(signalled, func() { stop(context.Cause(signalled)) })
}
