package filter

// settle implements task.
func (q *Queue) settle(c *chunk) error {
	for _, r := range c.gaveUp {
		q.settler.giveUp(r)
	}
	q.tester.prefixed += c.prefixed
	if c.text.plain > 0 {
		q.skip(c.text.plain)
	}
	err := q.finishAll(c)
	q.brief.Store(q.skip != nil) // who takes outcomes may have changed that
	if err != nil {
		return err
	}
	return c.err
}

// finishAll does what comes after the search, for one line after the other.
func (q *Queue) finishAll(c *chunk) error {
	events := c.events
	for i := 0; i < len(c.lines); i++ {
		if q.skip != nil {
			next := len(c.lines)
			if len(events) > 0 {
				next = events[0].line
			}
			if next > i {
				q.skip(next - i)
			}
			if i = next; i == len(c.lines) {
				return nil
			}
		}
		n := 0
		for n < len(events) && events[n].line == i {
			n++
		}
		if err := q.finish(c, &c.lines[i], events[:n]); err != nil {
			return err
		}
		events = events[n:]
	}
	return nil
}

// finish does what comes after the search of one line.
func (q *Queue) finish(c *chunk, x *queued, events []event) error {
	f, o := q.settler, &q.tester.outcome
	o.clear()
	o.describe(x.given, &x.line)
	f.line, f.now = &x.line, c.now
	for i := range events {
		e := &events[i]
		switch e.kind {
		case ignoredEvent:
			o.Ignored = append(o.Ignored, e.index)
		case prefixEvent:
			o.Prefix = c.prefixes[e.index]
		case matchEvent:
			if _, err := f.settle(e.index, &e.told, nil); err != nil {
				return err
			}
		}
	}
	return q.take(o)
}
