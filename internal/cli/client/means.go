package client

import (
	"errors"
	"fmt"
	"slices"

	"gaol/internal/config"
)

// Means are what reading a configuration for a server takes of the packages that do its work. They are handed in: what those import
// takes longer to begin than most commands of the client take to end (see package early). The first three are config.Options' own.
type Means struct {
	Journal     func(files []config.LogPath, matches [][]string) (reads bool, why string)
	Compile     func(*config.Jail) error
	CheckServer func(option string, value any) error
	// LeaveGarbage tells the collector to do nothing unless there is much to do.
	LeaveGarbage func()
}

// leaveGarbage is for what takes its time, a third of which would be to collect garbage. A command without means is over before that.
func (m Means) leaveGarbage() {
	if m.LeaveGarbage != nil {
		m.LeaveGarbage()
	}
}

// Read reads the configuration for a server to work by: what -d prints, but that patterns of log files stay patterns, that
// missing files are waited for, since one missing log must stop neither its jail nor the others, and that jails which may read
// the journal do where that is better.
func (m Means) Read(o config.Options) (*config.Config, error) {
	o.AllowNoLogs, o.LivePatterns, o.Journal = true, true, m.Journal
	return readPlain(o)
}

// readPlain reads the configuration for any server: what -d prints, or an error where the original's client has one.
func readPlain(o config.Options) (*config.Config, error) {
	c, err := config.Read(o)
	if err == nil && c.Failed {
		err = errors.New("no jail is usable")
	}
	return c, err
}

// Diagnose reads a configuration that a server refused, does what the server would do with each jail, and says what is wrong and
// where it is written: a text for each wrong jail.
func (m Means) Diagnose(o config.Options) (texts []string) {
	o.AllowNoLogs = true
	o.Compile = m.Compile
	c, err := config.Read(o)
	if err != nil {
		return nil // and has been said before
	}
	for _, j := range c.Jails {
		if j.Problem != "" {
			texts = append(texts, numberPlace(j)+j.Problem)
		}
	}
	return texts
}

// numberPlace returns where the value stands that should have been a number, in front of what is wrong with it; "" for other
// problems, which say their place themselves.
func numberPlace(j *config.Jail) string {
	for _, s := range j.Settings() {
		if s.Value == nil && s.Origin.File != "" {
			return fmt.Sprintf("%s:%d: ", s.Origin.File, s.Origin.Line)
		}
	}
	return ""
}

// Slips returns what is most likely a slip of the pen in a configuration: options that nobody reads, and values that do not mean
// what they look like. A server that starts says so, because otherwise nobody ever would.
func Slips(c *config.Config) (texts []string) {
	for _, f := range config.Check(c) {
		if slices.Contains([]string{"unknown-option", "misplaced-option", "not-enabled", "value-on-next-line"}, f.Code) {
			texts = append(texts, FindingText(f))
		}
	}
	return texts
}

// FindingText puts place, text and hint of a finding together.
func FindingText(f config.Finding) string {
	text := f.Text
	if f.Jail != "" {
		text = "jail '" + f.Jail + "': " + text
	}
	if f.File != "" {
		text = fmt.Sprintf("%s:%d: %s", f.File, f.Line, text)
	}
	if f.Hint != "" {
		text += "\nhint: " + f.Hint
	}
	return text
}
