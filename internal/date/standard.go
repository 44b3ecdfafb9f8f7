package date

import "strings"

// Base patterns that are known apart, by index.
const (
	isoBase    = 0
	syslogBase = 1
	webBase    = 4
	unixBase   = 7
	taiBase    = 16
)

// basePatterns are the date formats that are known without any configuration, in the order in which they are tried. The
// text of each shows in reports as its template's name.
var basePatterns = []string{
	// 2005-01-23T21:59:59.981+01:00, 2005/01/23 21:59:59
	`%ExY(?P<_sep>[-/.])%m(?P=_sep)%d(?:T|  ?)%H:%M:%S(?:[.,]%f)?(?:\s*%z)?`,
	// Sun Jan 23 21:59:59.011 2005, Jan 23 21:59:59
	`(?:%a )?%b %d %k:%M:%S(?:\.%f)?(?: %ExY)?`,
	// Sun Jan 23 2005 21:59:59
	`(?:%a )?%b %d %ExY %k:%M:%S(?:\.%f)?`,
	// 23/01/2005 21:59:59, 23-01-05 21:59:59
	`%d(?P<_sep>[-/])%m(?P=_sep)(?:%ExY|%Exy) %k:%M:%S`,
	// 23/Jan/2005:21:59:59 +0100
	`%d(?P<_sep>[-/])%b(?P=_sep)%ExY[ :]?%H:%M:%S(?:\.%f)?(?: %z)?`,
	// 01/23/2005:21:59:59
	`%m/%d/%ExY:%H:%M:%S`,
	// 01-23-2005 21:59:59.252
	`%m-%d-%ExY %k:%M:%S(?:\.%f)?`,
	// 1106513999.123
	`Epoch`,
	// 21:59:59
	`{^LN-BEG}%H:%M:%S`,
	// <01/23/05@21:59:59>
	`^<%m/%d/%Exy@%H:%M:%S>`,
	// 050123 21:59:59
	`%Exy%Exm%Exd  ?%H:%M:%S`,
	// Jan 23, 2005 9:59:59 PM
	`%b %d, %ExY %I:%M:%S %p`,
	// Jan-23-05 21:59:59
	`^%b-%d-%Exy %k:%M:%S`,
	// 20050123T215959, 20050123-21:59:59
	`%ExY%Exm%Exd(?:-|T|  ?)%ExH:?%ExM:?%ExS(?:[.,]%f)?(?:\s*%z)?`,
	// PDT Jan 23 12:59:59
	`(?:%Z )?(?:%a )?%b %d %k:%M:%S(?:\.%f)?(?: %ExY)?`,
	// +00:00 Jan 23 20:59:59.011 2005
	`(?:%z )?(?:%a )?%b %d %k:%M:%S(?:\.%f)?(?: %ExY)?`,
	// @4000000041f4104f00000000
	`TAI64N`,
}

// beginWeight makes one hit of a date at the start of a line count like many anywhere: what stands further right may have
// been put there by somebody else.
const beginWeight = 100

// standardSet returns the default templates: first the line-begin forms of those base patterns that may stand anywhere,
// then the base patterns.
func (l *list) standardSet() []ranked {
	all := l.beginSet()
	for i, pattern := range l.base {
		all = append(all, ranked{l.standard(i, "", pattern), 1})
	}
	return all
}

// anchoredSet returns those of the default templates that hold to a line's start.
func (l *list) anchoredSet() []ranked {
	all := l.beginSet()
	for i, pattern := range l.base {
		if isAnchored(pattern) {
			all = append(all, ranked{l.standard(i, "", pattern), 1})
		}
	}
	return all
}

// beginSet returns the line-begin forms of the base patterns that may stand anywhere.
func (l *list) beginSet() (all []ranked) {
	for i, pattern := range l.base {
		if !isAnchored(pattern) {
			all = append(all, ranked{l.standard(i, lineBeginMark, pattern), beginWeight})
		}
	}
	return all
}

// lineBeginMark has a pattern hold to the start of a line.
const lineBeginMark = "{^LN-BEG}"

// isAnchored reports whether a base pattern holds to the start of a line.
func isAnchored(pattern string) bool {
	return strings.HasPrefix(pattern, "^") || strings.HasPrefix(pattern, lineBeginMark)
}

// standard returns the template of base pattern i.
func (l *list) standard(i int, prefix, pattern string) *template {
	t, err := newTemplate(prefix+pattern, l.year)
	if err != nil {
		panic(err) // the patterns are ours
	}
	t.recognise(i, prefix+"{DATE}", l.year)
	return t
}
