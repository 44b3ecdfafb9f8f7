package store

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// The column data is a JSON object: "matches" (each a string, or an array of what stands before the date, the date, and what
// stands behind), "failures" (the honest number), and what the filter captured, by name.

// data is what that object holds.
type data struct {
	matches  []ticket.Match
	failures int
	counted  bool // failures was there
	fields   ticket.Fields
	ip       addr.ID // the address of an id that is something else; else zero
}

// appendData appends the object for b, with its last maxMatches lines. Text stands as it is: UTF-8, anything else as U+FFFD.
func appendData(to []byte, b *ticket.Ban, maxMatches int) []byte {
	to = append(to, '{')
	if maxMatches > 0 {
		to = append(to, `"matches": [`...)
		lines := b.Matches[max(0, len(b.Matches)-maxMatches):]
		for i, m := range lines {
			to = appendMatch(separate(to, i), m)
		}
		to = append(to, `], `...)
	}
	to = append(to, `"failures": `...)
	to = strconv.AppendInt(to, int64(b.Failures), 10)
	for _, f := range b.Fields {
		to = appendField(to, f)
	}
	if _, present := b.Fields.Get("ip"); !present && !b.IP.IsZero() {
		to = appendField(to, ticket.Field{Name: "ip", Value: b.IP.String()})
	}
	return append(to, '}')
}

func separate(to []byte, i int) []byte {
	if i > 0 {
		return append(to, ", "...)
	}
	return to
}

func appendMatch(to []byte, m ticket.Match) []byte {
	if m.Date == "" {
		return appendString(to, m.String())
	}
	to = append(to, '[')
	for i, s := range [...]string{m.Before, m.Date, m.After} {
		to = appendString(separate(to, i), s)
	}
	return append(to, ']')
}

// appendField appends a captured value, unless its group took no part or its name is one of ours.
func appendField(to []byte, f ticket.Field) []byte {
	if f.Value == nil || f.Name == "matches" || f.Name == "failures" {
		return to
	}
	to = append(appendString(append(to, ", "...), f.Name), ": "...)
	switch v := f.Value.(type) {
	case ticket.Set:
		return appendList(to, v)
	case ticket.Tuple:
		return appendList(to, v)
	default:
		return appendString(to, fmt.Sprint(v))
	}
}

// appendList writes null for a part whose group took no part in the match.
func appendList(to []byte, list []any) []byte {
	to = append(to, '[')
	for i, v := range list {
		to = separate(to, i)
		switch v := v.(type) {
		case string:
			to = appendString(to, v)
		case ticket.Tuple:
			to = appendList(to, v)
		default:
			to = append(to, "null"...)
		}
	}
	return append(to, ']')
}

// appendString quotes s as the original does, which leaves everything above ASCII alone; encoding/json does not.
func appendString(to []byte, s string) []byte {
	to = append(to, '"')
	for s != "" {
		n := plainLength(s)
		to = append(to, s[:n]...)
		if s = s[n:]; s == "" {
			break
		}
		r, size := utf8.DecodeRuneInString(s) // gives U+FFFD for what is not UTF-8
		to, s = appendRune(to, r), s[size:]
	}
	return append(to, '"')
}

// plainLength returns how many bytes from the first on stand for themselves.
func plainLength(s string) int {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return i
		}
	}
	return len(s)
}

func appendRune(to []byte, r rune) []byte {
	switch {
	case r == '"' || r == '\\':
		return append(to, '\\', byte(r))
	case r == '\n':
		return append(to, `\n`...)
	case r == '\r':
		return append(to, `\r`...)
	case r == '\t':
		return append(to, `\t`...)
	case r < ' ':
		return fmt.Appendf(to, `\u%04x`, r)
	}
	return utf8.AppendRune(to, r)
}

// decodeData reads what appendData or the original wrote. What it does not understand inside a readable object is left out.
// With an error, data is empty.
func decodeData(raw []byte) (data, error) {
	var d data
	if len(bytes.TrimSpace(raw)) == 0 {
		return d, nil
	}
	r := reader{in: raw}
	err := r.object(d.set)
	if err == nil && r.next() != 0 {
		err = r.fail("something behind the object")
	}
	if err != nil {
		return data{}, err
	}
	return d, nil
}

func (d *data) set(key string, value any) {
	switch key {
	case "matches":
		d.matches = nil
		list, _ := value.([]any)
		for _, v := range list {
			if m, ok := toMatch(v); ok {
				d.matches = append(d.matches, m)
			}
		}
	case "failures":
		n, _ := value.(numeral)
		if f, err := strconv.ParseFloat(string(n), 64); err == nil && f >= 0 && f < 1<<31 {
			d.failures, d.counted = int(f), true
		}
	case "ip":
		if text, ok := value.(string); ok {
			d.ip = parseID(text)
		}
	default:
		if v := toField(key, value); v != nil {
			d.fields = d.fields.With(key, v)
		}
	}
}

func toMatch(v any) (ticket.Match, bool) {
	switch v := v.(type) {
	case string:
		return ticket.Match{After: v}, true
	case []any:
		parts := toStrings(v)
		if len(parts) == 3 {
			return ticket.Match{Before: parts[0], Date: parts[1], After: parts[2]}, true
		}
		return ticket.Match{After: strings.Join(parts, "")}, true
	}
	return ticket.Match{}, false
}

// toField turns a decoded value into one of a ticket's: several users are a set, other lists stem from tuples.
func toField(key string, v any) any {
	switch v := v.(type) {
	case string:
		return v
	case numeral:
		return string(v)
	case bool:
		return map[bool]string{true: "True", false: "False"}[v]
	case []any:
		if key == "users" {
			return toSet(v)
		}
		return toTuple(v)
	}
	return nil
}

// toSet keeps texts, and lists as tuples.
func toSet(list []any) ticket.Set {
	out := make(ticket.Set, 0, len(list))
	for _, v := range list {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case []any:
			out = append(out, toTuple(v))
		}
	}
	return out
}

func toStrings(list []any) []string {
	out := make([]string, 0, len(list))
	for _, v := range toTuple(list) {
		if s, ok := v.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// toTuple keeps texts, numbers and null.
func toTuple(list []any) ticket.Tuple {
	out := make(ticket.Tuple, 0, len(list))
	for _, v := range list {
		switch v := v.(type) {
		case string, nil:
			out = append(out, v)
		case numeral:
			out = append(out, string(v))
		}
	}
	return out
}
