// Package control is the control socket: framing, commands in, replies out, for both ends.
//
// In go connections of clients of any origin; a Handler is called with each command they send, and what it returns goes back
// as Python's clients expect it, errors as exception objects. The client side does the reverse. The package never knows what
// a command means, never evaluates anything that arrives, and never lets a slow or broken client hold up another one.
package control

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Each message is a pickle followed by endMark, without a length in front. A message that is closeMark ends the session.
const (
	endMark   = "<F2B_END_COMMAND>"
	closeMark = "<F2B_CLOSE_COMMAND>"
)

// errTooLong tells a message that outgrew its limit; its rest was not read.
var errTooLong = errors.New("message too long")

// A framer cuts a stream into messages.
type framer struct {
	r     io.Reader
	buf   []byte
	scan  int // no endMark begins before buf[scan]
	limit int // bytes a message may have
	more  int // how large the buffer is to be at least, once the first one is full
}

// next returns the next message without its mark; it is valid until the call after. The error is io.EOF when the other side
// went away, also in the middle of a message.
func (f *framer) next() ([]byte, error) {
	for {
		if i := bytes.Index(f.buf[f.scan:], []byte(endMark)); i >= 0 {
			return f.cut(f.scan + i), nil
		}
		f.scan = max(f.scan, len(f.buf)-len(endMark)+1)
		if f.scan > f.limit {
			return nil, fmt.Errorf("%w: more than %d bytes", errTooLong, f.limit)
		}
		if err := f.fill(); err != nil {
			return nil, err
		}
	}
}

func (f *framer) cut(end int) []byte {
	message := f.buf[:end:end]
	f.buf = f.buf[end+len(endMark):]
	f.scan = 0
	return message
}

// fill reads what is there. The buffer is a new one when the old one is full, so that messages cut from it stay intact.
func (f *framer) fill() error {
	const least = 4096
	if cap(f.buf)-len(f.buf) < least {
		room := 2*len(f.buf) + least
		if len(f.buf) > 0 {
			room = max(room, f.more)
		}
		bigger := make([]byte, len(f.buf), room)
		copy(bigger, f.buf)
		f.buf = bigger
	}
	n, err := f.r.Read(f.buf[len(f.buf):cap(f.buf)])
	f.buf = f.buf[:len(f.buf)+n]
	if n > 0 {
		return nil
	}
	return err
}
