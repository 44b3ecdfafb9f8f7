package filter

import (
	"slices"

	"gaol/internal/ticket"
)

// Limits of the cache of connections, as the original has them.
const (
	maxConnections = 100
	connectionLife = 300 // seconds from the first line on
)

// maxGathered bounds the lines kept for a connection: whoever writes the log must not decide how much memory we use.
const maxGathered = 100

// A connection is what the lines with one mlfid have told so far.
type connection struct {
	id      string
	born    ticket.Unix
	gone    bool // no longer in the cache
	values  values
	matches []ticket.Match
	quiet   []ticket.Match // lines of nofail matches, which a later failure takes along
	pending bool           // a failure was seen before anything to charge it to
}

// connections remembers connections by their mlfid, first in first out. The zero value is empty and ready.
type connections struct {
	byID  map[string]*connection
	order []*connection // in order of creation, some of them gone
}

func (c *connections) get(id string, now ticket.Unix) *connection {
	r := c.byID[id]
	if r != nil && now > r.born+connectionLife {
		c.forget(r)
		return nil
	}
	return r
}

func (c *connections) put(r *connection) {
	if c.byID == nil {
		c.byID = make(map[string]*connection)
	}
	for len(c.byID) >= maxConnections {
		c.dropOldest(r.born)
	}
	if len(c.order) >= 2*maxConnections {
		c.order = slices.DeleteFunc(c.order, func(x *connection) bool { return x.gone })
	}
	c.byID[r.id] = r
	c.order = append(c.order, r)
}

// dropOldest forgets the oldest connections up to and including the first one that was still alive.
func (c *connections) dropOldest(now ticket.Unix) {
	for len(c.order) > 0 {
		r := c.order[0]
		c.order = c.order[1:]
		if r.gone {
			continue
		}
		c.forget(r)
		if now <= r.born+connectionLife {
			return
		}
	}
}

func (c *connections) forget(r *connection) {
	r.gone = true
	delete(c.byID, r.id)
}

// merge joins one match to the connection it belongs to and returns the connection as it stands then. lines gives the log lines
// of the match. The rules are docs/compatibility.md, "connections"; their order matters.
func (c *connections) merge(id string, told values, lines func() []ticket.Match, now ticket.Unix) *connection {
	gained := told.text("mlfgained")
	if gained != "" && told.text("nofail") == "" {
		told = told.with(value{name: "nofail", kind: text, text: gained})
	}
	forget := told.text("mlfforget") != ""
	told = told.without("mlfforget")

	r := c.get(id, now)
	switch {
	case r != nil:
		r.update(told, gained != "")
		if forget {
			c.forget(r)
		}
	case forget:
		r = &connection{id: id, born: now, gone: true, values: slices.Clone(told)}
	default:
		r = &connection{id: id, born: now, values: slices.Clone(told)}
		r.addUser(told.text("user"))
		c.put(r)
	}
	r.judge(gained != "", forget, lines)
	return r
}

// update overlays what earlier lines told with what this one does.
func (r *connection) update(told values, gained bool) {
	r.addUser(told.text("user"))
	quietBefore := r.values.text("nofail") != "" || r.values.text("mlfgained") != ""
	r.values = r.values.without("nofail").without("mlfgained")
	if gained {
		r.pending = false
	}
	if !quietBefore && !r.pending {
		r.matches = nil
	}
	r.values = r.values.overlay(told)
}

// judge decides whether the line is a failure and gathers the lines that go with it.
func (r *connection) judge(gained, forget bool, lines func() []ticket.Match) {
	users := r.values.find("users")
	if r.pending || users != nil && len(users.parts) > 1 {
		r.pending = false
		r.values = r.values.without("nofail").without("mlfgained")
		gained = false
	}
	switch {
	case !r.isQuiet():
		r.matches = slices.Concat(r.quiet, r.matches)
		if !gained {
			r.matches = gather(r.matches, lines())
		}
		r.quiet = nil
	case !forget:
		r.quiet = gather(r.quiet, lines())
	}
}

// isQuiet reports whether the last line is no failure by itself.
func (r *connection) isQuiet() bool { return r.values.text("nofail") != "" }

// gather appends lines to kept and drops the oldest when there are too many.
func gather(kept, lines []ticket.Match) []ticket.Match {
	kept = append(kept, lines...)
	return kept[max(0, len(kept)-maxGathered):]
}

func (r *connection) addUser(user string) {
	if user == "" {
		return
	}
	var known []string
	if users := r.values.find("users"); users != nil {
		known = users.parts
	}
	if !slices.Contains(known, user) {
		r.values = r.values.with(value{name: "users", kind: set, parts: append(slices.Clip(known), user)})
	}
}
