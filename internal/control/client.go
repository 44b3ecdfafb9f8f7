package control

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"

	"gaol/internal/pickle"
)

// What keeps a client from getting an answer. Errors of Dial and Call wrap them.
var (
	ErrNoSocket   = errors.New("no socket")          // nothing stands at the path, or it cannot be seen
	ErrPermission = errors.New("permission denied")  // the socket is not ours to use
	ErrRefused    = errors.New("connection refused") // the socket's file is there, its server is not
	ErrTimeout    = errors.New("timed out")
	ErrClosed     = errors.New("connection closed") // the server went away before it answered
	ErrProtocol   = errors.New("answer not understood")
)

// A reply may be larger than a request, and comes from a server that is trusted more than its clients are: the list of a
// million banned addresses must fit.
const (
	maxReply      = 512 << 20
	maxReplyItems = 1 << 25

	longReply = 256 << 10 // holds ten thousand addresses; what is not needed of it is never touched
)

// A Client sends commands to a server over one connection. It must not be used concurrently.
type Client struct {
	// Waiting, unless nil, is called when the server has let itself be waited for, again and again, many times a second.
	Waiting func()

	conn *socket
	in   Framer
}

// Dial connects to the server whose socket is at path.
func Dial(ctx context.Context, path string) (*Client, error) {
	if err := ctx.Err(); err != nil {
		return nil, dialError(path, err)
	}
	conn, err := open(path, func(bool) error { return ctx.Err() })
	if err != nil {
		return nil, dialError(path, err)
	}
	return &Client{conn: conn, in: Framer{R: conn, Limit: maxReply, More: longReply}}, nil
}

func dialError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: %w", ErrNoSocket, err)
	case errors.Is(err, fs.ErrPermission):
		if _, statErr := os.Stat(path); statErr != nil {
			return fmt.Errorf("%w: %w", ErrNoSocket, err)
		}
		return fmt.Errorf("%w: %w", ErrPermission, err)
	case errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w: %w", ErrRefused, err)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%w: %w", ErrTimeout, err)
	}
	return fmt.Errorf("dial unix %s: %w", path, err)
}

// Call sends cmd and returns the value that the server answers, or its *Exception. The call ends early when ctx does.
func (c *Client) Call(ctx context.Context, cmd []any) (any, error) {
	request, err := pickle.Encode(cmd, pickle.ForRequest)
	if err != nil {
		return nil, err
	}
	// The mark has no escape: the server would read two broken requests.
	if strings.Contains(string(request), EndMark) {
		return nil, fmt.Errorf("an argument contains %s, which no command can", EndMark)
	}
	if err := ctx.Err(); err != nil {
		return nil, callError(ctx, err)
	}
	c.conn.goOn = func(expired bool) error {
		if expired && c.Waiting != nil {
			c.Waiting()
		}
		return ctx.Err()
	}
	answer, err := c.exchange(append(request, EndMark...))
	if err != nil {
		return nil, callError(ctx, err)
	}
	return result(answer)
}

func (c *Client) exchange(request []byte) (any, error) {
	if _, err := c.conn.Write(request); err != nil {
		return nil, err
	}
	body, err := c.in.Next()
	if err != nil {
		return nil, err
	}
	answer, err := pickle.Decode(body, pickle.Limits{Items: maxReplyItems, Bytes: maxReply, OneText: true})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	return answer, nil
}

func callError(ctx context.Context, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return ErrTimeout
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, io.EOF), errors.Is(err, syscall.EPIPE), errors.Is(err, syscall.ECONNRESET):
		return fmt.Errorf("%w: %w", ErrClosed, err)
	}
	return err
}

// result takes an answer apart: (0, value) or (1, exception). Text alone tells of a broken request, and a list of one text
// that the server is shutting down.
func result(answer any) (any, error) {
	parts, ok := answer.(pickle.Tuple)
	if list, isList := answer.([]any); isList { // one of texts only is no answer
		parts, ok = list, true
	}
	switch {
	case !ok, len(parts) == 1:
		return nil, fmt.Errorf("%w: %s", ErrProtocol, pickle.Repr(answer))
	case len(parts) != 2:
		return nil, fmt.Errorf("%w: %d parts instead of 2", ErrProtocol, len(parts))
	}
	if code, ok := pickle.Int(parts[0]); ok && code == 0 {
		return parts[1], nil
	}
	if o, ok := parts[1].(*pickle.Object); ok {
		return nil, &Exception{o}
	}
	return nil, fmt.Errorf("%w: %s is no exception", ErrProtocol, pickle.Repr(parts[1]))
}

// Close tells the server that the session is over, and hangs up.
func (c *Client) Close() error {
	giveUp := time.Now().Add(time.Second)
	c.conn.goOn = func(bool) error {
		if time.Now().After(giveUp) {
			return ErrTimeout
		}
		return nil
	}
	_, err := c.conn.Write([]byte(CloseMark + EndMark))
	if errors.Is(err, syscall.EPIPE) {
		err = nil // the server hung up first
	}
	return errors.Join(err, c.conn.Close())
}
