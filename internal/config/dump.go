package config

import (
	"bufio"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"gaol/internal/config/pytext"
	"gaol/internal/pickle"
)

// A sheet is where commands are laid out as -d prints them, one a line. Whoever makes the commands of a jail does that at once, so that
// it is done on all processors.
type sheet struct{ rest []byte } // empty, with the room that is left

const (
	sheetSize  = 64 << 10
	usualSheet = 4 << 10 // what one jail takes
)

// lay returns the text of commands.
func (s *sheet) lay(commands []any) []byte { return s.take(appendCommands(s.place(), commands)) }

// place returns an empty text that has the room which is left.
func (s *sheet) place() []byte {
	if cap(s.rest) < usualSheet {
		s.rest = make([]byte, 0, sheetSize)
	}
	return s.rest
}

// take returns a text that was appended to place, which is done with it.
func (s *sheet) take(text []byte) []byte {
	s.rest = text[len(text):]
	return slices.Clip(text)
}

// appendCommands appends the text of commands.
func appendCommands(text []byte, commands []any) []byte {
	for _, c := range commands {
		text = append(pickle.AppendRepr(text, c), '\n')
	}
	return text
}

// appendLists is appendCommands for commands that are no any yet, which would take memory for each.
func appendLists(text []byte, commands [][]any) []byte {
	for _, c := range commands {
		text = append(pickle.AppendList(text, c), '\n')
	}
	return text
}

// write writes texts one behind the other.
func write(w io.Writer, texts [][]byte) error {
	b := bufio.NewWriterSize(w, dumpPiece)
	for _, text := range texts {
		b.Write(text) // Flush returns the error
	}
	return b.Flush()
}

// dumpPiece is how many bytes are written at a time: what a pipe holds.
const dumpPiece = 64 << 10

// DumpPretty prints a command stream with the commands that are too long broken into lines.
func DumpPretty(w io.Writer, stream []any) error {
	b := bufio.NewWriter(w)
	for _, command := range stream {
		p := layout{w: b}
		p.value(command, 0, 0)
		b.WriteByte('\n')
	}
	return b.Flush()
}

const (
	prettyWidth  = 1000
	prettyIndent = 2
)

// A layout breaks one command.
type layout struct{ w *bufio.Writer }

// value prints v at the column indent. Allowance is the room that closing brackets need behind it.
func (p layout) value(v any, indent, allowance int) {
	text := pickle.Repr(v)
	if columns(text) > prettyWidth-indent-allowance {
		switch v := v.(type) {
		case []any:
			p.list(v, indent, allowance)
			return
		case string:
			p.text(v, indent, allowance)
			return
		}
	}
	p.w.WriteString(text)
}

// list prints one element a line.
func (p layout) list(items []any, indent, allowance int) {
	indent += prettyIndent
	p.w.WriteString("[" + strings.Repeat(" ", prettyIndent-1))
	for i, item := range items {
		if i > 0 {
			p.w.WriteString(",\n" + strings.Repeat(" ", indent))
		}
		room := 1
		if i == len(items)-1 {
			room = allowance + 1
		}
		p.value(item, indent, room)
	}
	p.w.WriteByte(']')
}

// text prints a long string as several, split at line ends and, where a line is too long, at white space.
func (p layout) text(s string, indent, allowance int) {
	var chunks []string
	lines := splitLines(s)
	for i, line := range lines {
		room := prettyWidth - indent
		last := i == len(lines)-1
		if last {
			room -= allowance
		}
		if text := pickle.Repr(line); columns(text) <= room {
			chunks = append(chunks, text)
			continue
		}
		chunks = append(chunks, wrap(line, prettyWidth-indent, room)...)
	}
	p.w.WriteString(strings.Join(chunks, "\n"+strings.Repeat(" ", indent)))
}

// wrap splits a line behind runs of white space so that each part fits into width, the last one into lastWidth.
func wrap(line string, width, lastWidth int) []string {
	var chunks []string
	current := ""
	for line != "" {
		n := wordEnd(line)
		part := line[:n]
		line = line[n:]
		if line == "" {
			width = lastWidth
		}
		if columns(pickle.Repr(current+part)) <= width {
			current += part
			continue
		}
		if current != "" {
			chunks = append(chunks, pickle.Repr(current))
		}
		current = part
	}
	if current != "" {
		chunks = append(chunks, pickle.Repr(current))
	}
	return chunks
}

// wordEnd returns the length of the first word of s and the white space behind it.
func wordEnd(s string) int {
	word := strings.IndexFunc(s, pytext.IsSpace)
	if word < 0 {
		return len(s)
	}
	return len(s) - len(strings.TrimLeftFunc(s[word:], pytext.IsSpace))
}

// splitLines splits s behind each line end of any kind.
func splitLines(s string) []string {
	var lines []string
	for s != "" {
		i := strings.IndexAny(s, "\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029")
		if i < 0 {
			return append(lines, s)
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		if strings.HasPrefix(s[i:], "\r\n") {
			n = 2
		}
		lines = append(lines, s[:i+n])
		s = s[i+n:]
	}
	return lines
}

func columns(s string) int { return utf8.RuneCountInString(s) }
