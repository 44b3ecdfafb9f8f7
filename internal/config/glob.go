package config

import (
	"os"
	"path"
	"sort"
	"strings"
	"unicode/utf8"
)

// glob returns the names that match pattern, sorted. A star and a question mark match neither a slash nor a leading dot, a
// bracket holds characters, ranges, and may be negated by an exclamation mark; nothing escapes. Links that lead nowhere are
// included.
func glob(pattern string) []string {
	if !strings.ContainsAny(pattern, "*?[") {
		if exists(pattern) {
			return []string{pattern}
		}
		return nil
	}
	dir, last := path.Split(pattern)
	dirs := []string{dir}
	if trimmed := strings.TrimRight(dir, "/"); strings.ContainsAny(trimmed, "*?[") {
		dirs = nil
		for _, d := range glob(trimmed) {
			dirs = append(dirs, d+"/")
		}
	}
	var found []string
	for _, d := range dirs {
		found = append(found, inDir(d, last)...)
	}
	return found
}

func exists(name string) bool {
	if strings.HasSuffix(name, "/") {
		info, err := os.Stat(name)
		return err == nil && info.IsDir()
	}
	_, err := os.Lstat(name)
	return name != "" && err == nil
}

// inDir returns the names in dir, which is empty or ends in a slash, that match the last part of a pattern.
func inDir(dir, last string) []string {
	if !strings.ContainsAny(last, "*?[") {
		if exists(dir + last) {
			return []string{dir + last}
		}
		return nil
	}
	where := dir
	if where == "" {
		where = "."
	}
	entries, _ := os.ReadDir(where)
	var found []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") && !strings.HasPrefix(last, ".") {
			continue
		}
		if match(last, e.Name()) {
			found = append(found, dir+e.Name())
		}
	}
	sort.Strings(found)
	return found
}

// match reports whether name matches pattern as a whole. It goes back to the last star only, which is enough.
func match(pattern, name string) bool {
	star, retry := -1, 0
	p, n := 0, 0
	for n < len(name) || p < len(pattern) {
		if p < len(pattern) && pattern[p] == '*' {
			star, retry = p, n
			p++
			continue
		}
		if n < len(name) && p < len(pattern) {
			r, size := utf8.DecodeRuneInString(name[n:])
			if width, ok := one(pattern[p:], r); ok {
				p, n = p+width, n+size
				continue
			}
		}
		if star < 0 || retry >= len(name) {
			return false
		}
		_, size := utf8.DecodeRuneInString(name[retry:])
		retry += size
		p, n = star+1, retry
	}
	return true
}

// one matches a single character against the first element of a pattern and returns the element's length.
func one(pattern string, r rune) (int, bool) {
	switch pattern[0] {
	case '?':
		return 1, true
	case '[':
		if set, width, ok := bracket(pattern); ok {
			return width, inSet(set, r)
		}
	}
	c, width := utf8.DecodeRuneInString(pattern)
	return width, c == r
}

// bracket cuts [set] off pattern. A closing bracket in the first place belongs to the set.
func bracket(pattern string) (set string, width int, ok bool) {
	skip := 1
	if strings.HasPrefix(pattern[skip:], "!") {
		skip++
	}
	if strings.HasPrefix(pattern[skip:], "]") {
		skip++
	}
	end := strings.IndexByte(pattern[skip:], ']')
	if end < 0 {
		return "", 0, false
	}
	return pattern[1 : skip+end], skip + end + 1, true
}

func inSet(set string, r rune) bool {
	rest, negated := strings.CutPrefix(set, "!")
	chars := []rune(rest)
	found := false
	for i := 0; i < len(chars); i++ {
		if i+2 < len(chars) && chars[i+1] == '-' {
			found = found || chars[i] <= r && r <= chars[i+2]
			i += 2
			continue
		}
		found = found || chars[i] == r
	}
	return found != negated
}
