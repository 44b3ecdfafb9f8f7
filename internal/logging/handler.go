// Package logging writes the classic log line that people's scripts already parse.
//
// In go slog records; out come lines like
//
//	2026-11-22 06:58:05,759 fail2ban.actions        [23170]: NOTICE  [sshd] Ban 192.0.2.10
//
// to a file, a standard stream, syslog or the journal, which can all be changed while the program runs. The package never
// decides what is worth logging.
package logging

import (
	"context"
	"log/slog"
	"slices"
)

// Attribute keys with a place of their own in the line; others are appended as " key=value".
const (
	KeyLogger = "logger" // the name column, "fail2ban" if absent
	KeyJail   = "jail"   // printed as "[jail] " before the text
)

// handler renders records for its Output. It is immutable; With… returns changed copies.
type handler struct {
	out    *Output
	logger string
	jail   string
	attrs  []slog.Attr
	group  string
}

func (h *handler) Enabled(_ context.Context, l slog.Level) bool {
	number, _ := describe(l)
	return number >= int(h.out.level.Load())
}

func (h *handler) Handle(_ context.Context, r slog.Record) error {
	e := h.entry(r)
	return h.out.write(&e)
}

func (h *handler) entry(r slog.Record) entry {
	logger, jail, text := h.logger, h.jail, r.Message
	rest := slices.Clip(h.attrs)
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case KeyLogger:
			logger = a.Value.String()
		case KeyJail:
			jail = a.Value.String()
		default:
			rest = append(rest, a)
		}
		return true
	})
	for _, a := range rest {
		text += " " + h.group + a.Key + "=" + a.Value.String()
	}
	return entry{time: r.Time, level: r.Level, logger: logger, jail: jail, message: text, pc: r.PC}
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	c := *h
	c.attrs = slices.Clip(c.attrs)
	for _, a := range attrs {
		switch a.Key {
		case KeyLogger:
			c.logger = a.Value.String()
		case KeyJail:
			c.jail = a.Value.String()
		default:
			c.attrs = append(c.attrs, a)
		}
	}
	return &c
}

func (h *handler) WithGroup(name string) slog.Handler {
	c := *h
	c.group += name + "."
	return &c
}

// Named returns log with the name column set.
func Named(log *slog.Logger, name string) *slog.Logger { return log.With(KeyLogger, name) }

// Notice logs at the level of bans and unbans, which slog has no method for.
func Notice(log *slog.Logger, msg string, args ...any) {
	log.Log(context.Background(), LevelNotice, msg, args...)
}
