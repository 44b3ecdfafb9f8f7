package cli

import (
	"os"
	"slices"
	"time"

	"gaol/internal/config"
	"gaol/internal/source/journal"
)

// When log files count as abandoned: nothing was written to them for quiet, while the journal took entries for the jail, lag and
// more after the last line.
const (
	quiet = time.Hour
	lag   = 10 * time.Minute
)

// preferJournal decides whether a jail that leaves it to us reads the journal: if none of its log files is there, or if they are
// not written any more while the journal is. That is how Debian looks when its syslog daemon was removed by an upgrade.
func preferJournal(files []config.LogPath, matches [][]string) (reads bool, why string) {
	if len(files) == 0 {
		return journal.Exists(), ""
	}
	path, written := lastWritten(files)
	if written.IsZero() || time.Since(written) < quiet {
		return false, ""
	}
	through := throughSyslog(matches)
	if len(through) == 0 || !journal.Newer(journal.Options{}, through, uint64(written.Add(lag).UnixMicro())) {
		return false, ""
	}
	return true, path + " was last written on " + written.Format("2006-01-02 15:04") + ", and the journal has newer entries"
}

// lastWritten returns the file that was written to last, and when; zero for logs of containers, which are no files to us.
func lastWritten(files []config.LogPath) (path string, written time.Time) {
	for _, f := range files {
		if info, err := os.Stat(f.Path); err == nil && info.ModTime().After(written) {
			path, written = f.Path, info.ModTime()
		}
	}
	return path, written
}

// throughSyslog narrows matches to what came in by the syslog interface: such an entry would be in a log file of the syslog daemon
// if there was one. That a service wrote something to its standard output says nothing about its own log file.
func throughSyslog(matches [][]string) (narrow [][]string) {
	for _, group := range journal.Alternatives(matches) {
		narrow = append(narrow, append(slices.Clone(group), "_TRANSPORT=syslog"))
	}
	return narrow
}
