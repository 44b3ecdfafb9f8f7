package config

import (
	"fmt"
	"strings"

	"gaol/internal/config/layers"
	"gaol/internal/config/pytext"
	"gaol/internal/pickle"
)

// A Server is what fail2ban.conf and the command line say about the server itself, ready to use.
type Server struct {
	LogLevel     string // a name in any case, or a number
	LogTarget    string
	SyslogSocket string
	Socket       string
	PidFile      string
	AllowIPv6    string // "auto" or a boolean
	DBFile       string // "None" in any case for no database
	DBPurgeAge   string // a time expression
	// DBMaxMatches is nil where the server's own default holds.
	DBMaxMatches *int64
}

// A reader is one run over a configuration, or the part of it for one jail.
type reader struct {
	o      *Options // which nobody changes
	log    transcript
	layers *layers.Reader
	shared *shared
	desk   *desk

	inOrder  bool // jails are to be read one after the other
	printing bool // commands are to be laid out as -d prints them
}

func newReader(o Options) *reader {
	if o.Version == "" {
		o.Version = DefaultVersion
	}
	return &reader{o: &o, layers: layers.NewReader(o.Source), shared: &shared{}, desk: newDesk()}
}

// fork returns a reader of the same files with a log of its own that works at desk.
func (r *reader) fork(desk *desk) *reader {
	return &reader{o: r.o, layers: r.layers, shared: r.shared, desk: desk, inOrder: r.inOrder, printing: r.printing}
}

// load reads a logical configuration; nil when there is none to be read.
func (r *reader) load(base string) (*layers.Set, error) {
	reading, err := r.layers.Read(base)
	r.log.read(reading)
	return reading.Set, err
}

// ReadServer reads what every command needs to know: how to reach the server and how to start it. No file is touched if the
// command line says it all; the database settings then have their defaults. The error text is what the original prints
// behind "ERROR: ".
func ReadServer(o Options) (*Server, Log, error) {
	r := newReader(o)
	s, err := r.client()
	return s, r.log.messages(), err
}

// client finds out the five settings that the client itself needs.
func (r *reader) client() (*Server, error) {
	given := map[string]string{
		"socket": r.o.Socket, "pidfile": r.o.PidFile, "loglevel": r.o.LogLevel,
		"logtarget": r.o.LogTarget, "syslogsocket": r.o.SyslogSocket,
	}
	s := &Server{AllowIPv6: "auto", DBFile: "/var/lib/fail2ban/fail2ban.sqlite3", DBPurgeAge: "1d"}
	if !allGiven(given) {
		found, err := r.clientSettings()
		if err != nil {
			return nil, err
		}
		for name, v := range given {
			if v == "" {
				given[name] = textOf(found, name)
			}
		}
	}
	s.Socket, s.PidFile, s.LogLevel = given["socket"], given["pidfile"], given["loglevel"]
	s.LogTarget, s.SyslogSocket = given["logtarget"], given["syslogsocket"]
	if !validLogLevel(s.LogLevel) {
		return nil, &Error{
			Option: "loglevel", Text: "Invalid log level " + pickle.Repr(s.LogLevel),
			Hint: "write CRITICAL, ERROR, WARNING, NOTICE, INFO or DEBUG",
		}
	}
	return s, nil
}

func allGiven(m map[string]string) bool {
	for _, v := range m {
		if v == "" {
			return false
		}
	}
	return true
}

func (r *reader) clientSettings() (*settings, error) {
	if !r.o.Source.Exists() {
		return nil, &Error{
			Text: fmt.Sprintf("Base configuration directory %s does not exist ", r.o.Source.Root()),
			Hint: "name the directory with -c",
		}
	}
	set, err := r.load("fail2ban")
	if err != nil {
		return nil, err
	}
	if set == nil {
		return nil, errNoMain
	}
	return r.read(set, definitionSection, clientOptions, nil)
}

var errNoMain = &Error{
	Text: "Read fail2ban configuration failed.",
	Hint: "put a fail2ban.conf with a [Definition] header into the directory",
}

// validLogLevel reports whether a server will take the log level.
func validLogLevel(level string) bool {
	switch strings.ToUpper(level) {
	case "CRITICAL", "FATAL", "ERROR", "WARNING", "WARN", "NOTICE", "INFO", "MSG", "DEBUG", "TRACEDEBUG", "HEAVYDEBUG", "NOTSET":
		return true
	}
	_, number := pytext.Int(level)
	return number && !strings.ContainsAny(level, "+-_ \n")
}

// general reads the settings of the server and returns their commands. The early settings of s stand.
func (r *reader) general(set *layers.Set, s *Server) ([]any, error) {
	found, err := r.read(set, definitionSection, serverOptions, nil)
	if err != nil {
		return nil, err
	}
	for name, v := range map[string]string{"loglevel": s.LogLevel, "logtarget": s.LogTarget, "syslogsocket": s.SyslogSocket} {
		found.Set(name, setting{value: v, raw: v})
	}
	s.AllowIPv6, s.DBFile, s.DBPurgeAge = textOf(found, "allowipv6"), textOf(found, "dbfile"), textOf(found, "dbpurgeage")
	if n, ok := found.Get("dbmaxmatches"); ok {
		if n, ok := n.value.(int64); ok {
			s.DBMaxMatches = &n
		}
	}
	thread, err := r.thread(set)
	if err != nil {
		return nil, err
	}
	if err := r.addOwn(found, set); err != nil {
		return nil, err
	}
	for _, name := range []string{"syslogsocket", "loglevel", "logtarget", "allowipv6", "dbfile", "dbmaxmatches", "dbpurgeage", "maxlinelength"} {
		v, ok := found.Get(name)
		if !ok {
			continue
		}
		if err := r.checkServer(name, v); err != nil {
			return nil, err
		}
		thread = append(thread, []any{"set", name, v.value})
	}
	return thread, nil
}

// addOwn adds the settings to found that the original does not have.
func (r *reader) addOwn(found *settings, set *layers.Set) error {
	if set.Section(definitionSection) == nil {
		return nil
	}
	own, err := r.read(set, definitionSection, ownServerOptions, nil)
	if err != nil {
		return err
	}
	for name, v := range own.All() {
		found.Set(name, v)
	}
	return nil
}

// checkServer asks whether a server would take a value.
func (r *reader) checkServer(name string, v setting) error {
	if r.o.CheckServer == nil {
		return nil
	}
	err := r.o.CheckServer(name, v.value)
	if err == nil {
		return nil
	}
	e := &Error{Option: name, Origin: v.from.At(), Text: fmt.Sprintf("%s: %q: %v", name, v.raw, err)}
	if e.Origin.File != "" {
		e.Text = fmt.Sprintf("%s: %s", e.Origin, e.Text)
	}
	return e
}

// thread returns the command for the [Thread] section, if there is one with something in it.
func (r *reader) thread(set *layers.Set) ([]any, error) {
	if set.Section("Thread") == nil {
		return nil, nil
	}
	found, err := r.read(set, "Thread", threadOptions, nil)
	if err != nil || found.Len() == 0 {
		return nil, err
	}
	d := &pickle.Dict{}
	for name, v := range found.All() {
		d.Set(name, v.value)
	}
	return []any{[]any{"set", "thread", d}}, nil
}
