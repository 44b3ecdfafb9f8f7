package control

import (
	"errors"
	"io/fs"
	"syscall"

	"gaol/internal/pickle"
)

// An Exception is an error that travels as a Python exception object. Clients print its message and branch on its class, so
// both are part of the interface. Only classes that every client can load are used: builtins, and two of fail2ban.exceptions.
type Exception struct{ Object *pickle.Object }

// Error returns the message as Python's str(exception) gives it.
func (e *Exception) Error() string { return pickle.Str(e.Object) }

func builtin(class string, args ...any) *Exception {
	return &Exception{&pickle.Object{Module: "builtins", Class: class, Args: args}}
}

func ofFail2ban(class string, args ...any) *Exception {
	return &Exception{&pickle.Object{Module: "fail2ban.exceptions", Class: class, Args: args}}
}

// UnknownJail says that there is no jail of that name.
func UnknownJail(name string) *Exception { return ofFail2ban("UnknownJailException", name) }

// DuplicateJail says that a jail of that name exists already.
func DuplicateJail(name string) *Exception { return ofFail2ban("DuplicateJailException", name) }

// InvalidCommand is the exception without a more specific class: commands that are not understood, targets that were refused.
func InvalidCommand(text string) *Exception { return builtin("Exception", text) }

// MissingArgument says that a command has too few words.
func MissingArgument() *Exception { return IndexError("list index out of range") }

// IndexError says that a place in a list does not exist.
func IndexError(text string) *Exception { return builtin("IndexError", text) }

// ValueError refuses a value of the right type.
func ValueError(text string) *Exception { return builtin("ValueError", text) }

// TypeError refuses a value of the wrong type.
func TypeError(text string) *Exception { return builtin("TypeError", text) }

// KeyError says that a name is unknown. Its message is text in quotes, as Python has it.
func KeyError(text string) *Exception { return builtin("KeyError", text) }

// NameError refuses a word in an expression, such as a duration.
func NameError(name string) *Exception {
	return builtin("NameError", "name "+pickle.Repr(name)+" is not defined")
}

// SyntaxError refuses the expression text; from and to are the columns of the part that is wrong, counted from 1.
func SyntaxError(text string, from, to int) *Exception {
	return builtin("SyntaxError", "invalid syntax", pickle.Tuple{"<string>", 1, from, text, 1, to})
}

// AttributeError says that an action has no such property.
func AttributeError(text string) *Exception { return builtin("AttributeError", text) }

// LookupError refuses the name of an encoding.
func LookupError(text string) *Exception { return builtin("LookupError", text) }

// RuntimeError refuses what cannot be done now.
func RuntimeError(text string) *Exception { return builtin("RuntimeError", text) }

// NotImplementedError refuses what this version cannot do.
func NotImplementedError(text string) *Exception { return builtin("NotImplementedError", text) }

// FileNotFound says that path does not exist.
func FileNotFound(path string) *Exception {
	return builtin("FileNotFoundError", int(syscall.ENOENT), "No such file or directory", path)
}

// PermissionError refuses what the user may not do.
func PermissionError(text string) *Exception {
	return builtin("PermissionError", int(syscall.EPERM), text)
}

// ExceptionOf returns the exception within err, or the one that says what err says.
func ExceptionOf(err error) *Exception {
	if e, ok := errors.AsType[*Exception](err); ok {
		return e
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		if number, ok := errors.AsType[syscall.Errno](e.Err); ok {
			return ofSystem(number, e.Path)
		}
	}
	return InvalidCommand(err.Error())
}

// ofSystem returns what Python raises for a failed system call. Python's texts begin with a capital letter where Go's do not.
func ofSystem(number syscall.Errno, path string) *Exception {
	class, text := "OSError", number.Error()
	switch number {
	case syscall.ENOENT:
		return FileNotFound(path)
	case syscall.EACCES, syscall.EPERM:
		class = "PermissionError"
	case syscall.EISDIR:
		class = "IsADirectoryError"
	case syscall.ENOTDIR:
		class = "NotADirectoryError"
	case syscall.EEXIST:
		class = "FileExistsError"
	}
	if text[0] >= 'a' && text[0] <= 'z' {
		text = string(text[0]-'a'+'A') + text[1:]
	}
	return builtin(class, int(number), text, path)
}
