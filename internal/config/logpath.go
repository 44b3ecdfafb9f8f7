package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gaol/internal/pickle"
)

// findLogs finds the files that a logpath names, and decides for a jail that could watch the journal instead, by its journal
// matches, which of them it watches. An error is fatal for the whole.
func (d *draft) findLogs(value string, block *regexBlock) error {
	if isJournal(d.jail.Backend) {
		return nil
	}
	for line := range nonEmptyLines(value) {
		pattern, mode := splitMode(line)
		d.jail.Patterns = append(d.jail.Patterns, LogPath{pattern, mode})
		if strings.HasPrefix(pattern, containerPrefix) {
			d.jail.LogPaths = append(d.jail.LogPaths, LogPath{pattern, mode})
			continue
		}
		files, err := d.glob(pattern)
		if err != nil {
			return fmt.Errorf("logpath %s of jail %s: %w", pattern, d.jail.Name, err)
		}
		for _, f := range files {
			d.jail.LogPaths = append(d.jail.LogPaths, LogPath{f, mode})
		}
	}
	reads, why := d.prefersJournal(block.matches())
	d.jail.Reads = d.whatIsRead(reads, why)
	switch {
	case len(d.jail.LogPaths) == 0:
		if reads && d.reader.o.LivePatterns {
			d.otherwise = d.whenFilesComeUp(block)
		}
		return d.withoutLogs(reads)
	case reads:
		d.reader.log.add(jailLog, Warning, fmt.Sprintf("Log files of %s jail look abandoned: %s.", pickle.Repr(d.jail.Name), why)+toJournal)
		return errWatchJournal
	}
	return nil
}

// prefersJournal asks whoever knows whether the journal is to be read rather than the log files.
func (d *draft) prefersJournal(matches [][]string) (reads bool, why string) {
	if d.reader.o.Journal == nil || !d.mayWatch() || !d.opts.Has("journalmatch") && !d.filter.hasJournalMatch() {
		return false, ""
	}
	return d.reader.o.Journal(d.jail.LogPaths, matches)
}

// whenFilesComeUp returns what the jail would be told if it waited for its log files.
func (d *draft) whenFilesComeUp(block *regexBlock) (commands []any) {
	for _, words := range block.commands {
		if words[2] != "addjournalmatch" && words[2] != "usedns" {
			commands = append(commands, words)
		}
	}
	for _, l := range d.jail.Patterns {
		commands = append(commands, []any{"set", d.jail.Name, "addlogpath", l.Path, l.Mode, LivePattern})
	}
	return commands
}

// mayWatch reports whether the jail leaves it to us to watch the journal.
func (d *draft) mayWatch() bool {
	return strings.HasPrefix(d.jail.Backend, "auto") && boolOf(d.opts, "systemd_if_nologs")
}

// shownFiles bounds how many log files a text lists.
const shownFiles = 5

// whatIsRead returns the text of Jail.Reads.
func (d *draft) whatIsRead(journal bool, why string) string {
	list := func(logs []LogPath) string {
		var paths []string
		for _, l := range logs[:min(len(logs), shownFiles)] {
			paths = append(paths, l.Path)
		}
		if len(logs) > shownFiles {
			paths = append(paths, fmt.Sprintf("and %d more", len(logs)-shownFiles))
		}
		return strings.Join(paths, ", ")
	}
	switch {
	case d.reader.o.Journal == nil || !strings.HasPrefix(d.jail.Backend, "auto"):
		return ""
	case journal && why != "":
		return "reads the systemd journal: " + why
	case journal:
		return "reads the systemd journal: there is no " + list(d.jail.Patterns)
	case len(d.jail.LogPaths) > 0:
		return "reads log files: " + list(d.jail.LogPaths)
	}
	return "waits for log files: " + list(d.jail.Patterns)
}

// logCommands appends a command for every log file of the jail, or for every pattern where the server matches them itself. A file that is
// not there is a pattern too, unless there is nothing else: then it is what the jail waits for.
func (d *draft) logCommands(jail any, commands [][]any) [][]any {
	words := &d.reader.desk.words
	switch {
	case isJournal(d.jail.Backend):
		return commands
	case !d.reader.o.LivePatterns:
		for _, l := range d.jail.LogPaths {
			commands = append(commands, words.Copy("set", jail, "addlogpath", l.Path, l.Mode))
		}
		return commands
	}
	for _, l := range d.jail.Patterns {
		command := words.Copy("set", jail, "addlogpath", l.Path, l.Mode)
		here := slices.Contains(d.jail.LogPaths, l)
		if strings.ContainsAny(l.Path, "*?[") || strings.HasPrefix(l.Path, containerPrefix) || !here && len(d.jail.LogPaths) > 0 {
			command = append(command, LivePattern)
		}
		commands = append(commands, command)
	}
	return commands
}

// containerPrefix begins the log path of a container, which only the server can find.
const containerPrefix = "docker:"

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
	found := d.reader.shared.sights.of(pattern)
	if len(found.files)+len(found.dangling) == 0 {
		d.reader.log.add(jailLog, Notice, "No file(s) found for glob "+pattern)
	}
	for _, f := range found.dangling {
		d.reader.log.add(jailLog, Warning, fmt.Sprintf("File %s is a dangling link, thus cannot be monitored", f))
	}
	return found.files, nil
}

// withoutLogs decides about a jail that has a logpath but no log file: watch the journal instead, leave the jail out, keep
// it for a dump, or give up. reads tells that the journal is preferred.
//
// Its manual says that a journalmatch of the filter lets the original watch the journal, too, but it looks at the jail's own
// only and refuses to start. We do what the manual says, and no more than that: where the original goes on, so do we, unless
// there is a Journal to ask, which also knows whether this machine has one.
func (d *draft) withoutLogs(reads bool) error {
	name := pickle.Repr(d.jail.Name)
	text := fmt.Sprintf("Have not found any log file for %s jail.", name)
	mayWatch := d.mayWatch() && (reads || d.reader.o.Journal == nil)
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
	case mayWatch && d.filter.hasJournalMatch() && (reads || !d.reader.o.AllowNoLogs):
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
