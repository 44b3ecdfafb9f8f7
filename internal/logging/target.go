package logging

import (
	"io"
	"os"
)

// stream writes to a stream that is not ours to close.
type stream struct {
	layout
	w   io.Writer
	buf []byte
}

func (s *stream) write(e *entry) error {
	s.buf = append(s.append(s.buf[:0], e), '\n')
	_, err := s.w.Write(s.buf)
	return err
}

func (s *stream) reopen() error { return nil }
func (s *stream) Close() error  { return nil }

// file appends to a log file.
type file struct {
	layout
	path string
	f    *os.File
	buf  []byte
}

func (l *file) write(e *entry) error {
	l.buf = append(l.append(l.buf[:0], e), '\n')
	_, err := l.f.Write(l.buf)
	return err
}

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
