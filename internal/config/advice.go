package config

import (
	"errors"
	"fmt"
	"strings"

	"gaol/internal/config/ini"
	"gaol/internal/config/layers"
)

// Advice says where the cause of an error from this package is and what to write instead, on lines of its own that fit
// behind the error's contractual text. It is empty when there is nothing to add.
func Advice(err error) string {
	var (
		file  *ini.Error
		value *layers.InterpolationError
		own   *Error
		b     strings.Builder
	)
	switch {
	case errors.As(err, &file):
		advise(&b, Origin{File: file.File, Line: file.Line}, file.Option, file.Hint)
	case errors.As(err, &value):
		advise(&b, value.Origin, value.Option, value.Hint)
	case errors.As(err, &own):
		advise(&b, own.Origin, own.Option, own.Hint)
	}
	return b.String()
}

func advise(b *strings.Builder, at Origin, option, hint string) {
	if at.File != "" {
		fmt.Fprintf(b, "at: %s:%d", at.File, at.Line)
		if option != "" {
			fmt.Fprintf(b, ": %s", option)
		}
		b.WriteByte('\n')
	}
	if hint != "" {
		fmt.Fprintf(b, "hint: %s\n", hint)
	}
}
