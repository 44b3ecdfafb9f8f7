package journal

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// A matcher decides for many subscriptions at once which of them an entry is for. It numbers the different FIELD=value terms,
// so that an entry's fields are looked up once, however many subscriptions there are. It is not safe for concurrent use.
type matcher struct {
	terms   map[string]int32 // from 1
	fields  map[string]bool  // the names that terms begin with, "=" included
	longest int
	version int // counts the changes of terms
	seen    []uint64
}

// An expression is a disjunction of groups; in a group every field must have one of its terms. No group matches everything.
type expression [][][]int32

// checkMatches tells whether matches can be compiled.
func checkMatches(matches [][]string) error {
	for _, line := range matches {
		for _, word := range line {
			if word != "+" && !validTerm(word) {
				return fmt.Errorf("invalid match %q: write FIELD=value, with the field in capitals, or +", word)
			}
		}
	}
	return nil
}

// validTerm reports whether s is FIELD=value.
func validTerm(s string) bool {
	field, _, ok := strings.Cut(s, "=")
	if !ok || field == "" || strings.HasPrefix(field, "__") {
		return false
	}
	return !strings.ContainsFunc(field, func(r rune) bool {
		return r != '_' && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
}

// Alternatives takes matches apart, each of which is one journalmatch: words, with "+" between alternatives. An entry is chosen if it
// meets all words of any alternative. None is empty.
func Alternatives(matches [][]string) (all [][]string) {
	for _, line := range matches {
		for len(line) > 0 {
			group := line
			if i := slices.Index(line, "+"); i >= 0 {
				group, line = line[:i], line[i+1:]
			} else {
				line = nil
			}
			if len(group) > 0 {
				all = append(all, group)
			}
		}
	}
	return all
}

// compile numbers the terms of matches.
func (m *matcher) compile(matches [][]string) expression {
	var expr expression
	for _, group := range Alternatives(matches) {
		expr = append(expr, m.group(group))
	}
	return expr
}

// group gathers the terms of one alternative by field.
func (m *matcher) group(words []string) [][]int32 {
	var fields []string
	var group [][]int32
	for _, w := range words {
		name, _, _ := strings.Cut(w, "=")
		i := slices.Index(fields, name)
		if i < 0 {
			i = len(fields)
			fields, group = append(fields, name), append(group, nil)
		}
		group[i] = append(group[i], m.number(w))
	}
	return group
}

// number returns the number of a term.
func (m *matcher) number(term string) int32 {
	if m.terms == nil {
		m.terms, m.fields = map[string]int32{}, map[string]bool{}
	}
	n, ok := m.terms[term]
	if !ok {
		n = int32(len(m.terms) + 1)
		m.terms[term] = n
		name, _, _ := strings.Cut(term, "=")
		m.fields[name+"="] = true
		m.longest = max(m.longest, len(term))
		m.version++
		m.seen = make([]uint64, len(m.terms)/64+1)
	}
	return n
}

// lookup returns the number of the term that the field data is, 0 for none.
func (m *matcher) lookup(data []byte) int32 {
	i := bytes.IndexByte(data, '=')
	if i < 0 || !m.fields[string(data[:i+1])] {
		return 0
	}
	return m.terms[string(data)]
}

// begin forgets the entry before.
func (m *matcher) begin() { clear(m.seen) }

// see notes that the entry has the term n.
func (m *matcher) see(n int32) { m.seen[n/64] |= 1 << (n % 64) }

// matches reports whether the terms seen satisfy expr.
func (m *matcher) matches(expr expression) bool {
	return len(expr) == 0 || slices.ContainsFunc(expr, m.all)
}

func (m *matcher) all(group [][]int32) bool {
	for _, anyOf := range group {
		if !slices.ContainsFunc(anyOf, func(n int32) bool { return m.seen[n/64]>>(n%64)&1 == 1 }) {
			return false
		}
	}
	return true
}
