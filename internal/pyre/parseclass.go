package pyre

import (
	"strconv"
	"unicode/utf8"
)

// escape makes the node of a backslash pair outside a class.
func (p *parser) escape(this token) *node {
	ascii := p.flags&ASCII != 0
	switch this.r {
	case 'A':
		return p.node(node{op: opTextBegin})
	case 'Z':
		return p.node(node{op: opAbsEnd})
	case 'b':
		return p.node(node{op: opWordEdge, ascii: ascii})
	case 'B':
		return p.node(node{op: opNoWordEdge, ascii: ascii})
	case '0':
		return p.literal(octalValue("0" + p.digits(2, 8)))
	}
	if set := categorySet(this.r, ascii); set != nil {
		return p.node(node{op: opSet, set: set})
	}
	if this.r >= '1' && this.r <= '9' {
		return p.numberEscape(this)
	}
	return p.literal(p.charEscape(this))
}

// numberEscape reads \1 to \99 as a reference to a group, and three octal digits as a
// character.
func (p *parser) numberEscape(this token) *node {
	number := string(this.r)
	if p.next.isDigit(10) {
		number += string(p.get().r)
		if number[0] < '8' && number[1] < '8' && p.next.isDigit(8) {
			number += string(p.get().r)
			return p.literal(p.octal(number))
		}
	}
	group, _ := strconv.Atoi(number) // one or two digits
	if group >= len(p.names) {
		p.fail(len(number), "invalid group reference %d", group)
	}
	return p.backref(group, len(number)+1)
}

func octalValue(digits string) rune {
	n, _ := strconv.ParseInt(digits, 8, 32) // at most three octal digits
	return rune(n)
}

// octal returns the character with three octal digits that were just read.
func (p *parser) octal(digits string) rune {
	r := octalValue(digits)
	if r > 0o377 {
		p.fail(len(digits)+1, `octal escape value \%s outside of range 0-0o377`, digits)
	}
	return r
}

// categorySet returns the set of \d, \D, \s, \S, \w or \W, nil for another letter.
func categorySet(letter rune, ascii bool) *charset {
	c := &unicodeCategories
	if ascii {
		c = &asciiCategories
	}
	switch letter {
	case 'd':
		return &c.digit
	case 'D':
		return &c.notDigit
	case 's':
		return &c.space
	case 'S':
		return &c.notSpace
	case 'w':
		return &c.word
	case 'W':
		return &c.notWord
	}
	return nil
}

// charEscape returns the character of a backslash pair that stands for one, both in
// classes and outside.
func (p *parser) charEscape(this token) rune {
	switch this.r {
	case 'a':
		return '\a'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'v':
		return '\v'
	case 'x':
		return p.hexEscape(this, 2)
	case 'u':
		return p.hexEscape(this, 4)
	case 'U':
		return p.hexEscape(this, 8)
	case 'N':
		return p.namedEscape()
	}
	if this.r >= 'a' && this.r <= 'z' || this.r >= 'A' && this.r <= 'Z' {
		p.fail(2, "bad escape %s", this)
	}
	return this.r
}

func (p *parser) hexEscape(this token, n int) rune {
	digits := p.digits(n, 16)
	if len(digits) != n {
		p.fail(2+len(digits), "incomplete escape %s%s", this, digits)
	}
	v, _ := strconv.ParseUint(digits, 16, 64) // n hex digits
	if v > utf8.MaxRune {
		p.fail(2+len(digits), "bad escape %s%s", this, digits)
	}
	return rune(v)
}

// namedEscape reads {NAME} after \N.
func (p *parser) namedEscape() rune {
	if !p.accept('{') {
		p.fail(0, "missing {")
	}
	name := p.until('}', "character name")
	r, ok := charNamed(name)
	if !ok {
		p.fail(utf8.RuneCountInString(name)+len(`\N{}`), "undefined character name %s", quoteLikePython(name))
	}
	return r
}

// class reads a set in brackets, after the [.
func (p *parser) class() *node {
	start := p.pos() - 1
	negated := p.accept('^')
	var b setBuilder
	for first := true; ; first = false {
		this := p.classToken(start)
		if this.is(']') && !first {
			break
		}
		low := p.classItem(this)
		if !p.accept('-') {
			low.addTo(&b)
			continue
		}
		that := p.classToken(start)
		if that.is(']') {
			low.addTo(&b)
			b.add('-', '-')
			break
		}
		high := p.classItem(that)
		if low.set != nil || high.set != nil || high.r < low.r {
			p.fail(this.width()+1+that.width(), "bad character range %s-%s", this, that)
		}
		b.add(low.r, high.r)
	}
	if p.flags&IgnoreCase != 0 {
		b.closeUnderCase(p.flags&ASCII != 0)
	}
	if negated {
		return p.node(node{op: opSet, set: b.set().complement()})
	}
	return p.classNode(b.set())
}

// classNode prefers a plain character, which later steps handle better.
func (p *parser) classNode(s *charset) *node {
	if r, ok := s.single(); ok {
		return p.char(r)
	}
	return p.node(node{op: opSet, set: s})
}

func (p *parser) classToken(start int) token {
	this := p.get()
	if !this.ok {
		p.fail(p.pos()-start, "unterminated character set")
	}
	return this
}

// A classMember is a character, or a whole category when set is not nil.
type classMember struct {
	r   rune
	set *charset
}

func (m classMember) addTo(b *setBuilder) {
	if m.set != nil {
		b.addCategory(m.set)
		return
	}
	b.add(m.r, m.r)
}

// classItem makes the member of one token of a class.
func (p *parser) classItem(this token) classMember {
	switch {
	case !this.escaped:
		return classMember{r: this.r}
	case this.r == 'b':
		return classMember{r: '\b'}
	case this.r >= '0' && this.r <= '7':
		return classMember{r: p.octal(string(this.r) + p.digits(2, 8))}
	case this.r == '8' || this.r == '9':
		p.fail(2, "bad escape %s", this)
	}
	if set := categorySet(this.r, p.flags&ASCII != 0); set != nil {
		return classMember{set: set}
	}
	return classMember{r: p.charEscape(this)}
}
