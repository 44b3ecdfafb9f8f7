// Package control is what both ends of the control socket share, framing and exceptions, and the client's end: in go commands, out come
// replies, errors as exception objects of Python. The server's end is package serve.
//
// The package never knows what a command means, and never evaluates anything that arrives. It does without package net, which a client's
// command would wait for (see package early).
package control

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Each message is a pickle followed by EndMark, without a length in front. A message that is CloseMark ends the session.
const (
	EndMark   = "<F2B_END_COMMAND>"
	CloseMark = "<F2B_CLOSE_COMMAND>"
)

// ErrTooLong tells a message that outgrew its limit; its rest was not read.
var ErrTooLong = errors.New("message too long")

// A Framer cuts a stream into messages.
type Framer struct {
	R     io.Reader
	Limit int // bytes a message may have
	More  int // how large the buffer is to be at least, once the first one is full

	buf  []byte
	scan int // no EndMark begins before buf[scan]
}

// Next returns the next message without its mark; it is valid until the call after. The error is io.EOF when the other side
// went away, also in the middle of a message.
func (f *Framer) Next() ([]byte, error) {
	for {
		if i := bytes.Index(f.buf[f.scan:], []byte(EndMark)); i >= 0 {
			return f.cut(f.scan + i), nil
		}
		f.scan = max(f.scan, len(f.buf)-len(EndMark)+1)
		if f.scan > f.Limit {
			return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLong, f.Limit)
		}
		if err := f.fill(); err != nil {
			return nil, err
		}
	}
}

func (f *Framer) cut(end int) []byte {
	message := f.buf[:end:end]
	f.buf = f.buf[end+len(EndMark):]
	f.scan = 0
	return message
}

// fill reads what is there. The buffer is a new one when the old one is full, so that messages cut from it stay intact.
func (f *Framer) fill() error {
	const least = 4096
	if cap(f.buf)-len(f.buf) < least {
		room := 2*len(f.buf) + least
		if len(f.buf) > 0 {
			room = max(room, f.More)
		}
		bigger := make([]byte, len(f.buf), room)
		copy(bigger, f.buf)
		f.buf = bigger
	}
	n, err := f.R.Read(f.buf[len(f.buf):cap(f.buf)])
	f.buf = f.buf[:len(f.buf)+n]
	if n > 0 {
		return nil
	}
	return err
}
