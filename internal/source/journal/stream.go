package journal

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"gaol/internal/ticket"
)

const (
	quiet   = 500 * time.Millisecond // without entries for so long, a stream has reached the end of the journal
	respawn = 2 * time.Second
)

// stream reads the journal for s by way of journalctl, which knows every format of its own systemd. It starts it again when it
// ends, until ctx is done or s is closed.
func (r *Reader) stream(ctx context.Context, s *Subscription) {
	for ctx.Err() == nil && !s.isClosed() {
		s.from = max(s.from, Start{Stored: s.Position()}.from(r.opt.Now()))
		err := r.spawn(ctx, s)
		if ctx.Err() != nil || s.isClosed() {
			return
		}
		if err != nil {
			r.complain("journalctl", identity{}, err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(respawn):
		}
	}
}

// spawn runs journalctl once, until it ends or s wants other entries.
func (r *Reader) spawn(ctx context.Context, s *Subscription) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var complaint strings.Builder
	cmd := exec.CommandContext(ctx, r.command, s.arguments()...)
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("journalctl: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("the journal is of a newer format, and journalctl cannot read it for us: %w", err)
	}
	records := make(chan *record)
	go func() {
		defer close(records)
		decode(out, r.lineLimit(), func(rec *record) bool {
			select {
			case records <- rec:
				return true
			case <-ctx.Done():
				return false
			}
		})
	}()
	r.pump(ctx, s, records)
	cancel()
	for range records { // lets decode end before its pipe is closed
	}
	if err := cmd.Wait(); err != nil && complaint.Len() > 0 {
		return fmt.Errorf("journalctl: %w: %s", err, strings.TrimSpace(complaint.String()))
	}
	return nil
}

// arguments are those of journalctl for s as it is now.
func (s *Subscription) arguments() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed = false
	args := append(s.reader.opt.arguments(), fmt.Sprintf("--since=@%d.%06d", s.from/1e6, s.from%1e6), "--")
	return append(args, joined(s.matches)...)
}

// arguments are those of journalctl for the choice of files.
func (o *Options) arguments() []string {
	args := []string{"--output=export", "--follow", "--no-tail", "--quiet", "--all"}
	for _, f := range o.Files {
		args = append(args, "--file="+f)
	}
	if o.Path != "" {
		args = append(args, "--directory="+o.Path)
	}
	if o.Namespace != "" {
		args = append(args, "--namespace="+o.Namespace)
	}
	if o.Flags&FlagSystem != 0 {
		args = append(args, "--system")
	}
	if o.Flags&FlagUser != 0 {
		args = append(args, "--user")
	}
	return args
}

// joined puts several journalmatches together as one.
func joined(matches [][]string) []string {
	var words []string
	for _, line := range matches {
		if len(words) > 0 && len(line) > 0 {
			words = append(words, "+")
		}
		words = append(words, line...)
	}
	return words
}

// pump hands records to s one by one, until they end, s is closed, or s wants other entries.
func (r *Reader) pump(ctx context.Context, s *Subscription, records <-chan *record) {
	var batch ticket.Batch
	timer := time.NewTicker(quiet)
	defer timer.Stop()
	heard := true
	for {
		in := records
		if s.paused.Load() { // what comes meanwhile waits in the pipe and in the journal
			in, heard = nil, true
		}
		select {
		case <-ctx.Done():
			return
		case rec, ok := <-in:
			if !ok {
				return
			}
			heard = true
			r.one(s, rec, &batch)
		case <-timer.C:
			if !heard {
				s.goLive()
			}
			heard = false
		}
		if s.wantsOther() {
			return
		}
	}
}

// one hands over one record.
func (r *Reader) one(s *Subscription, rec *record, batch *ticket.Batch) {
	if rec.realtime <= s.from {
		return
	}
	now := r.opt.Now()
	if uint64(now.UnixMicro()) <= rec.realtime+1e6 {
		s.goLive()
	}
	text := rec.appendText(nil)
	limit := r.lineLimit()
	s.lines = append(s.lines, span{0, min(len(text), limit), rec.time(), len(text) > limit})
	s.give(batch, text, r.opt.Location, r.position(rec.realtime), now)
}

// wantsOther reports whether s is closed or has got other matches.
func (s *Subscription) wantsOther() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed || s.changed
}

// decode reads the export format from in and hands each entry to emit, as long as that returns true. Of long fields it keeps
// limit bytes.
func decode(in io.Reader, limit int, emit func(*record) bool) {
	r := bufio.NewReaderSize(in, 64<<10)
	rec := &record{}
	empty := true
	for {
		field, err := readField(r, limit)
		switch {
		case err != nil:
			return
		case field == nil && !empty:
			if !emit(rec) {
				return
			}
			rec, empty = &record{}, true
		case field != nil:
			empty = false
			rec.addExported(field)
		}
	}
}

// readField returns the next FIELD=value, nil for the end of an entry.
func readField(r *bufio.Reader, limit int) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	switch {
	case err == bufio.ErrBufferFull:
		field := append([]byte(nil), line[:min(len(line), limit)]...)
		for err == bufio.ErrBufferFull {
			_, err = r.ReadSlice('\n')
		}
		return field, err
	case err != nil:
		return nil, err
	}
	line = line[:len(line)-1]
	if len(line) == 0 {
		return nil, nil
	}
	for _, c := range line {
		if c == '=' {
			return append([]byte(nil), line[:min(len(line), limit)]...), nil
		}
	}
	return readBinary(r, append(append([]byte(nil), line...), '='), limit)
}

// readBinary reads a value that follows its size, and the line end after it.
func readBinary(r *bufio.Reader, field []byte, limit int) ([]byte, error) {
	var size [8]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint64(size[:])
	if n > 1<<40 {
		return nil, errFormat
	}
	keep := min(n, uint64(max(0, limit-len(field))))
	start := len(field)
	field = append(field, make([]byte, keep)...)
	if _, err := io.ReadFull(r, field[start:]); err != nil {
		return nil, err
	}
	_, err := io.CopyN(io.Discard, r, int64(n-keep)+1)
	return field, err
}

// addExported takes a field as journalctl writes it: those that begin with two underscores are of the entry itself.
func (r *record) addExported(field []byte) {
	const realtime, monotonic = "__REALTIME_TIMESTAMP=", "__MONOTONIC_TIMESTAMP="
	switch s := string(field[:min(len(field), len(monotonic))]); {
	case strings.HasPrefix(s, realtime):
		r.realtime = micros(field[len(realtime):], 0)
	case strings.HasPrefix(s, monotonic):
		r.monotonic = micros(field[len(monotonic):], 0)
	default:
		r.add(field)
	}
}
