package config

import (
	"errors"
	"fmt"
	"strings"

	"gaol/internal/config/layers"
	"gaol/internal/pickle"
)

// A Jail is one enabled jail.
type Jail struct {
	Name    string
	Backend string
	// Problem is why the jail is left out, "" for a good one; ProblemAt is where the cause was written, ProblemHint what to
	// write instead, if that is known.
	Problem     string
	ProblemAt   Origin
	ProblemHint string
	// Filter is the name of the filter file, "" for none.
	Filter  string
	Actions []Action
	// Reads says what a jail with backend auto reads and why, if there was a Journal to ask: "reads …" or "waits for …".
	Reads string
	// LogPaths are the files to watch, those that exist now.
	LogPaths []LogPath
	// Patterns are the lines of logpath as they are written.
	Patterns []LogPath
	// Commands is the jail's part of the stream, without its start.
	Commands []any

	set    *layers.Set
	opts   *settings   // the jail's own options; nil unless it came to commands
	filter *definition // nil without one
	found  *settings   // options of the filter
}

// An Action is an action of a jail.
type Action struct {
	Name string // within the jail
	File string // name of the action file, as written

	use   *actionUse
	pairs []any // what is sent of it; none for one in Python
}

// A LogPath is a log file and where reading it begins: "head", "tail", or what a user wrote instead.
type LogPath struct{ Path, Mode string }

// A problem takes one jail out and leaves the others alone.
type problem struct {
	text string
	at   Origin
	hint string
}

func (p *problem) Error() string { return p.text }

// A draft is a jail whose options are read but not yet turned into commands.
type draft struct {
	jail    *Jail
	opts    *settings
	filter  *definition
	actions []*actionUse
	reader  *reader
	set     *layers.Set

	published *published // by the filter
	use       *filterUse // that other jails share, or nil
	found     *settings  // options of the filter that other jails found, or nil
	same      bool       // the filter comes to the same for all of the jail as it did at first
	otherwise []any      // the commands of ElseOption, none for a jail without
	rejected  bool
	enabled   bool

	printed                []byte     // the commands as -d prints them
	preparing              transcript // what was said before there were commands
	unprepared, unfinished error      // fatal for the whole
}

// prepare reads everything that one jail is made of, if it is enabled. The draft is never nil. The error, if any, is fatal for the
// whole configuration; what is wrong with the jail alone is in its Problem.
func (r *reader) prepare(set *layers.Set, name string) (*draft, error) {
	d := &draft{jail: &Jail{Name: name, set: set}, reader: r, set: set}
	opts := r.forJail(&r.desk.first)
	if err := r.readInto(opts, set, name, jailOptions[:firstJailOptions], nil); err != nil || !boolOf(opts, "enabled") {
		return d, err
	}
	d.opts, d.enabled, d.jail.Backend = opts, true, textOf(opts, "backend")
	return d, d.readOrReject()
}

// readOrReject reads the jail. The error is fatal for the whole.
func (d *draft) readOrReject() error {
	err := d.read()
	var p *problem
	if errors.As(err, &p) {
		d.reject(p)
		return nil
	}
	return err
}

// watchJournal reads the jail once more, now with the backend systemd. What is to be said about it has been said.
func (d *draft) watchJournal() error {
	said := d.reader.log
	defer func() { d.reader.log = said }()
	d.opts = d.opts.Clone() // what it was is needed while it is read anew
	journal := setting{value: "systemd", raw: "systemd"}
	d.opts.Set("backend", journal)
	d.jail.Backend, d.jail.LogPaths, d.jail.Actions, d.jail.opts, d.jail.found = "systemd", nil, nil, nil, nil
	d.filter, d.actions, d.published, d.use, d.found, d.same = nil, nil, nil, nil, nil, false
	if err := d.read(); err != nil {
		return err
	}
	d.opts.Set("backend", journal)
	return d.commands()
}

// reject takes the jail out.
func (d *draft) reject(p *problem) {
	d.rejected = true
	d.jail.Problem, d.jail.ProblemAt, d.jail.ProblemHint = p.text, p.at, p.hint
	d.jail.Commands = []any{[]any{"config-error", fmt.Sprintf("Jail %s skipped, because of wrong configuration: %s",
		pickle.Repr(d.jail.Name), p.text)}}
	d.reader.log.add(jailLog, Errors, p.text)
	skipping := " Skipping..."
	if d.reader.o.StrictJails {
		skipping = ""
	}
	d.reader.log.add(jailsLog, Errors, fmt.Sprintf("Errors in jail %s.%s", pickle.Repr(d.jail.Name), skipping))
}

// read reads the filter, the jail's options, and the actions.
func (d *draft) read() error {
	if err := d.readFilter(); err != nil {
		return err
	}
	opts := d.reader.forJail(&d.reader.desk.opts)
	if err := d.reader.readInto(opts, d.set, d.jail.Name, jailOptions, d.published); err != nil {
		return err
	}
	d.opts = opts
	if d.filter != nil {
		if err := d.filterAgain(); err != nil {
			return err
		}
	}
	return d.readActions()
}

// readFilter reads the filter and makes its values known to the jail's own options.
func (d *draft) readFilter() error {
	value, _ := d.opts.Get("filter")
	definitionText := textOf(d.opts, "filter")
	if definitionText == "" {
		d.reader.log.add(jailLog, Warning, "No filter set for jail "+d.jail.Name)
		return nil
	}
	name, params, err := ParseDefinition(definitionText)
	if err != nil {
		return &problem{
			text: fmt.Sprintf("Invalid filter definition %s: %s", pickle.Repr(definitionText), err),
			at:   value.from.At(), hint: bracketHint,
		}
	}
	d.jail.Filter = name
	set, err := d.reader.load(base("filter.d", name))
	if err != nil {
		return err
	}
	if set == nil {
		return &problem{
			text: "Unable to read the filter " + pickle.Repr(name),
			at:   value.from.At(), hint: fmt.Sprintf("create filter.d/%s.conf, or name a filter that is there", name),
		}
	}
	d.filter = &definition{reader: d.reader, set: set, file: name, table: filterOptions, params: params, cache: blank(&d.reader.desk.meanings)}
	d.filter.from = &layers.Entry{Raw: definitionText, Origin: value.from.At()}
	d.jail.filter = d.filter
	d.implyLogType()
	return d.publish()
}

const bracketHint = "write name[option=value, option=\"a, b\"] without blanks before [ and around ="

// implyLogType tells the filter whether its lines come from a file or from the journal, unless someone did.
func (d *draft) implyLogType() {
	f := d.filter
	if given, _ := f.params.Get("logtype"); given != "" {
		return
	}
	if f.set.Section(definitionSection).Has("logtype") {
		return
	}
	kind := "file"
	if isJournal(d.jail.Backend) {
		kind = "journal"
	}
	f.params.Set("logtype", kind)
}

func isJournal(backend string) bool { return strings.HasPrefix(backend, "systemd") }
