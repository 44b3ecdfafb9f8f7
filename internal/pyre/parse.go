package pyre

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// maxNesting limits how deep groups may stand in each other. CPython runs out of its
// own stack at about 300 to 400.
const maxNesting = 500

// A syntax is a parsed pattern.
type syntax struct {
	root   *node
	names  []string // by group number, [0] is the whole match
	widths []widths // by group number
	plain  bool     // (?t): no repeats
}

type parser struct {
	*tokens
	flags  Flags // in force at this place
	depth  int
	names  []string
	byName map[string]int
	widths []widths // by group number
	closed []bool   // by group number

	// lookBehindFrom is the number of the first group inside the outermost
	// look-behind that is open, 0 when none is.
	lookBehindFrom int

	// conds are the groups that conditions test by number, in order of appearance.
	conds []condRef
}

type condRef struct{ group, pos int }

// parse returns the tree of pattern, or a *SyntaxError.
func parse(pattern string, flags Flags) (tree *syntax, err error) {
	// The parser is recursive and any part of it can find the mistake, so a mistake
	// travels as a panic from there to here, and no further.
	defer func() {
		if mistake := recover(); mistake != nil {
			syntaxErr, ok := mistake.(*SyntaxError)
			if !ok {
				panic(mistake)
			}
			tree, err = nil, syntaxErr
		}
	}()
	p := &parser{
		flags:  flags,
		names:  []string{""},
		byName: map[string]int{},
		widths: []widths{{}},
		closed: []bool{false},
	}
	p.tokens = newTokens(pattern)
	root := p.alternation()
	if p.flags&ASCII != 0 && p.flags&unicodeFlag != 0 {
		return nil, &SyntaxError{"ASCII and UNICODE flags are incompatible", -1}
	}
	if p.next.ok {
		p.fail(0, "unbalanced parenthesis")
	}
	for _, c := range p.conds {
		if c.group >= len(p.names) {
			return nil, &SyntaxError{"invalid group reference " + strconv.Itoa(c.group), c.pos}
		}
	}
	return &syntax{root, p.names, p.widths, p.flags&templateFlag != 0}, nil
}

// alternation reads a|b|c up to a closing parenthesis or the end.
func (p *parser) alternation() *node {
	p.enter()
	defer p.leave()
	subs := []*node{p.sequence(p.depth == 1)}
	for p.accept('|') {
		subs = append(subs, p.sequence(false))
	}
	if len(subs) == 1 {
		return subs[0]
	}
	return &node{op: opAlt, subs: subs}
}

func (p *parser) enter() {
	p.depth++
	if p.depth > maxNesting {
		p.fail(0, "groups nested more than %d deep", maxNesting)
	}
}

func (p *parser) leave() { p.depth-- }

// sequence reads items one after the other up to |, ) or the end. first says that it
// stands at the very start of the pattern, where global flags are allowed.
func (p *parser) sequence(first bool) *node {
	var items []*node
	for p.next.ok && !p.next.is('|') && !p.next.is(')') {
		start := p.pos()
		this := p.get()
		switch {
		case p.flags&Verbose != 0 && p.skipsVerbose(this):
		case isRepeat(this):
			items = p.quantify(items, this, start)
		case this.is('('):
			if item := p.group(start, first && len(items) == 0); item != nil {
				items = append(items, item)
			}
		default:
			items = append(items, p.item(this))
		}
	}
	switch len(items) {
	case 0:
		return &node{op: opEmpty}
	case 1:
		return items[0]
	}
	return &node{op: opCat, subs: items}
}

// skipsVerbose reports whether this is white space or a comment of a verbose pattern,
// and goes past the comment.
func (p *parser) skipsVerbose(this token) bool {
	if this.escaped {
		return false
	}
	switch this.r {
	case ' ', '\t', '\n', '\r', '\v', '\f':
		return true
	case '#':
		for c := p.get(); c.ok && !c.is('\n'); c = p.get() {
		}
		return true
	}
	return false
}

