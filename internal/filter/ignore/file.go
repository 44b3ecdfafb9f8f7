package ignore

import (
	"net/netip"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"gaol/internal/addr"
	"gaol/internal/lazy"
	"gaol/internal/ticket"
)

const (
	fileCheck = 1  // seconds between looks at whether a file changed
	fileRetry = 60 // seconds after a file could not be read
)

// maxFile bounds a file of addresses; a million of them fit.
const maxFile = 64 << 20

// A file is a set of addresses, networks and host names that is read again when it changes. It is safe for concurrent use.
type file struct {
	path string

	mu    sync.Mutex // guards the rest
	next  ticket.Unix
	state fileState
	set   fileSet
}

type fileState struct {
	modified time.Time
	size     int64
	inode    uint64
}

type fileSet struct {
	single   map[netip.Addr]bool
	networks networks
	names    []string
}

// newFile returns the file that an item "file:PATH" names. Nothing is read yet.
func newFile(item string) *file {
	return &file{path: filePath(strings.TrimPrefix(item, "file:"))}
}

// String returns the item as lists show it.
func (f *file) String() string { return "file:/" + f.path }

// filePath drops up to two slashes in front of a path, in such a way that /etc/x, ///etc/x and //etc/x are all /etc/x and x/y
// and //./x are relative. That /a/b, with a first name of one or two letters, becomes relative too is the original's.
func filePath(rest string) string {
	slashes := min(2, len(rest)-len(strings.TrimLeft(rest, "/")))
	for n := slashes; n >= 0; n-- {
		if absolute(rest[n:]) {
			return rest[n:]
		}
	}
	return rest[slashes:]
}

var shortFirstName = lazy.Regexp{Expr: `^/(?:/|.{1,2}/)`}

func absolute(path string) bool {
	return strings.HasPrefix(path, "/") && !shortFirstName.Get().MatchString(path)
}

// has reports whether ip is in the file.
func (f *file) has(r *Rules, ip netip.Prefix, now ticket.Unix) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now >= f.next {
		f.refresh(r, now)
	}
	s := &f.set
	if ip.IsSingleIP() && s.single[ip.Addr()] || s.networks.covers(ip) {
		return true
	}
	for _, name := range s.names {
		if r.resolves(name, ip) {
			return true
		}
	}
	return false
}

// refresh reads the file if it changed. A file that cannot be read leaves the set as it was.
func (f *file) refresh(r *Rules, now ticket.Unix) {
	f.next = now + fileCheck
	state, err := stat(f.path)
	if err == nil && state == f.state {
		return
	}
	var text []byte
	if err == nil {
		text, err = readFile(f.path)
	}
	if err != nil {
		f.next = now + fileRetry
		r.env.Log.Warn("ignoreip "+f.String()+": "+err.Error(), "jail", r.env.Jail)
		return
	}
	f.state, f.set = state, parseFile(string(text))
}

func stat(path string) (fileState, error) {
	info, err := os.Stat(path)
	if err != nil {
		return fileState{}, err
	}
	state := fileState{modified: info.ModTime(), size: info.Size()}
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		state.inode = s.Ino
	}
	return state, nil
}

func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, &os.PathError{Op: "read", Path: path, Err: syscall.EFBIG}
	}
	return os.ReadFile(path)
}

// comment is what follows # or ; at the start of a line or after a blank.
var comment = lazy.Regexp{Expr: `(?m)(^|[ \t])[#;].*$`}

// parseFile reads items that are separated by blanks, commas or line ends. A wrong netmask spoils its own item only.
func parseFile(text string) fileSet {
	s := fileSet{single: make(map[netip.Addr]bool)}
	for _, item := range strings.FieldsFunc(comment.Get().ReplaceAllString(text, "$1"), isSeparator) {
		id, e, err := parse(item)
		a, single := id.Addr()
		switch {
		case err != nil || e.file != nil:
		case single && id != (addr.ID{}):
			s.single[a] = true
		case e.network.IsValid():
			s.networks.add(e.network)
		default:
			s.names = append(s.names, e.text)
		}
	}
	return s
}

func isSeparator(r rune) bool { return strings.ContainsRune(" \t\r\n\v\f,", r) }
