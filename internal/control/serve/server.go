// Package serve is the server's end of the control socket.
//
// In go connections of clients of any origin; a Handler is called with each command they send, and what it returns goes back
// as Python's clients expect it, errors as exception objects. It never knows what a command means, never evaluates anything that
// arrives, and never lets a slow or broken client hold up another one.
package serve

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"

	"gaol/internal/control"
	"gaol/internal/pickle"
)

// A Handler answers one command, a list of at least one value. It is called from many goroutines at once. What it returns
// must be one of package pickle's values; an error reaches the client as the Exception in its chain, or as a plain one with its text.
// The context ends when the server shuts down.
type Handler func(ctx context.Context, cmd []any, peer control.Peer) (any, error)

const (
	// maxRequest bounds one request. The largest ones are whole configurations, some hundred kilobytes.
	maxRequest = 64 << 20
	// maxQuestion and maxQuestionItems bound a request of a client that can only look.
	maxQuestion      = 64 << 10
	maxQuestionItems = 1 << 10
	// maxConnections bounds how many clients are served at once; more are turned away.
	maxConnections = 512
	// replyTimeout is how long a client may refuse to take its reply. At shutdown it is lastReplyTimeout.
	replyTimeout     = time.Minute
	lastReplyTimeout = 5 * time.Second
)

// A Server answers the commands of any number of clients. Handler must be set. The fields must not change once it serves.
type Server struct {
	Handler Handler
	Log     *slog.Logger // nil is silent

	// ReadOnlyOthers leaves full control to root and to the server's own user. Whoever else the file's permissions let in
	// can only look. If false, the file's permissions are the only guard, as they are in the original.
	ReadOnlyOthers bool
}

// Serve accepts connections on l until ctx is done or accepting fails for good, and answers each connection's commands in
// the order they came. When ctx ends, commands under way are finished and answered; then all connections are closed. Serve
// closes l and returns when everything has ended: nil after ctx ended, else the error of accepting.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	log := s.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(ctx)
	var sessions sync.WaitGroup
	defer sessions.Wait()
	defer cancel()
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	defer l.Close()

	slots := make(chan struct{}, maxConnections)
	for {
		conn, err := accept(ctx, l)
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("accept on %s: %w", l.Addr(), err)
		}
		select {
		case slots <- struct{}{}:
			sessions.Go(func() {
				s.session(ctx, conn, log)
				<-slots
			})
		default:
			log.Warn(fmt.Sprintf("Too many connections, more than %d", maxConnections))
			conn.Close()
		}
	}
}

