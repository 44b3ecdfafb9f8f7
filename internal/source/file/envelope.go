package file

import (
	"bytes"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"gaol/internal/ticket"
)

// An envelope is what a container engine puts around each line that a container prints: the time, which of the two streams it
// came by, and whether the line goes on.
type envelope uint8

const (
	bare   envelope = iota // none
	docker                 // {"log":"text\n","stream":"stdout","time":"2016-10-06T00:17:09.669794202Z"}
	cri                    // 2016-10-06T00:17:09.669794202Z stdout F text
)

// A piece is what one envelope holds: a line, or a part of a long one.
type piece struct {
	text   []byte // decoded; valid until the next piece
	stderr bool
	whole  bool // the line ends here
	time   ticket.Unix
}

// engineLog reports whether path is where container engines and Kubernetes write what containers print, so that its lines may be in
// envelopes. Nowhere else is a line taken for one: what a service logs by itself stays as it is.
func engineLog(path string) bool {
	dir, name := filepath.Split(path)
	id := filepath.Base(dir)
	switch {
	case strings.HasPrefix(path, "/var/log/pods/"), strings.HasPrefix(path, "/var/log/containers/"):
		return true
	case name == id+"-json.log": // Docker: …/containers/ID/ID-json.log
		return filepath.Base(filepath.Dir(filepath.Clean(dir))) == "containers"
	case name == "ctr.log" && id == "userdata": // Podman: …/overlay-containers/ID/userdata/ctr.log
		return strings.HasSuffix(filepath.Base(filepath.Dir(filepath.Dir(filepath.Clean(dir)))), "-containers")
	}
	return false
}

// envelopeOf tells the envelope by the first line of a file.
func envelopeOf(line []byte) envelope {
	for _, e := range []envelope{docker, cri} {
		if _, ok := e.open(line, nil); ok {
			return e
		}
	}
	return bare
}

// envelopeIn tells the envelope of the lines in a file. Its first line must be there as a whole.
func envelopeIn(r body) envelope {
	head := make([]byte, 8*dockerPiece) // more than the longest piece takes, with every byte escaped
	n, _ := r.ReadAt(head, 0)
	line, _, _ := bytes.Cut(head[:n], []byte{'\n'})
	return envelopeOf(line)
}

// open takes a line out of its envelope. The text may use the memory of buf. ok is false for what is no such envelope.
func (e envelope) open(line, buf []byte) (p piece, ok bool) {
	switch e {
	case docker:
		return openDocker(line, buf)
	case cri:
		return openCRI(line)
	}
	return piece{}, false
}

// openCRI reads TIME STREAM TAGS TEXT.
func openCRI(line []byte) (p piece, ok bool) {
	stamp, rest, _ := bytes.Cut(line, []byte{' '})
	stream, rest, _ := bytes.Cut(rest, []byte{' '})
	tags, text, found := bytes.Cut(rest, []byte{' '})
	p.stderr = string(stream) == "stderr"
	if !found || !p.stderr && string(stream) != "stdout" || len(tags) == 0 || tags[0] != 'F' && tags[0] != 'P' {
		return p, false
	}
	p.text, p.whole = text, tags[0] == 'F'
	p.time, ok = stampOf(stamp)
	return p, ok
}

// dockerPiece is the length, in bytes, at which Docker cuts long lines. A shorter text without a line end is a last line.
const dockerPiece = 16 << 10

// openDocker reads a JSON object with at least log, stream and time.
func openDocker(line, buf []byte) (p piece, ok bool) {
	s := scanner{rest: bytes.TrimSpace(line)}
	if !s.take('{') {
		return p, false
	}
	var haveLog, haveTime, haveStream bool
	for more := true; more && !s.failed; more = s.take(',') {
		key := string(s.text())
		if !s.take(':') {
			return p, false
		}
		switch key {
		case "log":
			p.text = unescape(buf[:0], s.text())
			haveLog = true
		case "stream":
			stream := string(s.text())
			p.stderr = stream == "stderr"
			haveStream = p.stderr || stream == "stdout"
		case "time":
			p.time, haveTime = stampOf(s.text())
		default:
			s.skip()
		}
	}
	if !s.take('}') || len(s.rest) > 0 || !haveLog || !haveTime || !haveStream {
		return p, false
	}
	p.whole = len(p.text) < dockerPiece || p.text[len(p.text)-1] == '\n'
	p.text = bytes.TrimRight(p.text, "\n")
	for i, c := range p.text { // not from Docker; a line must stay one
		if c == '\n' {
			p.text[i] = ' '
		}
	}
	return p, true
}

