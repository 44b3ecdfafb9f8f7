package filter

import (
	"maps"
	"slices"
)

// Clone returns a filter in surroundings of its own that goes on from where f is: of the same lines it makes the same.
func (f *Filter) Clone(env Env) *Filter {
	c := NewFilter(f.program, env)
	c.detector = f.detector.Clone(c.clock)
	c.warned = maps.Clone(f.warned)
	c.counts.add(f.Counts())
	c.last = f.last
	c.last.text = slices.Clone(f.last.text)
	c.recall = f.recall.clone()
	c.buffer = slices.Clone(f.buffer)
	c.ear.next = f.ear.next
	return c
}

func (c *counters) add(n Counts) {
	c.lines.Add(n.Lines)
	c.failed.Add(n.Failed)
	c.cut.Add(n.Cut)
	c.gaveUp.Add(n.GaveUp)
}

func (r *recall) clone() *recall {
	return &recall{connections: r.connections.clone(), warned: maps.Clone(r.warned)}
}

// clone returns a copy of those that are not gone.
func (c *connections) clone() connections {
	var all connections
	for _, r := range c.order {
		if !r.gone {
			x := r.clone()
			x.hash = all.byID.hash(x.id)
			all.byID.put(x)
			all.order = append(all.order, x)
		}
	}
	return all
}

func (r *connection) clone() *connection {
	x := &connection{
		id: slices.Clone(r.id), born: r.born, users: *cloneParts(r.users), lines: r.lines.clone(), quiet: r.quiet.clone(), pending: r.pending,
	}
	for i := range r.told.values.all {
		told := &r.told.values.all[i]
		x.told.add(told)
		if told.kind == set { // the users, which all of a connection's values share
			x.told.values.all[i].parts = &x.users
		}
	}
	return x
}

func (k *lineStore) clone() lineStore {
	return lineStore{text: slices.Clone(k.text), lines: slices.Clone(k.lines)}
}
