package date

import (
	"regexp"
	"unicode/utf8"
)

// features are simple traits of a line, cheap to find out all at once. A template that needs one that the line lacks cannot
// match, and is not searched.
type features uint16

const (
	clock     features = 1 << iota // digit, colon, digit
	dashed                         // digit, one of - / . and a digit
	dayMonth                       // digit, one of - / and a letter
	monthDay                       // letter, one or two blanks, digit
	sixDigits                      // that many in a row, and so on
	eightDigits
	tenDigits
	atSign
	// How the line begins, after at most two characters that belong to no word. These are for line-begin templates only.
	beginDigit  // a digit
	beginLetter // a letter or a sign
	beginAt     // an at sign

	everything features = 1<<iota - 1
)

// baseNeeds is what a line with a date of each base pattern has.
var baseNeeds = []features{
	clock | dashed,
	clock | monthDay,
	clock | monthDay,
	clock | dashed,
	clock | dayMonth,
	clock | dashed,
	clock | dashed,
	tenDigits,
	clock,
	clock | dashed | atSign,
	clock | sixDigits,
	clock | monthDay,
	clock | dashed,
	eightDigits,
	clock | monthDay,
	clock | monthDay,
	atSign,
}

// baseBegins is what a date of each base pattern begins with.
var baseBegins = []features{
	beginDigit, beginLetter, beginLetter, beginDigit, beginDigit, beginDigit, beginDigit, beginDigit, beginDigit,
	0, beginDigit, beginLetter, beginLetter, beginDigit, beginLetter, beginLetter, beginAt,
}

// transparent frames leave a {DATE} in them compulsory: no repetition, no alternative, no class around it.
var transparent = regexp.MustCompile(`^(?:\{\^LN-BEG\}|\^(?:\[\^\\\[\]\*)?)?(?:[\w<>=" :,/-]|\\\[)*\(?\{DATE\}\)?(?:[\w<>=" :,/-]|\\\])*$`)

// needsOf returns what a line must have to match base pattern i in a frame, the text of a datepattern with {DATE}.
func needsOf(i int, frame string) features {
	if !transparent.MatchString(frame) {
		return 0
	}
	needs := baseNeeds[i]
	if frame == "{^LN-BEG}{DATE}" || frame == "^{DATE}" {
		needs |= baseBegins[i]
	}
	return needs
}

// featuresOf returns the features of line. Digits of other scripts are digits too, so a line that is not ASCII gets them all.
func featuresOf(line []byte) features {
	f := beginOf(line)
	for i := 0; i < len(line); {
		c := line[i]
		switch {
		case c-'0' <= 9:
			i = f.addDigits(line, i)
		case c >= utf8.RuneSelf:
			return everything
		case c == '@':
			f |= atSign
			i++
		default:
			i++
		}
	}
	return f
}

// addDigits adds the features of the run of digits at i and returns its end.
func (f *features) addDigits(line []byte, i int) int {
	if i > 1 && line[i-1] == ' ' && (isLetter(line[i-2]) || i > 2 && line[i-2] == ' ' && isLetter(line[i-3])) {
		*f |= monthDay
	}
	end := i + 1
	for end < len(line) && line[end]-'0' <= 9 {
		end++
	}
	switch n := end - i; {
	case n >= 10:
		*f |= sixDigits | eightDigits | tenDigits
	case n >= 8:
		*f |= sixDigits | eightDigits
	case n >= 6:
		*f |= sixDigits
	}
	if end+1 >= len(line) {
		return end
	}
	next := line[end+1]
	digit := next-'0' <= 9
	switch line[end] {
	case ':':
		if digit {
			*f |= clock
		}
	case '-', '/', '.':
		if digit {
			*f |= dashed
		} else if isLetter(next) {
			*f |= dayMonth
		}
	}
	return end
}

// beginOf returns the features of a line's begin.
func beginOf(line []byte) features {
	var f features
	for _, c := range line[:min(len(line), 3)] {
		switch {
		case c-'0' <= 9:
			return f | beginDigit
		case isLetter(c):
			return f | beginLetter
		case c == '+', c == '-':
			f |= beginLetter
		case c == '@':
			f |= beginAt
		case c == '_':
			return f
		}
	}
	// A day of the month may be a blank and a digit, the blank being the third character.
	if len(line) > 3 && line[2] == ' ' && line[3]-'0' <= 9 {
		f |= beginDigit
	}
	return f
}

func isLetter(c byte) bool {
	c |= 0x20
	return 'a' <= c && c <= 'z'
}
