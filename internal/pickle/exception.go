package pickle

import "fmt"

func (o *Object) appendRepr(b []byte) []byte {
	switch {
	case o.Args == nil && o.Module == "builtins":
		return fmt.Appendf(b, "<class '%s'>", o.Class)
	case o.Args == nil:
		return fmt.Appendf(b, "<class '%s.%s'>", o.Module, o.Class)
	}
	return appendItems(append(b, o.Class...), '(', o.ExceptionArgs(), ')')
}

// message returns what str(exception) gives.
func (o *Object) message() string {
	args := o.ExceptionArgs()
	switch {
	case o.isOSError() && len(o.Args) > 2 && o.Args[2] != nil:
		return fmt.Sprintf("[Errno %s] %s: %s", Str(args[0]), Str(args[1]), Repr(o.Args[2]))
	case o.isOSError() && len(args) == 2:
		return fmt.Sprintf("[Errno %s] %s", Str(args[0]), Str(args[1]))
	case o.Class == "SyntaxError" && len(args) == 2:
		return o.syntaxMessage()
	case len(args) == 0:
		return ""
	case len(args) > 1:
		return Repr(args)
	case o.Class == "KeyError" || o.Class == "UnknownJailException":
		return Repr(args[0])
	}
	return Str(args[0])
}

// ExceptionArgs returns the attribute "args" of the exception that o stands for, which is what o was made from except for
// the two kinds of exceptions that put their arguments together.
func (o *Object) ExceptionArgs() Tuple {
	switch {
	case o.isOSError() && len(o.Args) > 2:
		return o.Args[:2]
	case o.Class == "JSONDecodeError" && len(o.Args) == 3:
		return Tuple{o.jsonMessage()}
	}
	return o.Args
}

// isOSError tells the exceptions that take (number, text, file name): the file name is no part of their args.
func (o *Object) isOSError() bool {
	if o.Module != "builtins" || len(o.Args) < 2 {
		return false
	}
	switch o.Class {
	case "OSError", "BlockingIOError", "ChildProcessError", "ConnectionError", "BrokenPipeError",
		"ConnectionAbortedError", "ConnectionRefusedError", "ConnectionResetError", "FileExistsError",
		"FileNotFoundError", "InterruptedError", "IsADirectoryError", "NotADirectoryError", "PermissionError",
		"ProcessLookupError", "TimeoutError":
		return true
	}
	return false
}

// syntaxMessage prints the place, (file, line, …), behind the text.
func (o *Object) syntaxMessage() string {
	if at, ok := o.Args[1].(Tuple); ok && len(at) > 1 {
		return fmt.Sprintf("%s (%s, line %s)", Str(o.Args[0]), Str(at[0]), Str(at[1]))
	}
	return Str(o.Args[0])
}

// jsonMessage turns (message, document, position in code points) into message and place.
func (o *Object) jsonMessage() string {
	doc := []rune(Str(o.Args[1]))
	pos, ok := Int(o.Args[2])
	if !ok || pos < 0 || pos > int64(len(doc)) {
		return Str(o.Args[0])
	}
	line, column := 1, 1
	for _, r := range doc[:pos] {
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
	}
	return fmt.Sprintf("%s: line %d column %d (char %d)", Str(o.Args[0]), line, column, pos)
}
