package config

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"gaol/internal/config/omap"
	"gaol/internal/config/pytext"
)

// Params are the options between the brackets of a definition such as sshd[mode=aggressive], in written order.
type Params = omap.Map[string]

// ParseDefinition splits name[option=value, …] into the name, which is not stripped, and the parameters. Errors carry the
// contractual text alone, for instance "unexpected option syntax".
func ParseDefinition(text string) (name string, params *Params, err error) {
	name, body, ok := cutBody(text)
	if !ok {
		return "", nil, fmt.Errorf("unexpected option syntax")
	}
	params = &Params{}
	for at := 0; ; {
		rest := body[at:]
		if strings.TrimLeftFunc(strings.TrimPrefix(rest, ","), pytext.IsSpace) == "" {
			return name, params, nil
		}
		p, ok := scanParam(rest)
		if !ok {
			return "", nil, fmt.Errorf("expected option, wrong syntax at %s", excerpt(body, at))
		}
		sep, ok := separator(rest[p.end:])
		if !ok {
			return "", nil, fmt.Errorf("unexpected syntax at %s", afterOption(body, at+p.end, p.name))
		}
		params.Set(p.name, pytext.Strip(p.value))
		at += p.end + sep
	}
}

// cutBody splits text at the first opening and the last closing bracket. Only white space may follow.
func cutBody(text string) (name, body string, ok bool) {
	open := strings.IndexByte(text, '[')
	if open < 0 {
		return text, "", text != ""
	}
	end := len(pytext.StripRight(text)) - 1
	if open == 0 || end <= open || text[end] != ']' {
		return "", "", false
	}
	return text[:open], text[open+1 : end], true
}

// excerpt prints a place within body, counted in characters, and the text found there.
func excerpt(body string, at int) string {
	return fmt.Sprintf("%d: %s", utf8.RuneCountInString(body[:at]), first(body[at:], 25))
}

func afterOption(body string, at int, option string) string {
	return fmt.Sprintf("%d after option '%s': %s", utf8.RuneCountInString(body[:at]), option, first(body[at:], 25))
}

// first returns the first n characters of s.
func first(s string, n int) string {
	for i := range s {
		if n--; n < 0 {
			return s[:i]
		}
	}
	return s
}

// A param is one option=value at the start of a text.
type param struct {
	name  string
	value string // without quotes
	start int    // offset of the value in the text, quote included
	end   int    // offset behind the value
}

// scanParam reads one parameter. A quote counts where it follows the equals sign and has a partner; else the value runs to
// the next comma or closing bracket.
func scanParam(s string) (param, bool) {
	name, start, ok := scanName(s)
	if !ok {
		return param{}, false
	}
	p := param{name: name, start: start}
	rest := s[start:]
	if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
		if n := strings.IndexByte(rest[1:], rest[0]); n >= 0 {
			p.value, p.end = rest[1:n+1], start+n+2
			return p, true
		}
	}
	n := strings.IndexAny(rest, ",]")
	if n < 0 {
		n = len(rest)
	}
	p.value, p.end = rest[:n], start+n
	return p, true
}

// scanName reads blanks, an option name and its equals sign, and returns the offset behind that. The name may have a
// condition: blocktype?family=inet6.
func scanName(s string) (name string, end int, ok bool) {
	begin := len(s) - len(strings.TrimLeftFunc(s, pytext.IsSpace))
	base := begin + nameLength(s[begin:])
	if base == begin || base == len(s) {
		return "", 0, false
	}
	if s[base] == '?' {
		key := base + 1 + nameLength(s[base+1:])
		if key == base+1 || key == len(s) || s[key] != '=' {
			return "", 0, false
		}
		value := key + 1 + nameLength(s[key+1:])
		if value == key+1 {
			return "", 0, false
		}
		base = value
	}
	if base == len(s) || s[base] != '=' {
		return "", 0, false
	}
	return s[begin:base], base + 1, true
}

func nameLength(s string) int {
	n := strings.IndexFunc(s, func(r rune) bool { return r != '-' && r != '.' && !pytext.IsWord(r) })
	if n < 0 {
		return len(s)
	}
	return n
}

// separator returns the length of what may stand between two parameters, or behind the last: a comma, "][" or the end, a
// line end included.
func separator(s string) (int, bool) {
	switch {
	case s == "" || s == "\n":
		return 0, true
	case s[0] == ',':
		return 1, true
	case s[0] == ']':
		inner := strings.TrimLeftFunc(s[1:], pytext.IsSpace)
		if strings.HasPrefix(inner, "[") {
			return len(s) - len(inner) + 1, true
		}
	}
	return 0, false
}
