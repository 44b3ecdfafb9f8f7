package client

import (
	"fmt"
	"strings"
)

// An option is one command line option of the client and the server. The table below is the source of both the parser and
// the help.
type option struct {
	short string // one letter, or ""
	long  []string
	arg   string // what the help calls the argument; "" for none
	help  string
	// apply is called with the argument, or for an option without one, with the way it was written: "-V" or "--version".
	apply func(*Options, string) error
}

// Options are what the command line of the client or the server says before the command, and the command.
type Options struct {
	Conf    string // "" if not given
	Socket  string
	PidFile string
	Process string // name of the main thread

	LogLevel, LogTarget, SyslogSocket string // "" if not given

	Dump, DumpPretty, Test bool
	Interactive            bool
	Verbosity              int // 0 shows warnings; each step up or down one level more or less
	Force                  bool
	Foreground             bool
	Async                  bool
	Timeout                float64 // seconds to wait for a server that starts

	Args []string // the command
}

// What holds where the command line says nothing.
const (
	DefaultConf    = "/etc/fail2ban"
	DefaultProcess = "fail2ban-server"
	defaultTimeout = 30
)

// An answer ends the parsing: what to print instead of running a command.
type answer struct {
	text string
	help bool // print the usage instead of text
}

func (a *answer) Error() string { return "answered: " + a.text }

// optionTable lists the options in the order of the help.
func optionTable() []option {
	set := func(field func(*Options) *string) func(*Options, string) error {
		return func(o *Options, v string) error { *field(o) = v; return nil }
	}
	on := func(field func(*Options) *bool) func(*Options, string) error {
		return func(o *Options, _ string) error { *field(o) = true; return nil }
	}
	return []option{
		{"c", []string{"conf"}, "<DIR>", "where the configuration is, " + DefaultConf + " by default",
			set(func(o *Options) *string { return &o.Conf })},
		{"s", []string{"socket"}, "<FILE>", "socket on which the server listens",
			set(func(o *Options) *string { return &o.Socket })},
		{"p", []string{"pidfile"}, "<FILE>", "file that holds the server's process number",
			set(func(o *Options) *string { return &o.PidFile })},
		{"", []string{"pname"}, "<NAME>", "what the server calls itself in process lists, " + DefaultProcess + " by default",
			set(func(o *Options) *string { return &o.Process })},
		{"", []string{"loglevel"}, "<LEVEL>", "from which level on the server logs",
			set(func(o *Options) *string { return &o.LogLevel })},
		{"", []string{"logtarget"}, "<TARGET>", "where the server logs to: a file, stdout, stderr, syslog or sysout",
			set(func(o *Options) *string { return &o.LogTarget })},
		{"", []string{"syslogsocket"}, "auto|<FILE>", "which socket the log target syslog writes to",
			set(func(o *Options) *string { return &o.SyslogSocket })},
		{"d", nil, "", "print the commands that the configuration amounts to",
			on(func(o *Options) *bool { return &o.Dump })},
		{"", []string{"dp", "dump-pretty"}, "", "the same, laid out for reading",
			func(o *Options, _ string) error { o.Dump, o.DumpPretty = true, true; return nil }},
		{"t", []string{"test"}, "", "check the configuration; a command given as well runs only if it is good",
			on(func(o *Options) *bool { return &o.Test })},
		{"i", nil, "", "take commands from a prompt",
			on(func(o *Options) *bool { return &o.Interactive })},
		{"v", nil, "", "say more; may be repeated", func(o *Options, _ string) error { o.Verbosity++; return nil }},
		{"q", nil, "", "say less", func(o *Options, _ string) error { o.Verbosity--; return nil }},
		{"x", nil, "", "start even if a socket is there, and replace it",
			on(func(o *Options) *bool { return &o.Force })},
		{"b", nil, "", "run the server in the background, which is the default",
			func(o *Options, _ string) error { o.Foreground = false; return nil }},
		{"f", nil, "", "run the server in the foreground",
			on(func(o *Options) *bool { return &o.Foreground })},
		{"", []string{"async"}, "", "internal: the server waits for a client to configure it",
			on(func(o *Options) *bool { return &o.Async })},
		{"", []string{"timeout"}, "<TIME>", "how long to wait for a server that starts, 30 seconds by default", setTimeout},
		{"", []string{"str2sec"}, "<STRING>", "print a duration such as 1d12h in seconds", printSeconds},
		{"h", []string{"help"}, "", "print this text",
			func(*Options, string) error { return &answer{help: true} }},
		{"V", []string{"version"}, "", "print the version; -V prints the number alone", printVersion},
	}
}

