package pyre

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// group reads what follows an opening parenthesis at offset start. It returns nil for
// a comment and for global flags, which match nothing and cannot be repeated.
func (p *parser) group(start int, first bool) *node {
	if !p.accept('?') {
		return p.capture("", start)
	}
	this := p.get()
	if !this.ok {
		p.fail(0, "unexpected end of pattern")
	}
	if !this.escaped {
		switch this.r {
		case 'P':
			return p.pythonGroup(start)
		case ':':
			return p.grouped(p.body(start))
		case '>':
			return p.node(node{op: opAtomic, subs: p.lists.Copy(p.body(start))})
		case '#':
			p.comment(start)
			return nil
		case '=', '!':
			return p.node(node{op: opLook, neg: this.r == '!', subs: p.lists.Copy(p.body(start))})
		case '<':
			return p.lookBehind(start)
		case '(':
			return p.condition(start)
		case '-':
			return p.flagGroup(this, start, first)
		}
		if flagOf(this.r) != 0 {
			return p.flagGroup(this, start, first)
		}
	}
	p.fail(this.width()+1, "unknown extension ?%s", this)
	return nil
}

// grouped wraps a repeat or an assertion, so that a group around it may be repeated
// although it itself may not.
func (p *parser) grouped(n *node) *node {
	if n.op == opRep || n.op == opEmpty || isEdge(n) {
		return p.node(node{op: opCat, subs: p.lists.Copy(n)})
	}
	return n
}

// body reads the inside of a group that began at start, up to and with its ).
func (p *parser) body(start int) *node {
	flags := p.flags
	n := p.alternation()
	p.flags = flags
	p.closeGroup(start)
	return n
}

func (p *parser) closeGroup(start int) {
	if !p.accept(')') {
		p.fail(p.pos()-start, "missing ), unterminated subpattern")
	}
}

func (p *parser) comment(start int) {
	for {
		if !p.next.ok {
			p.fail(p.pos()-start, "missing ), unterminated comment")
		}
		if p.get().is(')') {
			return
		}
	}
}

// pythonGroup reads (?P<name>...) and (?P=name), after the P.
func (p *parser) pythonGroup(start int) *node {
	if p.accept('<') {
		name := p.until('>', "group name")
		p.checkName(name, 1)
		return p.capture(name, start)
	}
	if p.accept('=') {
		name := p.until(')', "group name")
		p.checkName(name, 1)
		back := utf8.RuneCountInString(name) + 1
		return p.backref(p.groupNamed(name), back)
	}
	this := p.get()
	if !this.ok {
		p.fail(0, "unexpected end of pattern")
	}
	p.fail(this.width()+2, "unknown extension ?P%s", this)
	return nil
}

// groupNamed returns the number of the group called name, which was just read.
func (p *parser) groupNamed(name string) int {
	n := slices.Index(p.names, name)
	if n < 0 {
		p.fail(utf8.RuneCountInString(name)+1, "unknown group name %s", quoteLikePython(name))
	}
	return n
}

// backref makes a reference to a group; it was written back characters before the
// next token.
func (p *parser) backref(group, back int) *node {
	if !p.closed[group] {
		p.fail(back, "cannot refer to an open group")
	}
	p.checkLookBehind(group)
	return p.node(node{
		op:    opBackref,
		group: group,
		fold:  p.flags&IgnoreCase != 0,
		ascii: p.flags&ASCII != 0,
	})
}

// checkLookBehind refuses, inside a look-behind, references to groups of the same
// look-behind: their text is not fixed yet when it is matched.
func (p *parser) checkLookBehind(group int) {
	if p.lookBehindFrom == 0 {
		return
	}
	if group >= len(p.closed) || !p.closed[group] {
		p.fail(0, "cannot refer to an open group")
	}
	if group >= p.lookBehindFrom {
		p.fail(0, "cannot refer to group defined in the same lookbehind subpattern")
	}
}

func (p *parser) capture(name string, start int) *node {
	n := len(p.names)
	if name != "" {
		if was := slices.Index(p.names, name); was >= 0 {
			p.fail(utf8.RuneCountInString(name)+1,
				"redefinition of group name %s as group %d; was group %d", quoteLikePython(name), n, was)
		}
	}
	p.names = append(p.names, name)
	p.widths = append(p.widths, widths{})
	p.closed = append(p.closed, false)
	body := p.body(start)
	p.widths[n] = widthOf(body, p.widths)
	p.closed[n] = true
	return p.node(node{op: opGroup, group: n, subs: p.lists.Copy(body)})
}

// lookBehind reads (?<=...) and (?<!...), after the <.
func (p *parser) lookBehind(start int) *node {
	this := p.get()
	if !this.ok {
		p.fail(0, "unexpected end of pattern")
	}
	if !this.is('=') && !this.is('!') {
		p.fail(this.width()+2, "unknown extension ?<%s", this)
	}
	outer := p.lookBehindFrom
	if outer == 0 {
		p.lookBehindFrom = len(p.names)
	}
	body := p.body(start)
	p.lookBehindFrom = outer
	return p.node(node{op: opLook, behind: true, neg: this.r == '!', subs: p.lists.Copy(body)})
}

