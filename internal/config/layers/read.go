package layers

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"gaol/internal/config/ini"
	"gaol/internal/pickle"
)

// A Reader reads logical configurations from one source and parses each file once. It is safe for concurrent use.
type Reader struct {
	source   Source
	files    table[*file]
	folders  table[listing]
	readings table[outcome] // by base name
	rooms    rooms
}

// NewReader returns a reader of a source.
func NewReader(source Source) *Reader { return &Reader{source: source} }

// A table holds values by name. Each is made once, when somebody first asks for it; who asks for it meanwhile waits.
type table[V any] struct {
	mu    sync.Mutex // guards cells
	cells map[string]*cell[V]
}

type cell[V any] struct {
	once  sync.Once
	value V
}

func (t *table[V]) get(name string, build func() V) V {
	c := t.cell(name)
	c.once.Do(func() { c.value = build() })
	return c.value
}

func (t *table[V]) cell(name string) *cell[V] {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.cells[name]
	if c == nil {
		if t.cells == nil {
			t.cells = map[string]*cell[V]{}
		}
		c = &cell[V]{}
		t.cells[name] = c
	}
	return c
}

// A Reading is what came of reading a logical configuration.
type Reading struct {
	Set   *Set // nil when there is none to be read: Notes say why
	Notes []Note
}

// A Note is something that reading gave rise to, to be logged.
type Note struct {
	Logger, Text string
	Mild         bool // a warning, not an error
}

func (r *Reading) complain(logger, text string) {
	r.Notes = append(r.Notes, Note{Logger: logger, Text: text})
}

// A file is a parsed file and what it includes, or why there is none.
type file struct {
	path          string
	read          bool   // false for one that cannot be
	complaint     string // about that, if there is something to be said
	err           error  // what makes the whole configuration void
	pages         []page
	before, after []string // full names
}

// An outcome is what Read returns.
type outcome struct {
	reading *Reading
	err     error
}

// Loggers under which a reading complains.
const (
	readerLog = "fail2ban.configreader"
	parserLog = "fail2ban.configparserinc"
)

// Read reads the configuration called base, or returns what it read under that name before: the same Reading. The error makes the
// whole configuration void; the Reading, never nil, then has the notes up to there.
func (r *Reader) Read(base string) (*Reading, error) {
	o := r.readings.get(base, func() outcome {
		reading := &Reading{}
		return outcome{reading, r.read(base, reading)}
	})
	return o.reading, o.err
}

func (r *Reader) read(base string, reading *Reading) error {
	tops := r.layersOf(base)
	if len(tops) == 0 {
		reading.complain(readerLog, fmt.Sprintf("Found no accessible config files for %s under %s",
			pickle.Repr(base), r.source.Root()))
		return nil
	}
	x := expansion{reader: r, reading: reading}
	x.files, x.seen, x.stack = x.room.files[:0], x.room.seen[:0], x.room.stack[:0]
	if err := x.list(tops, nil); err != nil {
		return err
	}
	set := setOf(x.files)
	if unread := missing(tops, set.Files); len(unread) > 0 {
		reading.complain(readerLog, "Could not read config files: "+strings.Join(unread, ", "))
		return nil
	}
	reading.Set = set
	return nil
}

// What the files of a configuration are called behind its name.
const (
	confSuffix   = ".conf"
	localSuffix  = ".local"
	dropInSuffix = ".d" // of a directory
)

// layersOf lists the existing files of the logical configuration called base, lowest first.
func (r *Reader) layersOf(base string) []string {
	full := r.source.Path(base)
	if conf := full + confSuffix; r.isPlain(conf) {
		if !r.exists(conf) {
			return nil
		}
		return []string{conf}
	}
	confs, locals := r.dropIns(full + dropInSuffix)
	files := append([]string{full + confSuffix}, confs...)
	files = append(append(files, full+localSuffix), locals...)
	return slices.DeleteFunc(files, func(f string) bool { return !r.exists(f) })
}

// dropIns lists the .conf and the .local files of a directory, each sorted, hidden ones left out.
func (r *Reader) dropIns(dir string) (confs, locals []string) {
	if r.source.isSystem() && !r.exists(dir) {
		return nil, nil
	}
	for _, name := range r.source.names(dir) {
		switch {
		case strings.HasPrefix(name, "."):
		case strings.HasSuffix(name, confSuffix):
			confs = append(confs, join(dir, name))
		case strings.HasSuffix(name, localSuffix):
			locals = append(locals, join(dir, name))
		}
	}
	return confs, locals
}

// missing returns what is wanted and not there.
func missing(wanted, got []string) (absent []string) {
	there := among(got)
	for _, f := range wanted {
		if !there(f) {
			absent = append(absent, f)
		}
	}
	return absent
}

// fewFiles is how many files are searched one by one, which is cheaper than to index them.
const fewFiles = 16

// among returns a function that reports whether a file is one of files.
func among(files []string) func(string) bool {
	if len(files) <= fewFiles {
		return func(f string) bool { return slices.Contains(files, f) }
	}
	set := make(map[string]bool, len(files))
	for _, f := range files {
		set[f] = true
	}
	return func(f string) bool { return set[f] }
}

