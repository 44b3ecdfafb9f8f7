package file

import (
	"bufio"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"golang.org/x/sys/unix"
)

// A body is the bytes of one segment.
type body interface {
	io.ReaderAt
	io.Closer
}

// open opens path without waiting for anybody (a log path may be a FIFO by mistake) and refuses what is no regular file.
func open(path string) (*os.File, look, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, look{}, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &os.PathError{Op: "open", Path: path, Err: errNotRegular}
	}
	if err != nil {
		f.Close()
		return nil, look{}, err
	}
	return f, lookOf(info), nil
}

var errNotRegular = errors.New("not a regular file; logpath must name files")

// decompressor returns what reads the compressed form that path has by its extension, nil if it has none.
func decompressor(path string) func(io.Reader) (io.Reader, error) {
	switch filepath.Ext(path) {
	case ".gz":
		return func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }
	case ".bz2":
		return func(r io.Reader) (io.Reader, error) { return bzip2.NewReader(r), nil }
	case ".xz":
		return func(r io.Reader) (io.Reader, error) { return xz.NewReader(bufio.NewReader(r)) } // it reads byte by byte
	case ".zst":
		return func(r io.Reader) (io.Reader, error) {
			return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
		}
	}
	return nil
}

// openRotated opens a rotated log, compressed or not.
func openRotated(path string) (body, look, error) {
	f, l, err := open(path)
	if err != nil {
		return nil, look{}, err
	}
	if wrap := decompressor(path); wrap != nil {
		return &compressed{file: f, wrap: wrap}, l, nil
	}
	return f, l, nil
}

// compressed gives random access to a compressed file. Reading forward is cheap, also when each read repeats the end of the last one;
// reading backward starts over. It is safe for concurrent use, since a subscriber that comes looks into a file that the others are
// just reading.
type compressed struct {
	file *os.File
	wrap func(io.Reader) (io.Reader, error)

	mu     sync.Mutex // guards what follows
	r      io.Reader  // nil before the first read
	off    int64      // where r stands
	recent []byte     // what stands before it, as far as the last read gave that
}

// ReadAt implements io.ReaderAt.
func (c *compressed) ReadAt(p []byte, off int64) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.r == nil || off < c.off-int64(len(c.recent)) {
		if err := c.rewind(); err != nil {
			return 0, err
		}
	}
	if err := c.skip(off); err != nil {
		return 0, err
	}
	known := copy(p, c.recent[len(c.recent)-int(c.off-off):])
	if known == len(p) {
		return known, nil
	}
	n, err := io.ReadFull(c.r, p[known:])
	c.off += int64(n)
	c.recent = append(c.recent[:0], p[:known+n]...)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return known + n, err
}

// skip moves r to off unless it is past that. The caller holds mu.
func (c *compressed) skip(off int64) error {
	if off <= c.off {
		return nil
	}
	skipped, err := io.CopyN(io.Discard, c.r, off-c.off)
	c.off += skipped
	c.recent = c.recent[:0]
	return err
}

// rewind goes back to the start. The caller holds mu, as for release.
func (c *compressed) rewind() error {
	if _, err := c.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	c.release()
	r, err := c.wrap(c.file)
	if err != nil {
		return fmt.Errorf("decompress %s: %w", c.file.Name(), err)
	}
	c.r, c.off, c.recent = r, 0, c.recent[:0]
	return nil
}

// release ends the decoder's goroutines, where it has any.
func (c *compressed) release() {
	if d, ok := c.r.(*zstd.Decoder); ok {
		d.Close()
	}
	c.r = nil
}

// Close closes the file.
func (c *compressed) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.release()
	return c.file.Close()
}
