package jail

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"gaol/internal/action"
	"gaol/internal/addr"
	"gaol/internal/ban"
	"gaol/internal/config"
	"gaol/internal/failure"
	"gaol/internal/filter"
	"gaol/internal/filter/ignore"
	"gaol/internal/logging"
	"gaol/internal/source"
	"gaol/internal/store"
	"gaol/internal/ticket"
	"gaol/internal/ticket/packed"
)

// Env is what a jail uses of the world around it.
type Env struct {
	Log     func(logger string) *slog.Logger
	Now     func() ticket.Unix
	Store   *store.Store // nil when no database is used
	Resolve filter.Resolver
	// Files, Patterns and Entries open a jail's sources: a log file, the files that match a pattern, the journal.
	Files    func(backend string, l LogFile, start Start, sink source.Sink) (Subscription, error)
	Patterns func(backend, pattern string, owner Owner, sink source.Sink) (Pattern, error)
	Entries  func(backend string, matches [][]string, start Start, sink source.Sink) (Subscription, error)
	// CameUp is told, on a goroutine of its own, that a log file of the settings' alternative is there.
	CameUp func(j *Jail, path string)
	// NewAction makes an action of the given name.
	NewAction func(spec ActionSpec, env action.Env) (action.Action, error)
	// Command runs a shell command with a ticket's tags and returns its exit status; Expand fills the tags of a text.
	Command func(ctx context.Context, command string, e *action.Event) (code int, err error)
	Expand  func(text string, e *action.Event) string
	// HostName returns the name of an address, "" if it has none.
	HostName func(addr.ID) string
	// Observe says that the actions enforce nothing, so the log must not claim bans.
	Observe bool
	IPv6    func() bool
	// Tidy is told that a burst has left much garbage; it must not wait for anything. nil: nobody wants to know.
	Tidy func()
}

// A Jail watches sources and bans offenders. It is made by New, works from Start to Stop, and is safe for concurrent use.
//
// Locks are taken in this order: life, hearing, judging, banning; claims and insights have their own, within which no other is taken.
// Actions run outside all of them. A batch that several jails are handed takes hearing of all, in the order of their names.
type Jail struct {
	Name string
	env  Env
	// The jail's name stands before what filter, actions and observer say; the others name it themselves.
	logs struct {
		filter, journal, actions, observer, lines, failures, jail *slog.Logger
		found, bans                                               *logging.Series // by filter and by actions
	}

	life struct {
		sync.Mutex
		state state
		plan  *Plan                   // written under judging too, so that either lock suffices to read it
		subs  map[string]Subscription // by path or pattern; the journal under its source name
		// Of subs: their backend, and how a line feed looks in their files.
		backend string
		feed    []byte
	}
	claims   claims
	insights insights

	hearing struct {
		sync.Mutex
		witness *witness
	}

	judging struct {
		sync.Mutex
		ignore  *ignore.Rules
		single  bool // nobody else may count for the jail, or let anybody off
		counter *counter
		copy    failure.Copy // of its table, what the store has
		before  int          // failures that were counted, but not by counter
		cleaned ticket.Unix  // when the jail last forgot whose last failure was longer than findtime ago
	}

	banning struct {
		sync.Mutex
		runners   []*runner
		rows      []*store.Row // bans that the next checkpoint stores
		banTime   float64
		increment *ban.Increment // nil when bans don't grow
		overAll   bool           // earlier bans of all jails count
		idle      bool
		checked   ticket.Unix // when the actions last looked after their rules
	}
	book ban.Book

	ctx    context.Context // ends with the jail
	cancel context.CancelFunc
	wg     sync.WaitGroup
	rearm  chan struct{} // capacity 1: the next expiry may have changed
	ledger ledger
}

// filterLog is the name under which what is said about log lines stands in the log.
const filterLog = "fail2ban.filter"

type state int

const (
	stopped state = iota
	running
)

// New makes a jail of plan; nothing runs before Start.
func New(name string, plan *Plan, env Env) (*Jail, error) {
	j := &Jail{Name: name, env: env, rearm: make(chan struct{}, 1)}
	j.logs.filter = env.Log(filterLog).With("jail", name)
	j.logs.journal = env.Log("fail2ban.filtersystemd").With("jail", name)
	j.logs.actions = env.Log("fail2ban.actions").With("jail", name)
	j.logs.found = logging.NewSeries(j.logs.filter, slog.LevelInfo)
	j.logs.bans = logging.NewSeries(j.logs.actions, logging.LevelNotice)
	j.logs.observer = env.Log("fail2ban.observer").With("jail", name)
	j.logs.lines = env.Log(filterLog)
	j.logs.failures = env.Log("fail2ban.actions")
	j.logs.jail = env.Log("fail2ban.jail")
	j.ctx, j.cancel = context.WithCancel(context.Background())
	j.life.subs = map[string]Subscription{}
	j.insights.jail = name
	j.judging.counter = newCounter(plan.Settings.counting())
	if err := j.takeLocked(plan); err != nil {
		return nil, err
	}
	return j, nil
}

// Settings returns the options in force.
func (j *Jail) Settings() Settings {
	j.life.Lock()
	defer j.life.Unlock()
	return j.life.plan.Settings.Clone()
}

// Plan returns what the options in force compiled to.
func (j *Jail) Plan() *Plan {
	j.life.Lock()
	defer j.life.Unlock()
	return j.life.plan
}

