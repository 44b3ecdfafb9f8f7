package date

import (
	"unicode/utf8"

	"gaol/internal/lazy"
)

// features are simple traits of a line, cheap to find out all at once. A template that needs one that the line lacks cannot
// match, and is not searched.
type features uint16

const (
	clock       features = 1 << iota // 1:2:3
	yearFirst                        // 2005-1-2, or with / or . for the -
	dashed                           // 1-2-3 or 1/2/3
	dayMonth                         // 1-jan-2 or 1/jan/2
	monthDay                         // "jan 1", or with two blanks
	sixDigits                        // six in a row and a blank
	eightDigits                      // eight in a row and a blank, T or -
	tenDigits                        // ten in a row
	atSign
	// How the line begins, after at most two characters that belong to no word. These are for line-begin templates only.
	beginDigit  // a digit
	beginName   // a day of the week or a month
	beginLetter // a letter or a sign
	beginAt     // an at sign

	everything features = 1<<iota - 1
)

// baseNeeds is what a line with a date of each base pattern has. The dates may stand behind other digits or letters where
// no boundary parts them, so runs may be longer than written here.
var baseNeeds = []features{
	clock | yearFirst,
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
	clock,
	eightDigits,
	clock | monthDay,
	clock | monthDay,
	atSign,
}

// baseBegins is what a date of each base pattern begins with.
var baseBegins = []features{
	beginDigit, beginName, beginName, beginDigit, beginDigit, beginDigit, beginDigit, beginDigit, beginDigit,
	0, beginDigit, beginName, beginName, beginDigit, beginLetter, beginLetter, beginAt,
}

// transparent frames leave a {DATE} in them compulsory: no repetition, no alternative, no class around it.
var transparent = lazy.Regexp{Expr: `^(?:\{\^LN-BEG\}|\^(?:\[\^\\\[\]\*)?)?(?:[\w<>=" :,/-]|\\\[)*\(?\{DATE\}\)?(?:[\w<>=" :,/-]|\\\])*$`}

// needsOf returns what a line must have to match base pattern i in a frame, the text of a datepattern with {DATE}.
func needsOf(i int, frame string) features {
	switch {
	case frame == "{DATE}":
		return baseNeeds[i]
	case frame == "{^LN-BEG}{DATE}", frame == "^{DATE}":
		return baseNeeds[i] | baseBegins[i]
	case transparent.Get().MatchString(frame):
		return baseNeeds[i]
	}
	return 0
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
	*f |= beforeDigits(line[:i])
	end := digitsEnd(line, i)
	length, rest := end-i, line[end:]
	if length >= 10 {
		*f |= tenDigits
	}
	if len(rest) < 2 {
		return end
	}
	switch c := rest[0]; c {
	case ' ', 'T', '-':
		if length >= 8 {
			*f |= eightDigits
		}
		if length >= 6 && c == ' ' {
			*f |= sixDigits
		}
	}
	switch c := rest[0]; c {
	case ':':
		if thirdNumber(rest) {
			*f |= clock
		}
	case '-', '/', '.':
		if thirdNumber(rest) {
			if c != '.' {
				*f |= dashed
			}
			if length >= len("2005") {
				*f |= yearFirst
			}
		} else if len(rest) > 5 && rest[4] == c && rest[5]-'0' <= 9 && monthNumber(rest[1:]) != 0 {
			*f |= dayMonth
		}
	}
	return end
}

// beforeDigits returns monthDay if head, what stands before a run of digits, ends with a month and a blank or two.
func beforeDigits(head []byte) features {
	n := len(head)
	if n < len("jan ") || head[n-1] != ' ' {
		return 0
	}
	if n > len("jan ") && head[n-2] == ' ' {
		n--
	}
	if monthNumber(head[n-4:]) == 0 {
		return 0
	}
	return monthDay
}

// thirdNumber reports whether rest, what stands behind a number, goes on like "-1-2" or "-12-3" with any sign for the dash.
// A blank may stand in place of a leading zero, as days of the month have it.
func thirdNumber(rest []byte) bool {
	begin := skipBlank(rest, 1)
	end := digitsEnd(rest, begin)
	if end == begin || end > begin+2 || end == len(rest) || rest[end] != rest[0] {
		return false
	}
	next := skipBlank(rest, end+1)
	return next < len(rest) && rest[next]-'0' <= 9
}

func skipBlank(text []byte, i int) int {
	if i < len(text) && text[i] == ' ' {
		i++
	}
	return i
}

// beginOf returns the features of a line's begin.
func beginOf(line []byte) features {
	var f features
	for i, c := range line[:min(len(line), 3)] {
		switch {
		case c-'0' <= 9:
			return f | beginDigit
		case isLetter(c):
			f |= beginLetter
			if rest := line[i:]; len(rest) > 3 && (monthNumber(rest) != 0 || dayNumber(rest) != 0) {
				f |= beginName
			}
			return f
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
