package nft

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"reflect"
	"slices"
	"sync"
	"time"

	"gaol/internal/action"
	"gaol/internal/addr"
	"gaol/internal/logging"
	"gaol/internal/ticket"
)

// An Action keeps one jail's bans in the kernel. It is safe for concurrent use.
//
// Nothing is made before the first ban of a family, unless actionstart_on_demand is false. A set that a predecessor left behind is
// taken over by the first ban, in the same transaction that puts in everybody whom the jail calls banned at that moment, so that
// nobody slips through in between. Check then removes what was left behind and is not wanted.
type Action struct {
	kernel *Kernel
	env    action.Env
	log    *slog.Logger

	mu         sync.Mutex // guards the rest
	config     Config
	onDemand   bool
	norestored bool
	families   [2]family // IPv4, IPv6
}

// A family is one set, the rules that look it up and the book of who must be in it.
type family struct {
	name    addr.Family
	set     string
	started bool // the rules and the set must be there
	renew   bool // the rules that are there are of old parameters
	shape   shape
	book    book
}

// A shape is what the set that is in the kernel can hold. Networks need a set of intervals; but with 20,000 members each change of
// such a set takes the kernel (6.18) 3 to 17 ms, and of one without 50 µs. So a set gets intervals with its first network.
type shape struct{ interval, timeout bool }

var (
	_ action.Action = (*Action)(nil)
	_ action.Bulk   = (*Action)(nil)
)

// New returns an action with the parameters p, which share k with all others. An error says what in p cannot be expressed; the
// commands of the action can still be run by a shell.
func (k *Kernel) New(p *action.Properties, env action.Env) (*Action, error) {
	c, err := Parse(p)
	if err != nil {
		return nil, fmt.Errorf("action %s: %w", env.Name, err)
	}
	a := &Action{kernel: k, env: env, log: logging.Named(env.Log, "fail2ban.nftables")}
	a.setLocked(c, p)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.actions = append(k.actions, a)
	return a, nil
}

func (a *Action) setLocked(c Config, p *action.Properties) {
	a.config = c
	a.onDemand = p.Flag("actionstart_on_demand", true)
	a.norestored = p.Flag("norestored", false)
	a.families[0].name, a.families[0].set = addr.Inet4, c.Set4
	a.families[1].name, a.families[1].set = addr.Inet6, c.Set6
}

// Start makes sets and rules if they are not to wait for the first ban.
func (a *Action) Start(context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.onDemand {
		return nil
	}
	for i := range a.families {
		f := &a.families[i]
		if f.name == addr.Inet6 && !a.env.IPv6 || f.impossibleIn(a.config) {
			continue
		}
		if err := a.restoreLocked(f); err != nil {
			return a.failed("starting", err)
		}
	}
	return nil
}

func (f *family) impossibleIn(c Config) bool {
	_, err := c.rules(f.name, c.table(), c.newSet(f))
	return errors.Is(err, errFamily)
}

func (a *Action) failed(verb string, err error) error {
	return fmt.Errorf("Error %s action Jail('%s')/%s: %w", verb, a.env.Jail, a.env.Name, err)
}

// Ban puts e's address into the set, unless it is there with the same end.
func (a *Action) Ban(ctx context.Context, e *action.Event) error {
	return a.BanAll(ctx, []*action.Event{e})[0]
}

// BanAll puts all addresses in, with one transaction for each family.
func (a *Action) BanAll(_ context.Context, events []*action.Event) []error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.changeAllLocked(events, "banning", func(f *family, e *action.Event, c *change) {
		if p, _ := e.ID().Prefix(); a.wantsLocked(e) && !f.book.has(p, end(e)) {
			f.book.put(p, end(e), c)
		}
	})
}

// Reban puts e's address in whatever the book says; a missing set or rule is made anew.
func (a *Action) Reban(_ context.Context, e *action.Event) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.changeAllLocked([]*action.Event{e}, "banning", func(f *family, e *action.Event, c *change) {
		if p, _ := e.ID().Prefix(); a.wantsLocked(e) {
			f.book.put(p, end(e), c)
		}
	})[0]
}

// Prolong gives e's address more time.
func (a *Action) Prolong(ctx context.Context, e *action.Event) error { return a.Ban(ctx, e) }

// wantsLocked reports whether a ban of e is ours to enforce.
func (a *Action) wantsLocked(e *action.Event) bool { return !a.norestored || !e.Ban.Restored }

// Unban takes e's address out.
func (a *Action) Unban(ctx context.Context, e *action.Event) error {
	return a.UnbanAll(ctx, []*action.Event{e})[0]
}

// UnbanAll takes all addresses out, with one transaction for each family.
func (a *Action) UnbanAll(_ context.Context, events []*action.Event) []error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.changeAllLocked(events, "unbanning", func(f *family, e *action.Event, c *change) {
		p, _ := e.ID().Prefix()
		f.book.remove(p, c)
	})
}

