package server

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"gaol/internal/config"
	"gaol/internal/control"
	"gaol/internal/jail"
	"gaol/internal/source"
	"gaol/internal/source/journal"
)

// journals are the readers of the systemd journal: one for each choice of files that backends make, which is one for most
// servers. Readers are made when the first jail asks, and run until end.
type journals struct {
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu      sync.Mutex // guards what follows
	readers map[string]*journal.Reader
	maxLine int
}

func newJournals() *journals {
	j := &journals{readers: map[string]*journal.Reader{}}
	j.ctx, j.cancel = context.WithCancel(context.Background())
	return j
}

// end stops all readers and waits for them.
func (j *journals) end() {
	j.cancel()
	j.wg.Wait()
}

// reader returns the reader for a backend such as systemd[journalflags=1].
func (j *journals) reader(backend string, log *slog.Logger) (*journal.Reader, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if r := j.readers[backend]; r != nil {
		return r, nil
	}
	opt, err := journalOptions(backend)
	if err != nil {
		return nil, err
	}
	opt.Log, opt.MaxLine = log, j.maxLine
	r := journal.NewReader(opt)
	j.readers[backend] = r
	j.wg.Go(func() {
		if err := r.Run(j.ctx); err != nil && !errors.Is(err, context.Canceled) {
			log.Error("the journal is not read any more: " + err.Error())
		}
	})
	return r, nil
}

// setMaxLine says for all readers, those to come too, at how many bytes a line is cut.
func (j *journals) setMaxLine(n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.maxLine = n
	for _, r := range j.readers {
		r.SetMaxLine(n)
	}
}

// journalOptions reads the parameters of a systemd backend.
func journalOptions(backend string) (opt journal.Options, err error) {
	_, params, err := config.ParseDefinition(backend)
	if err != nil {
		return opt, control.ValueError(err.Error())
	}
	for name, value := range params.All() {
		if err := opt.Set(name, value); err != nil {
			return opt, control.ValueError(err.Error())
		}
	}
	return opt, nil
}

// openJournal subscribes a jail to the systemd journal.
func (s *Server) openJournal(backend string, matches [][]string, start jail.Start, sink source.Sink) (jail.Subscription, error) {
	r, err := s.world.journals.reader(backend, s.opt.Output.Logger("fail2ban.filtersystemd"))
	if err != nil {
		return nil, err
	}
	sub, err := r.Subscribe(matches, journal.Start{Stored: start.Stored, Since: start.Since, Live: start.Live}, sink)
	if err != nil {
		return nil, err
	}
	return journalSource{sub}, nil
}
