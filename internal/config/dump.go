package config

import (
	"bufio"
	"io"

	"gaol/internal/pickle"
)

// Dump prints a command stream, one command a line.
func Dump(w io.Writer, stream []any) error {
	b := bufio.NewWriter(w)
	for _, command := range stream {
		b.WriteString(pickle.Repr(command))
		b.WriteByte('\n')
	}
	return b.Flush()
}

// DumpPretty prints a command stream with long commands broken into lines.
func DumpPretty(w io.Writer, stream []any) error { return Dump(w, stream) }
