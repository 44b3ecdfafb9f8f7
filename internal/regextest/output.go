package regextest

import (
	"io"
	"net/netip"
	"strings"

	"gaol/internal/addr"
	"gaol/internal/filter"
	"gaol/internal/lazy"
	"gaol/internal/pickle"
	"gaol/internal/ticket"
)

// An Output prints each failure of the lines it tests, and nothing else.
type Output struct {
	format string
	invert bool
	queue  *filter.Queue
	names  Names
	out    io.Writer
}

// Names finds the host name of an address, "" if there is none.
type Names interface {
	Name(netip.Addr) string
}

// NewOutput returns an output that tests with p and prints to w. The format is one of
//
//	id, fid   the identity
//	ip        the address, or the identity where there is no address beside it
//	msg       the lines of the failure
//	row       identity, time and data in Python's notation
//	a word    that piece of data
//
// or a text in which tags like <ip> and <F-USER> are replaced. With invert it prints the lines that are no failure instead.
func NewOutput(p *filter.Program, env filter.Env, w io.Writer, format string, invert bool, names Names) *Output {
	t := &Output{out: w, format: format, invert: invert, names: names}
	t.queue = filter.NewTester(p, env, filter.Wishes{Failures: true}).Queue(t.take)
	if !invert {
		t.queue.Count(filter.Missed)
	}
	return t
}

// Test tests the lines of log, which messages call source. An error means that the original would have ended there. Test must be
// called only once.
func (t *Output) Test(source string, log filter.Supply) error { return t.queue.Run(source, log) }

// take writes what a line gives.
func (t *Output) take(o *filter.Outcome) error {
	w := t.out
	if t.invert {
		if len(o.Hits) > 0 || len(o.Ignored) > 0 {
			return nil
		}
		when, whole, timed := o.Time()
		missed := ticket.Failure{Time: when, Whole: whole, Matches: []ticket.Match{o.Match()}}
		return t.write(w, &filter.Hit{Timed: timed, Found: &filter.Found{Failure: &missed}})
	}
	for i := range o.Hits {
		h := &o.Hits[i]
		if h.NoFail || h.Pending {
			continue
		}
		if err := t.write(w, h); err != nil {
			return err
		}
	}
	return nil
}

func (t *Output) write(w io.Writer, h *filter.Hit) error {
	f := h.Found.Failure
	switch t.format {
	case "id", "fid":
		return printLine(w, f.ID.String())
	case "ip":
		return printLine(w, f.Address().String())
	case "msg":
		for _, m := range f.Matches {
			if err := printLine(w, m.String()); err != nil {
				return err
			}
		}
		return nil
	case "row":
		return printLine(w, "["+identity(f)+",\t"+timeText(h)+",\t"+dict(f.Fields)+"],")
	}
	if strings.Contains(t.format, "<") {
		return t.writeTags(w, h)
	}
	return printLine(w, field(f, t.format))
}

// identity prints who failed as Python does: a text, or the tuple that it was put together from.
func identity(f *ticket.Failure) string {
	if v, _ := f.Fields.Get("fid"); v != nil {
		if t, ok := v.(ticket.Tuple); ok {
			return pickle.Repr(plain(t))
		}
	}
	return pickle.Repr(f.ID.String())
}

func printLine(w io.Writer, text string) error {
	_, err := io.WriteString(w, text+"\n")
	return err
}

func timeText(h *filter.Hit) string {
	if !h.Timed {
		return "None"
	}
	return h.Found.Failure.TimeText()
}

// field prints a piece of data. The original knows the name "host" and never has it.
func field(f *ticket.Failure, name string) string {
	if name == "matches" {
		lines := make([]any, 0, len(f.Matches))
		for _, m := range f.Matches {
			lines = append(lines, pickle.Tuple{m.Before, m.Date, m.After})
		}
		return pickle.Repr(lines)
	}
	v, _ := f.Fields.Get(name)
	return pickle.Str(plain(v))
}

// writeTags writes the format with its tags replaced; with <msg> in it, once for each line of the failure.
func (t *Output) writeTags(w io.Writer, h *filter.Hit) error {
	if !strings.Contains(t.format, "<msg>") {
		return printLine(w, t.replace(h, ""))
	}
	for _, m := range h.Found.Failure.Matches {
		if err := printLine(w, t.replace(h, m.String())); err != nil {
			return err
		}
	}
	return nil
}

var tag = lazy.Regexp{Expr: `<[A-Za-z0-9_-]+>`}

// replace substitutes the tags of the format. Unknown ones stay, except for <F-…>, which are empty then; what is put in is not
// looked at again.
func (t *Output) replace(h *filter.Hit, line string) string {
	return tag.Get().ReplaceAllStringFunc(t.format, func(tag string) string {
		name := tag[1 : len(tag)-1]
		if name == "msg" {
			return line
		}
		if group, ok := strings.CutPrefix(name, "F-"); ok && group == strings.ToUpper(group) {
			return captured(h.Found.Failure, group)
		}
		if text, ok := t.value(h, name); ok {
			return text
		}
		return tag
	})
}

func captured(f *ticket.Failure, group string) string {
	name := strings.ToLower(group)
	switch group {
	case "ID":
		name = "fid"
	case "PORT":
		name = "fport"
	}
	v, _ := f.Fields.Get(name)
	if v == nil {
		return ""
	}
	return pickle.Str(plain(v))
}

// value returns what a tag other than those of captured groups stands for.
func (t *Output) value(h *filter.Hit, name string) (string, bool) {
	f := h.Found.Failure
	switch name {
	case "ip":
		return f.Address().String(), true
	case "fid":
		return f.ID.String(), true
	case "time":
		return timeText(h), true
	case "family":
		if family := f.Address().Family(); family != addr.None {
			return string(family), true
		}
		return "None", true
	case "ip-rev":
		return f.Address().Reverse(), true
	case "ip-host":
		return t.hostName(f.Address()), true
	case "matches":
		return ticket.JoinMatches(f.Matches), true
	case "failures", "bancount", "restored":
		return "0", true // a failure is no ban yet
	case "br":
		return "\n", true
	case "sp":
		return " ", true
	}
	return "", false
}

func (t *Output) hostName(id addr.ID) string {
	if ip, ok := id.Addr(); ok && t.names != nil {
		if name := t.names.Name(ip); name != "" {
			return name
		}
	}
	return "None"
}
