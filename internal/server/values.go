package server

import (
	"errors"
	"fmt"
	"strings"

	"gaol/internal/config"
	"gaol/internal/control"
	"gaol/internal/pickle"
)

// text returns a word of a command as text: clients send strings, configuration streams numbers and booleans too.
func text(v any) string { return pickle.Str(v) }

func texts(args []any) []string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = text(a)
	}
	return out
}

// list turns strings into a list of a reply.
func list(words []string) []any {
	out := make([]any, len(words))
	for i, w := range words {
		out[i] = w
	}
	return out
}

// integer reads a word as Python's int does.
func integer(v any) (int, error) {
	if n, ok := pickle.Int(v); ok {
		return int(n), nil
	}
	if v == nil {
		return 0, control.TypeError("int() argument must be a string, a bytes-like object or a real number, not 'NoneType'")
	}
	n, err := config.ParseInt(text(v))
	if err != nil {
		return 0, control.ValueError("invalid literal for int() with base 10: " + pickle.Repr(text(v)))
	}
	return n, nil
}

// boolean reads a word as the options do: 1, on, true and yes are true.
func boolean(v any) bool {
	if b, ok := v.(bool); ok {
		return b
	}
	return config.ParseBool(text(v))
}

// seconds reads a word as a time expression such as 1d12h.
func seconds(v any) (config.Seconds, error) {
	t, err := config.ParseDuration(text(v))
	switch {
	case err == nil:
		return t, nil
	case strings.HasPrefix(err.Error(), "name '"):
		return t, &control.Exception{Object: &pickle.Object{Module: "builtins", Class: "NameError", Args: pickle.Tuple{err.Error()}}}
	case err.Error() == "invalid syntax":
		return t, control.SyntaxError(text(v), 1, len(text(v))+1)
	}
	return t, control.ValueError(err.Error())
}

// number is a time as a reply carries it: an int where the expression gave one.
func number(s config.Seconds) any {
	if s.IsInt() {
		return s.Int64()
	}
	return s.Float64()
}

// optional is a time that may be unset, or nil.
func optional(s *config.Seconds) any {
	if s == nil {
		return nil
	}
	return number(*s)
}

// textOrNil is a text option that may be unset.
func textOrNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// need checks that a command has at least n more words.
func need(args []any, n int) error {
	if len(args) < n {
		return control.MissingArgument()
	}
	return nil
}

// describe prints a command for the log; what is very long is cut, because a reload carries a whole configuration.
func describe(cmd []any) string {
	const most = 2000
	s := pickle.Repr(cmd)
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// exceptionText prints an error as Python prints the exception that it travels as.
func exceptionText(err error) string {
	var e *control.Exception
	if errors.As(err, &e) {
		return pickle.Repr(e.Object)
	}
	return fmt.Sprintf("ValueError(%s)", pickle.Repr(err.Error()))
}