// parse returns a file.
func (r *Reader) parse(name string) *file {
	return r.files.get(name, func() *file {
		room := r.rooms.take()
		defer r.rooms.put(room)
		data, err := r.source.readFile(name, room.data)
		if err != nil {
			return &file{} // an absent include is no error, and who needs a main file notices
		}
		room.data = data
		return room.parse(name)
	})
}

// An expansion is the walk from the files that make a configuration to all the files that they include.
type expansion struct {
	reader  *Reader
	reading *Reading
	files   []*file  // in order of merging
	stack   []string // cleaned names of the files being expanded, outermost first

	seen    []*file
	repeats int // how often a file was there before

	room struct { // for the three lists while they are short
		files, seen [4]*file
		stack       [4]string
	}
}

// maxRepeats bounds the walk: files that include each other crosswise multiply.
const maxRepeats = 5_000

// list expands files in order, each followed by its .local file unless that is in the list itself. Ancestors are the files
// whose includes led here, names as written; an include of one of them is passed over.
func (x *expansion) list(files, ancestors []string) error {
	listed := among(files)
	for _, file := range files {
		if err := x.file(file, ancestors); err != nil {
			return err
		}
		if x.reader.isPlain(file) {
			continue
		}
		local := localOf(file)
		if listed(local) || !x.reader.exists(local) || x.endless(local, 1) {
			continue
		}
		if err := x.file(local, ancestors); err != nil {
			return err
		}
	}
	return nil
}

// endless reports, with a warning, that expanding file once more would go on for ever. The original has no such guard: an
// automatic .local file that includes its own .conf, or one file under two spellings, ends there in a fatal error.
func (x *expansion) endless(file string, depth int) bool {
	clean := path.Clean(file)
	n := 0
	for i, open := range x.stack {
		if open == clean && (depth > 1 || i == len(x.stack)-1) {
			n++
		}
	}
	if n < depth {
		return false
	}
	x.reading.Notes = append(x.reading.Notes, Note{
		Logger: parserLog, Text: file + " includes itself; the inner inclusion is ignored", Mild: true,
	})
	return true
}

// file expands one file: what it includes before, itself, what it includes after.
func (x *expansion) file(name string, ancestors []string) error {
	if x.endless(name, 3) {
		return nil
	}
	parsed := x.reader.parse(name)
	if parsed.complaint != "" {
		x.reading.complain(parserLog, parsed.complaint)
	}
	if !parsed.read || parsed.err != nil {
		return parsed.err
	}
	if x.repeated(parsed); x.repeats > maxRepeats {
		return &InterpolationError{
			Section: includes, Origin: Origin{File: name, Line: 1},
			Text: fmt.Sprintf("files include each other more than %d times, at last %s", maxRepeats, pickle.Repr(name)),
			Hint: "let every file be included by one other",
		}
	}
	x.stack = append(x.stack, path.Clean(name))
	defer func() { x.stack = x.stack[:len(x.stack)-1] }()

	var inner []string
	if len(parsed.before)+len(parsed.after) > 0 {
		inner = append(slices.Clone(ancestors), name)
	}
	if err := x.list(without(parsed.before, ancestors), inner); err != nil {
		return err
	}
	x.files = append(x.files, parsed)
	return x.list(without(parsed.after, ancestors), inner)
}

// repeated counts a file that was included before.
func (x *expansion) repeated(f *file) {
	if slices.Contains(x.seen, f) {
		x.repeats++
		return
	}
	x.seen = append(x.seen, f)
}

// without returns files but for ancestors. It changes neither.
func without(files, ancestors []string) []string {
	isAncestor := func(f string) bool { return slices.Contains(ancestors, f) }
	if !slices.ContainsFunc(files, isAncestor) {
		return files
	}
	return slices.DeleteFunc(slices.Clone(files), isAncestor)
}

// includes returns the full names of the files that f includes, as it was parsed. They are interpolated with f's own sections alone.
func (f *file) includes(parsed *ini.File) (before, after []string, err error) {
	if parsed.Section(includes) == nil {
		return nil, nil, nil
	}
	var own *Set // made only for values that refer to others
	get := func(option string) []string {
		text, plain := plainInclude(parsed, option)
		if !plain {
			if own == nil {
				own = setOf([]*file{f})
			}
			v, e := own.Get(includes, option, nil)
			if _, absent := e.(*AbsentError); e != nil && !absent && err == nil {
				err = e
			}
			text = v.Text
		}
		var files []string
		for _, name := range strings.Split(text, "\n") {
			if name != "" {
				files = append(files, join(dirOf(f.path), name))
			}
		}
		return files
	}
	before, after = get("before"), get("after")
	return before, after, err
}

// plainInclude returns an option of [INCLUDES] or [DEFAULT], and whether that is its value because it refers to nothing.
func plainInclude(f *ini.File, option string) (string, bool) {
	for _, section := range []*ini.Section{f.Section(includes), f.Default} {
		if section == nil {
			continue
		}
		for _, o := range section.Options {
			if o.Name == option {
				return strings.Clone(o.Value), !strings.Contains(o.Value, "%")
			}
		}
	}
	return "", true
}
