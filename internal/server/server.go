// Package server is the daemon: the jails, what they share, and the command tree that clients speak to.
//
// In go commands as plain values (a list of words, as the control socket carries them); out come plain values or errors
// that travel as Python exceptions. The server never parses configuration files: a configuration arrives as a stream of
// commands, whoever sends it.
package server

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"gaol/internal/control"
	"gaol/internal/jail"
	"gaol/internal/logging"
	"gaol/internal/store"
	"gaol/internal/ticket"
)

// Options are fixed for the life of a server.
type Options struct {
	Version string // what the command version answers
	Output  *logging.Output
	Now     func() ticket.Unix // nil: ticket.Now
	// Stopping is called when the server begins to stop: nobody should come any more. Stopped is called when everything has
	// been undone, before whoever asked for it is told. Both may be nil.
	Stopping, Stopped func()
	// Observe makes every jail judge and log, but enforce nothing.
	Observe bool
}

// A Server holds the jails. It is safe for concurrent use.
type Server struct {
	opt   Options
	log   *slog.Logger
	world world

	// change serialises what alters the set of jails or the database: add, start, stop, reload.
	change sync.Mutex

	mu      sync.RWMutex // guards the rest
	jails   map[string]*jail.Jail
	edits   map[string]*sync.Mutex // one for each jail: serialises changes of its settings
	order   []string               // of creation
	store   *store.Store
	dbFile  string
	threads map[string]any

	tidying tidying

	maxLine atomic.Int64 // bytes at which a line is cut

	quit     chan struct{} // closed by the command stop
	quitOnce sync.Once
	stopped  chan struct{} // closed when every jail has stopped
}

// New returns a server without jails.
func New(opt Options) *Server {
	if opt.Now == nil {
		opt.Now = ticket.Now
	}
	s := &Server{
		opt:     opt,
		log:     opt.Output.Logger("fail2ban.server"),
		jails:   map[string]*jail.Jail{},
		edits:   map[string]*sync.Mutex{},
		dbFile:  "None",
		quit:    make(chan struct{}),
		stopped: make(chan struct{}),
	}
	s.world = s.newWorld()
	s.maxLine.Store(ticket.DefaultMaxLine)
	// We have no such thread; log readers know these lines as the marks of a start and a stop.
	opt.Output.Logger("fail2ban.observer").Info("Observer start...")
	return s
}

// Quit is closed when a client has asked the server to stop.
func (s *Server) Quit() <-chan struct{} { return s.quit }

// Shutdown stops all jails, closes the database and returns when that is done; further calls wait for the first.
func (s *Server) Shutdown() {
	s.quitOnce.Do(func() {
		close(s.quit)
		s.log.Info("Shutdown in progress...")
		observer := s.opt.Output.Logger("fail2ban.observer")
		observer.Info("Observer stop ... try to end queue 5 seconds")
		observer.Info("Observer stopped, 0 events remaining.")
		if s.opt.Stopping != nil {
			s.opt.Stopping()
		}
		s.change.Lock()
		defer s.change.Unlock()
		s.log.Info("Stopping all jails")
		s.stopJails(s.names())
		s.closeStore()
		s.log.Info("Exiting Fail2ban")
		if s.opt.Stopped != nil {
			s.opt.Stopped()
		}
		close(s.stopped)
	})
	<-s.stopped
}

// Handle answers one command. It is a serve.Handler.
func (s *Server) Handle(ctx context.Context, cmd []any, _ control.Peer) (any, error) {
	reply, err := s.execute(ctx, cmd)
	if err != nil {
		s.opt.Output.Logger("fail2ban.transmitter").Error(
			fmt.Sprintf("Command %s has failed. Received %s", describe(cmd), exceptionText(err)))
	}
	return reply, err
}

// jail returns the jail called name.
func (s *Server) jail(name string) (*jail.Jail, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if j := s.jails[name]; j != nil {
		return j, nil
	}
	return nil, control.UnknownJail(name)
}

// names returns the jails in order of creation.
func (s *Server) names() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.order)
}

// all returns the jails in order of creation.
func (s *Server) all() []*jail.Jail {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := make([]*jail.Jail, len(s.order))
	for i, name := range s.order {
		out[i] = s.jails[name]
	}
	return out
}

// editing locks the settings of the jail called name against other changes, and returns how to let go.
func (s *Server) editing(name string) (unlock func()) {
	s.mu.Lock()
	m := s.edits[name]
	if m == nil {
		m = new(sync.Mutex)
		s.edits[name] = m
	}
	s.mu.Unlock()
	m.Lock()
	return m.Unlock
}

// create makes a jail of plan and enters it; the database must know it by the time it starts. The caller holds change.
func (s *Server) create(name string, plan *jail.Plan) (*jail.Jail, error) {
	logs := s.opt.Output.Logger("fail2ban.jail")
	logs.Info("Creating new jail '" + name + "'")
	logs.Info(fmt.Sprintf("Jail '%s' uses %s", name, backendText(plan.Settings.Backend)))
	logs.Info(fmt.Sprintf("Initiated '%s' backend", backendName(plan.Settings.Backend)))
	if len(name) >= 26 {
		logs.Warn(fmt.Sprintf("Jail name '%s' might be too long and some commands might not function correctly."+
			" Please shorten", name))
	}
	j, err := jail.New(name, plan, s.env())
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jails[name] = j
	s.order = append(s.order, name)
	return j, nil
}

// know tells the database of jails that are about to start: of all at once, since each transaction waits for the disk.
func (s *Server) know(names ...string) {
	if db := s.db(); db != nil {
		s.report(db.AddJails(names...))
	}
}

// stopJails stops and removes jails, all at the same time. The caller holds change.
func (s *Server) stopJails(names []string) {
	var wg sync.WaitGroup
	for _, name := range names {
		j, err := s.jail(name)
		if err != nil {
			continue
		}
		wg.Go(j.Stop)
	}
	wg.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	var gone []string
	for _, name := range names {
		if s.jails[name] == nil {
			continue
		}
		delete(s.jails, name)
		delete(s.edits, name)
		s.order = slices.DeleteFunc(s.order, func(n string) bool { return n == name })
		gone = append(gone, name)
	}
	if s.store != nil {
		s.report(s.store.DisableJails(gone...))
	}
}

// report logs a database error: bans go on without it.
func (s *Server) report(err error) {
	if err != nil {
		s.opt.Output.Logger("fail2ban.database").Error(err.Error())
	}
}

// Overview returns the jails in order of creation.
func (s *Server) Overview() []*jail.Jail { return s.all() }

// Works reports whether any jail runs.
func (s *Server) Works() bool {
	return slices.ContainsFunc(s.all(), (*jail.Jail).Running)
}
