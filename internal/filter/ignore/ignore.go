// Package ignore decides which offenders a jail lets off.
//
// In go the ignore options of a jail and one failure after the other; out comes whether a failure is to be ignored, and by which
// rule. The package never runs a command or expands a tag itself: the jail lends it both.
package ignore

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"gaol/internal/addr"
	"gaol/internal/pickle"
	"gaol/internal/ticket"
)

// levelMsg is the level just below info that the original reports duplicates at.
const levelMsg = slog.LevelInfo - 1

// Settings are the ignore options of a jail. The zero value ignores nobody.
type Settings struct {
	Self  bool     // ignoreself: the machine's own addresses
	IPs   []string // ignoreip: addresses, networks, host names, file:PATH
	Cache *Cache   // ignorecache; nil: every check is made anew
}

// Cache says how results are remembered.
type Cache struct {
	Key      string  // a text with tags; failures for which it comes out the same get the same result
	MaxCount int     // results kept
	MaxTime  float64 // seconds
}

// A Resolver finds the addresses of a host name.
type Resolver interface {
	Addresses(name string) []netip.Addr
}

// Env is what Rules need from their surroundings. Log is required.
type Env struct {
	Jail    string
	Log     *slog.Logger // named for the filter, without the jail
	Now     func() ticket.Unix
	Resolve Resolver            // default: names have no addresses
	Own     func() []netip.Addr // addresses of this machine; default: those of its interfaces and names, looked up every five minutes
	// Expand substitutes the action tags of a text; required with a Cache.
	Expand func(text string, f *ticket.Failure) string
	// Command runs ignorecommand for f and returns its exit code; nil: there is none. Whoever runs it has logged an exit code
	// other than 0 and 1; an error (a time-out, say) is logged here. Both mean: do not ignore.
	Command func(f *ticket.Failure) (code int, err error)
}

// Rules are the ignore rules of one jail. They are safe for concurrent use.
type Rules struct {
	env     Env
	self    bool
	results *results
	own     own

	mu      sync.RWMutex // guards the rest
	single  map[addr.ID]bool
	entries []entry
	rules   []rule // entries, neighbouring networks taken together
}

// An entry is one item of ignoreip that is no single address.
type entry struct {
	text    string // as lists show it
	network netip.Prefix
	file    *file
}

