package filter

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
)

// An encodingOf decodes the lines of one log. A nil codec stands for UTF-8.
type encodingOf struct {
	name  string
	codec encoding.Encoding
	ascii bool // bytes above 127 are errors
	plain bool // ASCII stands for itself, so that most lines need no codec
}

// An EncodingError is the error of Compile for a text encoding that nobody knows.
type EncodingError struct{ Name string }

func (e *EncodingError) Error() string { return "unknown encoding: " + e.Name }

// findEncoding returns the codec that a logencoding option names, by any name that Python or IANA has for it. Empty and
// "auto" mean UTF-8: the daemon does not depend on the locale that happens to start it.
func findEncoding(name string) (encodingOf, error) {
	switch n := encodingName(name); n {
	case "", "auto":
		return encodingOf{name: "UTF-8", plain: true}, nil
	case "utf-8", "utf8", "u8", "utf", "cp65001":
		return encodingOf{name: name, plain: true}, nil
	case "ascii", "us-ascii", "646", "ansi-x3.4-1968", "us", "cp367", "ibm367", "csascii", "iso-ir-6", "iso646-us":
		return encodingOf{name: name, ascii: true, plain: true}, nil
	default:
		codec := encodings.Get()[n]
		if codec == nil {
			return encodingOf{}, &EncodingError{name}
		}
		return encodingOf{name: name, codec: codec, plain: keepsASCII(codec)}, nil
	}
}

// keepsASCII reports whether text in ASCII is the same in the encoding of codec.
func keepsASCII(codec encoding.Encoding) bool {
	var all [utf8.RuneSelf]byte
	for i := range all {
		all[i] = byte(i)
	}
	got, err := codec.NewDecoder().Bytes(all[:])
	return err == nil && bytes.Equal(got, all[:])
}

func encodingName(name string) string {
	return strings.NewReplacer("_", "-", " ", "-").Replace(strings.ToLower(strings.TrimSpace(name)))
}

// decode returns line as valid UTF-8 without trailing line ends, and whether every byte of it was good. The result is line
// itself or lies in *buf.
func (e *encodingOf) decode(line []byte, buf *[]byte) (text []byte, good bool) {
	switch {
	case e.plain && isASCII(line):
		text, good = line, true
	case e.codec != nil:
		text, good = e.decodeOther(line, buf)
	case !e.ascii && utf8.Valid(line):
		text, good = line, true
	case e.ascii:
		*buf = appendASCII((*buf)[:0], line)
		text = *buf
	default:
		*buf = appendValid((*buf)[:0], line)
		text = *buf
	}
	return trimLineEnds(text), good
}

func (e *encodingOf) decodeOther(line []byte, buf *[]byte) ([]byte, bool) {
	out, err := e.codec.NewDecoder().Bytes(line)
	if err != nil {
		*buf = appendValid((*buf)[:0], line)
		return *buf, false
	}
	// A codec reports bad input by U+FFFD only. No log has that character by itself but one that went wrong before.
	return out, !bytes.ContainsRune(out, utf8.RuneError)
}

// appendValid appends src with one U+FFFD for each maximal part that can begin no character, which is how Python counts them.
func appendValid(dst, src []byte) []byte {
	for len(src) > 0 {
		r, n := utf8.DecodeRune(src)
		if r == utf8.RuneError && n == 1 {
			for n < len(src) && n < 3 && !utf8.FullRune(src[:n+1]) {
				n++
			}
			dst = utf8.AppendRune(dst, utf8.RuneError)
		} else {
			dst = append(dst, src[:n]...)
		}
		src = src[n:]
	}
	return dst
}

// appendASCII appends src with U+FFFD for each byte that is not ASCII.
func appendASCII(dst, src []byte) []byte {
	for _, c := range src {
		if c < utf8.RuneSelf {
			dst = append(dst, c)
		} else {
			dst = utf8.AppendRune(dst, utf8.RuneError)
		}
	}
	return dst
}

// WideReader returns the text of a log in UTF-16 or UTF-32 as UTF-8. Lines of such a log cannot be cut out before they are decoded.
// ok is false for every other encoding.
func WideReader(r io.Reader, encoding string) (decoded io.Reader, ok bool) {
	if len(Newline(encoding)) == 1 {
		return r, false
	}
	e, err := findEncoding(encoding)
	if err != nil {
		return r, false
	}
	return e.codec.NewDecoder().Reader(r), true
}

// Newline returns how a line feed looks in the text encoding that a logencoding option names: one byte for most, two or four for
// UTF-16 and UTF-32, in which the byte 0x0A is also a part of other characters. For an unknown encoding it is that of UTF-8.
func Newline(encoding string) []byte {
	feed := []byte{'\n'}
	e, err := findEncoding(encoding)
	if err != nil || e.codec == nil {
		return feed
	}
	// Some encoders begin every text with a byte order mark, so two line feeds are told from one.
	one, errOne := e.codec.NewEncoder().Bytes(feed)
	two, errTwo := e.codec.NewEncoder().Bytes([]byte("\n\n"))
	if errOne != nil || errTwo != nil || len(two) <= len(one) {
		return feed
	}
	return two[len(one):]
}

// high are the bits that the bytes of ASCII, eight of them, have not.
const high = 0x8080808080808080

// isASCII looks at many bytes at a time: most lines are ASCII, and every line is asked.
func isASCII(b []byte) bool {
	var or uint64
	if n := len(b); n >= 8 {
		or = word(b[n-8:]) // what the loops leave
	} else {
		for _, c := range b {
			or |= uint64(c)
		}
	}
	for len(b) >= 32 {
		or |= word(b) | word(b[8:]) | word(b[16:]) | word(b[24:])
		b = b[32:]
	}
	for len(b) >= 8 {
		or |= word(b)
		b = b[8:]
	}
	return or&high == 0
}

func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// trimLineEnds cuts off every trailing CR and LF.
func trimLineEnds(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}
