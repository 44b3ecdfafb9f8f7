// Package config reads Fail2Ban's configuration: fail2ban.conf, jail.conf, filter.d, action.d, with their .local files,
// drop-ins and includes.
//
// In goes a Source (a directory, or the pack inside the binary); out comes a Config: the settings of the server, the enabled
// jails with every setting and the file and line it came from, the stream of commands that makes a server run them, and the
// messages that the reading gave rise to. What a user can see of it (command stream, texts, exit codes) is the original's.
//
// The package never executes or evaluates anything it reads, never compiles a regular expression (Options.Compile does), and
// looks at the system only to find files.
package config

import (
	"io/fs"

	"gaol/internal/config/layers"
)

// A Source is where configuration comes from.
type Source = layers.Source

// Dir is a directory of the system, printed as given.
func Dir(path string) Source { return layers.Dir(path) }

// Embedded is a file system in memory; name is printed where a path would be.
func Embedded(fsys fs.FS, name string) Source { return layers.Embedded(fsys, name) }

// An Origin is the file and line where a value was written; zero for what no file says.
type Origin = layers.Origin

// Options say what to read and how strictly. The zero value of each field is the usual case.
type Options struct {
	Source Source

	// Socket, PidFile, LogLevel, LogTarget and SyslogSocket come from the command line and beat the files; "" is unset.
	Socket, PidFile, LogLevel, LogTarget, SyslogSocket string

	// Version is what fail2ban_version stands for in jails; "" is DefaultVersion.
	Version string
	// AllowNoLogs keeps a jail whose log files are all missing, as dumping does.
	AllowNoLogs bool
	// Journal decides for a jail with backend auto that knows what to look for in the journal whether it reads that, and says why.
	// files are its log files that exist, none if all are missing; matches are its journal matches, each a list of words. Nil: a jail
	// reads the journal where the original's would. A server wants this; a dump shows the jail as it is.
	Journal func(files []LogPath, matches [][]string) (reads bool, why string)
	// LivePatterns leaves patterns of log files to the server, as far as they are patterns, so that it reads what comes up later
	// too; and names files that are not there. The commands are then set JAIL addlogpath PATTERN MODE live, and add JAIL BACKEND is
	// followed by what the jail reads (see Jail.Reads) and by its filter.
	LivePatterns bool
	// StrictJails makes a wrong jail a failure of the whole, as testing does.
	StrictJails bool
	// Only names the one jail to read; "" is all.
	Only string
	// Glob finds the files of a log path pattern; nil looks at the file system. It is called for several jails at once.
	Glob func(pattern string) ([]string, error)
	// Compile judges what this package does not understand of a good jail, its expressions above all. An error takes the jail
	// out, as any other fault in it does. Nil accepts everything.
	Compile func(*Jail) error
	// CheckServer judges the value of one of the server's own settings. An error is fatal for all. Nil accepts everything.
	CheckServer func(option string, value any) error
	// FewJails has RunDump decline so many jails that the runtime would collect garbage.
	FewJails bool
	// Verbosity chooses what RunDump and RunTest print of the messages: 0 warnings and errors, 1 informational ones too,
	// 2 and above everything, below 0 errors only. Messages for debugging are made from 2 on only: they are many.
	Verbosity int
}

// debugging is the verbosity of one who wants to know everything.
const debugging = 2

// LivePattern is the word behind a pattern of log files that the server is to match by itself.
const LivePattern = "live"

// ElseOption names the command set JAIL else COMMANDS: what a jail that reads the journal because its log files are missing is to
// work by once one of them comes up. COMMANDS are the commands about lines, expressions and log files.
const ElseOption = "else"

// DefaultVersion is the version of Fail2Ban that we stand in for.
const DefaultVersion = "1.1.0"

// A Config is a configuration, completely read.
type Config struct {
	Server *Server
	// Jails are the enabled jails in order, those with a Problem included.
	Jails []*Jail
	// Stream is the command stream: a list of lists of string, bool, int64, *big.Int, nil, []any and *pickle.Dict.
	Stream []any
	// Messages are what the original's client logs while reading, in order.
	Messages Log
	// Failed reports that the original ends with an error although there is a stream: no jail is good while some are bad, or any
	// is bad and Options.StrictJails is set.
	Failed bool

	main, jails *layers.Set // for Check
	printed     [][]byte    // what -d prints, in the place of Stream; see readPrinted
}

// A Level is the weight of a message, numbered as in log levels everywhere: a higher one matters more.
type Level int

// The levels that occur.
const (
	Debug   Level = 10
	Info    Level = 20
	Notice  Level = 25
	Warning Level = 30
	Errors  Level = 40
)

// String returns the level as log lines print it.
func (l Level) String() string {
	switch l {
	case Debug:
		return "DEBUG"
	case Info:
		return "INFO"
	case Notice:
		return "NOTICE"
	case Warning:
		return "WARNING"
	}
	return "ERROR"
}

// A Message is one thing that the client logs.
type Message struct {
	Logger string
	Level  Level
	Text   string
}

// A Log is a sequence of messages.
type Log []Message

// The loggers that the client's messages name.
const (
	clientLog = "fail2ban"
	readerLog = "fail2ban.configreader"
	jailLog   = "fail2ban.jailreader"
	jailsLog  = "fail2ban.jailsreader"
	parserLog = "fail2ban.configparserinc"
)

// An Error is a fault in a value. Error gives the contractual text; Origin and Hint say where it is and what to write.
type Error struct {
	Origin Origin
	Option string
	Text   string
	Hint   string
}

func (e *Error) Error() string { return e.Text }
