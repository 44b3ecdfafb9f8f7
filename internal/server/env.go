package server

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"gaol/internal/action"
	"gaol/internal/action/nft"
	"gaol/internal/action/shell"
	"gaol/internal/action/smtp"
	"gaol/internal/addr"
	"gaol/internal/filter/dns"
	"gaol/internal/jail"
	"gaol/internal/source"
	"gaol/internal/source/file"
)

// world is what all jails share of the system: name service and log readers.
type world struct {
	names  *dns.Cache
	files  *file.Reader // told by the kernel when a file changes
	polled *file.Reader // looks itself, for backend = polling
	kernel *nft.Kernel  // of the native nftables actions

	journals *journals
}

func (s *Server) newWorld() world {
	log := s.opt.Output.Logger
	return world{
		names:  dns.NewCache(dns.Options{Log: log("fail2ban.ipdns"), Now: s.opt.Now}),
		files:  file.NewReader(file.Options{Log: log("fail2ban.filter")}),
		polled: file.NewReader(file.Options{Log: log("fail2ban.filter"), Polling: true}),
		kernel: new(nft.Kernel),

		journals: newJournals(),
	}
}

// Run reads the sources of all jails and looks after the firewall until ctx is done. Commands may arrive before and after.
func (s *Server) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.world.files.Run(ctx) })
	g.Go(func() error { return s.world.polled.Run(ctx) })
	g.Go(func() error {
		if err := s.world.kernel.Watch(ctx); err != nil && ctx.Err() == nil {
			// Without root, or without nftables: bans are checked when offenders are seen again.
			s.log.Debug("cannot watch the firewall for changes by others: " + err.Error())
		}
		return nil
	})
	g.Go(func() error { return s.purge(ctx) })
	defer s.world.kernel.Close()
	defer s.world.journals.end()
	return g.Wait()
}

// purge lets the database forget what is too old, every hour, until ctx is done.
func (s *Server) purge(ctx context.Context) error {
	hourly := time.NewTicker(time.Hour)
	defer hourly.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-hourly.C:
			if db := s.db(); db != nil {
				s.report(db.Purge(s.opt.Now()))
			}
		}
	}
}

// env is what a jail gets of the world. The caller holds change.
func (s *Server) env() jail.Env {
	return jail.Env{
		Log:       s.opt.Output.Logger,
		Now:       s.opt.Now,
		Store:     s.db(),
		Resolve:   s.world.names,
		Files:     s.openFile,
		Entries:   s.openJournal,
		NewAction: s.newAction,
		Command:   s.command,
		Expand:    func(text string, e *action.Event) string { return action.Fill(text, e) },
		HostName:  s.hostName,
		Observe:   s.opt.Observe,
		IPv6:      s.world.names.IPv6Allowed,
	}
}

func (s *Server) hostName(id addr.ID) string {
	if a, ok := id.Addr(); ok {
		return s.world.names.Name(a)
	}
	return ""
}

// openFile subscribes a jail to a log file.
func (s *Server) openFile(backend string, l jail.LogFile, start jail.Start, sink source.Sink) (jail.Subscription, error) {
	reader := s.world.files
	if backendName(backend) == "polling" {
		reader = s.world.polled
	}
	if l.Waits {
		s.sayIfMissing(l.Path)
		if _, err := os.Lstat(l.Path); err != nil && strings.ContainsAny(l.Path, "*?[") {
			// What comes up later is new as a whole: there is no place to go on from, and nothing to search for in it.
			return reader.SubscribeGlob(l.Path, nil, sink), nil
		}
	}
	return reader.Subscribe(l.Path, file.Start{
		Tail: start.Tail, Stored: start.Stored, Since: start.Since, DateOf: start.DateOf, Wait: l.Waits,
	}, sink)
}

// sayIfMissing warns about a log file that cannot be read now; the jail waits for it.
func (s *Server) sayIfMissing(path string) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
	case !info.Mode().IsRegular() && info.Mode()&os.ModeNamedPipe == 0:
		err = fmt.Errorf("%s is no file", path)
	default:
		return
	}
	s.opt.Output.Logger("fail2ban.filter").Warn(fmt.Sprintf("Waiting for a log file: %v", err))
}

// ignoreTimeout bounds an ignorecommand: the jail does not read on meanwhile.
const ignoreTimeout = 60 * time.Second

// command runs an ignorecommand: its exit status 1 is an answer, not a failure.
func (s *Server) command(ctx context.Context, text string, e *action.Event) (int, error) {
	if isCrawlerCheck(text) {
		if ip, ok := e.ID().Addr(); ok && RealCrawler(s.world.names, ip) {
			return 0, nil
		}
		return 1, nil
	}
	r := shell.RunCommand(ctx, s.opt.Output.Logger("fail2ban.utils"), text, e, ignoreTimeout, 0, 1)
	if r.TimedOut {
		return r.Code, fmt.Errorf("ignorecommand ran longer than %s", ignoreTimeout)
	}
	return r.Code, r.Err
}

// newAction makes the action that a spec describes: a native one where the commands are those of a stock action that we
// know how to replace, else a shell action.
func (s *Server) newAction(spec jail.ActionSpec, env action.Env) (action.Action, error) {
	switch {
	case s.opt.Observe:
		return observer{}, nil
	case filepath.Base(spec.Script) == smtp.Script:
		return smtp.New(spec.Props, env)
	case spec.Script != "":
		return nil, fmt.Errorf("%s is a Python action; of these only %s is supported, use an action file with commands", spec.Script, smtp.Script)
	}
	_, native, err := nft.Native(spec.Props)
	switch {
	case err != nil:
		return nil, err
	case native:
		return s.world.kernel.New(spec.Props, env)
	}
	return shell.New(spec.Props, env), nil
}
