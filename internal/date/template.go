package date

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"gaol/internal/pyre"
)

// A kind says how the text of a date becomes a time.
type kind uint8

const (
	fields    kind = iota // named groups for day, hour and so on
	epoch                 // a number of seconds
	longEpoch             // a number of seconds, milliseconds or microseconds
	tai64n                // a TAI64N label
)

// A template is one way to write a date, compiled. It is immutable.
type template struct {
	name     string
	pattern  string // empty for the kinds that are no % patterns
	kind     kind
	weight   float64
	anchored bool
	regex    string
	re       *pyre.Regexp
	broken   error // why regex does not compile; it is said when the template is first needed
	cut      int   // the group that is cut from the line
	number   int   // the group that holds the number or label
	groups   []group
	scan     scanner // how to recognise it without regex; zero if only regex can
}

// A group is a capture that gives a part of a date: the letter of its % code.
type group struct {
	index int
	code  byte
}

const (
	epochNumber = `\d{10,11}\b(?:\.\d{3,6})?`
	longNumber  = `\d{10,11}(?:\d{3}(?:\.\d{1,6}|\d{3})?)?`
	taiLabel    = `@[0-9a-f]{24}`
	// number is the group that holds the number in a pattern with {EPOCH}. The name leaves users' own names alone.
	numberGroup = "_epoch"
	// epochPlace is where a Unix time may stand: at the start of a line, plain or in brackets, or in an audit record.
	epochPlace = `(?:^|(?<=^\[)|(?<=\baudit\())`
)

var epochToken = regexp.MustCompile(`(?i)\{(L?EPOCH)\}`)

// newTemplate makes the template that one line of a datepattern means, other than those that stand for several. year is
// the present one.
func newTemplate(pattern string, year int) (*template, error) {
	if t, ok := keyword(pattern); ok {
		return t, nil
	}
	if epochToken.MatchString(pattern) {
		return newEpochPattern(pattern), nil
	}
	return newPattern(pattern, year)
}

// keyword returns the template that a fixed word stands for.
func keyword(pattern string) (*template, bool) {
	word := strings.ToUpper(pattern)
	if word == "{NONE}" {
		t, err := newPattern("{UNB}^", 0)
		return t, err == nil
	}
	begin := false
	for _, prefix := range []string{"^", "{^LN-BEG}"} {
		if rest, ok := strings.CutPrefix(word, prefix); ok {
			word, begin = rest, true
			break
		}
	}
	t := &template{weight: 1, cut: 1, number: 1}
	place, number := epochPlace, ""
	switch word {
	case "EPOCH":
		t.name, t.kind, number = "Epoch", epoch, epochNumber
	case "LEPOCH":
		t.name, t.kind, number = "LongEpoch", longEpoch, longNumber
	case "TAI64N":
		t.name, t.kind, number, place = "TAI64N", tai64n, taiLabel, ""
	default:
		return nil, false
	}
	if begin {
		t.name, t.anchored, place = "{^LN-BEG}"+t.name, true, lineBegin
	}
	if t.kind == epoch && begin {
		t.scan = scanner{place: atBegin, format: unixFormat}
	}
	t.compile(place+"("+number+")"+rightBoundary, false)
	return t, true
}

// newEpochPattern makes the template of a pattern with {EPOCH} or {LEPOCH} in it, which is a regular expression and knows
// no % codes.
func newEpochPattern(pattern string) *template {
	t := &template{kind: epoch, weight: 1}
	t.name = epochToken.ReplaceAllStringFunc(pattern, strings.ToUpper)
	seen := false
	text := epochToken.ReplaceAllStringFunc(t.name, func(token string) string {
		number := epochNumber
		if token == "{LEPOCH}" {
			number = longNumber
		}
		if seen {
			return "(?:" + number + ")"
		}
		seen = true
		if token == "{LEPOCH}" {
			t.kind = longEpoch
		}
		return "(?P<" + numberGroup + ">" + number + ")"
	})
	b := frame{}.bound(text)
	t.anchored = b.anchored
	t.compile(b.regex, false)
	if t.re != nil {
		t.number = t.re.SubexpIndex(numberGroup)
		if t.cut = 1; t.number == 1 && t.re.NumSubexp() > 1 {
			t.cut = 2 // the pattern's own group, not ours in front of it
		}
	}
	return t
}

// newPattern makes the template of a pattern with % codes, or with none: a plain regular expression.
func newPattern(pattern string, year int) (*template, error) {
	t := &template{kind: fields, pattern: pattern, weight: 1, cut: 1}
	var f frame
	body := pattern
	if rest, ok := strings.CutPrefix(body, "{UNB}"); ok {
		f.unbound, body = true, rest
	} else if rest, ok := strings.CutPrefix(body, "{^LN-BEG}"); ok {
		f.lineBegin, body = true, rest
	}
	regex, name, fold, err := expand(body, year)
	if err != nil {
		return nil, fmt.Errorf("Failed to set datepattern '%s' (may be an invalid format or unescaped percent char): %w", body, err)
	}
	b := f.bound(regex)
	t.name, t.anchored = name, b.anchored
	if b.named {
		t.name = "{^LN-BEG}" + name
	}
	t.scan = scannerFor(body, b)
	t.compile(b.regex, fold)
	return t, nil
}

// compile compiles regex and finds the groups with parts of a date. A regex that does not compile is an error only when
// it is needed: fail2ban serves lines that an earlier pattern of the list matches.
func (t *template) compile(regex string, fold bool) {
	t.regex = regex
	var flags pyre.Flags
	if fold {
		flags = pyre.IgnoreCase
	}
	re, err := pyre.Compile(regex, flags)
	if err != nil {
		t.broken = fmt.Errorf("Compile '%s' failed, expression '%s': %w", t.name, regex, err)
		return
	}
	if re.NumSubexp() == 0 {
		t.broken = fmt.Errorf("Compile '%s' failed, expression '%s': %w", t.name, regex, errNoGroup)
		return
	}
	t.re = re
	if t.kind != fields {
		return
	}
	for i, name := range re.SubexpNames() {
		if len(name) == 1 && strings.Contains("YymbBdHIMSpjUWwaAzZ", name) {
			t.groups = append(t.groups, group{i, name[0]})
		}
	}
}

var errNoGroup = errors.New("no group in a pattern that seems to have one: escape the parenthesis")
