package action

import (
	"strings"
	"unicode/utf8"
)

// Values answer the tags that differ from ban to ban. *Event is the usual one.
type Values interface {
	// Tag returns the text of <name>, and whether there is such a tag.
	Tag(name string) (text string, known bool)
}

// A Script is text for a shell, and the variables it refers to as "name=value" entries for the environment.
type Script struct {
	Text string
	Env  []string
}

// maxValue bounds one value: the kernel refuses environment entries above 128 KiB, and the command with them.
const maxValue = 96 << 10

// maxPasted keeps scripts, which have the same limit, well below it.
const maxPasted = 1000

// Compose replaces the tags of text by what v says and makes a shell script of it. The result is never scanned again.
//
// A value is pasted only when it is one word of letters, digits and _ . : / - that does not begin with -, so that it means the same
// to a shell wherever it stands. Anything else, which is whatever an attacker could have written, is left out of the script:
// $f2bV_name stands there instead, and the value travels in the environment, where no shell ever parses it. Inside single
// quotes the name stays as it is, which shows at once and is safe even where the quoted text is a script in turn.
func Compose(text string, v Values) Script {
	var s Script
	s.Text = fill(text, v, func(name, value, rest string) string {
		if isInert(value) && !strings.HasPrefix(rest, "<") && !strings.HasPrefix(rest, ">") {
			return value // before < or >, a number would choose a file descriptor
		}
		variable := variableName(name)
		s.add(variable, value)
		if rest != "" && isNameByte(rest[0]) {
			return "${" + variable + "}"
		}
		return "$" + variable
	})
	return s
}

// Fill replaces the tags of text by what v says, as plain text: for keys and messages, never for a shell.
func Fill(text string, v Values) string {
	return fill(text, v, func(_, value, _ string) string { return value })
}

// fill calls put with each tag's name, its value and the text behind it.
func fill(text string, v Values, put func(name, value, rest string) string) string {
	var b strings.Builder
	for {
		start, end := nextTag(text)
		if start < 0 {
			b.WriteString(text)
			return b.String()
		}
		name := text[start+1 : end-1]
		b.WriteString(text[:start])
		tag := text[start:end]
		text = text[end:]
		if value, known := constant(name); known {
			b.WriteString(value)
		} else if value, known := v.Tag(name); known {
			b.WriteString(put(name, value, text))
		} else {
			b.WriteString(tag)
		}
	}
}

func (s *Script) add(variable, value string) {
	prefix := variable + "="
	for _, e := range s.Env {
		if strings.HasPrefix(e, prefix) {
			return
		}
	}
	s.Env = append(s.Env, prefix+environmentValue(value))
}

// environmentValue makes value fit for the environment: no NUL, which would end it, and bounded.
func environmentValue(value string) string {
	value = strings.ReplaceAll(value, "\x00", string(utf8.RuneError))
	if len(value) <= maxValue {
		return value
	}
	cut := maxValue
	for cut > 0 && !utf8.RuneStart(value[cut]) {
		cut--
	}
	return value[:cut]
}

// variableName returns the shell variable for a tag.
func variableName(tag string) string {
	if field, ok := strings.CutPrefix(tag, "F-"); ok && isFieldTag(field) {
		tag = "F_" + fieldName(field)
	}
	name := []byte("f2bV_" + tag)
	for i, c := range name {
		if !isNameByte(c) {
			name[i] = '_'
		}
	}
	return string(name)
}

func isNameByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// isInert reports whether value means itself to a shell in every context.
func isInert(value string) bool {
	if len(value) > maxPasted || strings.HasPrefix(value, "-") {
		return false
	}
	for i := range len(value) {
		if c := value[i]; !isNameByte(c) && c != '.' && c != ':' && c != '/' && c != '-' {
			return false
		}
	}
	return true
}

// escape puts a backslash before every character that is special to a shell, and writes line ends as \n and \r.
func escape(value string) string {
	var b strings.Builder
	for i := range len(value) {
		switch c := value[i]; c {
		case '\n':
			b.WriteString(`\n`)
		case '\r':
			b.WriteString(`\r`)
		default:
			if strings.IndexByte("\\#&;`|*?~<>^()[]{}$'\"", c) >= 0 {
				b.WriteByte('\\')
			}
			b.WriteByte(c)
		}
	}
	return b.String()
}
