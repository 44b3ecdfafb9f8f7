package shell

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gaol/internal/action"
)

// A session runs many scripts in one shell, one after the other, each in a subshell of it: that saves starting a shell for
// each. It is for scripts without variables only, which are words of action files with inert values put in, because what an
// attacker wrote must not come in sight of the shell's parser. A session whose shell is gone starts another one. When a script
// runs out of time, what earlier scripts of the session left in the background ends with it.
type session struct {
	shell *shellProcess
}

// A shellProcess is a shell that reads commands, and the pipes by which it answers.
type shellProcess struct {
	cmd    *exec.Cmd
	stdin  *os.File
	token  string      // ends the output of a command; nobody can guess it
	status chan string // exit status of each command; closed when the shell is gone
	stdout *stream
	stderr *stream
	exited chan error
}

// run runs s, as plain does.
func (n *session) run(ctx context.Context, s action.Script, timeout time.Duration) Result {
	if len(s.Env) > 0 || strings.Contains(s.Text, "\x00") {
		return plain(ctx, s, timeout)
	}
	if n.shell == nil {
		shell, err := startShell()
		if err != nil {
			return plain(ctx, s, timeout)
		}
		n.shell = shell
	}
	r, alive := n.shell.run(ctx, s.Text, timeout)
	if !alive {
		n.shell.close()
		n.shell = nil
	}
	return r
}

// close ends the shell, if there is one.
func (n *session) close() {
	if n.shell != nil {
		n.shell.close()
		n.shell = nil
	}
}

func startShell() (*shellProcess, error) {
	var pipes [4][2]*os.File // standard input, output and error, and the status as descriptor 3
	for i := range pipes {
		r, w, err := os.Pipe()
		if err != nil {
			closeAll(pipes[:i])
			return nil, fmt.Errorf("start a shell: %w", err)
		}
		pipes[i] = [2]*os.File{r, w}
	}
	p := &shellProcess{
		cmd: exec.Command("/bin/sh", "-s"), stdin: pipes[0][1], token: rand.Text(),
		status: make(chan string), exited: make(chan error, 1),
	}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = pipes[0][0], pipes[1][1], pipes[2][1]
	p.cmd.ExtraFiles = []*os.File{pipes[3][1]}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := p.cmd.Start(); err != nil {
		closeAll(pipes[:])
		return nil, fmt.Errorf("start a shell: %w", err)
	}
	for _, theirs := range []*os.File{pipes[0][0], pipes[1][1], pipes[2][1], pipes[3][1]} {
		_ = theirs.Close()
	}
	p.stdout, p.stderr = newStream(pipes[1][0], p.token), newStream(pipes[2][0], p.token)
	go p.readStatus(pipes[3][0])
	go func() { p.exited <- p.cmd.Wait() }()
	return p, nil
}

func closeAll(pipes [][2]*os.File) {
	for _, p := range pipes {
		_, _ = p[0].Close(), p[1].Close()
	}
}

func (p *shellProcess) readStatus(from *os.File) {
	defer close(p.status)
	defer func() { _ = from.Close() }()
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		p.status <- lines.Text()
	}
}

// run runs one script. alive is false when the shell did not survive it.
func (p *shellProcess) run(ctx context.Context, text string, timeout time.Duration) (r Result, alive bool) {
	_, err := io.WriteString(p.stdin, "(eval "+Quote(text)+") </dev/null 3>&-; f2b_status=$?; "+
		"printf '\\n"+p.token+"\\n'; printf '\\n"+p.token+"\\n' >&2; echo $f2b_status >&3\n")
	if err != nil {
		return Result{Code: -1, Err: fmt.Errorf("shell: %w", err)}, false
	}
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case status, ok := <-p.status:
		if ok {
			r.Code, err = strconv.Atoi(status)
			r.Err = err
			r.Stdout, r.Stderr = p.stdout.next(), p.stderr.next()
			return r, err == nil
		}
		<-p.stop(0)
	case <-timer.C:
		r.TimedOut = true
		<-p.stop(syscall.SIGTERM)
	case <-ctx.Done():
		r.Err = ctx.Err()
		<-p.stop(syscall.SIGTERM)
	}
	r.Code = exitCode(p.cmd.ProcessState)
	r.Stdout, r.Stderr = p.stdout.last(), p.stderr.last()
	return r, false
}

// stop ends the shell and all that runs in it, if signal is not 0, and returns a channel that is closed when it is gone.
func (p *shellProcess) stop(signal syscall.Signal) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if signal != 0 {
			endGroup(p.cmd.Process.Pid, p.exited)
			p.exited <- nil // for close
			return
		}
		p.exited <- <-p.exited
	}()
	return done
}

// close lets the shell end, and ends it if it does not. What it started in the background goes on.
func (p *shellProcess) close() {
	_ = p.stdin.Close()
	select {
	case <-p.exited:
	case <-time.After(grace):
		endGroup(p.cmd.Process.Pid, p.exited)
	}
	p.stdout.close()
	p.stderr.close()
	for range p.status { // until its reader is gone
	}
}

// Quote makes one word of text for a shell.
func Quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// A stream cuts what a shell writes at the token.
type stream struct {
	from   *os.File
	pieces chan []byte
}

func newStream(from *os.File, token string) *stream {
	s := &stream{from: from, pieces: make(chan []byte, 1)}
	go s.read(token + "\n")
	return s
}

// read sends what stands before each token, or before the end, less the line end that belongs to the token.
func (s *stream) read(token string) {
	defer close(s.pieces)
	lines := bufio.NewReader(s.from)
	var piece capped
	for {
		line, err := lines.ReadSlice('\n')
		if string(line) == token {
			s.pieces <- trimmed(&piece)
			piece = capped{}
			continue
		}
		_, _ = piece.Write(line) // never fails
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			if piece.kept.Len() > 0 {
				s.pieces <- trimmed(&piece)
			}
			return
		}
	}
}

func trimmed(piece *capped) []byte {
	b := piece.kept.Bytes()
	if n := len(b); n > 0 && n < maxOutput && b[n-1] == '\n' {
		b = b[:n-1]
	}
	if len(b) == 0 {
		return nil
	}
	return b
}

// next returns what the command that has just ended wrote.
func (s *stream) next() []byte { return <-s.pieces }

// last returns what the command wrote with which the shell died. Its children may hold the pipe, so that no end comes.
func (s *stream) last() []byte {
	select {
	case piece := <-s.pieces:
		return piece
	case <-time.After(grace):
		_ = s.from.Close()
		return <-s.pieces
	}
}

func (s *stream) close() {
	_ = s.from.Close()
	for range s.pieces { // until the reader is gone
	}
}
