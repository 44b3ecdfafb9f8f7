package client

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"gaol/internal/config"
)

// initFailed is what a command line that cannot be acted upon ends with.
const initFailed = "Init of command line failed"

// A valueError is an option's value that cannot be understood.
type valueError struct{ text string }

func (e *valueError) Error() string { return e.text }

func setTimeout(o *Options, v string) error {
	seconds, err := config.ParseDuration(v)
	if err != nil {
		return &valueError{err.Error()}
	}
	o.Timeout = seconds.Float64()
	return nil
}

func printSeconds(_ *Options, v string) error {
	seconds, err := config.ParseDuration(v)
	if err != nil {
		return &valueError{err.Error()}
	}
	return &answer{text: seconds.String()}
}

func printVersion(_ *Options, spelling string) error {
	if spelling == "-V" {
		return &answer{text: EmulatedVersion}
	}
	return &answer{text: "Fail2Ban v" + EmulatedVersion}
}

// AnswerOptions prints what ParseOptions' error asks for, and returns the exit code. The usage is that of the program called
// name.
func AnswerOptions(err error, name string, withCommands bool, stdout, stderr io.Writer) int {
	if a, ok := errors.AsType[*answer](err); ok {
		if a.help {
			printUsage(stdout, name, withCommands)
		} else {
			fmt.Fprintln(stdout, a.text)
		}
		return 0
	}
	if e, ok := errors.AsType[*valueError](err); ok {
		fmt.Fprintln(stdout, "ERROR: "+e.text)
		fmt.Fprintln(stderr, initFailed)
		return failed
	}
	printUsage(stdout, name, withCommands)
	fmt.Fprintln(stderr, err)
	fmt.Fprintln(stderr, initFailed)
	return failed
}

// words returns the options that a server needs to be started like this: everything that was given, except what only concerns
// the program that was called.
func (o *Options) words() []string {
	var words []string
	add := func(name, value string) {
		if value != "" {
			words = append(words, name, value)
		}
	}
	add("-c", o.Conf)
	add("-s", o.Socket)
	add("-p", o.PidFile)
	if o.Process != DefaultProcess {
		add("--pname", o.Process)
	}
	add("--loglevel", o.LogLevel)
	add("--logtarget", o.LogTarget)
	add("--syslogsocket", o.SyslogSocket)
	if o.Timeout != defaultTimeout {
		add("--timeout", strconv.FormatFloat(o.Timeout, 'f', -1, 64))
	}
	if o.Force {
		words = append(words, "-x")
	}
	for range o.Verbosity {
		words = append(words, "-v")
	}
	return words
}
