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
	*wood
	flags  Flags // in force at this place
	depth  int
	names  []string // by group number, "" is unnamed
	widths []widths // by group number
	closed []bool   // by group number

	// lookBehindFrom is the number of the first group inside the outermost
	// look-behind that is open, 0 when none is.
	lookBehindFrom int

	// conds are the groups that conditions test by number, in order of appearance.
	conds []condRef
}

type condRef struct{ group, pos int }

// parse returns the tree of pattern, which is made of wood, or a *SyntaxError.
func parse(pattern string, flags Flags, of *wood) (tree *syntax, err error) {
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
		wood:   of,
		flags:  flags,
		names:  make([]string, 1, 8), // most patterns have few groups
		widths: make([]widths, 1, 8),
		closed: make([]bool, 1, 8),
	}
	p.tokens = newTokens(pattern, of)
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
	tree = &syntax{root, p.names, p.widths, p.flags&templateFlag != 0}
	if err := checkTree(root, tree); err != nil {
		return nil, err
	}
	return tree, nil
}

// checkTree refuses what CPython finds out after parsing: look-behinds whose width
// varies, and repeats under (?t). It notes the width of the other look-behinds.
func checkTree(n *node, tree *syntax) error {
	if n.op == opLook && n.behind {
		w := widthOf(n.subs[0], tree.widths)
		if w.lo != w.hi {
			return &SyntaxError{"look-behind requires fixed-width pattern", -1}
		}
		n.width = int(w.lo)
	}
	if n.op == opRep && tree.plain {
		name := [...]string{greedy: "MAX", lazy: "MIN", possessive: "POSSESSIVE"}[n.kind]
		return &SyntaxError{"internal: unsupported template operator " + name + "_REPEAT", -1}
	}
	for _, s := range n.subs {
		if err := checkTree(s, tree); err != nil {
			return err
		}
	}
	return nil
}

// alternation reads a|b|c up to a closing parenthesis or the end.
func (p *parser) alternation() *node {
	p.enter()
	defer p.leave()
	subs := p.begin()
	p.push(p.sequence(p.depth == 1))
	for p.accept('|') {
		p.push(p.sequence(false))
	}
	return p.join(opAlt, subs)
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
	items := p.begin()
	for p.next.ok && !p.next.is('|') && !p.next.is(')') {
		start := p.pos()
		this := p.get()
		switch {
		case p.flags&Verbose != 0 && p.skipsVerbose(this):
		case isRepeat(this):
			p.quantify(items, this, start)
		case this.is('('):
			if item := p.group(start, first && len(p.since(items)) == 0); item != nil {
				p.push(item)
			}
		default:
			p.push(p.item(this))
		}
	}
	return p.join(opCat, items)
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
			return p.node(node{op: opSet, set: &anyChar})
		}
		return p.node(node{op: opSet, set: &notLineFeed})
	case '^':
		if p.flags&MultiLine != 0 {
			return p.node(node{op: opLineBegin})
		}
		return p.node(node{op: opTextBegin})
	case '$':
		if p.flags&MultiLine != 0 {
			return p.node(node{op: opLineEnd})
		}
		return p.node(node{op: opTextEnd})
	}
	return p.literal(this.r)
}

// literal makes the node of the character r: a set if case is ignored and matters.
func (p *parser) literal(r rune) *node {
	if p.flags&IgnoreCase == 0 {
		return p.char(r)
	}
	return p.anyCase(r, p.flags&ASCII != 0)
}

func isRepeat(t token) bool {
	return t.is('*') || t.is('+') || t.is('?') || t.is('{')
}

// quantify applies the repeat that begins with the token this, at offset start, to
// the last of the nodes since mark.
func (p *parser) quantify(mark int, this token, start int) {
	low, high, ok := p.repeatCounts(this, start)
	if !ok {
		p.push(p.literal(this.r))
		return
	}
	items := p.since(mark)
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
	*last = p.node(node{op: opRep, kind: kind, min: low, max: high, subs: p.lists.Copy(*last)})
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
