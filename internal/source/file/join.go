package file

import (
	"slices"

	"gaol/internal/ticket"
)

// maxLetters is how much of a log in envelopes is looked through for the end of a long line. What is longer is handed over cut.
const maxLetters = 1 << 20

// patience is how long, in seconds of the log's own time, a line that is half done holds up the other stream: the process that was
// to go on with it may have died.
const patience = 5

// A joiner takes lines out of their envelopes and puts the pieces of long ones together. Its memory is recycled.
type joiner struct {
	lines []ticket.Line
	text  []byte // of lines
	parts [2]part
	limit int
	cut   streams
	long  int // lines that were cut at limit
	spare []byte
}

// A part is a line of one stream whose end has not come yet.
type part struct {
	open bool
	text []byte // at most limit bytes
	size int    // of the whole
	last ticket.Unix
}

// streams are a set of a container's outputs.
type streams uint8

const (
	stdout streams = 1 << iota
	stderr
)

// streamNames are the streams as container engines write them, by index.
var streamNames = [2]string{"stdout", "stderr"}

// of returns the stream of p, and its index.
func (p *piece) of() (streams, int) {
	if p.stderr {
		return stderr, 1
	}
	return stdout, 0
}

// unwrap fills the batch with the lines at the start of data, which are in envelopes. used is up to where no line is half done, so
// that reading can go on there with nothing to remember but left: the streams whose present line was handed over cut, and whose pieces
// are left out until it ends. cut is what left was for the place where data begins. force cuts what is half done at the end of data.
func (b *buffer) unwrap(e envelope, data []byte, cut streams, force bool) (used, long int, more bool, left streams) {
	j := &b.joiner
	j.reset(b.batch.Lines, len(data), b.limit, cut)
	kept, at := 0, 0
	commit := func() { used, long, left, kept = at, j.long, j.cut, len(j.lines) }
	for commit(); ; {
		raw, n := LF.next(data[at:])
		if n == 0 {
			break
		}
		if len(j.lines) >= maxBatch && used == at {
			more = true
			break
		}
		at += n
		j.take(e, LF.trim(raw))
		if !j.parts[0].open && !j.parts[1].open {
			commit()
		}
	}
	if used == 0 && force {
		j.giveUp(0)
		j.giveUp(1)
		commit()
	}
	b.batch.Lines = j.lines[:kept]
	return used, long, more, left
}

// reset prepares for data of n bytes: the texts taken out of it are not longer, so that they never move.
func (j *joiner) reset(lines []ticket.Line, n, limit int, cut streams) {
	j.lines, j.limit, j.cut, j.long = lines[:0], limit, cut, 0
	j.text, j.spare = slices.Grow(j.text[:0], n), slices.Grow(j.spare[:0], n)
	for i := range j.parts {
		j.parts[i] = part{text: j.parts[i].text[:0]}
	}
}

// take takes one line of the file. One in no envelope is a line as it stands.
func (j *joiner) take(e envelope, raw []byte) {
	p, ok := e.open(raw, j.spare)
	if !ok {
		j.lines = append(j.lines, ticket.Line{Text: raw[:min(len(raw), j.limit)]})
		return
	}
	s, i := p.of()
	if other := &j.parts[1-i]; other.open && p.time-other.last > patience {
		j.giveUp(1 - i)
	}
	if j.cut&s != 0 {
		if p.whole {
			j.cut &^= s
		}
		return
	}
	q := &j.parts[i]
	q.open, q.last = true, p.time
	q.size += len(p.text)
	q.text = append(q.text, p.text[:min(len(p.text), j.limit-len(q.text))]...)
	if p.whole {
		j.end(i)
	}
}

// end makes a line of the i-th part.
func (j *joiner) end(i int) {
	q, from := &j.parts[i], len(j.text)
	j.text = append(j.text, q.text...)
	j.lines = append(j.lines, ticket.Line{Text: LF.trim(j.text[from:]), Time: q.last, Stream: streamNames[i]})
	if q.size > j.limit {
		j.long++
	}
	*q = part{text: q.text[:0]}
}

// giveUp makes a line of the i-th part as it is, if there is one, and leaves out what may still come of it.
func (j *joiner) giveUp(i int) {
	if j.parts[i].open {
		j.end(i)
		j.cut |= stdout << i
	}
}
