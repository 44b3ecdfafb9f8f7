package jail

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gaol/internal/addr"
	"gaol/internal/logging"
	"gaol/internal/store"
	"gaol/internal/ticket"
)

// expiredAtOnce bounds how many bans are lifted before the lock is let go.
const expiredAtOnce = 1000

// ban shuts b's offender out, unless the ban would be over already or is in force. It reports whether the ban is new, and
// the channels that close when the actions have carried it out.
func (j *Jail) ban(b *ticket.Ban) (added bool, done []<-chan struct{}) {
	j.banning.Lock()
	defer j.banning.Unlock()
	added, done = j.banLocked(b)
	if added && !b.Restored && j.env.Store != nil {
		j.record(b)
	}
	return added, done
}

func (j *Jail) banLocked(b *ticket.Ban) (added bool, done []<-chan struct{}) {
	if !j.enterLocked(b) {
		return false, nil
	}
	j.logs.bans.Flush()
	return true, j.enforceLocked(b)
}

// enterLocked puts b into the book and logs that, unless its ban would be over already or is in force. What it logs is to be flushed.
func (j *Jail) enterLocked(b *ticket.Ban) (added bool) {
	now := j.env.Now()
	if end, ends := b.End(j.banning.banTime); ends && end < now {
		j.logs.actions.Info("Ignore " + b.ID.String() + ", expired bantime")
		return false
	}
	b.Count = max(1, b.Count)
	if b.Restored {
		b.Count++ // as actions are told: this is one more time that it is banned
	}
	if added, existing := j.book.Add(b, now); !added {
		if existing != nil {
			j.bannedAgain(b, existing)
		}
		return false
	}
	word := "Ban"
	if b.Restored {
		word = "Restore Ban"
	}
	j.logs.bans.Log(b.ID.AppendText([]byte(j.says(word) + " ")))
	return true
}

// enforceLocked has the actions carry out the ban of b, which is in the book.
func (j *Jail) enforceLocked(b *ticket.Ban) (done []<-chan struct{}) {
	done = j.tellBan(b)
	j.lengthen(b)
	j.nudge()
	return done
}

// bannedAgain says that a banned offender was seen again; how loudly depends on how long after the ban that was, since log
// lines that were on their way are no sign of a hole in the firewall.
func (j *Jail) bannedAgain(b, existing *ticket.Ban) {
	level := logging.LevelNotice
	switch after := b.Time - existing.Time; {
	case after < 3:
		level = -4
	case after >= 60:
		level = 4
	}
	j.logs.actions.Log(j.ctx, level, b.ID.String()+" already banned")
	if b.Time-existing.Time > 3 {
		j.checkActions()
	}
}

// record stores b: together with what was made of the log lines behind it or, for one that an operator has ordered, at once.
func (j *Jail) record(b *ticket.Ban) {
	if b.Failures > 0 {
		j.banning.rows = append(j.banning.rows, j.env.Store.Note(j.Name, b, j.banning.banTime))
		return
	}
	if err := j.env.Store.AddBan(j.Name, b, j.banning.banTime); err != nil {
		j.logs.actions.Error(fmt.Sprintf("cannot store the ban of %s: %v; it is in force all the same", b.ID, err))
	}
}

// Ban bans ids by hand: without counting and without asking the ignore list. It returns how many are new, when the actions
// have been told.
func (j *Jail) Ban(ids []addr.ID) int {
	n, now := 0, j.env.Now()
	for _, id := range ids {
		f := ticket.Failure{ID: id, Time: now}
		added, done := j.ban(&ticket.Ban{Failure: f, BanTime: ticket.Default, Count: 1})
		for _, d := range done {
			<-d
		}
		if added {
			n++
		}
	}
	j.settle()
	return n
}

// settle waits until the store has what it was told, so that whoever is told that a ban is in force can rely on it.
func (j *Jail) settle() {
	if j.env.Store != nil {
		j.env.Store.Flush()
	}
}

