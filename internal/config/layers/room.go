package layers

import (
	"fmt"
	"sync"
	"unicode/utf8"

	"gaol/internal/config/ini"
	"gaol/internal/config/omap"
	"gaol/internal/pickle"
	"gaol/internal/slab"
)

// A room is memory for reading files, one after the other.
type room struct {
	data    []byte // of the file
	ini     ini.Room
	names   slab.Of[string]
	values  slab.Of[*Entry]
	entries slab.Of[Entry]
	pages   slab.Of[page]
}

// parse parses the data of the file called name.
func (r *room) parse(name string) *file {
	text := r.ini.Keep(r.data)
	if !utf8.ValidString(text) {
		return &file{complaint: fmt.Sprintf("Error decoding config file %s: %s", pickle.Repr(name), decodeError(text))}
	}
	f := &file{}
	if f.File, f.err = r.ini.Parse(name, text); f.err == nil {
		f.pages = r.pagesOf(f.File)
		f.before, f.after, f.err = f.includes()
	}
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
	for _, section := range f.Sections {
		name, condition := conditional(section.Name)
		pages = append(pages, r.page(f.Path, section, name, condition))
	}
	return pages
}

// page returns what a section says for the one called name; a condition is to be part of each option's name.
func (r *room) page(file string, section *ini.Section, name, condition string) page {
	n := len(section.Options)
	names, values, entries := r.names.Take(n), r.values.Take(n), r.entries.Take(n)
	for i, o := range section.Options {
		entries[i] = Entry{Raw: o.Value, Origin: Origin{file, o.Line}}
		names[i], values[i] = o.Name+condition, &entries[i]
	}
	return page{name, omap.Of(names, values)}
}
