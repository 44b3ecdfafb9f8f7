package regex

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"gaol/internal/cli/client"
)

// options are the arguments of the regex tester.
type options struct {
	config       string
	datePattern  string
	timezone     string
	encoding     string
	usedns       string
	maxLines     int
	journalMatch string
	logLevel     string
	verbose      int
	verboseDates bool
	debuggex     bool
	noCheckAll   bool
	out          string
	invert       bool
	noMissed     bool
	noIgnored    bool
	allMatched   bool
	allMissed    bool
	allIgnored   bool
	traceback    bool
	show         string // text to print instead of testing anything

	log, regex, ignoreregex string
}

// An option is one option: the table below is the source of both the parser and the help.
type option struct {
	short string
	long  []string
	arg   string // what the help calls the argument, "" for none
	help  string
	apply func(o *options, value string) error
}

func setText(field func(*options) *string) func(*options, string) error {
	return func(o *options, v string) error { *field(o) = v; return nil }
}

func setFlag(field func(*options) *bool) func(*options, string) error {
	return func(o *options, _ string) error { *field(o) = true; return nil }
}

func setNumber(option string, field func(*options) *int) func(*options, string) error {
	return func(o *options, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil {
			return fmt.Errorf("option %s: invalid integer value: '%s'", option, v)
		}
		*field(o) = n
		return nil
	}
}

// optionTable lists the options in the order of the help.
func optionTable() []option {
	return []option{
		{"", []string{"version"}, "", "print name and version",
			func(o *options, _ string) error { o.show = "fail2ban-regex " + client.EmulatedVersion; return nil }},
		{"h", []string{"help"}, "", "print this text",
			func(o *options, _ string) error { o.show = help(); return nil }},
		{"c", []string{"config"}, "DIR", "where the configuration is, " + client.DefaultConf + " by default",
			setText(func(o *options) *string { return &o.config })},
		{"d", []string{"datepattern"}, "PATTERN", "how dates look in the log",
			setText(func(o *options) *string { return &o.datePattern })},
		{"", []string{"timezone", "TZ"}, "ZONE", "zone of dates that name none",
			setText(func(o *options) *string { return &o.timezone })},
		{"e", []string{"encoding"}, "NAME", "text encoding of the log, UTF-8 by default",
			setText(func(o *options) *string { return &o.encoding })},
		{"r", []string{"raw"}, "", "take host names as they are, ask no name service",
			func(o *options, _ string) error { o.usedns = "raw"; return nil }},
		{"", []string{"usedns"}, "MODE", "what becomes of host names: yes, warn, no or raw",
			setText(func(o *options) *string { return &o.usedns })},
		{"L", []string{"maxlines"}, "N", "how many lines an expression may span; also how many lines a report lists",
			setNumber("-L", func(o *options) *int { return &o.maxLines })},
		{"m", []string{"journalmatch"}, "MATCH", "which journal entries to read, instead of what the filter says",
			setText(func(o *options) *string { return &o.journalMatch })},
		{"l", []string{"log-level"}, "LEVEL", "from which level on to show log messages, critical by default",
			setText(func(o *options) *string { return &o.logLevel })},
		{"V", nil, "", "print the version for programs",
			func(o *options, _ string) error { o.show = client.EmulatedVersion; return nil }},
		{"v", []string{"verbose"}, "", "tell more; may be repeated",
			func(o *options, _ string) error { o.verbose++; return nil }},
		{"", []string{"verbosity"}, "N", "tell more, as N times -v (0 to 4)",
			setNumber("--verbosity", func(o *options) *int { return &o.verbose })},
		{"", []string{"verbose-date", "VD"}, "", "show pattern and expression of date formats",
			setFlag(func(o *options) *bool { return &o.verboseDates })},
		{"D", []string{"debuggex"}, "", "show links to debuggex.com",
			setFlag(func(o *options) *bool { return &o.debuggex })},
		{"", []string{"no-check-all"}, "", "stop at the first expression that matches a line, as the server does",
			setFlag(func(o *options) *bool { return &o.noCheckAll })},
		{"o", []string{"out"}, "FORM", "print only failures: row, id, ip, msg, a name (user, matches, ...) or text with <tags>",
			setText(func(o *options) *string { return &o.out })},
		{"i", []string{"invert"}, "", "with -o: print what is no failure",
			setFlag(func(o *options) *bool { return &o.invert })},
		{"", []string{"print-no-missed"}, "", "list no missed lines",
			setFlag(func(o *options) *bool { return &o.noMissed })},
		{"", []string{"print-no-ignored"}, "", "list no ignored lines",
			setFlag(func(o *options) *bool { return &o.noIgnored })},
		{"", []string{"print-all-matched"}, "", "list all matched lines",
			setFlag(func(o *options) *bool { return &o.allMatched })},
		{"", []string{"print-all-missed"}, "", "list all missed lines, however many",
			setFlag(func(o *options) *bool { return &o.allMissed })},
		{"", []string{"print-all-ignored"}, "", "list all ignored lines, however many",
			setFlag(func(o *options) *bool { return &o.allIgnored })},
		{"t", []string{"log-traceback"}, "", "accepted for compatibility; messages have no tracebacks",
			setFlag(func(o *options) *bool { return &o.traceback })},
		{"", []string{"full-traceback"}, "", "likewise",
			setFlag(func(o *options) *bool { return &o.traceback })},
	}
}

const usage = "Usage: fail2ban-regex [OPTIONS] <LOG> <REGEX> [IGNOREREGEX]\n"

