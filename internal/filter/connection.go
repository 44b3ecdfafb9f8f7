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
	id      []byte
	hash    uint64 // of id
	born    ticket.Unix
	gone    bool   // no longer in the cache
	pending bool   // a failure was seen before anything to charge it to
	told    memory // without mlfforget
	users   []part // distinct, in order of appearance
	lines   lineStore
	quiet   lineStore // lines of nofail matches, which a later failure takes along
}

// connections remembers connections by their mlfid, first in first out. The zero value is empty and ready.
type connections struct {
	byID  index
	order []*connection // in order of creation, some of them gone
	spare []*connection // dropped ones, whose memory others can have
	only  connection    // one that is over with its only line
	brief bool          // their memories are
}

func (c *connections) get(id []byte, hash uint64, now ticket.Unix) *connection {
	r := c.byID.find(id, hash)
	if r != nil && now > r.born+connectionLife {
		c.forget(r)
		return nil
	}
	return r
}

// add remembers a new connection.
func (c *connections) add(id []byte, hash uint64, now ticket.Unix) *connection {
	for c.byID.count >= maxConnections {
		c.dropOldest(now)
	}
	if len(c.order) >= 2*maxConnections {
		c.order = slices.DeleteFunc(c.order, c.discard)
	}
	var r *connection
	if n := len(c.spare); n > 0 {
		r, c.spare = c.spare[n-1], c.spare[:n-1]
	} else {
		r = new(connection)
	}
	r.begin(id, now)
	r.hash, r.told.brief = hash, c.brief
	c.byID.put(r)
	c.order = append(c.order, r)
	return r
}

// discard reports whether r is gone, and if so keeps its memory for another.
func (c *connections) discard(r *connection) bool {
	if r.gone {
		c.spare = append(c.spare, r)
	}
	return r.gone
}

// dropOldest forgets the oldest connections up to and including the first one that was still alive.
func (c *connections) dropOldest(now ticket.Unix) {
	for i, r := range c.order {
		if c.discard(r) {
			continue
		}
		c.forget(r)
		c.discard(r)
		if now <= r.born+connectionLife {
			c.order = slices.Delete(c.order, 0, i+1)
			return
		}
	}
	c.order = c.order[:0]
}

func (c *connections) forget(r *connection) {
	r.gone = true
	c.byID.remove(r)
}

// merge joins one match to the connection it belongs to and returns the connection as it stands then, which is valid until the next
// call. seen is the lines of the match, nil if nobody wants them. The rules are docs/compatibility.md, "connections"; their order
// matters.
func (c *connections) merge(id []byte, told *values, seen *sight, now ticket.Unix) *connection {
	gained := told.has(roleMLFGained)
	if gained && !told.has(roleNoFail) {
		told.copyAs(roleNoFail, roleMLFGained)
	}
	forget := told.has(roleMLFForget)

	hash := c.byID.hash(id)
	r := c.get(id, hash, now)
	switch {
	case r != nil:
		r.update(told, gained)
		if forget {
			c.forget(r)
		}
	case forget:
		r = &c.only
		r.begin(nil, now)
		r.gone, r.told.brief = true, c.brief
		r.told.store(told)
	default:
		r = c.add(id, hash, now)
		r.told.store(told)
		r.addUser(told)
	}
	r.judge(gained, forget, seen)
	return r
}

// begin makes r a new connection, in the memory of an old one. What was told is to be stored next.
func (r *connection) begin(id []byte, now ticket.Unix) {
	if cap(r.id) > maxSpareText {
		r.id = nil
	}
	r.id = append(r.id[:0], id...)
	r.born, r.gone, r.pending = now, false, false
	r.users = r.users[:0]
	r.lines.clear()
	r.quiet.clear()
}

// hushing are the roles by which a line says that it is no failure by itself.
const hushing = 1<<roleNoFail | 1<<roleMLFGained

// update overlays what earlier lines told with what this one does.
func (r *connection) update(told *values, gained bool) {
	r.addUser(told)
	quietBefore := r.told.values.full&hushing != 0
	r.told.remove(hushing)
	if gained {
		r.pending = false
	}
	if !quietBefore && !r.pending {
		r.lines.clear()
	}
	r.told.overlay(told)
}

// judge decides whether the line is a failure and gathers the lines that go with it.
func (r *connection) judge(gained, forget bool, seen *sight) {
	if r.pending || len(r.users) > 1 {
		r.pending = false
		r.told.remove(hushing)
		gained = false
	}
	switch {
	case seen == nil:
	case !r.isQuiet():
		r.lines.follow(&r.quiet)
		if !gained {
			r.lines.add(seen)
		}
		r.quiet.clear()
	case !forget:
		r.quiet.add(seen)
	}
}

// isQuiet reports whether the last line is no failure by itself.
func (r *connection) isQuiet() bool { return r.told.values.has(roleNoFail) }

// addUser notes the user that a line names.
func (r *connection) addUser(told *values) {
	user := told.find(roleUser)
	if user == nil || user.kind != tuple && len(user.text) == 0 {
		return // while a tuple is a user even if nothing of it took part
	}
	for i := range r.users {
		if r.users[i].is(user) {
			return
		}
	}
	r.users = appendPart(r.users, user)
	if r.told.keeps(roleUsers) {
		r.told.put(&value{of: &roleGroups[roleUsers], role: roleUsers, kind: set, parts: &r.users})
	}
}
