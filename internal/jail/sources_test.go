package jail

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/source"
	"gaol/internal/ticket"
)

// A found is a pattern whose files the test brings up.
type found struct {
	owner Owner
	read  []string
}

func (f *found) Pause()          {}
func (f *found) Resume()         {}
func (f *found) Paths() []string { return f.read }

func (f *found) Progress() (all []Progress) {
	for _, path := range f.read {
		all = append(all, Progress{Path: path, Open: true, Live: true})
	}
	return all
}

func (f *found) Close() {
	for _, path := range slices.Clone(f.read) {
		f.Drop(path)
	}
}

func (f *found) Drop(path string) {
	if i := slices.Index(f.read, path); i >= 0 {
		f.read = slices.Delete(f.read, i, i+1)
		f.owner.Release(path)
	}
}

func (f *found) comeUp(path string) (Start, bool) {
	start, ok := f.owner.Claim(path)
	if ok {
		f.read = append(f.read, path)
	}
	return start, ok
}

// TestPatternsAndFilesShare has two patterns and a file that overlap.
func TestPatternsAndFilesShare(t *testing.T) {
	b := newBench(t, nil, nil)
	defer b.jail.Stop()
	patterns := map[string]*found{}
	b.jail.env.Patterns = func(_, pattern string, owner Owner, _ source.Sink) (Pattern, error) {
		patterns[pattern] = &found{owner: owner}
		return patterns[pattern], nil
	}
	s := b.jail.Settings()
	s.Logs = append(s.Logs, LogFile{Path: "/a*", Pattern: true, Tail: true}, LogFile{Path: "/*b", Pattern: true})
	b.adopt(s)
	list := func(what string, want ...string) {
		t.Helper()
		if d := cmp.Diff(want, b.jail.Files()); d != "" {
			t.Errorf("%s (-want +got):\n%s", what, d)
		}
	}
	list("before there are files", "/log", "/a*", "/*b")
	if start, ok := patterns["/a*"].comeUp("/ab"); !ok || !start.Tail {
		t.Errorf("claim %v of %+v", ok, start)
	}
	if _, ok := patterns["/*b"].comeUp("/ab"); ok {
		t.Error("a file is read because of two patterns")
	}
	if _, ok := patterns["/*b"].comeUp("/log"); ok {
		t.Error("a file is read because of its name and of a pattern")
	}
	list("one file", "/log", "/ab", "/*b")

	b.sink.Lines(&ticket.Batch{Source: "/ab", End: ticket.Position{Offset: 7, Hash: "x"}, Live: true})
	s.Dropped = []string{"/ab"}
	b.adopt(s)
	list("after it was taken out", "/log", "/a*", "/*b")
	if _, ok := patterns["/*b"].comeUp("/ab"); ok {
		t.Error("it came back")
	}

	s.Logs, s.Dropped = []LogFile{{Path: "/log"}, {Path: "/ab", Tail: true}}, nil
	b.adopt(s)
	list("named instead", "/log", "/ab")
	if b.start.Stored.Offset != 7 || b.start.Tail {
		t.Errorf("it does not go on where it was: %+v", b.start)
	}
}

func TestLogsAreOpenedAnewForAnotherLineEnd(t *testing.T) {
	b := newBench(t, nil, nil)
	defer b.jail.Stop()
	if d := cmp.Diff([]byte("\n"), b.start.Newline); d != "" {
		t.Error(d)
	}
	s := b.jail.Settings()
	s.Filter.LogEncoding = "utf-16-be"
	b.adopt(s)
	if d := cmp.Diff([]byte("\x00\n"), b.start.Newline); d != "" || b.sink == nil {
		t.Errorf("read on: %v, %s", b.sink != nil, d)
	}
}

func TestFilesThatComeUpTakeOverFromTheJournal(t *testing.T) {
	b := newBench(t, nil, nil)
	defer b.jail.Stop()
	waiting := &found{}
	b.jail.env.Patterns = func(_, _ string, owner Owner, _ source.Sink) (Pattern, error) {
		waiting.owner = owner
		return waiting, nil
	}
	reads := ""
	b.jail.env.Entries = func(string, [][]string, Start, source.Sink) (Subscription, error) {
		reads = "the journal"
		return openSource{func() { reads = "" }}, nil
	}
	came := make(chan string, 1)
	b.jail.env.CameUp = func(_ *Jail, path string) { came <- path }
	s := b.jail.Settings()
	s.Else = &Alternative{Backend: "auto", Filter: s.Filter, Logs: []LogFile{{Path: "/l*", Pattern: true}}}
	s.Backend, s.Logs = "systemd", nil
	b.adopt(s)
	if reads == "" || b.sink != nil {
		t.Errorf("it reads %q, and files: %v", reads, b.sink != nil)
	}
	if _, ok := waiting.comeUp("/late"); ok {
		t.Error("a file is read beside the journal")
	}
	if path := <-came; path != "/late" {
		t.Errorf("told of %s", path)
	}
	b.adopt(b.jail.Settings().WithFiles())
	if _, ok := waiting.comeUp("/late"); !ok || reads != "" {
		t.Errorf("the file is read: %v, beside %q", ok, reads)
	}
	if d := cmp.Diff([]string{"/late"}, b.jail.Files()); d != "" {
		t.Error(d)
	}
}

// A chosen is an open journal.
type chosen struct {
	openSource
	matches [][]string
}

func (c *chosen) SetMatches(m [][]string) error {
	c.matches = m
	return nil
}

func TestAChangeOfTheJournalsChoiceReachesIt(t *testing.T) {
	b := newBench(t, nil, nil)
	defer b.jail.Stop()
	var opened []string
	var now *chosen
	b.jail.env.Entries = func(backend string, matches [][]string, _ Start, _ source.Sink) (Subscription, error) {
		opened = append(opened, backend)
		now = &chosen{openSource{func() {}}, matches}
		return now, nil
	}
	s := b.jail.Settings()
	s.Backend, s.Logs, s.Journal = "systemd", nil, [][]string{{"A=1"}}
	b.adopt(s)
	s.Journal = [][]string{{"A=1"}, {"B=2"}}
	b.adopt(s)
	if d := cmp.Diff(s.Journal, now.matches); d != "" {
		t.Errorf("other matches (-want +got):\n%s", d)
	}
	s.Backend = "systemd[journalflags=1]"
	b.adopt(s)
	b.adopt(s)
	if d := cmp.Diff([]string{"systemd", "systemd[journalflags=1]"}, opened); d != "" {
		t.Errorf("opened (-want +got):\n%s", d)
	}
}
