package file

import (
	"bytes"
	"path/filepath"
	"strings"
	"time"

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
	var have fields
	for more := true; more && !s.failed; more = s.take(',') {
		key := string(s.text())
		if !s.take(':') {
			return p, false
		}
		have |= p.read(key, &s, buf)
	}
	if !s.take('}') || len(s.rest) > 0 || have != haveLog|haveStream|haveTime {
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

// fields are the parts of a piece that were found.
type fields uint8

const (
	haveLog fields = 1 << iota
	haveStream
	haveTime
)

// read takes the value of a field and returns what of p it was, if it is a good one.
func (p *piece) read(key string, s *scanner, buf []byte) fields {
	switch key {
	case "log":
		p.text = unescape(buf[:0], s.text())
		return haveLog
	case "stream":
		stream := string(s.text())
		if p.stderr = stream == "stderr"; p.stderr || stream == "stdout" {
			return haveStream
		}
	case "time":
		var ok bool
		if p.time, ok = stampOf(s.text()); ok {
			return haveTime
		}
	default:
		s.skip()
	}
	return 0
}

// stampOf reads a time as the engines write it.
func stampOf(text []byte) (t ticket.Unix, ok bool) {
	var at time.Time
	if at.UnmarshalText(text) != nil || at.Unix() <= 0 {
		return 0, false
	}
	return ticket.At(at), true
}
