package client

import (
	"fmt"
	"strings"

	"gaol/internal/pickle"
)

// beautify returns what the client prints for the value that the server answered to cmd. Which form it takes depends on the
// command alone; a value that does not fit the form is printed as it is. rich allows lines drawn in Unicode.
func beautify(cmd []string, value any, rich bool) string {
	if s, ok := bySubject(cmd, value, rich); ok {
		return s
	}
	return pickle.Str(value)
}

func bySubject(cmd []string, value any, rich bool) (string, bool) {
	if s, known, ok := byCommand(cmd, value, rich); known {
		return s, ok
	}
	if len(cmd) > 1 {
		if s, known, ok := byServerOption(cmd[1], value); known {
			return s, ok
		}
	}
	if len(cmd) > 2 {
		return byJailOption(cmd, value)
	}
	return "", false
}

// byCommand handles the commands that have a form of their own; known is false for all others.
func byCommand(cmd []string, value any, rich bool) (s string, known, ok bool) {
	text, isText := value.(string)
	switch cmd[0] {
	case "ping":
		return "Server replied: " + pickle.Str(value), true, true
	case "version":
		return pickle.Str(value), true, true
	case "start":
		return "Jail started", true, value == nil
	case "stop":
		if len(cmd) == 1 {
			return "Shutdown successful", true, value == nil
		}
		return "Jail stopped", true, value == nil
	case "add":
		return "Added jail " + text, true, isText
	case "flushlogs":
		return "logs: " + text, true, isText
	case "echo":
		s, ok = joined(value, " ")
		return s, true, ok
	case "status":
		s, ok = statusText(cmd, value, rich)
		return s, true, ok
	case "stats", "statistics":
		s, ok = statisticsTable(value, rich)
		return s, true, ok
	}
	return "", false, false
}

// byServerOption handles get and set of the server's own options.
func byServerOption(option string, value any) (s string, known, ok bool) {
	text, isText := value.(string)
	switch option {
	case "loglevel":
		return "Current logging level is " + pickle.Repr(value), true, true
	case "logtarget":
		return "Current logging target is:\n`- " + text, true, isText
	case "syslogsocket":
		return "Current syslog socket is:\n`- " + text, true, isText
	case "dbfile":
		if value == nil {
			return "Database currently disabled", true, true
		}
		return "Current database file is:\n`- " + text, true, isText
	case "dbpurgeage":
		if value == nil {
			return "Database currently disabled", true, true
		}
		seconds, isNumber := whole(value)
		return fmt.Sprintf("Current database purge age is:\n`- %dseconds", seconds), true, isNumber
	}
	return "", false, false
}

// whole returns a number without its fraction.
func whole(v any) (int64, bool) {
	if f, ok := v.(float64); ok {
		return int64(f), true
	}
	return pickle.Int(v)
}

// byJailOption handles get and set of a jail's lists. cmd has at least three words.
func byJailOption(cmd []string, value any) (string, bool) {
	switch cmd[2] {
	case "logpath", "addlogpath", "dellogpath":
		return listText(value, "Current monitored log file(s):", "No file is currently monitored")
	case "ignoreip", "addignoreip", "delignoreip":
		return listText(value, "These IP addresses/networks are ignored:", "No IP address/network is ignored")
	case "failregex", "addfailregex", "delfailregex", "ignoreregex", "addignoreregex", "delignoreregex":
		return numbered(value, "The following regular expression are defined:", "No regular expression is defined")
	case "logencoding":
		text, ok := value.(string)
		return "Current log encoding is set to:\n" + text, ok
	case "journalmatch", "addjournalmatch", "deljournalmatch":
		return journalMatches(value)
	case "datepattern":
		return datePattern(value)
	case "banip":
		return bannedList(cmd, value)
	case "actions":
		return namesOf(value, "The jail "+cmd[1]+" has the following actions:", "No actions for jail "+cmd[1])
	}
	return byActionList(cmd, value)
}

