package date

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// A generator makes log lines with dates, near misses and other text.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator { return generator{rand.New(rand.NewPCG(seed, 1))} }

func (g generator) pick(of ...string) string { return of[g.IntN(len(of))] }

// moment returns a time near now, mostly.
func (g generator) moment(now int64) time.Time {
	spread := []int64{5, 3600, 90000, 40 * 86400, 400 * 86400}[g.IntN(5)]
	t := now + g.Int64N(2*spread) - spread
	return time.Unix(max(t, 946684800), int64(g.IntN(1e9))).UTC() // the year 2000 or later
}

func (g generator) fraction(t time.Time) string {
	if g.IntN(2) == 0 {
		return ""
	}
	return g.pick(".", ".", ",") + fmt.Sprintf("%09d", t.Nanosecond())[:1+g.IntN(7)]
}

func (g generator) zone() string {
	return g.pick("", "", "", "Z", " Z", "UTC", " GMT", "+01", "+0100", " +0100", "-05:30", "  +02:00", " +2000", "+013", " CET", "utc")
}

// date returns a date in one of the ways that templates know, or nearly.
func (g generator) date(now int64) string {
	t := g.moment(now)
	f, z := g.fraction(t), g.zone()
	day := g.pick("02", "02", "_2", "2")
	hour := g.pick("15:04:05", "15:04:05", "3:04:05")
	switch g.IntN(20) {
	case 0, 1:
		sep := g.pick("-", "/", ".", "-", "/")
		return t.Format("2006"+sep+"01"+sep+"02"+g.pick("T", " ", "  ", " ")+"15:04:05") + f + z
	case 2, 3, 4:
		return t.Format(g.pick("", "", "Mon ")+"Jan "+day+" "+hour) + f + g.pick("", "", "", " 2004", " 2005", " 1999", " 20051")
	case 5:
		return t.Format("Mon Jan "+day+" 2006 15:04:05") + f
	case 6:
		return t.Format(g.pick("02/01/2006 15:04:05", "02-01-06 15:04:05", "2/1/2006 3:04:05"))
	case 7, 8:
		return t.Format("02/Jan/2006:15:04:05") + g.pick("", f) + g.pick("", " +0100", " -0530", " Z", " +01", " UTC", " 0100")
	case 9:
		return t.Format(g.pick("01/02/2006:15:04:05", "01/_2/2006:15:04:05", "01-02-2006 15:04:05", "2006-01-_2 15:04:05", "_2-Jan-2006 15:04:05", "02-Jan-2006 15:04:05", "02/Jan-2006:15:04:05")) + f
	case 10, 11:
		return fmt.Sprint(t.Unix()) + g.pick("", "", f, ".123", ".123456", "0", "00")
	case 12:
		return t.Format(g.pick("15:04:05", "<01/02/06@15:04:05>", "060102 15:04:05", "Jan-02-06 15:04:05", "060102  3:04:05"))
	case 13:
		return t.Format(g.pick("Jan 2, 2006 3:04:05 PM", "Jan 02, 2006 03:04:05 pm"))
	case 14:
		return t.Format("20060102"+g.pick("T", " ", "  ", "-")+g.pick("150405", "15:04:05", "15:0405")) + f + z
	case 15:
		return g.pick("CET ", "Z ", "PDT ", "+01:00 ", "-0330 ", "BST ") + t.Format("Jan "+day+" 15:04:05") + f
	case 16:
		return fmt.Sprintf("@40000000%08x%08x", t.Unix(), t.Nanosecond())
	case 17:
		return g.pick("2005-02-30 10:00:00", "Feb 29 10:00:00", "23:59:60", "2005-13-01 10:00:00", "1999-01-02 03:04:05", "2005-01-02 24:00:00", "Jan 01 29:00:00")
	case 18:
		return g.pick("audit(", "[", "xaudit(") + fmt.Sprint(t.Unix()) + g.pick("", ".123", ".123:45)", "]")
	}
	return g.mangle(t.Format("2006-01-02 15:04:05"))
}

// mangle changes a character of s.
func (g generator) mangle(s string) string {
	runes := []rune(s)
	runes[g.IntN(len(runes))] = []rune("0x :-é×٣\t")[g.IntN(9)]
	return string(runes)
}

func (g generator) words() string {
	return g.pick("", "", "", "x", "host sshd[12]:", "10.0.0.1 - - [", "[", " ", "([", "---", "é", "«", "日本:", "{\"t\":\"", "a 12:", "srv kernel: [    1.2]", "1.2.3.4")
}