// accept retries while the process is short of file descriptors, which passes.
func accept(ctx context.Context, l net.Listener) (net.Conn, error) {
	for {
		conn, err := l.Accept()
		if temporary, ok := errors.AsType[interface {
			error
			Temporary() bool
		}](err); !ok || !temporary.Temporary() {
			return conn, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// A session is one connection of the server.
type session struct {
	server *Server
	conn   net.Conn
	log    *slog.Logger
	peer   control.Peer
	limits pickle.Limits // of a request
}

func (s *Server) session(ctx context.Context, conn net.Conn, log *slog.Logger) {
	defer conn.Close()
	peer, err := peerOf(conn)
	if err != nil {
		log.Error(fmt.Sprintf("Connection refused: %v", err))
		return
	}
	// Reading stops when the server shuts down; a command under way goes on and is answered.
	stop := context.AfterFunc(ctx, func() {
		conn.SetReadDeadline(time.Unix(1, 0))
		conn.SetWriteDeadline(time.Now().Add(lastReplyTimeout))
	})
	defer stop()
	one := session{server: s, conn: conn, log: log, peer: peer}
	err = one.run(ctx)
	switch {
	case err == nil, errors.Is(err, io.EOF), errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() != nil:
	default:
		// A client that went away without taking its reply is its own business.
		log.Debug(fmt.Sprintf("Connection of pid %d: %v", peer.PID, err))
	}
}

// run answers requests until the client closes, fails, or the server shuts down.
func (c *session) run(ctx context.Context) error {
	c.limits.Bytes = maxRequest
	if !c.controls() {
		c.limits = pickle.Limits{Bytes: maxQuestion, Items: maxQuestionItems}
	}
	in := control.Framer{R: c.conn, Limit: c.limits.Bytes}
	for {
		body, err := in.Next()
		if errors.Is(err, control.ErrTooLong) {
			return errors.Join(err, c.send(ctx, c.protocolError(err)))
		}
		if err != nil || string(body) == control.CloseMark {
			return err
		}
		if err := c.send(ctx, c.answer(ctx, body)); err != nil {
			return err
		}
	}
}

// answer returns the reply to one request.
func (c *session) answer(ctx context.Context, body []byte) any {
	if ctx.Err() != nil {
		return []any{"SHUTDOWN"}
	}
	request, err := pickle.Decode(body, c.limits)
	if err != nil {
		return c.protocolError(err)
	}
	value, err := c.dispatch(ctx, request)
	if err != nil {
		return failure(err)
	}
	return pickle.Tuple{0, value}
}

func failure(err error) pickle.Tuple { return pickle.Tuple{1, control.ExceptionOf(err).Object} }

// protocolError logs a request that cannot be read, and returns the bare text that answers it.
func (c *session) protocolError(err error) string {
	c.log.Error(fmt.Sprintf("PROTO-error: load message failed: %v", err))
	return fmt.Sprintf("ERROR: %v", err)
}

func (c *session) dispatch(ctx context.Context, request any) (any, error) {
	cmd, ok := request.([]any)
	if t, isTuple := request.(pickle.Tuple); isTuple {
		cmd, ok = t, true
	}
	if !ok {
		return nil, control.TypeError(fmt.Sprintf("'%s' object is not subscriptable", pythonType(request)))
	}
	if len(cmd) == 0 {
		return nil, control.MissingArgument()
	}
	if !c.allowed(cmd) {
		return nil, control.PermissionError(fmt.Sprintf("Operation not permitted for user %d: %s", c.peer.UID, pickle.Str(cmd[0])))
	}
	return c.server.Handler(ctx, cmd, c.peer)
}

// controls reports whether the client may give every command.
func (c *session) controls() bool {
	return !c.server.ReadOnlyOthers || c.peer.UID == 0 || c.peer.UID == uint32(os.Geteuid())
}

// allowed reports whether the client may give cmd.
func (c *session) allowed(cmd []any) bool {
	if c.controls() {
		return true
	}
	switch cmd[0] {
	case "status", "get", "ping", "version", "banned", "echo", "stats", "statistic", "statistics":
		return true
	}
	return false
}

// send writes one reply with a single write, because there are clients that lose track when it arrives in pieces.
func (c *session) send(ctx context.Context, reply any) error {
	out, err := pickle.Encode(reply, pickle.ForReply)
	if err != nil {
		c.log.Error(fmt.Sprintf("Caught unhandled exception: %v", err))
		out, err = pickle.Encode(fmt.Sprintf("ERROR: %v", err), pickle.ForReply)
		if err != nil {
			return err
		}
	}
	c.conn.SetWriteDeadline(time.Now().Add(replyTimeout))
	if ctx.Err() != nil { // asked after the line above, which may have undone what the shutdown set
		c.conn.SetWriteDeadline(time.Now().Add(lastReplyTimeout))
	}
	_, err = c.conn.Write(append(out, control.EndMark...))
	return err
}

// pythonType names the type of a decoded value.
func pythonType(v any) string {
	switch v := v.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case float64:
		return "float"
	case string:
		return "str"
	case []byte:
		return "bytes"
	case *pickle.Dict:
		return "dict"
	case *pickle.Set:
		return "set"
	case *pickle.Object:
		return v.Class
	}
	return "int"
}
