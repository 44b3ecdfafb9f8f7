// Package regex is the command fail2ban-regex: it tries regular expressions on log lines and tells what they match.
//
// In go arguments and the standard output streams; out comes a report, and an exit code. What a line is, and what is found in it, is the
// business of packages filter and regextest; this one reads arguments, the configuration and the log. It never changes anything.
package regex

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"gaol/internal/filter"
	"gaol/internal/filter/dns"
	"gaol/internal/regextest"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1   // something went wrong with a line, or with the encoding or log level named
	exitSyntax = 2   // no such option
	exitWrong  = 255 // wrong arguments, filter, pattern or time zone
)

// Name is what the program is called by.
const Name = "fail2ban-regex"

// Run runs the program with the words after its name and returns its exit code; standard input is not read. A signal ends it as it ends
// any program: there is nothing to be put in order, and to catch signals takes three threads.
func Run(ctx context.Context, argv []string, _ io.Reader, stdout, stderr io.Writer) int {
	// A run lives for seconds and its heap is small: collecting garbage as often as a server does would cost a third of the time.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	out := bufio.NewWriterSize(stdout, 64<<10)
	code := run(ctx, argv, out, stderr)
	if err := out.Flush(); err != nil && !errors.Is(err, syscall.EPIPE) && code == exitOK {
		fmt.Fprintf(stderr, "ERROR: %v\n", err)
		return exitFailed
	}
	return code
}

// An exitError ends the regex tester: what to print on standard output, and the exit code.
type exitError struct {
	text string
	code int
}

func (e *exitError) Error() string { return e.text }

// wrong returns the error that most mistakes of a user give.
func wrong(format string, args ...any) error {
	return &exitError{"ERROR: " + fmt.Sprintf(format, args...), exitWrong}
}

func run(ctx context.Context, argv []string, out *bufio.Writer, stderr io.Writer) int {
	o, code, done := parseArgs(argv, out, stderr)
	if done {
		return code
	}
	err := test(ctx, o, out)
	var failure *exitError
	switch {
	case err == nil || errors.Is(err, syscall.EPIPE):
		return exitOK // whoever reads our output has seen enough
	case errors.As(err, &failure):
		fmt.Fprintln(out, err)
		return failure.code
	}
	out.Flush()
	fmt.Fprintf(stderr, "ERROR: %v\n", err)
	return exitFailed
}

// test does what the arguments say.
func test(ctx context.Context, o *options, out *bufio.Writer) error {
	logger, err := newLogger(o, out)
	if err != nil {
		return err
	}
	h := &header{out: out, quiet: o.out != ""}
	h.begin()
	if _, err := filter.ParseUseDNS(o.usedns); o.usedns != "" && err != nil {
		logger.Error(err.Error(), "logger", "fail2ban.filter")
	}
	s := filter.Settings{
		MaxLines: o.maxLines, DatePattern: o.datePattern, LogTimeZone: o.timezone, LogEncoding: o.encoding, UseDNS: o.usedns,
	}
	if err := h.given(&s); err != nil {
		return err
	}
	journalMatch, err := readArgument(o, &s, h)
	if err != nil {
		return err
	}
	if o.ignoreregex != "" {
		// A mistake in the failregex is told before anything is said of the ignoreregex.
		if _, err := h.compiler.Compile(s); err != nil {
			return compileFault(err)
		}
		s.Ignoreregex = []string{o.ignoreregex}
		h.line("ignoreregex line", shorten(o.ignoreregex))
	}
	program, err := h.compiler.Compile(s)
	if err != nil {
		return compileFault(err)
	}
	log, err := openLog(o, program, journalMatch, h)
	if err != nil {
		return err
	}
	defer log.Close()
	h.end()
	if _, wide := filter.WideReader(nil, s.LogEncoding); wide {
		s.LogEncoding = "" // the log is decoded while it is read
		if program, err = h.compiler.Compile(s); err != nil {
			return compileFault(err)
		}
	}
	names := dns.NewCache(dns.Options{Log: logger.With("logger", "fail2ban.ipdns")})
	env := filter.Env{Jail: "~jailless~", Log: logger.With("logger", "fail2ban.filter"), Resolve: names}
	if o.out != "" {
		return printFailures(ctx, o, program, env, names, log, out)
	}
	return report(ctx, o, program, env, log, out)
}

