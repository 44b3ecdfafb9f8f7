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
// Matcher has warmed up and the texts are no news to it, and never panics on any text, valid UTF-8 or not.
//
// The way of a pattern: tokens → parser → node tree → compiler → program, the last two
// steps at the first search. Of most programs that begin with ^ an automaton is made, which reads texts; a Matcher runs the others, and all
// on texts that are not for automata. A Set tells which of many programs are worth running on a text.
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

// A Regexp is a compiled pattern. What it matches does not change, and it may be shared by goroutines;
// each of them searches with a Matcher of its own.
type Regexp struct {
	pattern string
	flags   Flags
	names   []string  // by group number; "" is unnamed
	few     clause    // what every match contains, to be looked for one by one
	many    clause    // the same, to be looked for together with that of other regexes
	later   []literal // texts that every match contains, beyond its beginning if possible
	anyLine bool      // see MatchesAnyLine
	leads   *leads    // what matches begin with, nil: anything

	by   *Compiler
	prog atomic.Pointer[program] // nil until it is needed: where there is an automaton, that may be never

	automaton atomic.Pointer[automaton] // nil until the first search, or if there can be none
	tried     atomic.Bool               // whether it has been made, or there can be none
	matched   atomic.Int32              // searches that a matcher did
}

// A Compiler compiles many patterns in the same memory. The zero Compiler is ready. It is safe for concurrent use.
type Compiler struct {
	mu    sync.Mutex // guards what follows
	wood  wood
	draft draft
}

// Compile is the method of that name, of a Compiler of its own.
func Compile(pattern string, flags Flags) (*Regexp, error) {
	return new(Compiler).Compile(pattern, flags)
}

// Compile reads pattern and prepares it for matching. The error, if any, is a
// *SyntaxError that says what CPython 3.11 says about the pattern.
func (c *Compiler) Compile(pattern string, flags Flags) (*Regexp, error) {
	return c.compile(pattern, flags, func(re *Regexp, tree *syntax) {
		re.leads = leadsOf(tree.root)
		re.anyLine = matchesAnyLine(tree.root)
		few, many, later := requiredLiterals(tree.root)
		re.few, re.many = few, many
		for _, text := range later {
			re.later = append(re.later, newLiteral(text))
		}
	})
}

// CompileAlone is Compile for a regex that is searched for at once and by itself: a Set or a Gate would not know of any text that it does
// not match.
func (c *Compiler) CompileAlone(pattern string, flags Flags) (*Regexp, error) {
	return c.compile(pattern, flags, func(re *Regexp, tree *syntax) { c.ready(re, tree) })
}

// compile makes a Regexp of what is known about the tree of pattern.
func (c *Compiler) compile(pattern string, flags Flags, know func(re *Regexp, tree *syntax)) (*Regexp, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.wood.clear()
	tree, err := parse(pattern, flags, &c.wood)
	if err != nil {
		return nil, err
	}
	re := &Regexp{pattern: pattern, flags: flags, names: tree.names, by: c}
	know(re, tree)
	return re, nil
}

// program returns the program of re for the matcher.
func (re *Regexp) program() *program {
	if p := re.prog.Load(); p != nil {
		return p
	}
	re.by.again(re, func(c *Compiler, tree *syntax) {
		if re.prog.Load() == nil {
			re.prog.Store(c.draft.compile(tree))
		}
	})
	return re.prog.Load()
}

// reader returns the automaton of re, nil if there can be none.
func (re *Regexp) reader() *automaton {
	if a := re.automaton.Load(); a != nil {
		return a
	}
	return re.firstReader()
}

// firstReader makes the automaton of re, or else a program, at the first search: many regexes of a filter are never tried, because a Set
// tells that they match none of the lines, and either takes more time and memory than all that is known beforehand.
func (re *Regexp) firstReader() *automaton {
	if !re.tried.Load() {
		re.by.again(re, func(c *Compiler, tree *syntax) {
			if !re.tried.Load() {
				c.ready(re, tree)
			}
		})
	}
	return re.automaton.Load()
}

// ready makes what is needed to search for re: an automaton or, if there can be none, a program.
func (c *Compiler) ready(re *Regexp, tree *syntax) {
	outline := c.draft.outline(distribute(tree.root), tree)
	if a := newAutomaton(outline.prog); a != nil {
		re.automaton.Store(a)
	} else if re.prog.Load() == nil {
		re.prog.Store(outline.finish())
	}
	re.tried.Store(true)
}

// again does something with the tree of re. The pattern is parsed once more for that: to keep the tree would take more memory than
// programs do.
func (c *Compiler) again(re *Regexp, do func(c *Compiler, tree *syntax)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.wood.clear()
	tree, err := parse(re.pattern, re.flags, &c.wood)
	if err != nil {
		panic(err) // it was right when it was compiled
	}
	do(c, tree)
}

// hastenAfter is how many searches a matcher does with a program as it was compiled, before the program gets jumps.
const hastenAfter = 128

// forMatcher counts a search that a matcher does, and returns the program for it. Of most regexes that are searched for often, an automaton
// does nearly all searches, and jumps would never be worth their while.
func (re *Regexp) forMatcher() *program {
	if re.matched.Load() <= hastenAfter && re.matched.Add(1) == hastenAfter+1 {
		re.prog.Store(re.program().withJumps())
	}
	return re.program()
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