// Unban lets ids back in, forgets them in the store, and returns how many were banned and which were not. A network lets
// in every banned id within it.
func (j *Jail) Unban(ids []addr.ID) (n int, absent []addr.ID) {
	j.lockRecorded(ids)
	forgotten := j.forget(ids)
	var done []<-chan struct{}
	for _, id := range ids {
		gone := j.book.RemoveWithin(id)
		if len(gone) == 0 {
			absent = append(absent, id)
		}
		j.announce(gone, "Unban")
		for _, b := range gone {
			done = append(done, j.tellUnban(b)...)
		}
		n += len(gone)
	}
	j.banning.Unlock()
	j.nudge()
	wait(done)
	forgotten()
	return n, absent
}

// lockRecorded takes the lock on banning when no ban of ids waits for a checkpoint any more: else the ban would come back, by the
// checkpoint, or by judging its lines again after a crash.
func (j *Jail) lockRecorded(ids []addr.ID) {
	waits := func(r *store.Row) bool {
		return slices.ContainsFunc(ids, func(id addr.ID) bool { return id == r.ID || id.Covers(r.ID) })
	}
	for {
		j.banning.Lock()
		if !slices.ContainsFunc(j.banning.rows, waits) {
			return
		}
		j.banning.Unlock()
		j.checkpoint()
	}
}

// forget takes ids out of the store, and returns how to wait for that.
func (j *Jail) forget(ids []addr.ID) (wait func()) {
	if j.env.Store == nil {
		return func() {}
	}
	forgotten := j.env.Store.ForgetBans(j.Name, ids)
	return func() {
		if err := forgotten(); err != nil {
			j.logs.actions.Error(fmt.Sprintf("cannot forget bans in the database: %v", err))
		}
	}
}

// UnbanAll lets everybody back in and forgets all of this jail's bans in the store.
func (j *Jail) UnbanAll() int {
	forgotten := func() error { return nil }
	if j.env.Store != nil {
		j.checkpoint()
		forgotten = j.env.Store.DeleteAll(j.Name)
	}
	j.banning.Lock()
	runners := j.banning.runners
	j.banning.Unlock()
	n := j.empty(runners, "Unban")
	if n >= manyBans {
		j.tidy()
	}
	if err := forgotten(); err != nil {
		j.logs.actions.Error(fmt.Sprintf("cannot forget bans in the database: %v", err))
	}
	return n
}

// liftExpired lets those back in whose time is over.
func (j *Jail) liftExpired() {
	for {
		j.banning.Lock()
		gone := j.book.Expired(j.env.Now(), expiredAtOnce)
		j.announce(gone, "Unban")
		for _, b := range gone {
			j.tellUnban(b)
		}
		j.banning.Unlock()
		if len(gone) < expiredAtOnce {
			return
		}
	}
}

// restore brings back the bans that the store holds from before. They go to the actions as one batch.
func (j *Jail) restore() {
	if j.env.Store == nil {
		return
	}
	s := &j.life.plan.Settings
	bans, err := j.env.Store.Restore(j.Name, j.env.Now(), s.ban())
	if err != nil {
		j.logs.actions.Error(fmt.Sprintf("cannot bring back bans from the database: %v", err))
	}
	j.judging.Lock()
	kept, now := bans[:0], j.env.Now()
	for _, b := range bans {
		if reason, ignored := j.judging.ignore.Check(&b.Failure, now); ignored {
			j.logs.filter.Info("Ignore " + b.ID.String() + " by " + reason)
			continue
		}
		kept = append(kept, b)
	}
	j.judging.Unlock()
	j.banning.Lock()
	defer j.banning.Unlock()
	kept = slices.DeleteFunc(kept, func(b *ticket.Ban) bool { return !j.enterLocked(b) })
	j.logs.bans.Flush()
	for _, b := range kept {
		j.enforceLocked(b)
	}
	// What a predecessor that was killed has left behind, and nobody wants now, goes.
	j.checkNow()
	if len(kept) < manyBans {
		return
	}
	for _, r := range j.banning.runners {
		r.do(func(context.Context) { j.tidy() }) // once it has carried them out
	}
}

func wait(done []<-chan struct{}) {
	for _, d := range done {
		<-d
	}
}

// after runs f once d has passed, unless the jail has ended by then.
func (j *Jail) after(d time.Duration, f func()) {
	time.AfterFunc(d, func() {
		if j.ctx.Err() == nil {
			f()
		}
	})
}
