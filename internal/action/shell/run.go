package shell

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"

	"gaol/internal/action"
)

const (
	// maxOutput is how much of each stream is kept; the rest is read and dropped, so that no command waits for a reader.
	maxOutput = 64 << 10
	// grace is what a command has between SIGTERM and SIGKILL, and what its children have to let go of its output.
	grace = 200 * time.Millisecond
)

// A Result tells how a command ended.
type Result struct {
	Code     int // exit status; minus the signal's number for a command that a signal ended
	TimedOut bool
	Err      error // set when the command could not be started or was given up: Code is then -1
	Stdout   []byte
	Stderr   []byte
}

// OK reports whether the command succeeded.
func (r Result) OK() bool { return r.Err == nil && !r.TimedOut && r.Code == 0 }

// A runner runs one script to its end.
type runner func(ctx context.Context, s action.Script, timeout time.Duration) Result

// plain runs s in a shell of its own, in a session of its own so that whatever it starts can be stopped with it.
func plain(ctx context.Context, s action.Script, timeout time.Duration) Result {
	cmd := exec.Command("/bin/sh", "-c", s.Text)
	var stdout, stderr capped
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	cmd.Env = append(os.Environ(), s.Env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.WaitDelay = grace // a background child may hold the output open for ever
	if err := cmd.Start(); err != nil {
		return Result{Code: -1, Err: err}
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()

	timer := time.NewTimer(timeout)
	defer timer.Stop()
	r := Result{}
	select {
	case <-done:
	case <-timer.C:
		r.TimedOut = true
		endGroup(cmd.Process.Pid, done)
	case <-ctx.Done():
		r.Err = ctx.Err()
		endGroup(cmd.Process.Pid, done)
	}
	r.Code = exitCode(cmd.ProcessState)
	r.Stdout, r.Stderr = stdout.kept.Bytes(), stderr.kept.Bytes()
	return r
}

// endGroup ends the process group of pid, politely first, and waits until its leader is gone.
func endGroup(pid int, done <-chan error) {
	_ = syscall.Kill(-pid, syscall.SIGTERM) // an error means that nobody is left
	select {
	case <-done:
		_ = syscall.Kill(-pid, syscall.SIGKILL) // those who did not listen
	case <-time.After(grace):
		_ = syscall.Kill(-pid, syscall.SIGKILL)
		<-done
	}
}

func exitCode(p *os.ProcessState) int {
	if p == nil {
		return -1
	}
	if ws, ok := p.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return -int(ws.Signal())
	}
	return p.ExitCode()
}

// capped keeps the first maxOutput bytes written to it. The buffer is no embedded one: its ReadFrom would keep everything.
type capped struct{ kept bytes.Buffer }

func (c *capped) Write(p []byte) (int, error) {
	if room := maxOutput - c.kept.Len(); room > 0 {
		c.kept.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// errNoCommand is what a blank ignorecommand yields.
var errNoCommand = errors.New("no command")
