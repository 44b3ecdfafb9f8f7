package date

import (
	"strings"

	"gaol/internal/lazy"
)

const (
	// boundary holds everywhere but inside a word.
	boundary = `(?!\B\w)`
	// lineBegin lets a date start the line after at most two characters such as an opening bracket.
	lineBegin = `^\W{0,2}`
)

// What a pattern's own text says about boundaries. These look at the text as fail2ban does, not at its syntax: "(?:^"
// with one more parenthesis before it is not recognised, and a parenthesis in a character class counts as a group.
// Dates would be cut differently otherwise.
var (
	globalFlags   = lazy.Regexp(`^\(\?[a-zA-Z]+\)`)
	ownLeft       = lazy.Regexp(`^\(*(?:\(\?\w+\))?(?:\^|\(*\*\*|\((?:\?:)?\^)`)
	ownRight      = lazy.Regexp(`(?:^|[^\\])(?:\$\)?|\\[bs]|\*\*\)*)$`)
	starsLeft     = lazy.Regexp(`^(\(*)\*\*`)
	starsRight    = lazy.Regexp(`\*\*(\)*)$`)
	startsAtBegin = lazy.Regexp(`^(?:\(|\(\?:)?\^`)
	emptyBegin    = lazy.Regexp(`^(?:\(|\(\?:)?\^\|`)
	endsAtEnd     = lazy.Regexp(`(?:^|[^\\])\$\)?$`)
	plainGroup    = lazy.Regexp(`(?:^|[^\\])\((?:[^?]|$)`)
)

// A frame says where in a line a pattern may match.
type frame struct {
	unbound   bool // {UNB}: no boundaries of our making
	lineBegin bool // {^LN-BEG}
}

// A bounded expression is a pattern ready to compile.
type bounded struct {
	regex string
	// anchored says that the expression holds to one end of the line, so that where it matched before tells nothing.
	anchored bool
	// named says that {^LN-BEG} took effect and belongs to the template's name.
	named bool
}

// bound gives regex its boundaries and makes sure that group 1, the part that is cut from a line, exists.
func (f frame) bound(regex string) bounded {
	flags := globalFlags().FindString(regex)
	body := regex[len(flags):]
	left := !f.unbound && !ownLeft().MatchString(body)
	right := !f.unbound && !ownRight().MatchString(body)
	body = wrap(body)
	b := bounded{named: left && f.lineBegin}
	b.anchored = b.named || !left && startsAtBegin().MatchString(body) && !emptyBegin().MatchString(body) ||
		!right && endsAtEnd().MatchString(body)

	body = starsRight().ReplaceAllString(starsLeft().ReplaceAllString(body, "$1"), "$1")
	switch {
	case b.named:
		body = lineBegin + body
	case left:
		body = boundary + body
	}
	if right {
		body += boundary
	}
	b.regex = flags + body
	return b
}

// wrap puts a group around body, inside the line ends that it names, unless it has a plain group already.
func wrap(body string) string {
	if plainGroup().MatchString(body) {
		return body
	}
	begin, end := "", ""
	if rest, ok := strings.CutPrefix(body, "^"); ok {
		begin, body = "^", rest
	}
	if endsAtEnd().MatchString(body) && strings.HasSuffix(body, "$") {
		body, end = body[:len(body)-1], "$"
	}
	return begin + "(" + body + ")" + end
}
