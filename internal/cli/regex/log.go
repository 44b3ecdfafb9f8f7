package regex

import (
	"context"
	"fmt"
	"os"
	"strings"

	"gaol/internal/filter"
	"gaol/internal/ticket"
)

// A testedLog is where the lines to test come from.
type testedLog interface {
	Name() string
	Dated() bool // its lines bring their time along
	// Lines returns the lines that are to be tested. It is called once; Close ends what they need.
	Lines(ctx context.Context) filter.Supply
	Close() error
}

// openLog finds out what the log argument means: a file, the journal, or the line itself. A mistyped file name is tested as
// a line, as in the original; so it says what it takes.
func openLog(o *options, p *filter.Program, journalMatch []string, h *header) (testedLog, error) {
	encoding := func() { h.line("encoding", p.LogEncoding()) }
	if info, err := os.Stat(o.log); err == nil && !info.IsDir() {
		f, err := os.Open(o.log)
		if err != nil {
			return nil, wrong("%v", err)
		}
		h.line("log file", o.log)
		encoding()
		return &fileLog{file: f, encoding: p.LogEncoding()}, nil
	}
	if strings.HasPrefix(o.log, "systemd-journal") {
		h.print("Use         systemd journal\n")
		encoding()
		if o.journalMatch != "" {
			journalMatch = []string{o.journalMatch}
		}
		return openJournal(o.log, journalMatch, h)
	}
	if !joinedLines(o.log, p.MaxLines()) {
		h.line("single line", shorten(o.log))
		return &literalLog{lines: []string{o.log}}, nil
	}
	lines := strings.Split(o.log, "\n")
	h.print(fmt.Sprintf("Use %15s : %d line(s)\n", "multi line", len(lines)))
	for i, l := range lines {
		if i == 5 {
			h.print("| ...\n")
			break
		}
		h.print(fmt.Sprintf("| %2d: %s\n", i+1, shorten(l)))
	}
	h.print("`-\n")
	return &literalLog{lines: lines}, nil
}

// A literalLog is log lines from the command line.
type literalLog struct{ lines []string }

func (*literalLog) Name() string { return "" }
func (*literalLog) Dated() bool  { return false }
func (*literalLog) Close() error { return nil }

func (g *literalLog) Lines(context.Context) filter.Supply {
	var lines filter.Lines
	for _, text := range g.lines {
		if line := []byte(text); !filter.Skipped(line) {
			lines = append(lines, ticket.Line{Text: line})
		}
	}
	return lines.Supply()
}