// stampOf reads a time as the engines write it.
func stampOf(text []byte) (t ticket.Unix, ok bool) {
	var at time.Time
	if at.UnmarshalText(text) != nil || at.Unix() <= 0 {
		return 0, false
	}
	return ticket.At(at), true
}

// A scanner reads JSON, as far as log lines need it. Once something is wrong it stays failed.
type scanner struct {
	rest   []byte
	failed bool
}

// take takes the character c, blanks before it too, and reports whether it is there.
func (s *scanner) take(c byte) bool {
	s.rest = bytes.TrimLeft(s.rest, " \t")
	if s.failed || len(s.rest) == 0 || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// text takes a string and returns what is between its quotation marks, as it is.
func (s *scanner) text() []byte {
	if !s.take('"') {
		s.failed = true
		return nil
	}
	for from := 0; ; {
		i := bytes.IndexByte(s.rest[from:], '"')
		if i < 0 {
			s.failed = true
			return nil
		}
		text := s.rest[:from+i]
		if escapes := len(text) - len(bytes.TrimRight(text, `\`)); escapes%2 == 0 {
			s.rest = s.rest[from+i+1:]
			return text
		}
		from += i + 1
	}
}

// skip takes any value.
func (s *scanner) skip() {
	for depth := 0; !s.failed; {
		s.rest = bytes.TrimLeft(s.rest, " \t")
		if len(s.rest) == 0 {
			s.failed = true
			return
		}
		switch s.rest[0] {
		case '"':
			s.text()
		case '{', '[':
			depth++
			s.rest = s.rest[1:]
		case '}', ']':
			if depth == 0 { // the end of what holds the value, which is missing
				s.failed = true
				return
			}
			depth--
			s.rest = s.rest[1:]
		case ',', ':':
			if depth == 0 {
				s.failed = true
				return
			}
			s.rest = s.rest[1:]
			continue // the next part of the value
		default:
			n := bytes.IndexAny(s.rest, " \t,:{}[]\"")
			if n < 0 {
				s.failed = true
				return
			}
			s.rest = s.rest[n:]
		}
		if depth == 0 {
			return
		}
	}
}

// unescape appends the text of a JSON string to to; it never makes it longer. What is no escape stays as it is.
func unescape(to, text []byte) []byte {
	for {
		i := bytes.IndexByte(text, '\\')
		if i < 0 || i+1 == len(text) {
			return append(to, text...)
		}
		to = append(to, text[:i]...)
		c := text[i+1]
		text = text[i+2:]
		switch c {
		case 'n':
			to = append(to, '\n')
		case 't':
			to = append(to, '\t')
		case 'r':
			to = append(to, '\r')
		case 'b':
			to = append(to, '\b')
		case 'f':
			to = append(to, '\f')
		case 'u':
			r, n := escapedRune(text)
			if n == 0 {
				to = append(to, `\u`...)
			} else {
				to = utf8.AppendRune(to, r)
			}
			text = text[n:]
		default:
			to = append(to, c)
		}
	}
}

// escapedRune reads the four digits behind \u, and another escape if both stand for one character. It returns how many bytes
// that took, 0 for none.
func escapedRune(text []byte) (r rune, n int) {
	hi, ok := hex4(text)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(hi) {
		return hi, 4
	}
	if after, escaped := bytes.CutPrefix(text[4:], []byte(`\u`)); escaped {
		if lo, ok := hex4(after); ok && utf16.DecodeRune(hi, lo) != utf8.RuneError {
			return utf16.DecodeRune(hi, lo), 10
		}
	}
	return utf8.RuneError, 4
}

func hex4(text []byte) (r rune, ok bool) {
	if len(text) < 4 {
		return 0, false
	}
	for _, c := range text[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
