package client

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// The layout of the help is fixed, because the shells' completion scripts read it: options begin with four blanks and a
// dash, commands with four blanks, and headings stand alone in the column of the descriptions.
const (
	helpIndent    = 4
	optionColumn  = 28
	commandColumn = 45
	helpWidth     = 34 // of a command's description
)

// printUsage prints the help of the program called name, with the commands if it takes any.
func printUsage(w io.Writer, name string, withCommands bool) {
	words := name + " [OPTIONS]"
	if withCommands {
		words += " <COMMAND>"
	}
	fmt.Fprintf(w, "Usage: %s\n\n%s\n\nOptions:\n", words, about())
	for _, o := range optionTable() {
		printEntry(w, o.synopsis(), []string{o.help}, optionColumn)
	}
	if !withCommands {
		return
	}
	fmt.Fprint(w, "\nCommand:\n")
	for i, s := range commandTable() {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%*s%s\n", commandColumn, "", s.title)
		for _, c := range s.commands {
			printEntry(w, c.synopsis, wrap(c.help, helpWidth), commandColumn)
		}
	}
}

// about says in two lines what this is.
func about() string {
	return "Gaol, in place of Fail2Ban v" + EmulatedVersion + ": watches logs for failed logins and other abuse,\n" +
		"and shuts the addresses that cause them out for a while."
}

// synopsis returns how the option is written, in all its spellings.
func (o *option) synopsis() string {
	var spellings []string
	if o.short != "" {
		spellings = append(spellings, "-"+o.short)
	}
	for _, long := range o.long {
		spellings = append(spellings, "--"+long)
	}
	s := strings.Join(spellings, ", ")
	if o.arg != "" {
		s += " " + o.arg
	}
	return s
}

// printEntry prints a synopsis and, from a column on, the lines that explain it; a synopsis that is too long has a line of its own.
func printEntry(w io.Writer, synopsis string, help []string, column int) {
	room := column - helpIndent
	line := fmt.Sprintf("%*s%-*s", helpIndent, "", room, synopsis)
	if utf8.RuneCountInString(synopsis) >= room {
		fmt.Fprintln(w, strings.TrimRight(line, " "))
		line = strings.Repeat(" ", column)
	}
	for _, h := range help {
		fmt.Fprintln(w, line+h)
		line = strings.Repeat(" ", column)
	}
}

// wrap breaks text at blanks into lines of at most width letters, unless a word alone is longer.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	return append(lines, line)
}