// ParseOptions reads argv without the program's name. Options come first and end at the first word that is none. The error
// is for AnswerOptions: an option asks for something to be printed, or the words make no sense.
func ParseOptions(argv []string) (*Options, error) {
	table := optionTable()
	given, args, err := getopt(table, argv)
	if err != nil {
		return nil, err
	}
	o := &Options{Process: DefaultProcess, Timeout: defaultTimeout, Args: args}
	for _, g := range given {
		if err := g.option.apply(o, g.value); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// A usageError says which word of the command line is wrong.
type usageError struct{ text string }

func (e *usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return &usageError{fmt.Sprintf(format, args...)} }

// A given option is one that was found on the command line.
type given struct {
	option *option
	value  string
}

// getopt splits argv into options and the rest. One-letter options may share a word, long ones may be cut short where no
// other begins alike, and "--" ends the options.
func getopt(table []option, argv []string) (found []given, rest []string, err error) {
	for len(argv) > 0 {
		word := argv[0]
		var g []given
		switch {
		case word == "--":
			return found, argv[1:], nil
		case strings.HasPrefix(word, "--"):
			g, argv, err = longOption(table, word[2:], argv[1:])
		case len(word) > 1 && word[0] == '-':
			g, argv, err = shortOptions(table, word[1:], argv[1:])
		default:
			return found, argv, nil
		}
		if err != nil {
			return nil, nil, err
		}
		found = append(found, g...)
	}
	return found, nil, nil
}

// longOption reads one long option, and its value from the words after it where it is not behind a "=".
func longOption(table []option, word string, argv []string) ([]given, []string, error) {
	name, value, inWord := strings.Cut(word, "=")
	o, err := findLong(table, name)
	switch {
	case err != nil:
		return nil, nil, err
	case o.arg == "" && inWord:
		return nil, nil, usagef("option --%s takes no argument", name)
	case o.arg == "":
		return []given{{o, "--" + o.long[0]}}, argv, nil
	case inWord:
		return []given{{o, value}}, argv, nil
	case len(argv) == 0:
		return nil, nil, usagef("option --%s needs an argument", name)
	}
	return []given{{o, argv[0]}}, argv[1:], nil
}

// findLong returns the option that name stands for, in full or cut short.
func findLong(table []option, name string) (*option, error) {
	var found *option
	matches := 0
	for i := range table {
		for _, long := range table[i].long {
			if long == name {
				return &table[i], nil
			}
			if strings.HasPrefix(long, name) {
				found = &table[i]
				matches++
			}
		}
	}
	switch matches {
	case 0:
		return nil, usagef("unknown option --%s", name)
	case 1:
		return found, nil
	}
	return nil, usagef("option --%s could mean several", name)
}

// shortOptions reads a word of one-letter options; one that takes a value takes the rest of the word, or the next word.
func shortOptions(table []option, letters string, argv []string) (found []given, rest []string, err error) {
	for letters != "" {
		letter := letters[:1]
		letters = letters[1:]
		o := findShort(table, letter)
		switch {
		case o == nil:
			return nil, nil, usagef("unknown option -%s", letter)
		case o.arg == "":
			found = append(found, given{o, "-" + letter})
		case letters != "":
			return append(found, given{o, letters}), argv, nil
		case len(argv) == 0:
			return nil, nil, usagef("option -%s needs an argument", letter)
		default:
			return append(found, given{o, argv[0]}), argv[1:], nil
		}
	}
	return found, argv, nil
}

func findShort(table []option, letter string) *option {
	for i := range table {
		if table[i].short == letter {
			return &table[i]
		}
	}
	return nil
}
