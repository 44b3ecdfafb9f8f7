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
	spare *connection   // one whose memory the next can have
}

func (c *connections) get(id string, now ticket.Unix) *connection {
	r := c.byID[id]
	if r != nil && now > r.born+connectionLife {
		c.forget(r)
		return nil
	}
	return r
}

// add remembers a new connection.
func (c *connections) add(id string, told values, now ticket.Unix) *connection {
	if c.byID == nil {
		c.byID = make(map[string]*connection)
	}
	for len(c.byID) >= maxConnections {
		c.dropOldest(now)
	}
	if len(c.order) >= 2*maxConnections {
		c.order = slices.DeleteFunc(c.order, func(x *connection) bool { return x.gone })
	}
	r := &connection{}
	if old := c.spare; old != nil {
		clear(old.quiet)
		*r = connection{values: old.values[:0], quiet: old.quiet[:0]}
		c.spare = nil
	}
	r.id, r.born, r.values = id, now, append(r.values, told...)
	r.addUser(told.text("user"))
	c.byID[id] = r
	c.order = append(c.order, r)
	return r
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
		c.spare = r
		if now <= r.born+connectionLife {
			return
		}
	}
}

func (c *connections) forget(r *connection) {
	r.gone = true
	delete(c.byID, r.id)
}

// merge joins one match to the connection it belongs to and returns the connection as it stands then. lines appends the log
// lines of the match. The rules are docs/compatibility.md, "connections"; their order matters.
func (c *connections) merge(id string, told values, lines func(to []ticket.Match) []ticket.Match, now ticket.Unix) *connection {
	gained := told.text("mlfgained")
	if gained != "" && told.text("nofail") == "" {
		told = told.with(value{name: "nofail", kind: single, text: gained})
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
		r = c.add(id, told, now)
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
func (r *connection) judge(gained, forget bool, lines func(to []ticket.Match) []ticket.Match) {
	users := r.values.find("users")
	if r.pending || users != nil && len(*users.parts) > 1 {
		r.pending = false
		r.values = r.values.without("nofail").without("mlfgained")
		gained = false
	}
	switch {
	case !r.isQuiet():
		r.matches = slices.Concat(r.quiet, r.matches)
		if !gained {
			r.matches = bounded(lines(r.matches))
		}
		clear(r.quiet)
		r.quiet = r.quiet[:0]
	case !forget:
		r.quiet = bounded(lines(r.quiet))
	}
}

// isQuiet reports whether the last line is no failure by itself.
func (r *connection) isQuiet() bool { return r.values.text("nofail") != "" }

// bounded drops the oldest lines when there are too many.
func bounded(lines []ticket.Match) []ticket.Match { return lines[max(0, len(lines)-maxGathered):] }

func (r *connection) addUser(user string) {
	if user == "" {
		return
	}
	var known []string
	if users := r.values.find("users"); users != nil {
		known = *users.parts
	}
	if !slices.Contains(known, user) {
		known = append(slices.Clip(known), user)
		r.values = r.values.with(value{name: "users", kind: set, parts: &known})
	}
}