// changeAllLocked lets do turn events into changes of the books, and then makes the kernel follow. When that fails, it has failed
// for all events of the family.
func (a *Action) changeAllLocked(events []*action.Event, verb string, do func(*family, *action.Event, *change)) []error {
	var changes [2]change
	errs := make([]error, len(events))
	for i, e := range events {
		switch e.ID().Family() {
		case addr.Inet4:
			do(&a.families[0], e, &changes[0])
		case addr.Inet6:
			do(&a.families[1], e, &changes[1])
		default:
			errs[i] = failedFor(verb, e, errNoAddress)
		}
	}
	for i := range changes {
		f := &a.families[i]
		err := a.applyLocked(f, changes[i])
		if err == nil {
			continue
		}
		for j, e := range events {
			if e.ID().Family() == f.name {
				errs[j] = failedFor(verb, e, err)
			}
		}
	}
	return errs
}

// failedFor says what failed about e, beginning as the original does.
func failedFor(verb string, e *action.Event, err error) error {

	return fmt.Errorf("Error %s %s: %w", verb, e.ID(), err)
}

// end returns when e is to be let in again; zero means never.
func end(e *action.Event) time.Time {
	if e.BanTime == ticket.Forever {
		return time.Time{}
	}
	return (e.Ban.Time + ticket.Unix(e.BanTime)).Time()
}

// Flush empties both sets.
func (a *Action) Flush(context.Context) (done bool, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.families {
		f := &a.families[i]
		f.book.clear()
		if !f.started {
			continue
		}
		if err := a.restoreLocked(f); err != nil {
			return false, a.failed("flushing", err)
		}
	}
	return true, nil
}

// UpdatesFirewall implements action.Live.
func (a *Action) UpdatesFirewall() {}

// Reload has nothing to do: Update did it.
func (a *Action) Reload(context.Context) error { return nil }

// errCommands is what Update says to commands that this package would not follow.
var errCommands = errors.New("commands other than the stock ones need a shell: reload the jail, or write driver = nftables to keep this")

// Update takes over changed parameters. Rules and sets are replaced where they differ, with everybody in them. It refuses
// parameters that are no longer Native.
func (a *Action) Update(_ context.Context, p *action.Properties) error {
	c, native, err := Native(p)
	if err == nil && !native {
		_, err = Parse(p)
		if err == nil {
			err = errCommands
		}
	}
	if err != nil {
		return fmt.Errorf("action %s: %w", a.env.Name, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	was, families := a.config, a.families
	a.setLocked(c, p)
	if reflect.DeepEqual(c, was) {
		return nil
	}
	var errs error
	for i := range a.families {
		f := &a.families[i]
		if !f.started {
			continue
		}
		f.renew = true
		errs = errors.Join(errs, a.restoreLocked(f))
		if !c.sameHome(was, f.name) {
			errs = errors.Join(errs, a.removeLocked(families[i].set, was))
		}
	}
	if errs != nil {
		return a.failed("updating", errs)
	}
	return nil
}

// sameHome reports whether the set of f and its rules are at the same place in both configurations.
func (c Config) sameHome(d Config, f addr.Family) bool {
	if c.Table != d.Table || c.TableFamily != d.TableFamily || c.Chain != d.Chain {
		return false
	}
	return f == addr.Inet4 && c.Set4 == d.Set4 || f == addr.Inet6 && c.Set6 == d.Set6
}

// Check makes the kernel agree with what the jail says is banned now: it puts back what is missing, gives members the time that
// they have now, and removes sets and rules of ours that a predecessor left behind and no ban has claimed.
func (a *Action) Check(ctx context.Context) error {
	if a.env.Active != nil {
		return a.Sync(ctx, a.env.Active())
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.checkAllLocked()
}

// Sync makes the books, and the kernel with them, hold exactly what is wanted. Calling it twice does nothing the second time.
func (a *Action) Sync(_ context.Context, wanted []*action.Event) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var members [2]map[netip.Prefix]time.Time
	for i := range members {
		members[i] = make(map[netip.Prefix]time.Time)
	}
	for _, e := range wanted {
		p, isAddress := e.ID().Prefix()
		switch {
		case !isAddress || !a.wantsLocked(e):
		case p.Addr().Is4():
			members[0][p] = end(e)
		default:
			members[1][p] = end(e)
		}
	}
	var errs error
	for i := range a.families {
		f := &a.families[i]
		errs = errors.Join(errs, a.applyLocked(f, f.book.become(members[i])))
	}
	if errs != nil {
		return a.failed("checking", errs)
	}
	return a.checkAllLocked()
}

func (a *Action) checkAllLocked() error {
	for i := range a.families {
		f := &a.families[i]
		if f.impossibleIn(a.config) {
			continue
		}
		if err := a.checkLocked(f); err != nil {
			return a.failed("checking", err)
		}
	}
	return nil
}

// Stop removes our rules and sets, and the chain and the table if nothing else is in them.
func (a *Action) Stop(context.Context) error {
	a.kernel.forget(a)
	a.mu.Lock()
	defer a.mu.Unlock()
	var errs error
	for i := range a.families {
		f := &a.families[i]
		if f.started {
			errs = errors.Join(errs, a.removeLocked(f.set, a.config))
		}
		f.book.clear()
		f.started = false
	}
	if errs != nil {
		return a.failed("stopping", errs)
	}
	return nil
}

// Release forgets the action and leaves everything in the kernel, for a successor to take over.
func (a *Action) Release() { a.kernel.forget(a) }

func (k *Kernel) forget(a *Action) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.actions = slices.DeleteFunc(k.actions, func(x *Action) bool { return x == a })
}
