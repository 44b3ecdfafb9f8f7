package date

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"gaol/internal/lazy"
)

// A code is what a % code stands for: a regular expression, usually one group whose name says which part of a date it
// captures, and the words that stand for it in a template's name.
type code struct {
	regex string
	name  string
	// fold makes the whole pattern blind to case: the code matches words.
	fold bool
}

// The names of the C locale.
var (
	shortDays   = []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
	longDays    = []string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
	shortMonths = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
	longMonths  = []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"}
)

// anyOf is the expression for one of words.
func anyOf(words []string) string { return strings.Join(words, "|") }

const (
	day     = `(?P<d>[12]\d|[0 ]?[1-9]|3[01])`
	month   = `(?P<m>0?[1-9]|1[0-2])`
	hour    = `(?P<H>[01]?\d|2[0-3])`
	minute  = `(?P<M>[0-5]?\d)`
	second  = `(?P<S>[0-5]?\d|6[01])`
	week    = `5[0-3]|[0-4]\d|\d`
	numZone = `[+-][01]\d(?::?\d\d)?`
	anyZone = `(?:[A-Z]{3,5}|[A-Z])`
)

// codes are the % codes that do not depend on the present year, in the C locale. The order of alternatives decides what a
// pattern takes that has no boundary behind the code, such as 2 of "23" for {UNB}%H, and is fail2ban's.
var codes = lazy.Value[map[string]code]{Make: func() map[string]code {
	return map[string]code{
		"a": {`(?P<a>` + anyOf(shortDays) + `)`, "DAY", true},
		"A": {`(?P<A>` + anyOf(longDays) + `)`, "DAYNAME", true},
		"b": {`(?P<b>` + anyOf(shortMonths) + `)`, "MON", true},
		"B": {`(?P<B>` + anyOf(longMonths) + `)`, "MONTH", true},
		"d": {day, "Day", false},
		"m": {month, "Month", false},
		"Y": {`(?P<Y>\d{4})`, "Year", false},
		"y": {`(?P<y>\d\d)`, "Year2", false},
		"H": {hour, "24hour", false},
		"M": {minute, "Minute", false},
		"S": {second, "Second", false},
		"k": {` ?(?P<H>[0-2]?\d)`, "%k", false},
		"I": {`(?P<I>1[0-2]|0[1-9]|[1-9])`, "12hour", false},
		"l": {` ?(?P<I>1?\d)`, "%l", false},
		"p": {`(?P<p>am|pm)`, "AMPM", true},
		"f": {`(?P<f>[0-9]{1,6})`, "Microseconds", false},
		"j": {`(?P<j>36[0-6]|3[0-5]\d|[12]\d\d|0[1-9]\d|00[1-9]|[1-9]\d|0[1-9]|[1-9])`, "Yearday", false},
		"U": {`(?P<U>` + week + `)`, "Yearweek", false},
		"W": {`(?P<W>` + week + `)`, "Yearweek", false},
		"w": {`(?P<w>[0-6])`, "Weekday", false},
		"z": {`(?P<z>Z|UTC|GMT|` + numZone + `)`, "Zone offset", false},
		"Z": {`(?P<Z>Z|[A-Z]{3,5})`, "Zone name", false},
		"c": {
			`(?P<a>` + anyOf(shortDays) + `)\s+(?P<b>` + anyOf(shortMonths) + `)\s+` + day + `\s+` + hour + `:` + minute + `:` + second + `\s+(?P<Y>\d{4})`,
			"%c", true,
		},
		"x": {month + `/` + day + `/(?P<y>\d\d)`, "%x", false},
		"X": {hour + `:` + minute + `:` + second, "%X", false},
		"G": {`(?P<G>\d{4})`, "%G", false},
		"V": {`(?P<V>` + week + `)`, "%V", false},
		"u": {`(?P<u>[1-7])`, "%u", false},
		"%": {`%`, "%", false},

		"Exy": {`(?P<y>\d\d)`, "ExYear2", false},
		"Exd": {`(?P<d>3[01]|[12]\d|0[1-9])`, "ExDay", false},
		"Exm": {`(?P<m>1[0-2]|0[1-9])`, "ExMonth", false},
		"ExH": {`(?P<H>2[0-3]|[01]\d)`, "Ex24hour", false},
		"ExM": {`(?P<M>[0-5]\d)`, "ExMinute", false},
		"ExS": {`(?P<S>6[01]|[0-5]\d)`, "ExSecond", false},
		"Exk": {` ?(?P<H>[01]?\d|2[0-3])`, "Ex%k", false},
		"Exl": {` ?(?P<I>1[0-2]|\d)`, "Ex%l", false},
		"ExZ": {`(?P<Z>[A-Z]{3,5}|[A-Z])`, "ExZone name", false},
		"Exz": {`(?P<z>` + anyZone + `?` + numZone + `|` + anyZone + `)`, "ExZone offset", false},
	}
}}