// condition reads (?(group)yes|no), after the second parenthesis.
func (p *parser) condition(start int) *node {
	group := p.conditionGroup()
	p.checkLookBehind(group)
	p.enter()
	defer p.leave()
	flags := p.flags
	yes, no := p.sequence(false), p.node(node{op: opEmpty})
	if p.accept('|') {
		no = p.sequence(false)
		if p.next.is('|') {
			p.fail(0, "conditional backref with more than two branches")
		}
	}
	p.flags = flags
	p.closeGroup(start)
	return p.node(node{op: opCond, group: group, subs: p.lists.Copy(yes, no)})
}

// maxGroups is CPython's MAXGROUPS.
const maxGroups = 1<<30 - 1

func (p *parser) conditionGroup() int {
	name := p.until(')', "group name")
	if isIdentifier(name) {
		return p.groupNamed(name)
	}
	back := utf8.RuneCountInString(name) + 1
	n, ok := pythonInt(name)
	switch {
	case !ok || n < 0:
		p.fail(back, "bad character in group name %s", quoteLikePython(name))
	case n == 0:
		p.fail(back, "bad group number")
	case n >= maxGroups:
		p.fail(back, "invalid group reference %d", n)
	}
	p.conds = append(p.conds, condRef{n, p.pos() - back})
	return n
}

// pythonInt reads s as Python's int() does: white space around, a sign and single
// underscores between digits are allowed.
func pythonInt(s string) (int, bool) {
	s = strings.TrimFunc(s, unicode.IsSpace)
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 || strings.HasPrefix(digits, "_") ||
		strings.HasSuffix(digits, "_") || strings.Contains(digits, "__") {
		return 0, false
	}
	n, err := strconv.Atoi(strings.ReplaceAll(s, "_", ""))
	return n, err == nil
}

// flagOf returns the flag of a letter in (?...), 0 if it is none. L is accepted here
// and refused later, as CPython does.
func flagOf(r rune) Flags {
	switch r {
	case 'i':
		return IgnoreCase
	case 'm':
		return MultiLine
	case 's':
		return DotAll
	case 'x':
		return Verbose
	case 'a':
		return ASCII
	case 'u':
		return unicodeFlag
	case 't':
		return templateFlag
	case 'L':
		return localeFlag
	}
	return 0
}

// localeFlag is only ever seen in a pattern that is refused.
const localeFlag Flags = 1 << 31

// typeFlags exclude each other.
const typeFlags = ASCII | unicodeFlag | localeFlag

// flagGroup reads (?flags), (?flags:...) and (?flags-flags:...), of which the token
// this was read already.
func (p *parser) flagGroup(this token, start int, first bool) *node {
	add, this := p.flagsToAdd(this)
	if this.is(')') {
		if !first {
			p.fail(p.pos()-start, "global flags not at the start of the expression")
		}
		p.flags |= add
		return nil
	}
	if add&templateFlag != 0 {
		p.fail(1, "bad inline flags: cannot turn on global flag")
	}
	var del Flags
	if this.is('-') {
		del = p.flagsToDelete()
	}
	if del&templateFlag != 0 {
		p.fail(1, "bad inline flags: cannot turn off global flag")
	}
	if add&del != 0 {
		p.fail(1, "bad inline flags: flag turned on and off")
	}
	outer := p.flags
	if add&typeFlags != 0 {
		p.flags &^= typeFlags
	}
	p.flags = (p.flags | add) &^ del
	p.enter()
	defer p.leave()
	body := p.alternation()
	p.flags = outer
	p.closeGroup(start)
	return p.grouped(body)
}

// flagsToAdd reads the letters before a -, : or ), and returns that sign too.
func (p *parser) flagsToAdd(this token) (Flags, token) {
	var add Flags
	for !this.is('-') {
		flag := flagOf(this.r)
		if flag == localeFlag {
			p.fail(0, "bad inline flags: cannot use 'L' flag with a str pattern")
		}
		add |= flag
		if flag&typeFlags != 0 && add&typeFlags != flag {
			p.fail(0, "bad inline flags: flags 'a', 'u' and 'L' are incompatible")
		}
		this = p.get()
		if this.is(')') || this.is(':') {
			break
		}
		if !this.is('-') {
			p.checkFlag(this, "missing -, : or )")
		}
	}
	return add, this
}

// flagsToDelete reads the letters after a -, and the colon.
func (p *parser) flagsToDelete() Flags {
	var del Flags
	this := p.get()
	p.checkFlag(this, "missing flag")
	for !this.is(':') {
		flag := flagOf(this.r)
		if flag&typeFlags != 0 {
			p.fail(0, "bad inline flags: cannot turn off flags 'a', 'u' and 'L'")
		}
		del |= flag
		this = p.get()
		if !this.is(':') {
			p.checkFlag(this, "missing :")
		}
	}
	return del
}

// checkFlag refuses a token that is no flag letter; missing is the message unless the
// token is another letter.
func (p *parser) checkFlag(this token, missing string) {
	switch {
	case !this.ok:
		p.fail(0, "%s", missing)
	case this.escaped || flagOf(this.r) == 0:
		if !this.escaped && unicode.IsLetter(this.r) {
			missing = "unknown flag"
		}
		p.fail(this.width(), "%s", missing)
	}
}
