package date

import "strings"

const (
	// boundary holds everywhere but inside a word.
	boundary = `(?!\B\w)`
	// lineBegin lets a date start the line after at most two characters such as an opening bracket.
	lineBegin = `^\W{0,2}`
)

// What a pattern's own text says about boundaries. These look at the text as fail2ban does, not at its syntax: "(?:^"
// with one more parenthesis before it is not recognised, and a parenthesis in a character class counts as a group.
// Dates would be cut differently otherwise. Texts are long and looked at whenever a program starts, so these are no regular
// expressions.

// flagsOf returns the global flags that regex begins with.
func flagsOf(regex string) string {
	letters, ok := strings.CutPrefix(regex, "(?")
	rest := strings.TrimLeftFunc(letters, func(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' })
	if !ok || len(rest) == len(letters) || !strings.HasPrefix(rest, ")") {
		return ""
	}
	return regex[:len(regex)-len(rest)+1]
}

// hasOwnLeft reports whether text begins with a boundary: ^, perhaps in groups, or the two stars that stand for none. There may be flags
// in front of it, in a group.
func hasOwnLeft(text string) bool {
	inner := strings.TrimLeft(text, "(")
	if strings.HasPrefix(inner, "^") || strings.HasPrefix(inner, "**") {
		return true
	}
	if len(inner) == len(text) {
		return false
	}
	if strings.HasPrefix(inner, "?:^") {
		return true
	}
	flags, ok := strings.CutPrefix(inner, "?")
	rest := strings.TrimLeftFunc(flags, inWord)
	if !ok || len(rest) == len(flags) || !strings.HasPrefix(rest, ")") {
		return false
	}
	rest = rest[1:]
	return startsWith(rest, "^") || strings.HasPrefix(strings.TrimLeft(rest, "("), "**")
}

// inWord reports whether r is a letter of ASCII, a digit or an underscore.
func inWord(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_'
}

// ownRight reports whether text ends with a boundary: $, perhaps in a group, \b, \s, or the two stars that stand for none.
func ownRight(text string) bool {
	inner := strings.TrimRight(text, ")")
	return endsAtEnd(text) || endsWith(text, `\b`) || endsWith(text, `\s`) || endsWith(inner, "**")
}

// endsAtEnd reports whether text ends with $, perhaps in a group.
func endsAtEnd(text string) bool { return endsWith(strings.TrimSuffix(text, ")"), "$") }

// endsWith reports whether text ends with tail and no backslash stands before it.
func endsWith(text, tail string) bool {
	head, ok := strings.CutSuffix(text, tail)
	return ok && !strings.HasSuffix(head, `\`)
}

// startsWith reports whether text starts with head, perhaps in a group.
func startsWith(text, head string) bool {
	if inner, ok := strings.CutPrefix(text, "("); ok {
		text = strings.TrimPrefix(inner, "?:")
	}
	return strings.HasPrefix(text, head)
}

// hasPlainGroup reports whether there is a parenthesis that opens a group without a question mark.
func hasPlainGroup(text string) bool {
	for i := range len(text) {
		if text[i] == '(' && (i == 0 || text[i-1] != '\\') && (i+1 == len(text) || text[i+1] != '?') {
			return true
		}
	}
	return false
}

// withoutStars drops the two stars at either end, which may stand in groups.
func withoutStars(text string) string {
	if inner := strings.TrimLeft(text, "("); strings.HasPrefix(inner, "**") {
		text = text[:len(text)-len(inner)] + inner[len("**"):]
	}
	if inner := strings.TrimRight(text, ")"); strings.HasSuffix(inner, "**") {
		text = inner[:len(inner)-len("**")] + text[len(inner):]
	}
	return text
}

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
	flags := flagsOf(regex)
	body := regex[len(flags):]
	left := !f.unbound && !hasOwnLeft(body)
	right := !f.unbound && !ownRight(body)
	body = wrap(body)
	b := bounded{named: left && f.lineBegin}
	b.anchored = b.named || !left && startsWith(body, "^") && !startsWith(body, "^|") ||
		!right && endsAtEnd(body)

	body = withoutStars(body)
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
	if hasPlainGroup(body) {
		return body
	}
	begin, end := "", ""
	if rest, ok := strings.CutPrefix(body, "^"); ok {
		begin, body = "^", rest
	}
	if endsAtEnd(body) && strings.HasSuffix(body, "$") {
		body, end = body[:len(body)-1], "$"
	}
	return begin + "(" + body + ")" + end
}
