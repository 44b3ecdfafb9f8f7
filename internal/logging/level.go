package logging

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
)

// Levels beside slog's own. What each means: critical and error = someone must act, warning = odd but served, notice =
// ban and unban, info = life cycle, msg = just below info (log rotation), debug and lower = per line.
const (
	LevelCritical = slog.LevelError + 4
	LevelNotice   = slog.LevelInfo + 2
	LevelMsg      = slog.LevelInfo - 1
	LevelCommand  = slog.LevelDebug - 1
	LevelTrace    = slog.LevelDebug - 2
	LevelHeavy    = slog.LevelDebug - 4
)

// levels pairs each slog level with the number and the word that the classic line uses, from the highest down.
// (docs/compatibility.md, "log levels")
var levels = []struct {
	level  slog.Level
	number int
	word   string
}{
	{LevelCritical, 50, "CRITICAL"},
	{slog.LevelError, 40, "ERROR"},
	{slog.LevelWarn, 30, "WARNING"},
	{LevelNotice, 25, "NOTICE"},
	{slog.LevelInfo, 20, "INFO"},
	{LevelMsg, 18, "MSG"},
	{slog.LevelDebug, 10, "DEBUG"},
	{LevelCommand, 9, "#09-Lev."},
	{LevelTrace, 7, "TRACE"},
	{LevelHeavy, 5, "HEAVY"},
}

// describe returns the classic number and word of l; a level in between counts as the next lower one.
func describe(l slog.Level) (number int, word string) {
	for _, x := range levels {
		if l >= x.level {
			return x.number, x.word
		}
	}
	last := levels[len(levels)-1]
	return last.number, last.word
}

// A numbered name is one that a setting may have, and the number it stands for.
type numbered struct {
	name   string
	number int
}

// numberOf returns what name stands for in table, whatever its case.
func numberOf(table []numbered, name string) (int, bool) {
	for _, n := range table {
		if strings.EqualFold(n.name, name) {
			return n.number, true
		}
	}
	return 0, false
}

// names are the words that loglevel accepts, with their numbers.
var names = []numbered{
	{"CRITICAL", 50}, {"FATAL", 50}, {"ERROR", 40}, {"WARNING", 30}, {"WARN", 30}, {"NOTICE", 25}, {"INFO", 20}, {"MSG", 18},
	{"DEBUG", 10}, {"TRACEDEBUG", 7}, {"HEAVYDEBUG", 5}, {"NOTSET", 0},
}

// ParseLevel reads a loglevel option: a word in any case, or a number. It returns the number: records below it are dropped.
func ParseLevel(text string) (int, error) {
	if n, ok := numberOf(names, text); ok {
		return n, nil
	}
	up := strings.ToUpper(text)
	if n, err := strconv.Atoi(up); err == nil && n >= 0 {
		return n, nil
	}
	return 0, fmt.Errorf("Invalid log level '%s'", up)
}
