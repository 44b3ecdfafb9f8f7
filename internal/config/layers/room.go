package layers

import (
	"fmt"
	"sync"
	"unicode/utf8"
	"unsafe"

	"gaol/internal/config/ini"
	"gaol/internal/config/omap"
	"gaol/internal/pickle"
	"gaol/internal/slab"
)

// A room is memory for reading files, one after the other. What is made of them outlives it: names and values, without the comments
// that are half of most files.
type room struct {
	data    []byte // of the file
	ini     ini.Room
	texts   slab.Text
	names   slab.Of[string]
	values  slab.Of[*Entry]
	entries slab.Of[Entry]
	pages   slab.Of[page]
}

// parse parses the data of the file called name.
func (r *room) parse(name string) *file {
	text := unsafe.String(unsafe.SliceData(r.data), len(r.data)) // good until the next file is read
	if !utf8.ValidString(text) {
		return &file{complaint: fmt.Sprintf("Error decoding config file %s: %s", pickle.Repr(name), decodeError(text))}
	}
	parsed, err := r.ini.Parse(name, text)
	if err != nil {
		return &file{err: err}
	}
	f := &file{path: name, read: true, pages: r.pagesOf(parsed)}
	f.before, f.after, f.err = f.includes(parsed)
	return f
}

// rooms are those that nobody is in.
type rooms struct {
	mu   sync.Mutex // guards free
	free []*room
}

func (s *rooms) take() *room {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.free)
	if n == 0 {
		return &room{}
	}
	r := s.free[n-1]
	s.free = s.free[:n-1]
	return r
}

func (s *rooms) put(r *room) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free = append(s.free, r)
}

// pagesOf returns the pages of a file, [DEFAULT] first.
func (r *room) pagesOf(f *ini.File) []page {
	pages := r.pages.Take(1 + len(f.Sections))[:0]
	if f.Default != nil {
		pages = append(pages, r.page(f.Path, f.Default, ini.Default, ""))
	}
	for i := range f.Sections {
		section := &f.Sections[i]
		name, condition := conditional(section.Name)
		pages = append(pages, r.page(f.Path, section, r.keep(name), condition))
	}
	return pages
}

// page returns what a section says for the one called name; a condition is to be part of each option's name.
func (r *room) page(file string, section *ini.Section, name, condition string) page {
	n := len(section.Options)
	names, values, entries := r.names.Take(n), r.values.Take(n), r.entries.Take(n)
	for i, o := range section.Options {
		entries[i] = Entry{Raw: r.keep(o.Value), Origin: Origin{file, o.Line}}
		values[i] = &entries[i]
		if names[i] = o.Name + condition; condition == "" {
			names[i] = r.keep(o.Name)
		}
	}
	return page{name, omap.Of(names, values)}
}

// keep returns a text that stays.
func (r *room) keep(text string) string { return r.texts.KeepString(text) }
