package config

import (
	"iter"
	"strings"
)

// A regexBlock collects the commands about lines and expressions, first the filter's, then the jail's.
type regexBlock struct {
	desk     *desk
	jail     any // its name
	commands [][]any
	front    int // how many commands the present source has put in front
}

// beginSource says that commands of another source follow.
func (b *regexBlock) beginSource() { b.front = 0 }

// add appends the commands for one option.
func (b *regexBlock) add(name string, s setting) error {
	value := s.value
	if value == nil {
		return nil
	}
	switch name {
	case "usedns":
		b.insert(0, name, value)
	case "prefregex", "maxlines":
		b.insert(b.front, name, value)
	case "failregex", "ignoreregex":
		b.list("add"+name, value.(string))
	case "datepattern":
		b.commands = append(b.commands, b.desk.words.Copy("set", b.jail, name, value))
	case "journalmatch":
		return b.journal(value.(string), s.from.At())
	}
	return nil
}

func (b *regexBlock) insert(at int, name string, value any) {
	command := b.desk.words.Copy("set", b.jail, name, value)
	b.commands = append(b.commands, nil)
	copy(b.commands[at+1:], b.commands[at:])
	b.commands[at] = command
	b.front++
}

// list adds the expressions in text, one a line: one by a plain command, several by one for all.
func (b *regexBlock) list(command, text string) {
	items := b.desk.words.Take(strings.Count(text, "\n") + 1)
	n := 0
	for line := range nonEmptyLines(text) {
		items[n] = line
		n++
	}
	switch n {
	case 0:
	case 1:
		b.commands = append(b.commands, b.desk.words.Copy("set", b.jail, command, items[0]))
	default:
		b.commands = append(b.commands, b.desk.words.Copy("multi-set", b.jail, command, items[:n:n]))
	}
}

// journal adds one command for each line of journal matches, split into words as a shell does.
func (b *regexBlock) journal(value string, at Origin) error {
	for line := range nonEmptyLines(value) {
		words, err := shellWords(line)
		if err != nil {
			return &Error{
				Origin: at, Option: "journalmatch", Text: err.Error(), Hint: "close the quotation in " + line,
			}
		}
		command := b.desk.words.Take(3 + len(words))
		copy(command, []any{"set", b.jail, "addjournalmatch"})
		for i, w := range words {
			command[3+i] = w
		}
		b.commands = append(b.commands, command)
	}
	return nil
}

// matches returns the journal matches, each a list of words.
func (b *regexBlock) matches() (all [][]string) {
	for _, command := range b.commands {
		if command[2] != "addjournalmatch" {
			continue
		}
		var words []string
		for _, w := range command[3:] {
			words = append(words, w.(string))
		}
		all = append(all, words)
	}
	return all
}

// nonEmptyLines yields the lines of s that are not empty.
func nonEmptyLines(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.SplitSeq(s, "\n") {
			if line != "" && !yield(line) {
				return
			}
		}
	}
}
