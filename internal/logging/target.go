package logging

import (
	"io"
	"os"
)

// A printer writes entries as lines.
type printer struct {
	layout
	buf []byte
}

// writeSize is the length from which on lines are not gathered any further.
const writeSize = 32 << 10

// print writes entries to w, many with one call.
func (p *printer) print(w io.Writer, entries ...entry) error {
	p.buf = p.buf[:0]
	for i := range entries {
		p.buf = append(p.append(p.buf, &entries[i]), '\n')
		if len(p.buf) < writeSize && i < len(entries)-1 {
			continue
		}
		if _, err := w.Write(p.buf); err != nil {
			return err
		}
		p.buf = p.buf[:0]
	}
	return nil
}

// stream writes to a stream that is not ours to close.
type stream struct {
	printer
	w io.Writer
}

func (s *stream) write(e *entry) error           { return s.print(s.w, *e) }
func (s *stream) writeAll(entries []entry) error { return s.print(s.w, entries...) }
func (s *stream) reopen() error                  { return nil }
func (s *stream) Close() error                   { return nil }

// file appends to a log file.
type file struct {
	printer
	path string
	f    *os.File
}

func (l *file) write(e *entry) error           { return l.print(l.f, *e) }
func (l *file) writeAll(entries []entry) error { return l.print(l.f, entries...) }

// reopen goes over to the file that now has the log's name; on error the old one stays in use.
func (l *file) reopen() error {
	f, err := openLog(l.path)
	if err != nil {
		return err
	}
	l.f.Close()
	l.f = f
	return nil
}

func (l *file) Close() error { return l.f.Close() }
