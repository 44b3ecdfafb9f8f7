package logging

import (
	"errors"
	"io"
	"log/slog"
	"os"
)

// A printer writes entries as lines.
type printer struct {
	layout
	buf  []byte // lines that are not written yet
	head head
}

// writeSize is the length from which on lines are not gathered any further.
const writeSize = 32 << 10

// A head is what the last standard line began with: those that are written in a burst share it.
type head struct {
	text   []byte
	time   int64 // in milliseconds, as far as it shows
	level  slog.Level
	logger string
}

// add appends e's line to those that are not written yet.
func (p *printer) add(e *entry) {
	if p.format != nil {
		p.buf = append(p.append(p.buf, e), '\n')
		return
	}
	h := &p.head
	if ms := e.time.UnixMilli(); h.text == nil || h.time != ms || h.level != e.level || h.logger != e.logger {
		*h = head{p.appendHead(h.text[:0], e), ms, e.level, e.logger}
	}
	p.buf = append(e.appendText(append(p.buf, h.text...)), '\n')
}

// gather adds e's line, and writes all to w when that is much.
func (p *printer) gather(w io.Writer, e *entry) error {
	if p.add(e); len(p.buf) < writeSize {
		return nil
	}
	return p.flush(w)
}

// print writes e's line, and those before it.
func (p *printer) print(w io.Writer, e *entry) error {
	p.add(e)
	return p.flush(w)
}

// flush writes what there is. Lines that cannot be written are lost: nobody shall wait for a log.
func (p *printer) flush(w io.Writer) error {
	if len(p.buf) == 0 {
		return nil
	}
	_, err := w.Write(p.buf)
	p.buf = p.buf[:0]
	return err
}

// stream writes to a stream that is not ours to close.
type stream struct {
	printer
	w io.Writer
}

func (s *stream) write(e *entry) error { return s.print(s.w, e) }
func (s *stream) gather(e entry) error { return s.printer.gather(s.w, &e) }
func (s *stream) flush() error         { return s.printer.flush(s.w) }
func (s *stream) reopen() error        { return s.flush() }
func (s *stream) Close() error         { return s.flush() }

// file appends to a log file.
type file struct {
	printer
	path string
	f    *os.File
}

func (l *file) write(e *entry) error { return l.print(l.f, e) }
func (l *file) gather(e entry) error { return l.printer.gather(l.f, &e) }
func (l *file) flush() error         { return l.printer.flush(l.f) }

// reopen goes over to the file that now has the log's name; on error the old one stays in use.
func (l *file) reopen() error {
	f, err := openLog(l.path)
	if err != nil {
		return err
	}
	_ = l.Close() // what was to be written is in the old file, or could not be
	l.f = f
	return nil
}

func (l *file) Close() error { return errors.Join(l.flush(), l.f.Close()) }