// byActionList handles what lists the insides of an action.
func byActionList(cmd []string, value any) (string, bool) {
	kind, isList := strings.CutPrefix(cmd[2], "action")
	if len(cmd) < 4 || !isList || kind != "properties" && kind != "methods" {
		return "", false
	}
	of := fmt.Sprintf("jail %s action %s", cmd[1], cmd[3])
	return namesOf(value, "The "+of+" has the following "+kind+":", "No "+kind+" for "+of)
}

// items returns the members of a list or tuple.
func items(v any) ([]any, bool) {
	if _, isSet := v.(*pickle.Set); isSet {
		return nil, false
	}
	return pickle.Items(v)
}

// printed returns the members of a list or tuple as they are printed.
func printed(v any) ([]string, bool) {
	if texts, ok := v.([]string); ok {
		return texts, true // of addresses, perhaps, and long
	}
	list, ok := items(v)
	if !ok {
		return nil, false
	}
	texts := make([]string, len(list))
	for i, item := range list {
		texts[i] = pickle.Str(item)
	}
	return texts, true
}

// joined returns the members of a list as text with sep between them.
func joined(v any, sep string) (string, bool) {
	texts, ok := printed(v)
	return strings.Join(texts, sep), ok
}

// listText prints a heading and a branch for each member, or one sentence if there is none.
func listText(v any, heading, none string) (string, bool) {
	list, ok := items(v)
	if len(list) == 0 {
		return none, ok
	}
	var b strings.Builder
	b.WriteString(heading)
	for i, item := range list {
		b.WriteString("\n" + branch(i == len(list)-1) + "- " + pickle.Str(item))
	}
	return b.String(), true
}

// branch returns the sign in front of a member of a tree.
func branch(last bool) string {
	if last {
		return "`"
	}
	return "|"
}

// numbered is listText with the numbers by which expressions are removed.
func numbered(v any, heading, none string) (string, bool) {
	list, ok := items(v)
	if !ok {
		return "", false
	}
	withNumbers := make([]any, len(list))
	for i, item := range list {
		withNumbers[i] = fmt.Sprintf("[%d]: %s", i, pickle.Str(item))
	}
	return listText(withNumbers, heading, none)
}

func namesOf(v any, heading, none string) (string, bool) {
	names, ok := joined(v, ", ")
	if ok && names == "" {
		return none, true
	}
	return heading + "\n" + names, ok
}

// journalMatches prints the groups of matches, any of which suffices.
func journalMatches(v any) (string, bool) {
	groups, ok := items(v)
	if len(groups) == 0 {
		return "No journal match filter set", ok
	}
	texts := make([]string, len(groups))
	for i, group := range groups {
		if texts[i], ok = joined(group, " "); !ok {
			return "", false
		}
	}
	return "Current match filter:\n" + strings.Join(texts, " + "), true
}

// datePattern prints (pattern, name), (nil, name) or nil.
func datePattern(v any) (string, bool) {
	const heading = "Current date pattern set to: "
	if v == nil {
		return heading + "Not set/required", true
	}
	pair, ok := items(v)
	switch {
	case !ok || len(pair) != 2:
		return "", false
	case pair[0] == nil:
		return heading + pickle.Str(pair[1]), true
	}
	return fmt.Sprintf("%s%s (%s)", heading, pickle.Str(pair[0]), pickle.Str(pair[1])), true
}

// bannedList prints the addresses of "get JAIL banip [SEPARATOR|--with-time]".
func bannedList(cmd []string, v any) (string, bool) {
	if cmd[0] != "get" {
		return "", false
	}
	sep := " "
	if len(cmd) > 3 {
		sep = cmd[3]
	}
	if sep == "--with-time" {
		sep = "\n"
	}
	return joined(v, sep)
}

// exceptionText returns what the client prints on stdout for an error that the server answered.
func exceptionText(e *pickle.Object) string {
	name := ""
	if args := e.ExceptionArgs(); len(args) > 0 {
		name = pickle.Repr(args[0])
	}
	switch e.Class {
	case "UnknownJailException":
		return "Sorry but the jail " + name + " does not exist"
	case "DuplicateJailException":
		return "The jail " + name + " already exists"
	case "IndexError":
		return "Sorry but the command is invalid"
	}
	return pickle.Str(e)
}