// item makes the node of a token that is neither a repeat nor a group.
func (p *parser) item(this token) *node {
	if this.escaped {
		return p.escape(this)
	}
	switch this.r {
	case '[':
		return p.class()
	case '.':
		if p.flags&DotAll != 0 {
			return &node{op: opSet, set: anyChar()}
		}
		return &node{op: opSet, set: notLineFeed()}
	case '^':
		if p.flags&MultiLine != 0 {
			return &node{op: opLineBegin}
		}
		return &node{op: opTextBegin}
	case '$':
		if p.flags&MultiLine != 0 {
			return &node{op: opLineEnd}
		}
		return &node{op: opTextEnd}
	}
	return p.literal(this.r)
}

// literal makes the node of the character r: a set if case is ignored and matters.
func (p *parser) literal(r rune) *node {
	if p.flags&IgnoreCase != 0 {
		if others := foldsOf(r, p.flags&ASCII != 0); len(others) > 1 {
			var b setBuilder
			for _, o := range others {
				b.add(o, o)
			}
			return &node{op: opSet, set: b.set()}
		}
	}
	return &node{op: opLit, r: r}
}

func isRepeat(t token) bool {
	return t.is('*') || t.is('+') || t.is('?') || t.is('{')
}

// quantify applies the repeat that begins with the token this, at offset start, to
// the last of items.
func (p *parser) quantify(items []*node, this token, start int) []*node {
	low, high, ok := p.repeatCounts(this, start)
	if !ok {
		return append(items, p.literal(this.r))
	}
	length := p.pos() - start
	if len(items) == 0 || isEdge(items[len(items)-1]) {
		p.fail(length, "nothing to repeat")
	}
	last := &items[len(items)-1]
	if (*last).op == opRep {
		p.fail(length, "multiple repeat")
	}
	kind := greedy
	switch {
	case p.accept('?'):
		kind = lazy
	case p.accept('+'):
		kind = possessive
	}
	*last = &node{op: opRep, kind: kind, min: low, max: high, subs: []*node{*last}}
	return items
}

// isEdge reports whether n is a bare assertion, which cannot be repeated. One in a
// group can.
func isEdge(n *node) bool {
	switch n.op {
	case opTextBegin, opTextEnd, opAbsEnd, opLineBegin, opLineEnd, opWordEdge, opNoWordEdge:
		return true
	}
	return false
}

// repeatCounts returns the bounds of the repeat that begins with this; ok is false
// for a { that begins none and stands for itself.
func (p *parser) repeatCounts(this token, start int) (low, high int, ok bool) {
	switch this.r {
	case '?':
		return 0, 1, true
	case '*':
		return 0, unlimited, true
	case '+':
		return 1, unlimited, true
	}
	if p.next.is('}') {
		return 0, 0, false
	}
	after := p.pos()
	lowText := p.digits(len(p.text), 10)
	highText := lowText
	if p.accept(',') {
		highText = p.digits(len(p.text), 10)
	}
	if !p.accept('}') {
		p.seek(after)
		return 0, 0, false
	}
	high = unlimited
	if lowText != "" {
		low = repeatCount(lowText)
	}
	if highText != "" {
		high = repeatCount(highText)
		if high < low {
			p.fail(p.pos()-after, "min repeat greater than max repeat")
		}
	}
	return low, high, true
}

func repeatCount(digits string) int {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n >= maxRepeat {
		panic(&SyntaxError{"the repetition number is too large", -1})
	}
	return int(n)
}

// checkName refuses a group name that is no identifier. The name ended back
// characters before the next token.
func (p *parser) checkName(name string, back int) {
	if !isIdentifier(name) {
		p.fail(utf8.RuneCountInString(name)+back, "bad character in group name %s", quoteLikePython(name))
	}
}

func isIdentifier(s string) bool {
	for i, r := range s {
		start := r == '_' || unicode.IsLetter(r) || unicode.Is(unicode.Nl, r)
		if !start && (i == 0 || !unicode.In(r, unicode.Mn, unicode.Mc, unicode.Nd, unicode.Pc)) {
			return false
		}
	}
	return s != ""
}
