package client

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// with returns the options of an empty command line, changed.
func with(change func(*Options)) *Options {
	o := &Options{Process: DefaultProcess, Timeout: defaultTimeout}
	change(o)
	return o
}

func TestParseOptions(t *testing.T) {
	tests := []struct {
		name, argv string
		want       *Options
	}{
		{"nothing", "", with(func(*Options) {})},
		{"a command", "status sshd", with(func(o *Options) { o.Args = []string{"status", "sshd"} })},
		{"options end at the first word", "-v status -s x", with(func(o *Options) {
			o.Verbosity, o.Args = 1, []string{"status", "-s", "x"}
		})},
		{"options end at a double dash", "-- -v", with(func(o *Options) { o.Args = []string{"-v"} })},
		{"a dash alone is a word", "- -v", with(func(o *Options) { o.Args = []string{"-", "-v"} })},
		{"letters in one word", "-xfvv", with(func(o *Options) { o.Force, o.Foreground, o.Verbosity = true, true, 2 })},
		{"value in the same word", "-vs/x -p/y", with(func(o *Options) { o.Verbosity, o.Socket, o.PidFile = 1, "/x", "/y" })},
		{"value in the next word", "-s -p", with(func(o *Options) { o.Socket = "-p" })},
		{"long options", "--conf d --socket=s --pidfile p --pname=n", with(func(o *Options) {
			o.Conf, o.Socket, o.PidFile, o.Process = "d", "s", "p", "n"
		})},
		{"value with an equals sign", "--logt=a=b", with(func(o *Options) { o.LogTarget = "a=b" })},
		{"long options cut short", "--logl 1 --sys 3", with(func(o *Options) { o.LogLevel, o.SyslogSocket = "1", "3" })},
		{"empty value", "--socket= ping", with(func(o *Options) { o.Args = []string{"ping"} })},
		{"the name in full beats a longer one", "--dp", with(func(o *Options) { o.Dump, o.DumpPretty = true, true })},
		{"quiet and loud", "-vqq", with(func(o *Options) { o.Verbosity = -1 })},
		{"the last of background and foreground holds", "-f -b", with(func(*Options) {})},
		{"everything else", "-dti --async --timeout 5", with(func(o *Options) {
			o.Dump, o.Test, o.Interactive, o.Async, o.Timeout = true, true, true, true, 5
		})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseOptions(strings.Fields(tt.argv))
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Args) == 0 {
				got.Args = nil
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOptionsThatAnswer(t *testing.T) {
	const bad = initFailed + "\n"
	tests := []struct {
		name, argv     string
		code           int
		stdout, stderr string // of the usage only its first line
	}{
		{"version", "--version", 0, "Fail2Ban v1.1.0\n", ""},
		{"bare version", "-V", 0, "1.1.0\n", ""},
		{"the first question is answered", "-vV --help", 0, "1.1.0\n", ""},
		{"seconds", "--str2sec 90", 0, "90\n", ""},
		{"no seconds", "--str2sec foo", failed, "ERROR: name 'foo' is not defined\n", bad},
		{"no timeout", "--timeout foo ping", failed, "ERROR: name 'foo' is not defined\n", bad},
		{"help", "-h", 0, "Usage: fail2ban-client [OPTIONS] <COMMAND>\n", ""},
		{"unknown long option", "--bogus", failed, "Usage: fail2ban-client [OPTIONS] <COMMAND>\n", "unknown option --bogus\n" + bad},
		{"unknown letter", "-vz", failed, "Usage: fail2ban-client [OPTIONS] <COMMAND>\n", "unknown option -z\n" + bad},
		{"cut too short", "--log x", failed, "Usage: fail2ban-client [OPTIONS] <COMMAND>\n", "option --log could mean several\n" + bad},
		{"letter without value", "-s", failed, "Usage: fail2ban-client [OPTIONS] <COMMAND>\n", "option -s needs an argument\n" + bad},
		{"long option without value", "--socket", failed, "Usage: fail2ban-client [OPTIONS] <COMMAND>\n", "option --socket needs an argument\n" + bad},
		{"value where none belongs", "--test=1", failed, "Usage: fail2ban-client [OPTIONS] <COMMAND>\n", "option --test takes no argument\n" + bad},
		{"a wrong word later on spoils the answer", "-V --bogus", failed, "Usage: fail2ban-client [OPTIONS] <COMMAND>\n", "unknown option --bogus\n" + bad},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := Run(t.Context(), strings.Fields(tt.argv), Means{}, nil, &stdout, &stderr)
			first, _, _ := strings.Cut(stdout.String(), "\n")
			if got := first + "\n"; code != tt.code || got != tt.stdout || stderr.String() != tt.stderr {
				t.Errorf("got %d, %q, %q, want %d, %q, %q", code, got, stderr.String(), tt.code, tt.stdout, tt.stderr)
			}
		})
	}
}

// TestHelpKeepsItsLayout checks what the completion scripts of the shells rely on.
func TestHelpKeepsItsLayout(t *testing.T) {
	var b bytes.Buffer
	printUsage(&b, "fail2ban-client", true)
	about, commands, ok := strings.Cut(b.String(), "\nCommand:\n")
	if !ok {
		t.Fatal("no commands")
	}
	for _, want := range []string{"\n    -s, --socket <FILE>     ", "\n    --loglevel <LEVEL>      ", "\n    -x                      ", "\n    -h, --help              "} {
		if !strings.Contains(about, want) {
			t.Errorf("no option like %q", want)
		}
	}
	synopsis := regexp.MustCompile(`^    [a-z].*$`)
	margin := strings.Repeat(" ", commandColumn)
	for line := range strings.Lines(commands) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "":
		case strings.HasPrefix(line, margin):
			if n := utf8.RuneCountInString(line); n > commandColumn+helpWidth || strings.HasPrefix(line, margin+" ") {
				t.Errorf("%d letters, or not in its column: %q", n, line)
			}
		case !synopsis.MatchString(line):
			t.Errorf("neither a synopsis nor its help: %q", line)
		case strings.Contains(line[helpIndent:], "  ") && (line[commandColumn-1] != ' ' || line[commandColumn] == ' '):
			t.Errorf("help does not begin in its column: %q", line)
		}
	}
	for _, want := range []string{
		"    status                                   ", "    set <JAIL> banip <IP> ... <IP>           ",
		"    set <JAIL> action <ACT> actionstop <CMD> ", "    get <JAIL> actionproperties <ACT>        ",
		"    reload [--restart] [--unban] [--if-exists] <JAIL>\n", margin + "JAIL CONFIGURATION\n",
	} {
		if !strings.Contains("\n"+commands, "\n"+want) {
			t.Errorf("no line like %q", want)
		}
	}
}

func FuzzParseOptions(f *testing.F) {
	f.Add("-xf\x00start")
	f.Add("--logl=\x00-s")
	f.Fuzz(func(t *testing.T, argv string) {
		words := strings.Split(argv, "\x00")
		o, err := ParseOptions(words)
		if err == nil && len(o.Args) > len(words) {
			t.Errorf("more words came out than went in: %q", o.Args)
		}
	})
}