// lookup returns the code called name, as seen from year: %ExY takes the years of this century up to the decade that
// is three years ahead, so that "2091" in a line is not taken for a date.
func lookup(name string, year int) (code, bool) {
	if name == "ExY" {
		ahead := year + 3
		return code{fmt.Sprintf(`(?P<Y>%02d[0-%d]\d)`, ahead/100, ahead/10%10), "ExYear", false}, true
	}
	c, ok := codes.Get()[name]
	return c, ok
}

// expand replaces the % codes of pattern by their regular expressions, and by their words for the template's name. fold
// says that the pattern must be matched without regard to case. The error is only the reason, in the words that
// fail2ban's users know.
func expand(pattern string, year int) (regex, name string, fold bool, err error) {
	var re, words strings.Builder
	keyed := false
	for rest := pattern; ; {
		i := strings.IndexByte(rest, '%')
		if i < 0 {
			re.WriteString(rest)
			words.WriteString(rest)
			return re.String(), words.String(), fold, nil
		}
		re.WriteString(rest[:i])
		words.WriteString(rest[:i])
		rest = rest[i+1:]
		c, n, err := nextCode(rest, year)
		if err != nil {
			return "", "", false, err
		}
		if n == 0 {
			at := utf8.RuneCountInString(pattern) - utf8.RuneCountInString(rest)
			return "", "", false, strayPercent(rest, at, keyed)
		}
		re.WriteString(c.regex)
		words.WriteString(c.name)
		fold = fold || c.fold
		keyed = true
		rest = rest[n:]
	}
}

// nextCode reads the code at the start of text, which follows a percent sign, and says how many bytes it takes; 0 means
// that there is none. The long form %(Y)s is read too.
func nextCode(text string, year int) (code, int, error) {
	if strings.HasPrefix(text, "(") {
		if i := strings.Index(text, ")s"); i > 0 {
			c, ok := lookup(text[1:i], year)
			if !ok {
				return code{}, 0, fmt.Errorf("'%s'", text[1:i])
			}
			return c, i + 2, nil
		}
	}
	for _, n := range []int{len("ExY"), len("Y")} {
		if len(text) >= n {
			if c, ok := lookup(text[:n], year); ok {
				return c, n, nil
			}
		}
	}
	return code{}, 0, nil
}

// strayPercent says what is wrong with a percent sign that starts no code, text being what follows it and at the
// character index of text in the pattern. fail2ban hands such a sign to Python's string formatting, whose complaints
// are what its users search for, so these are said in the same words.
func strayPercent(text string, at int, keyed bool) error {
	rest := strings.TrimLeft(text, "-+ #0")
	rest = strings.TrimLeft(rest, "0123456789")
	if precision, ok := strings.CutPrefix(rest, "."); ok {
		rest = strings.TrimLeft(precision, "0123456789")
	}
	if rest != "" && strings.IndexByte("hlL", rest[0]) >= 0 {
		rest = rest[1:]
	}
	if rest == "" {
		return fmt.Errorf("incomplete format")
	}
	if keyed {
		return fmt.Errorf("not enough arguments for format string")
	}
	r, _ := utf8.DecodeRuneInString(rest)
	switch {
	case strings.ContainsRune("diu", r):
		return fmt.Errorf("%%%c format: a real number is required, not dict", r)
	case strings.ContainsRune("xXo", r):
		return fmt.Errorf("%%%c format: an integer is required, not dict", r)
	case strings.ContainsRune("eEfFgG", r):
		return fmt.Errorf("must be real number, not dict")
	}
	at += utf8.RuneCountInString(text) - utf8.RuneCountInString(rest)
	return fmt.Errorf("unsupported format character '%c' (0x%x) at index %d", r, r, at)
}
