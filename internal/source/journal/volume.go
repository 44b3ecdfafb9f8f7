package journal

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"syscall"

	"golang.org/x/sys/unix"
)

// An identity tells a file from every other that exists at the same time.
type identity struct {
	dev, ino uint64
}

// A volume is one open journal file, mapped into memory. Its methods must be called under guard.
type volume struct {
	path string
	id   identity
	file *os.File
	// As of loading: the file's own name for itself, and the time of its last entry.
	unique [16]byte
	last   uint64
	*image
	// known remembers which term a data object is: fields that many entries share are one object, so that its offset is enough
	// to tell. The table is small and simply overwritten.
	known   [4096]knownTerm
	version int // of the matcher that known is for
}

type knownTerm struct {
	off  uint64
	term int32
}

// openVolume maps the journal file at path.
func openVolume(path string) (*volume, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	v := &volume{path: path, file: f}
	if err := v.load(); err != nil {
		f.Close()
		return nil, err
	}
	return v, nil
}

// load maps all of the file as it is now.
func (v *volume) load() error {
	info, err := v.file.Stat()
	if err != nil {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.Mode().IsRegular() || info.Size() < headMinimum || info.Size() != int64(int(info.Size())) {
		return errFormat
	}
	b, err := unix.Mmap(int(v.file.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("map: %w", err)
	}
	var m *image
	err = guard(func() (err error) {
		if m, err = newImage(b); err == nil {
			v.unique, v.last = [16]byte(b[headUnique:]), m.word(headLastTime)
		}
		return err
	})
	if err != nil {
		_ = unix.Munmap(b)
		return err
	}
	if v.image != nil {
		m.unpack = v.unpack
		_ = unix.Munmap(v.b)
	}
	v.image, v.id = m, identity{uint64(st.Dev), st.Ino}
	return nil
}

// grow maps what the writer has added to the file since.
func (v *volume) grow() error {
	if v.end() <= uint64(len(v.b)) {
		return nil
	}
	return v.load()
}

func (v *volume) close() {
	v.unpack.close()
	_ = unix.Munmap(v.b)
	v.file.Close()
}

// terms lets the matcher see all terms of e.
func (v *volume) terms(e entry, m *matcher) error {
	if v.version != m.version {
		clear(v.known[:])
		v.version = m.version
	}
	m.begin()
	for i := range v.fields(e) {
		off := v.field(e, i)
		k := &v.known[off/8%uint64(len(v.known))]
		if k.off != off {
			data, err := v.data(off, m.longest+1)
			if err != nil {
				return err
			}
			*k = knownTerm{off, m.lookup(data)}
		}
		if k.term != 0 {
			m.see(k.term)
		}
	}
	return nil
}

// record fills r with e, with at most limit bytes of each field.
func (v *volume) record(e entry, r *record, limit int) error {
	r.reset(e.realtime, e.monotonic)
	for i := range v.fields(e) {
		data, err := v.data(v.field(e, i), limit)
		if err != nil {
			return err
		}
		r.add(data)
	}
	return nil
}

// errFault stands for bytes that were mapped and cannot be read any more, because the file was cut off under us.
var errFault = errors.New("journal file was cut off while it was read")

// guard runs f and turns a memory fault in mapped bytes into errFault.
func guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		switch p := recover().(type) {
		case nil:
		case interface{ Addr() uintptr }: // a runtime.Error that carries the faulting address
			err = errFault
		default:
			panic(p)
		}
	}()
	return f()
}
