package journal

import "encoding/binary"

// uncompressLZ4 puts what an LZ4 block holds into room, and returns how many bytes that is. It fails if that is not enough, or p is no such
// block.
//
// The library for it looks at the processor whenever a program starts that it is linked into, and is quicker with blocks far larger than
// fields are.
func uncompressLZ4(room, p []byte) (n int, err error) {
	for len(p) > 0 {
		token := p[0]
		literals, rest, ok := lengthLZ4(int(token>>4), p[1:])
		if !ok || literals > len(rest) || literals > len(room)-n {
			return 0, errFormat
		}
		n += copy(room[n:], rest[:literals])
		if p = rest[literals:]; len(p) == 0 {
			return n, nil // the last sequence is of literals only
		}
		if len(p) < 2 {
			return 0, errFormat
		}
		back := int(binary.LittleEndian.Uint16(p))
		more, rest, ok := lengthLZ4(int(token&15), p[2:])
		more += 4
		if !ok || back == 0 || back > n || more > len(room)-n {
			return 0, errFormat
		}
		for end := n + more; n < end; { // what is copied may be what was just written
			n += copy(room[n:end], room[n-back:n])
		}
		p = rest
	}
	return 0, errFormat
}

// lengthLZ4 reads what a length has beyond its four bits, and returns the rest of p.
func lengthLZ4(length int, p []byte) (whole int, rest []byte, ok bool) {
	if length < 15 {
		return length, p, true
	}
	for i, b := range p {
		if length += int(b); b < 255 {
			return length, p[i+1:], true
		}
	}
	return 0, nil, false
}
