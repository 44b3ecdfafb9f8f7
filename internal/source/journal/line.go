package journal

import (
	"bytes"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"gaol/internal/lazy"
	"gaol/internal/ticket"
)

// The fields that a line is made of.
const (
	fieldMessage = iota
	fieldHost
	fieldIdentifier
	fieldCommand
	fieldSyslogPID
	fieldPID
	fieldSourceTime
	fieldSourceMonotonic
	fieldCount
)

var fieldNames = [fieldCount]string{
	"MESSAGE=", "_HOSTNAME=", "SYSLOG_IDENTIFIER=", "_COMM=", "SYSLOG_PID=", "_PID=",
	"_SOURCE_REALTIME_TIMESTAMP=", "_SOURCE_MONOTONIC_TIMESTAMP=",
}

// A record is what one line is made of. Values are its own.
type record struct {
	realtime, monotonic uint64
	values              [fieldCount][]byte // the first of each; empty where there is none
	more                [][]byte           // further messages
	slab                []byte
}

// reset makes r the record of another entry.
func (r *record) reset(realtime, monotonic uint64) {
	*r = record{realtime: realtime, monotonic: monotonic, more: r.more[:0], slab: r.slab[:0]}
}

// add takes the field data, FIELD=value, if lines need it.
func (r *record) add(data []byte) {
	for i, name := range fieldNames {
		if len(data) <= len(name) || string(data[:len(name)]) != name {
			continue
		}
		at := len(r.slab)
		r.slab = append(r.slab, data[len(name):]...)
		value := r.slab[at:len(r.slab):len(r.slab)]
		switch {
		case r.values[i] == nil:
			r.values[i] = value
		case i == fieldMessage:
			r.more = append(r.more, value)
		}
		return
	}
}

// appendText appends the line: host, identifier with process id, and message, joined by blanks.
func (r *record) appendText(b []byte) []byte {
	start := len(b)
	if host := r.values[fieldHost]; len(host) > 0 {
		b = append(append(b, host...), ' ')
	}
	at := len(b)
	if b = r.appendOrigin(b); len(b) > at {
		kernel := string(b[at:]) == "kernel:"
		b = append(b, ' ')
		if kernel {
			b = fmt.Appendf(b, "[%12.6f] ", float64(micros(r.values[fieldSourceMonotonic], r.monotonic))/1e6)
		}
	}
	b = append(b, r.values[fieldMessage]...)
	for _, m := range r.more {
		b = append(append(b, ' '), m...)
	}
	if bytes.IndexByte(b[start:], '\n') >= 0 {
		b = append(b[:start], bytes.ReplaceAll(b[start:], []byte("\n"), []byte(`\n`))...)
	}
	return b
}

// appendOrigin appends "identifier[pid]:", or nothing when there is neither an identifier nor a command.
func (r *record) appendOrigin(b []byte) []byte {
	name := r.values[fieldIdentifier]
	if len(name) == 0 {
		name = r.values[fieldCommand]
	}
	if len(name) == 0 {
		return b
	}
	b = append(b, name...)
	pid := pidText(r.values[fieldSyslogPID])
	if pid == "" {
		pid = pidText(r.values[fieldPID])
	}
	if pid != "" {
		b = append(append(append(b, '['), pid...), ']')
	}
	return append(b, ':')
}

var (
	decimal  = lazy.Regexp{Expr: `^[+-]?[0-9]+(?:_[0-9]+)*$`}
	prefixed = lazy.Regexp{Expr: `^[+-]?0(?:[xX](?:_?[0-9a-fA-F])+|[oO](?:_?[0-7])+|[bB](?:_?[01])+)$`}
)

// pidText returns a process id as it stands in a line: a number in decimal, whatever its notation was, and any other text as
// Python shows a byte string, because filters were written for that. Zero and an empty text are no process id.
func pidText(v []byte) string {
	if plainNumber(v) {
		return string(v)
	}
	s := strings.TrimSpace(string(v))
	base := 0
	switch {
	case len(v) == 0:
		return ""
	case decimal.Get().MatchString(s):
		s, base = strings.ReplaceAll(s, "_", ""), 10
	case !prefixed.Get().MatchString(s):
		return bytesLiteral(v)
	}
	n, ok := new(big.Int).SetString(s, base)
	if !ok {
		return bytesLiteral(v)
	}
	if n.Sign() == 0 {
		return ""
	}
	return n.String()
}

// plainNumber reports whether v is a number as nearly every process id is written.
func plainNumber(v []byte) bool {
	for _, c := range v {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(v) > 0 && v[0] != '0'
}

// bytesLiteral writes v as a Python bytes literal.
func bytesLiteral(v []byte) string {
	quote := byte('\'')
	if bytes.IndexByte(v, '\'') >= 0 && bytes.IndexByte(v, '"') < 0 {
		quote = '"'
	}
	b := []byte{'b', quote}
	for _, c := range v {
		switch {
		case c == quote || c == '\\':
			b = append(b, '\\', c)
		case c == '\t':
			b = append(b, `\t`...)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c < ' ' || c > '~':
			b = fmt.Appendf(b, `\x%02x`, c)
		default:
			b = append(b, c)
		}
	}
	return string(append(b, quote))
}

// micros reads v as microseconds; other stands in for what is missing or no number.
func micros(v []byte, other uint64) uint64 {
	if n, err := strconv.ParseUint(string(v), 10, 63); err == nil {
		return n
	}
	return other
}

// time returns when the record says its message was written, in microseconds.
func (r *record) time() uint64 { return micros(r.values[fieldSourceTime], r.realtime) }

// unixTime converts microseconds.
func unixTime(us uint64) ticket.Unix { return ticket.Unix(float64(us) / 1e6) }

// isoTime writes microseconds as ISO 8601, the fraction only where there is one.
func isoTime(us uint64, loc *time.Location) string {
	t := time.UnixMicro(int64(us)).In(loc)
	if us%1e6 == 0 {
		return t.Format("2006-01-02T15:04:05-07:00")
	}
	return t.Format("2006-01-02T15:04:05.000000-07:00")
}

// parseISO undoes isoTime.
func parseISO(s string) (us uint64, ok bool) {
	t, err := time.Parse(time.RFC3339Nano, strings.TrimSpace(strings.Replace(s, " ", "T", 1)))
	if err != nil || t.UnixMicro() < 0 {
		return 0, false
	}
	return uint64(t.UnixMicro()), true
}
