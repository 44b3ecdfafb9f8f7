package server

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
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

// hold has jails that begin or change before release is called do it between the same two lines of a log, so that those that judge alike
// can go on together. It lasts for a moment only.
func (w *world) hold() (release func()) {
	files, polled := w.files.Hold(), w.polled.Hold()
	return func() {
		files()
		polled()
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
		Patterns:  s.openPattern,
		CameUp:    s.readFiles,
		Entries:   s.openJournal,
		NewAction: s.newAction,
		Command:   s.command,
		Expand:    func(text string, e *action.Event) string { return action.Fill(text, e) },
		HostName:  s.hostName,
		Observe:   s.opt.Observe,
		IPv6:      s.world.names.IPv6Allowed,
		Tidy:      s.tidy,
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
	if l.Waits {
		s.sayIfMissing(l.Path)
	}
	from := fileStart(start)
	from.Wait = l.Waits
	sub, err := s.fileReader(backend).Subscribe(l.Path, from, sink)
	if err != nil {
		return nil, err
	}
	return fileSource{sub}, nil
}

// openPattern subscribes a jail to all files that match a pattern.
func (s *Server) openPattern(backend, pattern string, owner jail.Owner, sink source.Sink) (jail.Pattern, error) {
	return patternSource{s.fileReader(backend).SubscribeGlob(pattern, fileOwner{owner}, sink)}, nil
}

func (s *Server) fileReader(backend string) *file.Reader {
	if backendName(backend) == "polling" {
		return s.world.polled
	}
	return s.world.files
}

// readFiles lets a jail that reads the journal for want of log files read those instead, now that path is there.
func (s *Server) readFiles(j *jail.Jail, path string) {
	defer s.editing(j.Name)()
	settings := j.Settings()
	if settings.Else == nil || !j.Running() {
		return // another file was first, or a reload
	}
	plan, err := j.Compile(settings.WithFiles())
	if err == nil {
		s.announceSource(j.Name, "reads log files: "+path+" has come up")
		err = j.Adopt(plan)
	}
	if err != nil {
		s.log.Error(fmt.Sprintf("Jail '%s' goes on with the journal, though %s has come up: %v", j.Name, path, err))
	}
}

// fileOwner tells a jail about the files of a pattern.
type fileOwner struct{ jail.Owner }

// Claim implements file.Owner.
func (o fileOwner) Claim(path string) (file.Start, bool) {
	start, ok := o.Owner.Claim(path)
	return fileStart(start), ok
}

func fileStart(s jail.Start) file.Start {
	return file.Start{Tail: s.Tail, Stored: s.Stored, Since: s.Since, DateOf: s.DateOf, Newline: file.NewlineOf(s.Newline)}
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
