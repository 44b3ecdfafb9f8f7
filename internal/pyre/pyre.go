// Package pyre matches regular expressions of Python's dialect (the re module of
// CPython 3.11, text patterns) on UTF-8 bytes.
//
// In go a pattern as a user wrote it for Fail2Ban and lines of a log. Out come the
// same answers that CPython gives: the same matches, the same span for every group
// (in bytes instead of characters), the same refusals in the same words.
//
// It never takes exponential time: a pattern without back-references is matched in
// time linear in the text, and one with back-references gives up after a fixed
// number of steps (see Matcher.Truncated). It never allocates per search once a
// Matcher has warmed up, and never panics on any text, valid UTF-8 or not.
//
// The way of a pattern: tokens → parser → node tree → compiler → program; a Matcher
// runs programs. A Set tells which of many programs are worth running on a text.
package pyre

import (
	"strings"
	"sync"
	"sync/atomic"
)

// Flags change how a pattern is read, like the flags argument of Python's re.compile.
type Flags uint32

// The flags have the meaning of re.I, re.M, re.S, re.X and re.A.
const (
	IgnoreCase Flags = 1 << iota
	MultiLine
	DotAll
	Verbose
	ASCII

	// unicodeFlag and templateFlag exist only inside patterns: (?u) and the long
	// deprecated (?t), which CPython 3.11 still reads.
	unicodeFlag
	templateFlag
)

// A Regexp is a compiled pattern. It does not change and may be shared by goroutines;
// each of them searches with a Matcher of its own.
type Regexp struct {
	pattern string
	flags   Flags
	names   []string  // by group number; "" is unnamed
	prog    *program  // a draft until it is needed, see program
	few     clause    // what every match contains, to be looked for one by one
	many    clause    // the same, to be looked for together with that of other regexes
	later   []literal // texts that every match contains, beyond its beginning if possible
	anyLine bool      // see MatchesAnyLine

	finishing sync.Mutex               // guards prog as long as it is a draft
	draft     atomic.Pointer[compiler] // of prog, nil when that is finished
}

// Compile reads pattern and prepares it for matching. The error, if any, is a
// *SyntaxError that says what CPython 3.11 says about the pattern.
func Compile(pattern string, flags Flags) (*Regexp, error) {
	tree, err := parse(pattern, flags)
	if err != nil {
		return nil, err
	}
	c, err := draft(tree)
	if err != nil {
		return nil, err
	}
	re := &Regexp{pattern: pattern, flags: flags, names: tree.names, prog: c.prog}
	re.draft.Store(c)
	re.anyLine = matchesAnyLine(tree.root)
	few, many, later := requiredLiterals(tree.root)
	re.few, re.many = few, many
	for _, text := range later {
		re.later = append(re.later, newLiteral(text))
	}
	return re, nil
}

// program returns the program of re, ready to run. It is finished at the first search: many regexes of a filter are never tried,
// because a Set tells that they match none of the lines, and finishing takes as long as all the rest.
func (re *Regexp) program() *program {
	if re.draft.Load() != nil {
		re.finish()
	}
	return re.prog
}

func (re *Regexp) finish() {
	re.finishing.Lock()
	defer re.finishing.Unlock()
	if c := re.draft.Load(); c != nil {
		c.finish()
		re.draft.Store(nil)
	}
}

// leadingBytes returns what the method of program does.
func (re *Regexp) leadingBytes() [leading]byteSet {
	re.finishing.Lock()
	defer re.finishing.Unlock()
	return re.prog.leadingBytes()
}

// String returns the pattern as it was given to Compile.
func (re *Regexp) String() string { return re.pattern }

// NumSubexp returns the number of capture groups, not counting group 0.
func (re *Regexp) NumSubexp() int { return len(re.names) - 1 }

// SubexpNames returns the names of the groups by number; unnamed groups and group 0
// have the name "". The caller must not change the slice.
func (re *Regexp) SubexpNames() []string { return re.names }

// SubexpIndex returns the number of the group called name, -1 if there is none.
func (re *Regexp) SubexpIndex(name string) int {
	if name == "" {
		return -1
	}
	for i, n := range re.names {
		if n == name {
			return i
		}
	}
	return -1
}

// quoted are the characters that Quote escapes: all that mean something in a pattern,
// also in a verbose one.
const quoted = "()[]{}?*+-|^$\\.&~# \t\n\r\v\f"

// Quote returns a pattern that matches exactly the text s, like re.escape.
func Quote(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(quoted, s[i]) >= 0 {
			b.WriteByte('\\')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
