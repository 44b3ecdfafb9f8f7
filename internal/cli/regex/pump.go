package regex

import (
	"bytes"
	"cmp"
	"context"
	"io"

	"gaol/internal/filter"
	"gaol/internal/ticket"
)

// A pump lets a log be asked for its lines that otherwise hands them over by itself.
type pump struct {
	cancel context.CancelFunc
	blocks chan []ticket.Line // with texts of their own
	err    error              // what ended the lines; set before blocks is closed
}

// pumped is how many lines a block has at most.
const pumped = 256

// newPump starts each, which hands the lines of a log to emit until there are no more or ctx is done, and ends when emit returns an error.
func newPump(ctx context.Context, each func(ctx context.Context, emit func(*ticket.Line) error) error) *pump {
	ctx, cancel := context.WithCancel(ctx)
	p := &pump{cancel: cancel, blocks: make(chan []ticket.Line, 1)}
	go func() {
		defer close(p.blocks)
		var block []ticket.Line
		err := each(ctx, func(l *ticket.Line) error {
			own := *l
			own.Text = bytes.Clone(l.Text)
			if block = append(block, own); len(block) < pumped {
				return nil
			}
			full := block
			block = nil
			return p.send(ctx, full)
		})
		p.err = cmp.Or(err, p.send(ctx, block)) // lines before an error count
	}()
	return p
}

func (p *pump) send(ctx context.Context, block []ticket.Line) error {
	select {
	case p.blocks <- block:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Next returns lines that stay as they are.
func (p *pump) Next([]byte) (filter.Block, error) {
	block, ok := <-p.blocks
	switch {
	case !ok && p.err != nil:
		return nil, p.err
	case !ok:
		return nil, io.EOF
	}
	return filter.Lines(block), nil
}

// stop ends the log and returns when it has ended.
func (p *pump) stop() {
	p.cancel()
	for range p.blocks {
	}
}
