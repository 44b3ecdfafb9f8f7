package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gaol/internal/pickle"
	"gaol/test/bench/logs"
)

// rateTime is how long a log is written at each rate.
const rateTime = 5 * time.Second

// rates measures CPU, and how much of a log that is written at a fixed rate has been judged when the writing ends.
func rates(b *bench) error {
	for _, perSecond := range []int{1000, 10_000, 50_000} {
		for _, s := range b.sides() {
			if err := b.atRate(s, perSecond); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) atRate(s *side, lines int) error {
	d, err := b.scaleDaemon(s, 1)
	if err != nil {
		return err
	}
	defer d.remove()
	before, begin := cpuTime(d.pid()), time.Now()
	written, err := d.pour(lines)
	if err != nil {
		return err
	}
	cpu := (cpuTime(d.pid()) - before) / time.Since(begin).Seconds()
	judged, err := d.number(b.ctx, "Filter", "Total failed")
	if err != nil {
		return err
	}
	what := fmt.Sprintf("log at %d lines/s: ", lines)
	b.report.figure(what+"CPU", percent, 0).add(s, cpu)
	b.report.figure(what+"judged when writing ends", share, 0).add(s, judged/float64(written))
	_, err = d.stop()
	return err
}

// pour appends failures of many addresses, a hundredth of a second's at a time, and returns how many lines.
func (d *daemon) pour(perSecond int) (written int, err error) {
	const tick = 10 * time.Millisecond
	chunk := perSecond / 100
	for begin := time.Now(); time.Since(begin) < rateTime; {
		var text strings.Builder
		for range chunk {
			text.WriteString(failure(logs.IPv4(written).String()))
			written++
		}
		if _, err := d.append("auth.log", text.String()); err != nil {
			return written, err
		}
		due := begin.Add(tick * time.Duration(written/chunk))
		time.Sleep(time.Until(due))
	}
	return written, nil
}

// number returns a figure of the status of the first jail.
func (d *daemon) number(ctx context.Context, section, name string) (float64, error) {
	v, err := d.call(ctx, "status", d.first)
	if err != nil {
		return 0, err
	}
	n, ok := pickle.Int(entry(entry(v, section), name))
	if !ok {
		return 0, fmt.Errorf("%s: status has no number %q", d.side.name, name)
	}
	return float64(n), nil
}

// entry returns what stands beside name in a list of pairs.
func entry(list any, name string) any {
	pairs, _ := pickle.Items(list)
	for _, p := range pairs {
		if pair, ok := p.(pickle.Tuple); ok && len(pair) == 2 && pickle.Repr(pair[0]) == pickle.Repr(name) {
			return pair[1]
		}
	}
	return nil
}