// compileFault tells a mistake in the settings from a codec that does not exist.
func compileFault(err error) error {
	var unknown *filter.EncodingError
	if errors.As(err, &unknown) {
		return &exitError{"ERROR: " + err.Error(), exitFailed}
	}
	return wrong("%v", err)
}

// printFailures prints one piece of text for each failure.
func printFailures(ctx context.Context, o *options, p *filter.Program, env filter.Env, names *dns.Cache, log testedLog, out io.Writer) error {
	t := regextest.NewOutput(p, env, out, o.out, o.invert, names)
	return t.Test(log.Name(), log.Lines(ctx))
}

// report prints what the expressions matched and what they missed.
func report(ctx context.Context, o *options, p *filter.Program, env filter.Env, log testedLog, out *bufio.Writer) error {
	settings := p.Settings()
	s := regextest.NewSession(p, env, !o.noCheckAll, regextest.Options{
		Failregex: settings.Failregex, Ignoreregex: settings.Ignoreregex,
		Verbose: o.verbose > 0, VerboseDates: o.verboseDates, NoDates: log.Dated() && settings.DatePattern == "",
		Debuggex: o.debuggex, Limit: o.maxLines,
		Matched: listing(o.allMatched, false), Missed: listing(o.allMissed, o.noMissed), Ignored: listing(o.allIgnored, o.noIgnored),
	})
	start := time.Now()
	if err := s.Test(log.Name(), log.Lines(ctx)); err != nil {
		return err
	}
	return s.Report(out, time.Since(start))
}

func listing(all, none bool) regextest.Listing {
	switch {
	case none:
		return regextest.Never
	case all:
		return regextest.Always
	}
	return regextest.Few
}

// A header prints what is about to be tested.
type header struct {
	out      *bufio.Writer
	quiet    bool
	compiler filter.Compiler // date formats are compiled once for what the header says of them and for the lines
}

func (h *header) begin() { h.print("\nRunning tests\n=============\n\n") }

// end closes the header.
func (h *header) end() { h.print("\n") }

func (h *header) print(text string) {
	if !h.quiet {
		h.out.WriteString(text)
	}
}

// line prints one item, its label set flush right.
func (h *header) line(label, value string) {
	h.print(fmt.Sprintf("Use %16s : %s\n", label, value))
}

// given prints settings of the command line.
func (h *header) given(s *filter.Settings) error {
	if s.MaxLines != 0 {
		h.maxLines(s.MaxLines)
	}
	if s.DatePattern != "" {
		return h.datePattern(s.DatePattern)
	}
	return nil
}

func (h *header) maxLines(n int) { h.line("maxlines", fmt.Sprint(n)) }

// datePattern prints a date pattern and the name it goes by.
func (h *header) datePattern(pattern string) error {
	p, err := h.compiler.Compile(filter.Settings{DatePattern: pattern})
	if err != nil {
		return wrong("%v", err)
	}
	_, name, _ := p.DatePattern()
	h.line("datepattern", pattern+" : "+name)
	return nil
}

// shorten cuts a regular expression to what fits on a line.
func shorten(s string) string {
	if r := []rune(s); len(r) > 53 {
		return string(r[:50]) + "..."
	}
	return s
}

// newLogger returns the logger for what the filter has to say.
func newLogger(o *options, out io.Writer) (*slog.Logger, error) {
	level, err := logLevel(o.logLevel)
	if err != nil {
		return nil, &exitError{"ERROR: " + err.Error(), exitFailed}
	}
	return slog.New(&logHandler{out: out, level: level, verbose: o.verbose}), nil
}

// joinedLines reports whether a literal log line is to be split at its line feeds.
func joinedLines(text string, maxLines int) bool { return maxLines > 1 || strings.Contains(text, "\n") }
