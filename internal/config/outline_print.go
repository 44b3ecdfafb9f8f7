package config

import (
	"strings"

	"gaol/internal/pickle"
)

// layOut returns what is sent as -d prints it, a list of pairs, with gaps; "" where gaps are not enough: where what is printed depends on
// more than texts that are put in.
func (o *outline) layOut() string {
	if len(o.sent) < 2 { // which has a command of another form
		return ""
	}
	pairs := make([]any, len(o.sent))
	for i, value := range o.sent {
		switch {
		case value.pair != nil:
			pairs[i] = value.pair
		case value.kind != textKind:
			return ""
		default:
			pairs[i] = []any{value.name, value.text}
		}
	}
	return gapsPrinted(pickle.Repr(pairs))
}

// gapsPrinted returns a printed text with gaps in it for gaps as they are printed. There they are a pair of numbers that are no characters,
// which nothing else comes out as: what a file has of backslashes is printed twice.
func gapsPrinted(text string) string {
	const first, second = `\udcff\udc`, "80" // of a gap
	var b strings.Builder
	for {
		i := strings.Index(text, first)
		if i < 0 {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:i])
		text = text[i+len(first):]
		b.WriteByte(gapMark)
		b.WriteByte(hex(text[0])<<4 | hex(text[1]))
		text = text[len(second):]
	}
}

func hex(digit byte) byte {
	if digit >= 'a' {
		return digit - 'a' + 10
	}
	return digit - '0'
}

// isPrintedAsItIs reports whether a text looks the same between quotes, and has no say in which quotes these are.
func isPrintedAsItIs(text string) bool {
	for i := range len(text) {
		switch c := text[i]; {
		case c < ' ' || c > '~' || c == '\'' || c == '"' || c == '\\':
			return false
		}
	}
	return true
}

// prints reports whether what is laid out, filled in with params, is what is printed.
func (o *outline) prints(params *Params) bool {
	if o.laidOut == "" {
		return false
	}
	for _, text := range params.All() {
		if !isPrintedAsItIs(text) {
			return false
		}
	}
	return true
}

// printActions appends the commands for the jail's actions, as -d prints them, to text.
func (d *draft) printActions(text []byte) ([]byte, error) {
	desk := d.reader.desk
	var jail any = d.jail.Name
	for _, use := range d.actions {
		if use.outline == nil || !use.outline.prints(use.params) {
			commands, err := d.actionCommand(use, jail, desk.rest[:0])
			if err != nil {
				return nil, err
			}
			text = appendLists(text, commands)
			continue
		}
		text = append(pickle.AppendList(text, desk.words.Copy("set", jail, "addaction", use.name)), '\n')
		text = pickle.AppendRepr(append(text, "['multi-set', "...), jail)
		text = pickle.AppendRepr(append(text, ", 'action', "...), use.name)
		text = append(fillIn(append(text, ", "...), use.outline.laidOut, use.params), "]\n"...)
	}
	return text, nil
}
