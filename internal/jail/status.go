package jail

import (
	"fmt"
	"slices"
	"strings"

	"gaol/internal/action"
	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// A Status is what a jail tells about itself.
type Status struct {
	Failed, FailedTotal int
	Files               []string // nil for a journal jail
	Journal             string   // its matches as text
	Banned, BannedTotal int
}

// Status returns the present figures.
func (j *Jail) Status() Status {
	var s Status
	j.judging.Lock()
	j.forgetLocked()
	s.Failed, s.FailedTotal = j.failuresLocked()
	j.judging.Unlock()
	settings := j.Settings()
	if UsesJournal(settings.Backend) {
		s.Journal = JournalText(settings.Journal)
	} else {
		s.Files = j.Files()
	}
	s.Banned, s.BannedTotal = j.book.Len(), j.book.Total()
	return s
}

// Files returns the log files of the jail in the order of its settings. A pattern that nothing matches stands for itself.
func (j *Jail) Files() []string {
	j.life.Lock()
	defer j.life.Unlock()
	files := []string{}
	add := func(path string) {
		if !slices.Contains(files, path) {
			files = append(files, path)
		}
	}
	for _, l := range j.life.plan.Settings.Logs {
		found := []string{l.Path}
		if p, ok := j.life.subs[l.Path].(Pattern); ok && len(p.Paths()) > 0 {
			found = p.Paths()
		}
		for _, path := range found {
			add(path)
		}
	}
	return files
}

// JournalText prints journal matches on one line, as status does.
func JournalText(matches [][]string) string {
	groups := make([]string, len(matches))
	for i, m := range matches {
		groups[i] = strings.Join(m, " ")
	}
	return strings.Join(groups, " + ")
}

// info tells actions about the jail.
func (j *Jail) info() action.JailInfo {
	j.judging.Lock()
	found, foundTotal := j.failuresLocked()
	j.judging.Unlock()
	return action.JailInfo{
		Name: j.Name, BanTime: j.BanTime(), Banned: j.book.Len(), BannedTotal: j.book.Total(), Found: found, FoundTotal: foundTotal,
	}
}

// Banned returns the texts of the ids in force in order of ban.
func (j *Jail) Banned() []string { return j.book.IDs() }

// Has reports whether exactly this id is banned.
func (j *Jail) Has(id addr.ID) bool { return j.book.Has(id) }

// ByEnd returns the bans in force by their end, the nearest first, with the ban time of each.
func (j *Jail) ByEnd() []*ticket.Ban { return j.book.ByEnd() }

// BannedByEnd returns the texts of the ids in force in the order of ByEnd.
func (j *Jail) BannedByEnd() []string { return j.book.IDsByEnd() }

// BanTime returns the ban time of bans without one of their own.
func (j *Jail) BanTime() float64 {
	j.banning.Lock()
	defer j.banning.Unlock()
	return j.banning.banTime
}

// WithTime prints one ban for `get JAIL banip --with-time`.
func WithTime(b *ticket.Ban, jailBanTime float64) string {
	d := b.Duration(jailBanTime)
	end := "9999-12-31 23:59:59"
	if e, ends := b.End(jailBanTime); ends {
		end = e.String()
	}
	return fmt.Sprintf("%s \t%s + %d = %s", b.ID, b.Time, int64(d), end)
}

// Ignored returns the ignore list as `get JAIL ignoreip` shows it.
func (j *Jail) Ignored() []string {
	j.judging.Lock()
	defer j.judging.Unlock()
	return j.judging.ignore.List()
}
