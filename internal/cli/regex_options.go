package cli

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"gaol/internal/cli/client"
)

// regexOptions are the arguments of the regex tester.
type regexOptions struct {
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

// A regexOption is one option: the table below is the source of both the parser and the help.
type regexOption struct {
	short string
	long  []string
	arg   string // what the help calls the argument, "" for none
	help  string
	apply func(o *regexOptions, value string) error
}

func regexText(field func(*regexOptions) *string) func(*regexOptions, string) error {
	return func(o *regexOptions, v string) error { *field(o) = v; return nil }
}

func regexFlag(field func(*regexOptions) *bool) func(*regexOptions, string) error {
	return func(o *regexOptions, _ string) error { *field(o) = true; return nil }
}

func regexNumber(option string, field func(*regexOptions) *int) func(*regexOptions, string) error {
	return func(o *regexOptions, v string) error {
		n, err := strconv.Atoi(v)
		if err != nil {
			return fmt.Errorf("option %s: invalid integer value: '%s'", option, v)
		}
		*field(o) = n
		return nil
	}
}

// regexOptionTable lists the options in the order of the help.
func regexOptionTable() []regexOption {
	return []regexOption{
		{"", []string{"version"}, "", "print name and version",
			func(o *regexOptions, _ string) error { o.show = "fail2ban-regex " + client.EmulatedVersion; return nil }},
		{"h", []string{"help"}, "", "print this text",
			func(o *regexOptions, _ string) error { o.show = regexHelp(); return nil }},
		{"c", []string{"config"}, "DIR", "where the configuration is, " + client.DefaultConf + " by default",
			regexText(func(o *regexOptions) *string { return &o.config })},
		{"d", []string{"datepattern"}, "PATTERN", "how dates look in the log",
			regexText(func(o *regexOptions) *string { return &o.datePattern })},
		{"", []string{"timezone", "TZ"}, "ZONE", "zone of dates that name none",
			regexText(func(o *regexOptions) *string { return &o.timezone })},
		{"e", []string{"encoding"}, "NAME", "text encoding of the log, UTF-8 by default",
			regexText(func(o *regexOptions) *string { return &o.encoding })},
		{"r", []string{"raw"}, "", "take host names as they are, ask no name service",
			func(o *regexOptions, _ string) error { o.usedns = "raw"; return nil }},
		{"", []string{"usedns"}, "MODE", "what becomes of host names: yes, warn, no or raw",
			regexText(func(o *regexOptions) *string { return &o.usedns })},
		{"L", []string{"maxlines"}, "N", "how many lines an expression may span; also how many lines a report lists",
			regexNumber("-L", func(o *regexOptions) *int { return &o.maxLines })},
		{"m", []string{"journalmatch"}, "MATCH", "which journal entries to read, instead of what the filter says",
			regexText(func(o *regexOptions) *string { return &o.journalMatch })},
		{"l", []string{"log-level"}, "LEVEL", "from which level on to show log messages, critical by default",
			regexText(func(o *regexOptions) *string { return &o.logLevel })},
		{"V", nil, "", "print the version for programs",
			func(o *regexOptions, _ string) error { o.show = client.EmulatedVersion; return nil }},
		{"v", []string{"verbose"}, "", "tell more; may be repeated",
			func(o *regexOptions, _ string) error { o.verbose++; return nil }},
		{"", []string{"verbosity"}, "N", "tell more, as N times -v (0 to 4)",
			regexNumber("--verbosity", func(o *regexOptions) *int { return &o.verbose })},
		{"", []string{"verbose-date", "VD"}, "", "show pattern and expression of date formats",
			regexFlag(func(o *regexOptions) *bool { return &o.verboseDates })},
		{"D", []string{"debuggex"}, "", "show links to debuggex.com",
			regexFlag(func(o *regexOptions) *bool { return &o.debuggex })},
		{"", []string{"no-check-all"}, "", "stop at the first expression that matches a line, as the server does",
			regexFlag(func(o *regexOptions) *bool { return &o.noCheckAll })},
		{"o", []string{"out"}, "FORM", "print only failures: row, id, ip, msg, a name (user, matches, ...) or text with <tags>",
			regexText(func(o *regexOptions) *string { return &o.out })},
		{"i", []string{"invert"}, "", "with -o: print what is no failure",
			regexFlag(func(o *regexOptions) *bool { return &o.invert })},
		{"", []string{"print-no-missed"}, "", "list no missed lines",
			regexFlag(func(o *regexOptions) *bool { return &o.noMissed })},
		{"", []string{"print-no-ignored"}, "", "list no ignored lines",
			regexFlag(func(o *regexOptions) *bool { return &o.noIgnored })},
		{"", []string{"print-all-matched"}, "", "list all matched lines",
			regexFlag(func(o *regexOptions) *bool { return &o.allMatched })},
		{"", []string{"print-all-missed"}, "", "list all missed lines, however many",
			regexFlag(func(o *regexOptions) *bool { return &o.allMissed })},
		{"", []string{"print-all-ignored"}, "", "list all ignored lines, however many",
			regexFlag(func(o *regexOptions) *bool { return &o.allIgnored })},
		{"t", []string{"log-traceback"}, "", "accepted for compatibility; messages have no tracebacks",
			regexFlag(func(o *regexOptions) *bool { return &o.traceback })},
		{"", []string{"full-traceback"}, "", "likewise",
			regexFlag(func(o *regexOptions) *bool { return &o.traceback })},
	}
}

const regexUsage = "Usage: fail2ban-regex [OPTIONS] <LOG> <REGEX> [IGNOREREGEX]\n"

// regexHelp returns the usage in full.
func regexHelp() string {
	var b strings.Builder
	b.WriteString(regexUsage + `
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
	for _, o := range regexOptionTable() {
		writeRegexOption(&b, o)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func writeRegexOption(b *strings.Builder, o regexOption) {
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

// parseRegexArgs reads the command line; done is true when there is nothing left to do but to exit with code.
func parseRegexArgs(argv []string, out, stderr io.Writer) (o *regexOptions, code int, done bool) {
	o = &regexOptions{logLevel: "critical"}
	args, err := o.parse(argv)
	if err != nil {
		fmt.Fprintf(stderr, "%s\nfail2ban-regex: error: %v\n", regexUsage, err)
		return o, regexSyntax, true
	}
	if o.show != "" {
		fmt.Fprintln(out, o.show)
		return o, regexOK, true
	}
	if fault := o.take(args); fault != "" {
		fmt.Fprintln(out, regexHelp())
		fmt.Fprintln(stderr, "ERROR: "+fault)
		return o, regexWrong, true
	}
	return o, regexOK, false
}

// take assigns the arguments that are no options and returns what is wrong with the command line as a whole.
func (o *regexOptions) take(args []string) (fault string) {
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
func (o *regexOptions) parse(argv []string) (args []string, err error) {
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
func (o *regexOptions) parseLong(text string, rest []string) ([]string, error) {
	name, value, given := strings.Cut(text, "=")
	option, full, err := findRegexOption(name)
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

func findRegexOption(name string) (found regexOption, full string, err error) {
	var matches []string
	for _, option := range regexOptionTable() {
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
func (o *regexOptions) parseShort(cluster string, rest []string) ([]string, error) {
	for cluster != "" && o.show == "" {
		letter := cluster[:1]
		cluster = cluster[1:]
		option, ok := shortRegexOption(letter)
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

func shortRegexOption(letter string) (regexOption, bool) {
	for _, option := range regexOptionTable() {
		if option.short == letter {
			return option, true
		}
	}
	return regexOption{}, false
}
