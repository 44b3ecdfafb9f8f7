package file

import (
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A pattern finds the paths that a shell pattern stands for: *, ? and [a-z] or [!a-z] within one path element, none of which
// matches a leading dot. It remembers directories that have not changed, so that looking often is cheap. It is not safe for
// concurrent use.
type pattern struct {
	base     string   // the directory that the elements start from, "" for the working directory
	elements []string // the first one with a wildcard and what follows it, or the last one
	listed   map[string]listing
}

// A listing is what a directory held.
type listing struct {
	mtime, at time.Time
	names     []string
}

// settled is how old a directory's last change must be before its listing is trusted: within the grain of the clock a file
// can come in without a change of the time.
const settled = 2 * time.Second

func newPattern(s string) *pattern {
	elements := strings.Split(s, "/")
	n := len(elements) - 1
	if i := slices.IndexFunc(elements, hasMeta); i >= 0 {
		n = i
	}
	p := &pattern{base: strings.Join(elements[:n], "/"), elements: elements[n:], listed: map[string]listing{}}
	if n > 0 && p.base == "" {
		p.base = "/"
	}
	return p
}

// hasMeta reports whether s contains anything but plain characters.
func hasMeta(s string) bool { return strings.ContainsAny(s, "*?[") }

// find implements finder.
func (p *pattern) find(now time.Time) (paths []string, spots []spot) {
	if p.base != "" {
		spots = wayTo(p.base)
	}
	found := []string{p.base}
	for _, e := range p.elements {
		var next []string
		for _, dir := range found {
			spots = append(spots, spotOf(dir, e))
			next = append(next, p.below(dir, e, now)...)
		}
		found = next
	}
	found = slices.DeleteFunc(found, func(path string) bool {
		_, err := os.Lstat(path)
		return err != nil
	})
	slices.Sort(found)
	return found, spots
}

// spotOf returns where element can come up in dir.
func spotOf(dir, element string) spot {
	if dir == "" {
		dir = "."
	}
	if hasMeta(element) {
		element = anyName
	}
	return spot{dir, element}
}

// below returns the paths that element stands for in the directory dir.
func (p *pattern) below(dir, element string, now time.Time) []string {
	prefix := dir
	if dir != "" && dir != "/" {
		prefix += "/"
	}
	if !hasMeta(element) {
		return []string{prefix + element}
	}
	var found []string
	for _, name := range p.list(prefix, now) {
		if (name[0] != '.' || element[0] == '.') && match(element, name) {
			found = append(found, prefix+name)
		}
	}
	return found
}

// list returns the names in a directory, from memory if it has not changed.
func (p *pattern) list(dir string, now time.Time) []string {
	if dir == "" {
		dir = "."
	}
	info, err := os.Stat(dir)
	if err != nil {
		delete(p.listed, dir)
		return nil
	}
	if l, ok := p.listed[dir]; ok && l.mtime.Equal(info.ModTime()) && l.at.Sub(l.mtime) > settled {
		return l.names
	}
	l := listing{mtime: info.ModTime(), at: now}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		l.names = append(l.names, e.Name())
	}
	p.listed[dir] = l
	return l.names
}

// match reports whether the pattern element pat matches all of name.
func match(pat, name string) bool {
	star, from := -1, 0 // the last * seen, and how much of name it has taken
	p, n := 0, 0
	for n < len(name) {
		if p < len(pat) && pat[p] == '*' {
			star, from = p, n
			p++
			continue
		}
		if dp, dn := matchOne(pat[p:], name[n:]); dp > 0 {
			p, n = p+dp, n+dn
			continue
		}
		if star < 0 {
			return false
		}
		_, size := utf8.DecodeRuneInString(name[from:])
		from += size
		p, n = star+1, from
	}
	return strings.Trim(pat[p:], "*") == ""
}

// matchOne matches the first element of pat, which is no *, with the first character of name, and returns how much they take;
// 0 for no match.
func matchOne(pat, name string) (dp, dn int) {
	if pat == "" {
		return 0, 0
	}
	r, size := utf8.DecodeRuneInString(name)
	switch pat[0] {
	case '?':
		return 1, size
	case '[':
		if end := classEnd(pat); end > 0 {
			if inClass(pat[1:end], r) {
				return end + 1, size
			}
			return 0, 0
		}
	}
	c, n := utf8.DecodeRuneInString(pat)
	if c != r || (c == utf8.RuneError && pat[0] != name[0]) {
		return 0, 0
	}
	return n, size
}

// classEnd returns where the class that pat begins with ends, 0 if it does not: then the bracket stands for itself.
func classEnd(pat string) int {
	i := 1
	if i < len(pat) && pat[i] == '!' {
		i++
	}
	if i < len(pat) && pat[i] == ']' { // a bracket right at the start is a member
		i++
	}
	if end := strings.IndexByte(pat[min(i, len(pat)):], ']'); end >= 0 {
		return i + end
	}
	return 0
}

// inClass reports whether r is in the class, which is given without its brackets.
func inClass(class string, r rune) bool {
	class, not := strings.CutPrefix(class, "!")
	set := []rune(class)
	for i := 0; i < len(set); i++ {
		lo, hi := set[i], set[i]
		if i+2 < len(set) && set[i+1] == '-' {
			hi = set[i+2]
			i += 2
		}
		if lo <= r && r <= hi {
			return !not
		}
	}
	return not
}
