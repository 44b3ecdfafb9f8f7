package jail

import (
	"log/slog"

	"gaol/internal/logging"
	"gaol/internal/ticket"
)

// finds tells the log of the failures that a jail finds. A flood of them is written together, at the end of a batch at the latest. It is
// guarded by judging.
type finds struct {
	lines *logging.Series
	text  []byte
	// The time that was printed last, and its text: many failures of a flood have the same.
	at   ticket.Unix
	when []byte
}

func newFinds(log *slog.Logger) finds {
	return finds{lines: logging.NewSeries(log, slog.LevelInfo)}
}

// log says that f was found.
func (w *finds) log(f *ticket.Failure) {
	if !w.lines.Enabled() { // to print it costs as much as to count it
		return
	}
	if f.Time != w.at || w.when == nil {
		w.at, w.when = f.Time, f.Time.Append(w.when[:0])
	}
	w.text = f.ID.AppendText(append(w.text[:0], "Found "...))
	w.text = append(append(w.text, " - "...), w.when...)
	w.lines.Log(w.text)
}

// flush has what was logged written.
func (w *finds) flush() { w.lines.Flush() }
