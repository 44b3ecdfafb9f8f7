package smtp

import (
	"bytes"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"strings"
	"time"

	"gaol/internal/action"
)

// describe says what is known of a ban.
func (c account) describe(e *action.Event) string {
	tag := func(name string) string {
		v, _ := e.Tag(name)
		return v
	}
	duration := "for good"
	if seconds := tag("bantime"); seconds != "-1" {
		duration = "for " + seconds + " seconds"
	}
	text := fmt.Sprintf("%s is shut out %s, after %s attempts against %s.", tag("ip"), duration, tag("failures"), tag("jail.name"))
	if c.matches != "" {
		text += "\n\nWhat the log says:\n" + tag(c.matches)
	}
	return text
}

// message returns a whole mail. Subjects are those of the original, because people sort their mail by them.
func (c account) message(subject, text string, now time.Time) []byte {
	var b bytes.Buffer
	header := func(name, value string) { fmt.Fprintf(&b, "%s: %s\r\n", name, value) }
	header("Subject", encoded("[Fail2Ban] "+subject))
	header("From", fmt.Sprintf("%s <%s>", encoded(c.name), oneLine(c.sender)))
	header("To", oneLine(strings.Join(c.dest, ", ")))
	header("Date", now.Format(time.RFC1123Z))
	header("Auto-Submitted", "auto-generated")
	header("MIME-Version", "1.0")
	header("Content-Type", `text/plain; charset="utf-8"`)
	header("Content-Transfer-Encoding", "quoted-printable")
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	// Neither fails: the buffer takes everything.
	_, _ = w.Write([]byte(strings.ToValidUTF8(text, "\uFFFD") + "\n\nGaol, in place of Fail2Ban\n"))
	_ = w.Close()
	return b.Bytes()
}

// encoded makes text fit for a header: it stays one line, and other characters than ASCII are encoded.
func encoded(text string) string {
	return mime.QEncoding.Encode("utf-8", oneLine(strings.ToValidUTF8(text, "\uFFFD")))
}

// oneLine takes line ends and other controls out.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
}