// takeLocked puts plan's filter, counting and ban times in force. Sources and actions follow in Start or Adopt. The caller
// holds life, or is New.
func (j *Jail) takeLocked(plan *Plan) error {
	ig, err := ignore.New(plan.Settings.Ignore, j.ignoreEnv(plan.Settings.IgnoreCommand))
	if err != nil {
		return err
	}
	j.hearing.Lock()
	defer j.hearing.Unlock()
	j.judging.Lock()
	defer j.judging.Unlock()
	if j.hearing.witness == nil {
		j.hearing.witness = newWitness(plan.terms(), j.lineEnv())
	} else {
		j.hearing.witness = j.hearing.witness.turn(plan.terms())
	}
	j.insights.adopt(plan)
	j.countBy(plan, ig)
	j.life.plan = plan
	j.setBanTimes(plan)
	return nil
}

// lineEnv is what filters use of the world. Jails that are handed batches together have it in common.
func (j *Jail) lineEnv() filter.Env {
	return filter.Env{Log: j.env.Log(filterLog), Now: j.env.Now, Resolve: j.env.Resolve}
}

// ignoreEnv lends the ignore rules what they need of the world.
func (j *Jail) ignoreEnv(command *string) ignore.Env {
	env := ignore.Env{Jail: j.Name, Log: j.env.Log(filterLog), Now: j.env.Now, Resolve: j.env.Resolve}
	about := func(f *ticket.Failure) *action.Event {
		b := &ticket.Ban{Failure: *f, BanTime: ticket.Default}
		packed.Open(&b.Failure)
		return &action.Event{Ban: b, Jail: action.JailInfo{Name: j.Name}}
	}
	env.Expand = func(text string, f *ticket.Failure) string { return j.env.Expand(text, about(f)) }
	if command != nil && *command != "" {
		env.Command = func(f *ticket.Failure) (int, error) {
			j.logs.found.Flush() // it may take its time, and may look at the log
			return j.env.Command(j.ctx, *command, about(f))
		}
	}
	return env
}

func (j *Jail) findTime() float64 { return j.life.plan.Settings.FindTime.Float64() }

func (j *Jail) setBanTimes(plan *Plan) {
	seconds := plan.Settings.BanTime.Float64()
	j.banning.Lock()
	j.banning.banTime = seconds
	j.banning.increment, j.banning.overAll = nil, config.ParseBool(plan.Settings.OverAll)
	if plan.Settings.Grows() {
		j.banning.increment = plan.increment
	}
	j.banning.Unlock()
	j.book.SetBanTime(seconds)
	j.nudge()
}

// Start brings back the bans of the last run, starts the actions and subscribes to the sources. Failing actions and sources
// are logged, and the jail works with what is left.
func (j *Jail) Start() {
	j.life.Lock()
	defer j.life.Unlock()
	if j.life.state == running {
		return
	}
	j.life.state = running
	j.startActions()
	j.restore()
	j.openLedger()
	j.wg.Add(1)
	go j.expire()
	j.subscribeLocked()
	j.logs.jail.Info("Jail '" + j.Name + "' started")
}

// Running reports whether the jail has been started.
func (j *Jail) Running() bool {
	j.life.Lock()
	defer j.life.Unlock()
	return j.life.state == running
}

// Stop lets go of the sources, undoes every ban in the firewall (the store keeps them) and stops the actions. It returns
// when all that is done.
func (j *Jail) Stop() {
	j.life.Lock()
	defer j.life.Unlock()
	for path := range j.life.subs {
		j.unsubscribeLocked(path)
	}
	j.cancel()
	j.wg.Wait()
	if j.life.state == running {
		j.repeal(j.takeRunners(), "Repeal Ban")
	}
	j.closeLedger()
	j.life.state = stopped
	j.logs.jail.Info("Jail '" + j.Name + "' stopped")
}

// SetIdle halts reading, banning and unbanning, or lets them go on; nothing is lost meanwhile.
func (j *Jail) SetIdle(idle bool) {
	j.life.Lock()
	defer j.life.Unlock()
	for _, s := range j.life.subs {
		if idle {
			s.Pause()
		} else {
			s.Resume()
		}
	}
	j.banning.Lock()
	j.banning.idle = idle
	j.banning.Unlock()
	j.nudge()
}

// says returns the word that the log has for what happens to an offender.
func (j *Jail) says(word string) string {
	if j.env.Observe {
		return "would " + strings.ToLower(word)
	}
	return word
}

// nudge makes the expiry look at its clock again.
func (j *Jail) nudge() {
	select {
	case j.rearm <- struct{}{}:
	default:
	}
}

// expire lifts bans as they run out, until the jail ends.
func (j *Jail) expire() {
	defer j.wg.Done()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		if next, ok := j.book.NextEnd(); ok && !j.isIdle() {
			timer.Reset(max(0, next.Time().Sub(j.env.Now().Time())) + time.Millisecond)
		} else {
			timer.Stop()
		}
		select {
		case <-j.ctx.Done():
			return
		case <-j.rearm:
		case <-timer.C:
			j.liftExpired()
		}
	}
}

func (j *Jail) isIdle() bool {
	j.banning.Lock()
	defer j.banning.Unlock()
	return j.banning.idle
}
