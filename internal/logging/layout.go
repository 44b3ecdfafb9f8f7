package logging

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// A layout says how an entry becomes text.
type layout struct {
	datetime bool
	padding  bool
	format   []piece // replaces the standard line when set
	facility int     // syslog facility, for SYSLOG only
}

// layoutFor returns the standard layout of a target: syslog and service managers put their own time in front, and syslog
// lines are not padded.
func layoutFor(name string) layout {
	up := strings.ToUpper(name)
	return layout{
		datetime: up != "SYSLOG" && up != "SYSOUT",
		padding:  up != "SYSLOG",
		facility: daemonFacility,
	}
}

// with returns l changed by the options in a target's brackets. Unknown options are errors.
func (l layout) with(options map[string]string) (layout, error) {
	for name, value := range options {
		switch name {
		case "datetime":
			l.datetime = isOn(value)
		case "padding":
			l.padding = isOn(value)
		case "facility":
			n, ok := numberOf(facilities, value)
			if !ok {
				return l, fmt.Errorf("unknown syslog facility %q; write one of DAEMON, AUTH, AUTHPRIV, LOCAL0 to LOCAL7", value)
			}
			l.facility = n
		case "format":
			pieces, err := parseFormat(value)
			if err != nil {
				return l, err
			}
			l.format = pieces
		default:
			return l, fmt.Errorf("unknown log target option %q; known are format, datetime, padding, facility", name)
		}
	}
	return l, nil
}

func isOn(s string) bool {
	switch strings.ToLower(s) {
	case "1", "on", "true", "yes":
		return true
	}
	return false
}

// append renders e behind b.
func (l *layout) append(b []byte, e *entry) []byte {
	if l.format != nil {
		for i := range l.format {
			b = l.format[i].append(b, e)
		}
		return b
	}
	return e.appendText(l.appendHead(b, e))
}

// appendHead renders what a standard line begins with.
func (l *layout) appendHead(b []byte, e *entry) []byte {
	_, word := describe(e.level)
	if l.datetime {
		b = appendTime(b, e.time)
		b = append(b, ' ')
	}
	b = pad(append(b, e.logger...), len(e.logger), 24, l.padding)
	b = append(b, '[')
	b = strconv.AppendInt(b, int64(process), 10)
	b = append(b, "]: "...)
	b = pad(append(b, word...), len(word), 7, l.padding)
	return append(b, ' ')
}

func appendTime(b []byte, t time.Time) []byte { return t.AppendFormat(b, "2006-01-02 15:04:05,000") }

func pad(b []byte, have, want int, on bool) []byte {
	for ; on && have < want; have++ {
		b = append(b, ' ')
	}
	return b
}

// A piece of a format option: literal text, or a field of the record with its printf flags.
type piece struct {
	literal string
	field   string
	verb    string // a Go verb such as "%-24s"
}

// parseFormat reads a format in Python's %(name)s style with width, precision and the flag "-".
func parseFormat(text string) ([]piece, error) {
	var out []piece
	for text != "" {
		before, after, found := strings.Cut(text, "%")
		if before != "" {
			out = append(out, piece{literal: before})
		}
		if !found {
			break
		}
		if rest, ok := strings.CutPrefix(after, "%"); ok {
			out, text = append(out, piece{literal: "%"}), rest
			continue
		}
		p, rest, err := parseField(after)
		if err != nil {
			return nil, fmt.Errorf("log format near %q: %w", "%"+after, err)
		}
		out, text = append(out, p), rest
	}
	return out, nil
}

// parseField reads "(name)-24s" and what follows it.
func parseField(s string) (piece, string, error) {
	name, after, ok := strings.Cut(strings.TrimPrefix(s, "("), ")")
	if !ok || s[0] != '(' {
		return piece{}, "", fmt.Errorf("want %%(name)s or %%%%")
	}
	p := piece{field: name}
	if p.value(&entry{}) == nil {
		return piece{}, "", fmt.Errorf("unknown field %q", name)
	}
	end := strings.IndexAny(after, "sdfr")
	if end < 0 || strings.Trim(after[:end], "-0123456789.+ ") != "" || end > 12 {
		return piece{}, "", fmt.Errorf("want a conversion such as s or d")
	}
	flags, conv := after[:end], after[end:end+1]
	if _, isText := p.value(&entry{}).(string); isText || conv == "r" {
		conv = "v"
	} else if _, isInt := p.value(&entry{}).(int); isInt && conv == "s" {
		conv = "v"
	}
	p.verb = "%" + flags + conv
	return p, after[end+1:], nil
}

func (p *piece) append(b []byte, e *entry) []byte {
	if p.field == "" {
		return append(b, p.literal...)
	}
	return fmt.Appendf(b, p.verb, p.value(e))
}

// value returns the record field that p names, nil for an unknown name.
func (p *piece) value(e *entry) any {
	number, word := describe(e.level)
	switch p.field {
	case "asctime":
		return string(appendTime(nil, e.time))
	case "name":
		return e.logger
	case "levelname":
		return word
	case "levelno":
		return number
	case "message":
		return string(e.appendText(nil))
	case "process":
		return process
	case "thread":
		return 1
	case "threadName":
		return "MainThread"
	case "created":
		return float64(e.time.UnixMicro()) / 1e6
	case "msecs":
		return float64(e.time.Nanosecond()/1e3) / 1e3
	case "relativeCreated":
		return float64(time.Since(started).Microseconds()) / 1e3
	case "module", "funcName", "pathname", "filename":
		return callerOf(e.pc, p.field)
	case "lineno":
		return lineOf(e.pc)
	}
	return nil
}

// started is the zero point of relativeCreated, process what to ask the system for with every line would take longer than the line.
var (
	started = time.Now()
	process = os.Getpid()
)
