package regex

import (
	"context"
	"strings"
	"time"

	"gaol/internal/config"
	"gaol/internal/filter"
	"gaol/internal/lazy"
	"gaol/internal/source"
	"gaol/internal/source/journal"
	"gaol/internal/ticket"
)

// A journalLog reads the journal from its beginning to its end.
type journalLog struct {
	options journal.Options
	matches [][]string
	entries *pump
}

// openJournal opens the journal that a log argument like systemd-journal[journalflags=1] names, for the entries that matches
// choose.
func openJournal(argument string, matches []string, h *header) (testedLog, error) {
	_, params, err := config.ParseDefinition(argument)
	if err != nil {
		return nil, wrong("%s: %v", argument, err)
	}
	g := &journalLog{}
	for name, value := range params.All() {
		if err := g.options.Set(name, value); err != nil {
			return nil, wrong("%v", err)
		}
	}
	var words []string
	for _, m := range matches {
		g.matches = append(g.matches, shellWords(m))
		words = append(words, shellWords(m)...)
	}
	if len(matches) > 0 {
		h.line("journal match", strings.Join(words, " "))
	}
	return g, nil
}

func (*journalLog) Name() string { return journal.SourceName }
func (*journalLog) Dated() bool  { return true }

func (g *journalLog) Lines(ctx context.Context) filter.Supply {
	g.entries = newPump(ctx, g.each)
	return g.entries
}

func (g *journalLog) Close() error {
	if g.entries != nil {
		g.entries.stop()
	}
	return nil
}

// each ends when the reader has come to the present.
func (g *journalLog) each(ctx context.Context, emit func(*ticket.Line) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var failure error
	sink := source.SinkFunc(func(b *ticket.Batch) {
		for i := 0; i < len(b.Lines) && failure == nil; i++ {
			if failure = emit(&b.Lines[i]); failure != nil {
				cancel()
			}
		}
	})
	r := journal.NewReader(g.options)
	s, err := r.Subscribe(g.matches, journal.Start{}, sink)
	if err != nil {
		return wrong("%v", err)
	}
	go func() {
		ticker := time.NewTicker(10 * time.Millisecond)
		defer ticker.Stop()
		for ctx.Err() == nil && !s.Stats().Live {
			<-ticker.C
		}
		cancel()
	}()
	if err := r.Run(ctx); err != nil {
		return err
	}
	return failure
}

// shellWord is a word of a journal match, quoted or not.
var shellWord = lazy.Regexp{Expr: `(?:'[^']*'|"[^"]*"|[^\s'"])+`}

// shellWords splits a journal match as a shell does.
func shellWords(text string) []string {
	words := shellWord.Get().FindAllString(text, -1)
	for i, w := range words {
		words[i] = strings.NewReplacer(`'`, "", `"`, "").Replace(w)
	}
	return words
}