// New returns rules made of s. The error names the item that is wrong.
func New(s Settings, env Env) (*Rules, error) {
	if env.Now == nil {
		env.Now = ticket.Now
	}
	r := &Rules{env: env, self: s.Self, single: make(map[addr.ID]bool)}
	r.own.near = env.Own
	if env.Own == nil {
		r.own.near = InterfaceAddresses
		if env.Resolve != nil {
			r.own.far = func() []netip.Addr { return namedAddresses(env.Resolve) }
		}
	}
	if s.Self {
		r.own.ask() // so that the answer is there when the first failure is
	}
	if s.Cache != nil && s.Cache.Key != "" {
		r.results = newResults(*s.Cache)
	}
	for _, text := range s.IPs {
		if err := r.Add(text); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// Add adds one item of ignoreip. What is there already is reported and skipped.
func (r *Rules) Add(text string) error {
	id, e, err := parse(text)
	if err != nil || text == "" {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.single[id] || slices.ContainsFunc(r.entries, e.same) {
		r.env.Log.Log(context.Background(), levelMsg,
			"  Ignore duplicate "+pickle.Repr(e.text)+" ("+pickle.Repr(text)+"), already in ignore list")
		return nil
	}
	if !id.IsZero() {
		r.single[id] = true
		return nil
	}
	r.entries = append(r.entries, e)
	r.rules = compile(r.entries)
	return nil
}

// Remove removes one item of ignoreip and reports whether it was there.
func (r *Rules) Remove(text string) bool {
	id, e, err := parse(text)
	if err != nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.single[id] {
		delete(r.single, id)
		return true
	}
	i := slices.IndexFunc(r.entries, e.same)
	if i < 0 {
		return false
	}
	r.entries = slices.Delete(slices.Clone(r.entries), i, i+1)
	r.rules = compile(r.entries)
	return true
}

// List returns the items of ignoreip as lists show them: networks, names and files in the order in which they were added, then
// single addresses in ascending order.
func (r *Rules) List() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	list := make([]string, 0, len(r.entries)+len(r.single))
	for _, e := range r.entries {
		list = append(list, e.text)
	}
	var addrs []netip.Addr
	for id := range r.single {
		a, _ := id.Addr()
		addrs = append(addrs, a)
	}
	slices.SortFunc(addrs, netip.Addr.Compare)
	for _, a := range addrs {
		list = append(list, a.String())
	}
	return list
}

// Check reports whether f is to be ignored, and by which rule: "ignoreself rule", "ip", "dns", "file:…" or "command"; a
// remembered result gives the rule of old. It may take the time of a question to the name service and of ignorecommand. now is the time,
// but a moment ago will do: in a flood it takes longer to ask the clock than to look at the rules.
func (r *Rules) Check(f *ticket.Failure, now ticket.Unix) (reason string, ignored bool) {
	if r.results == nil {
		reason, _ = r.decide(f, now)
		return reason, reason != ""
	}
	now = r.env.Now() // results live for seconds
	key := r.env.Expand(r.results.key, f)
	if reason, known := r.results.get(key, now); known {
		return reason, reason != ""
	}
	reason, keep := r.decide(f, now)
	if keep {
		r.results.put(key, reason, now)
	}
	return reason, reason != ""
}

// decide makes the checks in order. keep is false for the one result that is not worth remembering.
func (r *Rules) decide(f *ticket.Failure, now ticket.Unix) (reason string, keep bool) {
	ip, isAddress := f.ID.Prefix()
	if r.self && isAddress && ip.IsSingleIP() && r.own.has(ip.Addr(), now) {
		return "ignoreself rule", true
	}
	r.mu.RLock()
	single, rules := r.single[f.ID], r.rules
	r.mu.RUnlock()
	if single {
		return "ip", false
	}
	if isAddress {
		for _, rule := range rules {
			if reason := rule.match(r, ip, now); reason != "" {
				return reason, true
			}
		}
	}
	return r.command(f), true
}

func (r *Rules) command(f *ticket.Failure) string {
	if r.env.Command == nil {
		return ""
	}
	code, err := r.env.Command(f)
	if err != nil {
		r.env.Log.Error(fmt.Sprintf("ignorecommand for %s: %v", f.ID, err), "jail", r.env.Jail)
		return ""
	}
	if code == 0 {
		return "command"
	}
	return ""
}

// parse reads an item of ignoreip: the identity of a single address, or else an entry.
func parse(text string) (addr.ID, entry, error) {
	if strings.HasPrefix(text, "file:") {
		f := newFile(text)
		return addr.ID{}, entry{text: f.String(), file: f}, nil
	}
	id, err := addr.Parse(text)
	if err != nil {
		return addr.ID{}, entry{}, err
	}
	prefix, ok := id.Prefix()
	switch {
	case !ok:
		return addr.ID{}, entry{text: text}, nil // a host name
	case wholeFamily(text):
		// As an identity that is the one address 0.0.0.0 or ::, and lists show it so, but here it covers its family.
		return addr.ID{}, entry{text: id.String(), network: netip.PrefixFrom(prefix.Addr(), 0)}, nil
	case prefix.IsSingleIP():
		return id, entry{text: id.String()}, nil
	}
	return addr.ID{}, entry{text: id.String(), network: prefix}, nil
}

// wholeFamily reports whether the address in text has a prefix length of 0.
func wholeFamily(text string) bool {
	_, length, ok := strings.Cut(strings.Trim(text, "[]"), "/")
	return ok && strings.Trim(length, "0") == "" && length != "" || length == "0.0.0.0" || length == "::"
}

// same reports whether two entries are one item.
func (e entry) same(other entry) bool { return e.text == other.text && e.network == other.network }
