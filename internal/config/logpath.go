package config

import (
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
func (d *draft) withoutLogs() error {
	name := pickle.Repr(d.jail.Name)
	text := fmt.Sprintf("Have not found any log file for %s jail.", name)
	switch {
	case strings.HasPrefix(d.jail.Backend, "auto") && boolOf(d.opts, "systemd_if_nologs") && d.hasJournalMatch():
		d.jail.Backend = "systemd"
		d.reader.log.add(jailLog, Warning, text+" Jail will monitor systemd journal.")
		return nil
	case boolOf(d.opts, "skip_if_nologs"):
		d.reader.log.add(jailLog, Warning, text)
		skipped := fmt.Sprintf("Jail %s skipped, because of missing log files.", name)
		d.reader.log.add(jailLog, Warning, skipped)
		return &problem{text: skipped}
	case d.reader.o.AllowNoLogs:
		d.reader.log.add(jailLog, Warning, text)
		return nil
	}
	s, _ := d.opts.Get("logpath")
	return &Error{
		Origin: s.from.Origin, Option: "logpath", Text: text,
		Hint: "correct logpath, create the file, or set skip_if_nologs = true",
	}
}

// hasJournalMatch reports whether the jail knows what to look for in the journal. The original looks at the jail's own
// option only, against its manual, which says that the filter's counts too; we follow the manual.
func (d *draft) hasJournalMatch() bool {
	if d.opts.Has("journalmatch") {
		return true
	}
	if d.filter == nil {
		return false
	}
	return d.filter.known.Has("journalmatch") || d.filter.params.Has("journalmatch") || d.filter.init.Has("journalmatch")
}
