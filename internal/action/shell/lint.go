package shell

import (
	"fmt"
	"slices"
	"strings"

	"gaol/internal/action"
	"gaol/internal/addr"
	"gaol/internal/lazy"
)

// A Finding is a place in an action where text from a log is used without care.
type Finding struct {
	Command string // "actionban"
	Tag     string // "<matches>"
	Problem string
}

// String returns the finding as one line.
func (f Finding) String() string { return fmt.Sprintf("%s: %s %s", f.Command, f.Tag, f.Problem) }

// What can be wrong with the place of a tag.
const (
	problemBare   = `stands outside of quotes: its words become arguments and its wildcards file names; write "%s"`
	problemSingle = `stands in single quotes, where it stays a variable's name; write "%s"`
	problemScript = `becomes part of a script for another shell, which runs what an attacker writes; pass it as an argument`
)

// commandNames are the parameters that a shell runs.
var commandNames = []string{
	"actionstart", "actionstop", "actionflush", "actionreload", "actioncheck", "actionrepair", "actionban", "actionprolong", "actionreban", "actionunban",
}

// Lint looks for tags with free text, which anybody who can write into a log can choose, at places in p's commands where more than
// text becomes of it. It knows quotes, substitutions and escapes, and no here-documents.
func Lint(p *action.Properties) []Finding {
	var all []Finding
	for _, name := range commandNames {
		text, err := p.Expand(p.Text(name, addr.None), addr.None)
		if err != nil {
			continue // starting the action will say so
		}
		for _, f := range lintCommand(text) {
			f.Command = name
			if !slices.Contains(all, f) {
				all = append(all, f)
			}
		}
	}
	return all
}

var (
	freeText  = lazy.Regexp{Expr: `^<(matches|ipmatches|ipjailmatches|raw-ticket|ip-host|F-[A-Z0-9_-]+)>`}
	runsShell = lazy.Regexp{Expr: `(^|[\s;&|(/])(eval|(ba|da|k|z|a)?sh\s+(-\w+\s+)*-\w*c)\s[^;&|\n]*$`}
)

func lintCommand(text string) []Finding {
	var all []Finding
	q := quoting{0}
	for i := 0; i < len(text); {
		tag := freeText.Get().FindString(text[i:])
		if tag == "" {
			i += q.step(text[i:])
			continue
		}
		switch {
		case q.top() != '\'' && runsShell.Get().MatchString(text[:i]):
			all = append(all, Finding{Tag: tag, Problem: problemScript})
		case q.top() == 0:
			all = append(all, Finding{Tag: tag, Problem: fmt.Sprintf(problemBare, tag)})
		case q.top() == '\'':
			all = append(all, Finding{Tag: tag, Problem: fmt.Sprintf(problemSingle, tag)})
		}
		i += len(tag)
	}
	return all
}

// quoting is a stack of what surrounds a place in a script: 0 for nothing, a quote character, or 0 again for a substitution
// within quotes, which begins afresh.
type quoting []byte

func (q quoting) top() byte { return q[len(q)-1] }

// step reads one token at the beginning of s and returns its length.
func (q *quoting) step(s string) int {
	switch top, c := q.top(), s[0]; {
	case top == '\'':
		if c == '\'' {
			q.pop()
		}
	case c == '\\' && len(s) > 1:
		return 2
	case strings.HasPrefix(s, "$("):
		q.push(0)
		return 2
	case c == '"' && top == '"':
		q.pop()
	case c == '"', c == '\'' && top == 0:
		q.push(c)
	case c == '(' && top == 0:
		q.push(0)
	case c == ')' && top == 0 && len(*q) > 1:
		q.pop()
	}
	return 1
}

func (q *quoting) push(c byte) { *q = append(*q, c) }
func (q *quoting) pop()        { *q = (*q)[:len(*q)-1] }