// help returns the usage in full.
func help() string {
	var b strings.Builder
	b.WriteString(usage + `
Tries regular expressions on log lines and tells what they match.

LOG:
  filename              a log file
  systemd-journal       the journal, optionally with [journalflags=1] and the like
  string                anything else: the log line itself

REGEX:
  jail                  name of a jail, whose filter is taken
  filter                name of a filter, optionally with options (sshd[mode=aggressive])
  filename              a filter file (filter.d/sshd.conf)
  string                anything else: a failregex

IGNOREREGEX:
  string                an ignoreregex, instead of those of the filter

Options:
`)
	for _, o := range optionTable() {
		writeOption(&b, o)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func writeOption(b *strings.Builder, o option) {
	var forms []string
	if o.short != "" {
		forms = append(forms, strings.TrimSpace("-"+o.short+" "+o.arg))
	}
	for _, l := range o.long {
		if o.arg != "" {
			l += "=" + o.arg
		}
		forms = append(forms, "--"+l)
	}
	left := "  " + strings.Join(forms, ", ")
	if len(left) > 22 {
		left += "\n" + strings.Repeat(" ", 24)
	} else {
		left += strings.Repeat(" ", 24-len(left))
	}
	b.WriteString(left + o.help + "\n")
}

// parseArgs reads the command line; done is true when there is nothing left to do but to exit with code.
func parseArgs(argv []string, out, stderr io.Writer) (o *options, code int, done bool) {
	o = &options{logLevel: "critical"}
	args, err := o.parse(argv)
	if err != nil {
		fmt.Fprintf(stderr, "%s\nfail2ban-regex: error: %v\n", usage, err)
		return o, exitSyntax, true
	}
	if o.show != "" {
		fmt.Fprintln(out, o.show)
		return o, exitOK, true
	}
	if fault := o.take(args); fault != "" {
		fmt.Fprintln(out, help())
		fmt.Fprintln(stderr, "ERROR: "+fault)
		return o, exitWrong, true
	}
	return o, exitOK, false
}

// take assigns the arguments that are no options and returns what is wrong with the command line as a whole.
func (o *options) take(args []string) (fault string) {
	switch {
	case o.noMissed && o.allMissed:
		return "--print-no-missed and --print-all-missed are mutually exclusive."
	case o.noIgnored && o.allIgnored:
		return "--print-no-ignored and --print-all-ignored are mutually exclusive."
	case len(args) != 2 && len(args) != 3:
		return "provide both <LOG> and <REGEX>."
	}
	o.log, o.regex = args[0], args[1]
	if len(args) > 2 {
		o.ignoreregex = args[2]
	}
	return ""
}

// parse reads options wherever they stand and returns the other arguments. It stops at the first option that only wants a text
// printed.
func (o *options) parse(argv []string) (args []string, err error) {
	for len(argv) > 0 && o.show == "" {
		arg := argv[0]
		argv = argv[1:]
		switch {
		case arg == "--":
			return append(args, argv...), nil
		case strings.HasPrefix(arg, "--"):
			argv, err = o.parseLong(arg[2:], argv)
		case len(arg) > 1 && arg[0] == '-':
			argv, err = o.parseShort(arg[1:], argv)
		default:
			args = append(args, arg)
		}
		if err != nil {
			return nil, err
		}
	}
	return args, nil
}

// parseLong reads a long option, which may be abbreviated, and takes its argument from it or from rest.
func (o *options) parseLong(text string, rest []string) ([]string, error) {
	name, value, given := strings.Cut(text, "=")
	option, full, err := findOption(name)
	if err != nil {
		return nil, err
	}
	switch {
	case option.arg == "" && given:
		return nil, fmt.Errorf("--%s option does not take a value", full)
	case option.arg != "" && !given && len(rest) == 0:
		return nil, fmt.Errorf("--%s option requires 1 argument", full)
	case option.arg != "" && !given:
		value, rest = rest[0], rest[1:]
	}
	return rest, option.apply(o, value)
}

func findOption(name string) (found option, full string, err error) {
	var matches []string
	for _, option := range optionTable() {
		for _, long := range option.long {
			if long == name {
				return option, long, nil
			}
			if strings.HasPrefix(long, name) && name != "" {
				matches = append(matches, "--"+long)
				found, full = option, long
			}
		}
	}
	switch len(matches) {
	case 0:
		return found, "", fmt.Errorf("no such option: --%s", name)
	case 1:
		return found, full, nil
	}
	return found, "", fmt.Errorf("ambiguous option: --%s (%s?)", name, strings.Join(matches, ", "))
}

// parseShort reads a cluster of short options; the last may take its argument from what is left of it or from rest.
func (o *options) parseShort(cluster string, rest []string) ([]string, error) {
	for cluster != "" && o.show == "" {
		letter := cluster[:1]
		cluster = cluster[1:]
		option, ok := shortOption(letter)
		if !ok {
			return nil, fmt.Errorf("no such option: -%s", letter)
		}
		value := ""
		if option.arg != "" {
			switch {
			case cluster != "":
				value, cluster = cluster, ""
			case len(rest) > 0:
				value, rest = rest[0], rest[1:]
			default:
				return nil, fmt.Errorf("-%s option requires 1 argument", letter)
			}
		}
		if err := option.apply(o, value); err != nil {
			return nil, err
		}
	}
	return rest, nil
}

func shortOption(letter string) (option, bool) {
	for _, option := range optionTable() {
		if option.short == letter {
			return option, true
		}
	}
	return option{}, false
}
