package date

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"gaol/internal/lazy"
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

// A template is one way to write a date. It is compiled when a line first needs it, since few of the default set ever are,
// and may be shared by goroutines.
type template struct {
	name     string
	pattern  string // empty for the kinds that are no % patterns
	kind     kind
	anchored bool // holds to an end of the line
	regex    string
	fold     bool // regex is matched without regard to case
	needs    features
	regexes  *pyre.Compiler
	scan     scanner // how to recognise it without regex; zero if only regex can

	once sync.Once // guards the rest, see compiled
	compilation
}

// A compilation is what compiling a template gives.
type compilation struct {
	re     *pyre.Regexp
	broken error // why there is no re
	cut    int   // the group that is cut from the line
	number int   // the group that holds the number or label
	groups []group
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
	// epochPlace is where a Unix time may stand: at the start of a line, plain or in a bracket, or in an audit record.
	epochPlace = `(?:^|(?<=^\[)|(?<=\baudit\())`
	// numberGroup holds the number in a pattern with {EPOCH}. The name leaves users' own names alone.
	numberGroup = "_epoch"
	// partCodes are the group names that say something about a date.
	partCodes = "YymbBdHIMSpjUWwaAzZ"
)

var epochToken = lazy.Regexp{Expr: `(?i)\{(L?EPOCH)\}`}

// newTemplate returns the template that one line of a datepattern means, other than those lines that stand for several.
// year is the present one.
func newTemplate(pattern string, year int) (*template, error) {
	if strings.EqualFold(pattern, "{NONE}") {
		pattern = "{UNB}^"
	}
	if t := keyword(pattern); t != nil {
		return t, nil
	}
	if strings.Contains(strings.ToUpper(pattern), "EPOCH}") && epochToken.Get().MatchString(pattern) { // mostly not
		return newEpochPattern(pattern), nil
	}
	return newPattern(pattern, year)
}

// keyword returns the template that a fixed word stands for, or nil.
func keyword(pattern string) *template {
	word := strings.ToUpper(pattern)
	bare := strings.TrimPrefix(strings.TrimPrefix(word, "{^LN-BEG}"), "^")
	begin := bare != word
	if begin && word != "^"+bare && word != "{^LN-BEG}"+bare {
		return nil
	}
	t := &template{}
	place, number := epochPlace, ""
	switch bare {
	case "EPOCH":
		t.name, t.kind, number = "Epoch", epoch, epochNumber
		t.needs, t.scan = tenDigits, scanner{format: unixTimes, place: anywhere}
	case "LEPOCH":
		t.name, t.kind, number = "LongEpoch", longEpoch, longNumber
		t.needs = tenDigits
	case "TAI64N":
		t.name, t.kind, number, place = "TAI64N", tai64n, taiLabel, ""
		t.needs = atSign
	default:
		return nil
	}
	if begin {
		t.name, t.anchored, place = "{^LN-BEG}"+t.name, true, lineBegin
		t.scan.place = atBegin
	}
	t.regex = place + "(" + number + ")" + boundary
	return t
}

// newEpochPattern returns the template of a pattern with {EPOCH} or {LEPOCH} in it, which is a regular expression and knows
// no % codes.
func newEpochPattern(pattern string) *template {
	t := &template{kind: epoch, name: epochToken.Get().ReplaceAllStringFunc(pattern, strings.ToUpper)}
	first := true
	text := epochToken.Get().ReplaceAllStringFunc(t.name, func(token string) string {
		number := epochNumber
		if token == "{LEPOCH}" {
			number = longNumber
		}
		if !first {
			return "(?:" + number + ")"
		}
		if first = false; token == "{LEPOCH}" {
			t.kind = longEpoch
		}
		return "(?P<" + numberGroup + ">" + number + ")"
	})
	b := frame{}.bound(text)
	t.anchored, t.regex = b.anchored, b.regex
	return t
}

// newPattern returns the template of a pattern with % codes, or with none: a plain regular expression.
func newPattern(pattern string, year int) (*template, error) {
	t := &template{kind: fields, pattern: pattern}
	var f frame
	body, unbound := strings.CutPrefix(pattern, "{UNB}")
	if f.unbound = unbound; !unbound {
		body, f.lineBegin = strings.CutPrefix(pattern, "{^LN-BEG}")
	}
	regex, name, fold, err := expand(body, year)
	if err != nil {
		return nil, fmt.Errorf("Failed to set datepattern '%s' (may be an invalid format or unescaped percent char): %w", body, err)
	}
	b := f.bound(regex)
	t.name, t.anchored, t.regex, t.fold = name, b.anchored, b.regex, fold
	if b.named {
		t.name = "{^LN-BEG}" + name
	}
	if !unbound {
		t.scan = stepScanner(body, b.named, fold, year)
	}
	return t, nil
}

var errNoGroup = errors.New("no group in a pattern that seems to have one")

// compiled returns the compilation. A regex that does not compile is an error only when it is needed: fail2ban serves
// lines that an earlier pattern of the list matches.
func (t *template) compiled() *compilation {
	t.once.Do(t.compile)
	return &t.compilation
}

func (t *template) compile() {
	var flags pyre.Flags
	if t.fold {
		flags = pyre.IgnoreCase
	}
	re, err := t.regexes.CompileAlone(t.regex, flags)
	if err == nil && re.NumSubexp() == 0 {
		err = errNoGroup
	}
	if err != nil {
		t.broken = fmt.Errorf("Compile '%s' failed, expression '%s': %w", t.name, t.regex, err)
		return
	}
	t.re, t.cut, t.number = re, 1, 1
	if t.kind == fields {
		t.findParts()
	} else if i := re.SubexpIndex(numberGroup); i >= 0 {
		t.number = i
		if i == 1 && re.NumSubexp() > 1 {
			t.cut = 2 // the pattern's own group, not ours in front of it
		}
	}
}

// findParts lists the groups that give parts of a date.
func (t *template) findParts() {
	for i, name := range t.re.SubexpNames() {
		if len(name) == 1 && strings.Contains(partCodes, name) {
			t.groups = append(t.groups, group{i, name[0]})
		}
	}
}
