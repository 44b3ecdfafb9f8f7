package config

import (
	"errors"
	"strings"
)

// errQuotation is the contractual text for a quote without a partner.
var (
	errQuotation = errors.New("No closing quotation")
	errEscape    = errors.New("No escaped character")
)

// shellWords splits s as a POSIX shell does: white space separates, quotes group, a backslash takes the next character as
// it is; within double quotes it does so only before a double quote or another backslash.
func shellWords(s string) ([]string, error) {
	w := shellSplitter{}
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			w.end()
		case c == '\\':
			if i++; i == len(s) {
				return nil, errEscape
			}
			w.put(s[i])
		case c == '\'' || c == '"':
			n, err := w.quoted(s[i+1:], c)
			if err != nil {
				return nil, err
			}
			i += n
		default:
			w.put(c)
		}
	}
	w.end()
	return w.words, nil
}

type shellSplitter struct {
	words []string
	word  strings.Builder
	open  bool // a word has begun, were it empty
}

func (w *shellSplitter) put(c byte) {
	w.word.WriteByte(c)
	w.open = true
}

func (w *shellSplitter) end() {
	if w.open {
		w.words = append(w.words, w.word.String())
	}
	w.word.Reset()
	w.open = false
}

// quoted takes the text up to the closing quote and returns how long it is, quote included.
func (w *shellSplitter) quoted(s string, quote byte) (int, error) {
	w.open = true
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == quote:
			return i + 1, nil
		case s[i] == '\\' && quote == '"':
			if i++; i == len(s) {
				return 0, errEscape
			}
			if s[i] != '"' && s[i] != '\\' {
				w.put('\\')
			}
			w.put(s[i])
		default:
			w.put(s[i])
		}
	}
	return 0, errQuotation
}
