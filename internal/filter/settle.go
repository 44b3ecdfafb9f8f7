package filter

// settle implements task.
func (q *Queue) settle(c *chunk) error {
	for _, r := range c.gaveUp {
		q.settler.tellGivenUp(r)
	}
	q.tester.prefixed += c.prefixed
	q.tester.score.Lines[Missed] += c.text.plain
	err := q.finishAll(c)
	q.brief.Store(q.only[Missed]) // who takes outcomes may have changed that
	if err != nil {
		return err
	}
	return c.err
}

// finishAll does what comes after the search, for one line after the other.
func (q *Queue) finishAll(c *chunk) error {
	q.settler.now = c.now
	next := 0 // line
	for events := c.events; len(events) > 0; {
		at, n := events[0].line, 1
		for n < len(events) && events[n].line == at {
			n++
		}
		if next < at {
			if err := q.passOver(c, next, at); err != nil {
				return err
			}
		}
		if err := q.finish(&c.lines[at], c, events[:n]); err != nil {
			return err
		}
		events, next = events[n:], at+1
	}
	return q.passOver(c, next, len(c.lines))
}

// passOver does so for the lines from one to before another, which have no events.
func (q *Queue) passOver(c *chunk, from, to int) error {
	for i := from; i < to; i++ {
		if q.only[Missed] {
			q.tester.score.Lines[Missed] += to - i
			return nil
		}
		if err := q.finish(&c.lines[i], c, nil); err != nil {
			return err
		}
	}
	return nil
}

// finish does what comes after the search of x, a line of c.
func (q *Queue) finish(x *queued, c *chunk, events []event) error {
	f, o := q.settler, &q.tester.outcome
	o.clear()
	f.line = &x.line
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
	return q.tell(x.given, &x.line)
}
