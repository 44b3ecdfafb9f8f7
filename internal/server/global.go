package server

import (
	"context"
	"fmt"
	"strings"

	"gaol/internal/config"
	"gaol/internal/control"
	"gaol/internal/lazy"
	"gaol/internal/logging"
	"gaol/internal/pickle"
	"gaol/internal/store"
)

// A global is an option of the server itself.
type global struct {
	set func(*Server, any) error
	get func(*Server) any // nil: it cannot be asked for
}

var globals = lazy.Value[map[string]global]{Make: func() map[string]global {
	return map[string]global{
		"loglevel":      {func(s *Server, v any) error { return s.setLogLevel(text(v)) }, func(s *Server) any { return s.opt.Output.Level() }},
		"logtarget":     {func(s *Server, v any) error { return s.setLogTarget(text(v)) }, func(s *Server) any { return s.opt.Output.Target() }},
		"syslogsocket":  {func(s *Server, v any) error { return s.setSyslogSocket(text(v)) }, func(s *Server) any { return s.opt.Output.SyslogSocket() }},
		"allowipv6":     {set: func(s *Server, v any) error { return s.setAllowIPv6(text(v)) }},
		"thread":        {(*Server).setThread, (*Server).getThread},
		"dbfile":        {func(s *Server, v any) error { return s.setDBFile(text(v)) }, (*Server).getDBFile},
		"dbmaxmatches":  {(*Server).setDBMaxMatches, (*Server).getDBMaxMatches},
		"maxlinelength": {(*Server).setMaxLine, (*Server).getMaxLine},
		"dbpurgeage":    {(*Server).setDBPurgeAge, (*Server).getDBPurgeAge},
	}
}}

// setGlobal changes an option and answers its new value.
func (s *Server) setGlobal(name string, g global, args []any) (any, error) {
	if err := need(args, 1); err != nil {
		return nil, err
	}
	s.change.Lock()
	defer s.change.Unlock()
	return s.setGlobalLocked(name, g, args)
}

func (s *Server) setGlobalLocked(name string, g global, args []any) (any, error) {
	if err := g.set(s, args[0]); err != nil {
		return nil, err
	}
	switch {
	case name == "thread":
		return nil, nil
	case g.get == nil:
		return args[0], nil
	}
	return g.get(s), nil
}

// CheckOption refuses values of the server's own options of which can be said beforehand that they are wrong.
func CheckOption(name string, v any) (err error) {
	switch name {
	case "loglevel":
		if _, err = logging.ParseLevel(text(v)); err != nil {
			err = control.ValueError(err.Error())
		}
	case "dbpurgeage":
		_, err = seconds(v)
	case "dbmaxmatches":
		_, err = integer(v)
	case "maxlinelength":
		_, err = lineLength(v)
	}
	return err
}

func (s *Server) setLogLevel(level string) error {
	if err := s.opt.Output.SetLevel(level); err != nil {
		return control.ValueError(err.Error())
	}
	return nil
}

func (s *Server) setLogTarget(spec string) error {
	name, params, err := config.ParseDefinition(spec)
	if err != nil {
		return control.ValueError(err.Error())
	}
	options := map[string]string{}
	for k, v := range params.All() {
		options[k] = v
	}
	if err := s.opt.Output.SetTarget(name, options); err != nil {
		s.log.Error("Unable to log to " + pickle.Repr(name))
		s.log.Info("Logging to previous target " + pickle.Repr(s.opt.Output.Target()))
		s.log.Debug(err.Error())
		return control.InvalidCommand("Failed to change log target")
	}
	return nil
}

func (s *Server) setSyslogSocket(path string) error {
	if err := s.opt.Output.SetSyslogSocket(path); err != nil {
		s.log.Error(err.Error())
		return control.InvalidCommand("Failed to change syslog socket")
	}
	return nil
}

func (s *Server) setAllowIPv6(v string) error {
	if err := s.world.names.AllowIPv6(v); err != nil {
		return control.ValueError(err.Error())
	}
	return nil
}

// setThread takes the stack size of the original's threads; goroutines have no use for it, so it is only remembered.
func (s *Server) setThread(v any) error {
	d, ok := v.(*pickle.Dict)
	if !ok {
		return control.TypeError(fmt.Sprintf("thread wants a dict such as {'stacksize': 0}, not %s", pickle.Repr(v)))
	}
	size, _ := d.Get("stacksize")
	if n, ok := pickle.Int(size); !ok || n != 0 && n < 32 {
		return control.ValueError(fmt.Sprintf("size not valid: %s", pickle.Repr(size)))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.threads = map[string]any{"stacksize": size}
	return nil
}

func (s *Server) getThread() any {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if size, ok := s.threads["stacksize"]; ok {
		return pickle.NewDict("stacksize", size)
	}
	return pickle.NewDict("stacksize", 0)
}

// setDBFile opens the database; "None" does without one.
func (s *Server) setDBFile(path string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if path == s.dbFile {
		return nil
	}
	if len(s.jails) > 0 {
		return control.RuntimeError("Cannot change database when there are jails present")
	}
	if s.store != nil {
		s.report(s.store.Close())
		s.store = nil
	}
	s.dbFile = path
	if strings.EqualFold(path, "none") {
		s.dbFile = "None"
		return nil
	}
	db, err := store.Open(context.Background(), path, s.opt.Output.Logger("fail2ban.database"))
	if err != nil {
		s.dbFile = "None"
		return err
	}
	s.store = db
	return nil
}

func (s *Server) getDBFile() any {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.store == nil {
		return nil
	}
	return s.dbFile
}

func (s *Server) closeStore() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.store != nil {
		s.report(s.store.Close())
		s.store = nil
	}
}

func (s *Server) db() *store.Store {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.store
}

func (s *Server) setDBMaxMatches(v any) error {
	db := s.db()
	if db == nil {
		return nil
	}
	n, err := integer(v)
	if err == nil {
		db.SetMaxMatches(n)
	}
	return err
}

func (s *Server) getDBMaxMatches() any {
	if db := s.db(); db != nil {
		return db.MaxMatches()
	}
	return nil
}

// The range of maxlinelength, in bytes: no date is cut, and a reader's memory stays small.
const (
	leastLine = 256
	mostLine  = 16 << 20
)

// lineLength reads a value of maxlinelength.
func lineLength(v any) (int, error) {
	n, err := integer(v)
	if err == nil && (n < leastLine || n > mostLine) {
		err = control.ValueError(fmt.Sprintf("maxlinelength is %d to %d bytes, not %d", leastLine, mostLine, n))
	}
	return n, err
}

// setMaxLine changes at how many bytes a line is cut. The jails' filters follow with their next change.
func (s *Server) setMaxLine(v any) error {
	n, err := lineLength(v)
	if err != nil {
		return err
	}
	s.maxLine.Store(int64(n))
	s.world.files.SetMaxLine(n)
	s.world.polled.SetMaxLine(n)
	s.world.journals.setMaxLine(n)
	return nil
}

func (s *Server) getMaxLine() any { return s.maxLine.Load() }

func (s *Server) setDBPurgeAge(v any) error {
	db := s.db()
	t, err := seconds(v)
	if err == nil && db != nil {
		db.SetPurgeAge(t.Float64())
	}
	return err
}

func (s *Server) getDBPurgeAge() any {
	db := s.db()
	if db == nil {
		return nil
	}
	age := db.PurgeAge()
	if age == float64(int64(age)) {
		return int64(age)
	}
	return age
}
