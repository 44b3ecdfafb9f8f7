package pyre

import (
	"fmt"
	"unicode/utf8"
)

// A tokens reads a pattern the way CPython does: one character or one backslash pair
// at a time, and always one token ahead. Reading ahead decides which of two mistakes
// in a pattern is reported, so it is kept.
//
// Its methods report mistakes by panicking with a *SyntaxError, which parse recovers.
type tokens struct {
	text  []rune
	index int // of what follows next
	next  token
}

// A token is a character or a backslash followed by one; the zero token is the end.
type token struct {
	r       rune
	escaped bool
	ok      bool
}

// width is the number of characters of the token.
func (t token) width() int {
	switch {
	case !t.ok:
		return 0
	case t.escaped:
		return 2
	}
	return 1
}

func (t token) is(r rune) bool { return t.ok && !t.escaped && t.r == r }

// isDigit reports whether the token is a digit below base, which is 8, 10 or 16.
func (t token) isDigit(base rune) bool {
	if !t.ok || t.escaped {
		return false
	}
	if t.r >= '0' && t.r <= '9' {
		return t.r-'0' < base
	}
	return base == 16 && (t.r >= 'a' && t.r <= 'f' || t.r >= 'A' && t.r <= 'F')
}

func (t token) String() string {
	switch {
	case !t.ok:
		return ""
	case t.escaped:
		return `\` + string(t.r)
	}
	return string(t.r)
}

func newTokens(pattern string, room *wood) *tokens {
	t := &tokens{text: room.runes(pattern)}
	t.advance()
	return t
}

func (t *tokens) advance() {
	if t.index >= len(t.text) {
		t.next = token{}
		return
	}
	r := t.text[t.index]
	if r != '\\' {
		t.index++
		t.next = token{r: r, ok: true}
		return
	}
	if t.index+1 >= len(t.text) {
		panic(&SyntaxError{"bad escape (end of pattern)", len(t.text) - 1})
	}
	t.next = token{r: t.text[t.index+1], escaped: true, ok: true}
	t.index += 2
}

// get returns the next token and goes past it.
func (t *tokens) get() token {
	this := t.next
	t.advance()
	return this
}

// accept goes past the next token if it is the plain character r.
func (t *tokens) accept(r rune) bool {
	if !t.next.is(r) {
		return false
	}
	t.advance()
	return true
}

// pos is the offset of the next token.
func (t *tokens) pos() int { return t.index - t.next.width() }

// seek goes back to the token at offset pos.
func (t *tokens) seek(pos int) {
	t.index = pos
	t.advance()
}

// digits reads at most n digits below base.
func (t *tokens) digits(n int, base rune) string {
	s := ""
	for ; n > 0 && t.next.isDigit(base); n-- {
		s += string(t.get().r)
	}
	return s
}

// until reads up to the plain character end, and goes past it. what names the thing
// that is read, for messages.
func (t *tokens) until(end rune, what string) string {
	var read []byte
	for {
		this := t.get()
		switch {
		case !this.ok && len(read) == 0:
			t.fail(0, "missing %s", what)
		case !this.ok:
			t.fail(utf8.RuneCount(read), "missing %c, unterminated name", end)
		case this.is(end) && len(read) == 0:
			t.fail(1, "missing %s", what)
		case this.is(end):
			return string(read)
		}
		if this.escaped {
			read = append(read, '\\')
		}
		read = utf8.AppendRune(read, this.r)
	}
}

// fail reports a mistake that began back characters before the next token.
func (t *tokens) fail(back int, format string, args ...any) {
	panic(&SyntaxError{fmt.Sprintf(format, args...), t.pos() - back})
}
