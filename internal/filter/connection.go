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
	born    ticket.Unix
	fields  ticket.Fields
	matches []ticket.Match
	quiet   []ticket.Match // lines of nofail matches, which a later failure takes along
	pending bool           // a failure was seen before anything to charge it to
}

// connections remembers connections by their mlfid, first in first out. The zero value is empty and ready.
type connections struct {
	byID  map[string]*connection
	order []string // ids in order of creation
}

func (c *connections) get(id string, now ticket.Unix) *connection {
	r := c.byID[id]
	if r != nil && now > r.born+connectionLife {
		c.forget(id)
		return nil
	}
	return r
}

func (c *connections) put(id string, r *connection) {
	if c.byID == nil {
		c.byID = make(map[string]*connection)
	}
	for len(c.byID) >= maxConnections {
		c.dropOldest(r.born)
	}
	c.byID[id] = r
	c.order = append(c.order, id)
}

// dropOldest forgets the oldest connections up to and including the first one that was still alive.
func (c *connections) dropOldest(now ticket.Unix) {
	for len(c.order) > 0 {
		r := c.byID[c.order[0]]
		c.forget(c.order[0])
		if now <= r.born+connectionLife {
			return
		}
	}
}

func (c *connections) forget(id string) {
	delete(c.byID, id)
	c.order = slices.DeleteFunc(c.order, func(x string) bool { return x == id })
}

// merge joins one match to the connection it belongs to and returns the connection as it stands then. lines are the log lines
// of the match. The rules are docs/compatibility.md, "connections"; their order matters.
func (c *connections) merge(id string, fields ticket.Fields, lines []ticket.Match, now ticket.Unix) *connection {
	gained := fields.Text("mlfgained")
	if gained != "" && fields.Text("nofail") == "" {
		fields = fields.With("nofail", gained)
	}
	forget := fields.Text("mlfforget") != ""
	fields = fields.Without("mlfforget")
	user := fields.Text("user")

	r := c.get(id, now)
	switch {
	case r != nil:
		r.update(fields, user, gained != "")
		if forget {
			c.forget(id)
		}
	case forget:
		r = &connection{born: now, fields: fields}
	default:
		r = &connection{born: now, fields: fields}
		r.addUser(user)
		c.put(id, r)
	}
	r.judge(gained != "", forget, lines)
	return r
}

// update overlays what an earlier line told with what this one does.
func (r *connection) update(fields ticket.Fields, user string, gained bool) {
	r.addUser(user)
	quietBefore := r.fields.Text("nofail") != "" || r.fields.Text("mlfgained") != ""
	r.fields = r.fields.Without("nofail").Without("mlfgained")
	if gained {
		r.pending = false
	}
	if !quietBefore && !r.pending {
		r.matches = nil
	}
	r.fields = overlay(r.fields, fields)
}

// judge decides whether the line is a failure and gathers the lines that go with it.
func (r *connection) judge(gained, forget bool, lines []ticket.Match) {
	users, _ := valueOf(r.fields, "users").(ticket.Set)
	if r.pending || len(users) > 1 {
		r.pending = false
		r.fields = r.fields.Without("nofail").Without("mlfgained")
		gained = false
	}
	switch {
	case r.fields.Text("nofail") == "":
		r.matches = slices.Concat(r.quiet, r.matches)
		if !gained {
			r.matches = gather(r.matches, lines)
		}
		r.quiet = nil
	case !forget:
		r.quiet = gather(r.quiet, lines)
	}
}

// gather appends lines to kept and drops the oldest when there are too many.
func gather(kept, lines []ticket.Match) []ticket.Match {
	kept = append(kept, lines...)
	return kept[max(0, len(kept)-maxGathered):]
}

func (r *connection) addUser(user string) {
	if user == "" {
		return
	}
	users, _ := valueOf(r.fields, "users").(ticket.Set)
	if !slices.Contains(users, user) {
		r.fields = r.fields.With("users", append(slices.Clip(users), user))
	}
}
