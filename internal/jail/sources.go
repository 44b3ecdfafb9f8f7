package jail

import (
	"fmt"
	"strings"

	"gaol/internal/source"
	"gaol/internal/ticket"
)

// JournalSource is the name under which a jail's place in the journal is stored.
const JournalSource = "systemd-journal"

// A Start says where the reading of a source begins.
type Start struct {
	Tail   bool            // at the end: only what is written from now on
	Stored ticket.Position // where the last run had got to
	Since  ticket.Unix     // lines older than this need not be read
	// DateOf finds the time of a line, for a search by time; nil where lines have none.
	DateOf func(line []byte) (ticket.Unix, bool)
}

// A Subscription is an open source.
type Subscription interface {
	Pause()
	Resume()
	Close()
}

// sink hands batches to the jail.
type sink struct{ jail *Jail }

// Lines implements source.Sink.
func (s sink) Lines(b *ticket.Batch) { s.jail.judge(b) }

// UsesJournal reports whether a jail with this backend reads the journal and not files.
func UsesJournal(backend string) bool {
	return strings.HasPrefix(strings.ToLower(backend), "systemd")
}

// subscribeLocked opens every source of the settings that is not open yet and closes those that are no longer named.
func (j *Jail) subscribeLocked() {
	s := &j.life.plan.Settings
	wanted := map[string]bool{}
	if UsesJournal(s.Backend) {
		wanted[JournalSource] = true
		j.openLocked(JournalSource, func(start Start, to source.Sink) (Subscription, error) {
			return j.env.Entries(s.Backend, s.Journal, start, to)
		}, LogFile{})
	} else {
		for _, l := range s.Logs {
			wanted[l.Path] = true
			j.openLocked(l.Path, func(start Start, to source.Sink) (Subscription, error) {
				return j.env.Files(s.Backend, l, start, to)
			}, l)
		}
	}
	for path := range j.life.subs {
		if !wanted[path] {
			j.unsubscribeLocked(path)
		}
	}
}

// openLocked opens one source; a failure is logged and the jail goes on with the others.
func (j *Jail) openLocked(path string, open func(Start, source.Sink) (Subscription, error), l LogFile) {
	if j.life.subs[path] != nil {
		return
	}
	sub, err := open(j.startOf(path, l.Tail), sink{j})
	if err != nil {
		j.logs.filter.Error(fmt.Sprintf("cannot watch %s: %v", path, err))
		return
	}
	j.life.subs[path] = sub
}

// startOf says where reading of a source begins: after what was judged before, and not before findtime ago.
func (j *Jail) startOf(path string, tail bool) Start {
	start := Start{Tail: tail, Since: j.env.Now() - ticket.Unix(j.findTime()), DateOf: j.life.plan.program.DateOf()}
	if j.env.Store != nil {
		start.Stored, _ = j.env.Store.Position(j.Name, path)
	}
	return start
}

func (j *Jail) unsubscribeLocked(path string) {
	j.life.subs[path].Close()
	delete(j.life.subs, path)
}