// line returns a log line: often with a date, sometimes with two.
func (g generator) line(now int64) string {
	var b strings.Builder
	if g.IntN(3) == 0 { // as most logs are
		t := g.moment(now)
		b.WriteString(g.pick("", "", "[", "x - [", "host "))
		b.WriteString(t.Format(g.pick("Jan _2 15:04:05", "2006-01-02T15:04:05", "02/Jan/2006:15:04:05", fmt.Sprint(t.Unix()))))
		b.WriteString(g.pick("", "", ".123", ".123456", "Z", " +0100", "-05:30", " 2005"))
		b.WriteString(g.pick(" x", "] x", ": x", "", "x", " é"))
		return b.String()
	}
	b.WriteString(g.words())
	for range g.IntN(3) {
		b.WriteString(g.pick("", "", " "))
		b.WriteString(g.date(now))
		b.WriteString(g.pick("", " ", " ", "] ", ": ", "x", "\"", "é", ".", "  "))
		b.WriteString(g.words())
	}
	b.WriteString(g.pick("", " failure", " user 2005", " é", "3"))
	return b.String()
}

// lines returns a log: runs of lines of the same shape, some with other digits.
func (g generator) lines(now int64, n int) []string {
	lines := make([]string, 0, n)
	for len(lines) < n {
		shape := g.Uint64() // the same choices with a later clock give the same line with a later date
		for i := range 1 + g.Int64N(6) {
			line := newGenerator(shape).line(now + i*g.Int64N(3))
			if g.IntN(4) == 0 {
				line = g.digits(line)
			}
			lines = append(lines, line)
		}
	}
	return lines[:n]
}

// digits changes some digits of line, so that mostly the shape stays.
func (g generator) digits(line string) string {
	b := []byte(line)
	for i, c := range b {
		if '1' <= c && c <= '9' && g.IntN(6) == 0 {
			b[i] = byte('0' + g.IntN(10))
		}
	}
	return string(b)
}

// testPatterns are datepattern options of all kinds.
var testPatterns = []string{
	"", "", "", "{^LN-BEG}", "{^LN-BEG}", "{DATE}", "^{DATE}", "{^LN-BEG}{DATE}",
	`^[^\[]*\[({DATE})` + "\n{^LN-BEG}", `^[^\[]*\[({DATE})`, `^[^\[]*\[({DATE})\]`, `^\[{DATE}\]`, `^<W>{DATE}`,
	"{^LN-BEG}EPOCH\n{^LN-BEG}", "EPOCH", "^EPOCH", "LEPOCH", "TAI64N", "{^LN-BEG}TAI64N", "{NONE}\n%H:%M:%S",
	"%Y-%m-%d %H:%M:%S", "^%Y-%m-%d %H:%M:%S", "{^LN-BEG}%ExY-%Exm-%Exd[T ]%ExH:%ExM:%ExS(?:[.,]%f)?(?:%z)?",
	"%b %d %H:%M:%S\n%Y-%m-%d %H:%M:%S\n%H:%M", "%H:%M:%S\n%d/%m/%Y\n%d/%b/%Y", "{UNB}%H:%M:%S", "**%H:%M**\n%Y-%m-%d",
	`at (%H:%M)`, `sshd\[%d\]: (%b %d %H:%M:%S)`, "%Y-%m-%d %H:%M:%S %Exz\n%b %d %H:%M:%S %ExZ", "(?i)%Y-%m-%dt%H:%M:%S",
	"%d/%b/%Y:%H:%M:%S %z", "ts={EPOCH}\n{EPOCH}", "%y%m%d %k:%M:%S\n%y%m%d", "%b %d, %Y %l:%M:%S %p",
	"^%Y-%m-%d %H:%M:%S%z\n^%Y/%m/%d %H:%M", "%b %d %H:%M:%S", `{^LN-BEG}%ExY-%Exm-%ExdT%ExH:%ExM:%ExS\.%f`, "%d/%b/%Y:%H:%M:%S",
	"{^LN-BEG}%b %d %k:%M:%S\n{^LN-BEG}%Y/%m/%d %H:%M:%S", "%A\n%B %d\n%j", "^%Y %U %w\n%W %a\n{^LN-BEG}%m/%d",
}

// question returns settings and lines at random.
func (g generator) question(lines int) question {
	now := int64(1124013600)
	if g.IntN(4) == 0 {
		now = int64(g.IntN(86400*365*25)) + 946684800 + 86400*400
	}
	q := question{
		Zone:    g.pick("UTC", "UTC", "Europe/Zurich", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"),
		Now:     float64(now),
		Pattern: testPatterns[g.IntN(len(testPatterns))],
		Lines:   g.lines(now, lines),
	}
	if g.IntN(5) == 0 {
		q.Offset = g.pick("UTC", "CET", "+0530", "UTC-0430")
	}
	return q
}
