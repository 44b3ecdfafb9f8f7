package config

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"gaol/internal/pickle"
)

// findLogs finds the files that a logpath names and judges a jail that has none. An error is fatal for the whole.
func (d *draft) findLogs(value string) error {
	if isJournal(d.jail.Backend) {
		return nil
	}
	for _, line := range nonEmptyLines(value) {
		pattern, mode := splitMode(line.(string))
		files, err := d.glob(pattern)
		if err != nil {
			return fmt.Errorf("logpath %s of jail %s: %w", pattern, d.jail.Name, err)
		}
		for _, f := range files {
			d.jail.LogPaths = append(d.jail.LogPaths, LogPath{f, mode})
		}
	}
	if len(d.jail.LogPaths) == 0 {
		return d.withoutLogs()
	}
	return nil
}

// splitMode splits a line of logpath at its last blank into pattern and mode.
func splitMode(line string) (pattern, mode string) {
	i := strings.LastIndexByte(line, ' ')
	if i < 0 {
		return line, "head"
	}
	return line[:i], line[i+1:]
}

// glob returns the existing files that match, and says what it passes over.
func (d *draft) glob(pattern string) ([]string, error) {
	if d.reader.o.Glob != nil {
		return d.reader.o.Glob(pattern)
	}
	found := glob(pattern)
	if len(found) == 0 {
		d.reader.log.add(jailLog, Notice, "No file(s) found for glob "+pattern)
	}
	var files []string
	for _, f := range found {
		if _, err := os.Stat(f); err != nil {
			d.reader.log.add(jailLog, Warning, fmt.Sprintf("File %s is a dangling link, thus cannot be monitored", f))
			continue
		}
		files = append(files, f)
	}
	return files, nil
}

// withoutLogs decides about a jail that has a logpath but no log file: watch the journal instead, leave the jail out, keep
// it for a dump, or give up.
//
// Its manual says that a journalmatch of the filter lets the original watch the journal, too, but it looks at the jail's own
// only and refuses to start. We do what the manual says, and no more than that: where the original goes on, so do we, unless
// PreferJournal asks for more.
func (d *draft) withoutLogs() error {
	name := pickle.Repr(d.jail.Name)
	text := fmt.Sprintf("Have not found any log file for %s jail.", name)
	mayWatch := strings.HasPrefix(d.jail.Backend, "auto") && boolOf(d.opts, "systemd_if_nologs")
	switch {
	case mayWatch && d.opts.Has("journalmatch"):
		d.jail.Backend = "systemd"
		d.reader.log.add(jailLog, Warning, text+toJournal)
		return nil
	case boolOf(d.opts, "skip_if_nologs"):
		d.reader.log.add(jailLog, Warning, text)
		skipped := fmt.Sprintf("Jail %s skipped, because of missing log files.", name)
		d.reader.log.add(jailLog, Warning, skipped)
		return &problem{text: skipped}
	case mayWatch && d.filter.hasJournalMatch() && (d.reader.o.PreferJournal || !d.reader.o.AllowNoLogs):
		d.reader.log.add(jailLog, Warning, text+toJournal)
		return errWatchJournal
	case d.reader.o.AllowNoLogs:
		d.reader.log.add(jailLog, Warning, text)
		return nil
	}
	s, _ := d.opts.Get("logpath")
	return &Error{
		Origin: s.from.At(), Option: "logpath", Text: text,
		Hint: "correct logpath, create the file, or set skip_if_nologs = true",
	}
}

const toJournal = " Jail will monitor systemd journal."

// errWatchJournal asks for the jail to be read again with the backend systemd, so that its filter knows what lines to expect.
var errWatchJournal = errors.New("no log files, but a journal to watch")

func (d *definition) hasJournalMatch() bool {
	const name = "journalmatch"
	return d != nil && (d.known.Has(name) || d.params.Has(name) || d.init.Has(name))
}
