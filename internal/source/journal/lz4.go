package journal

import "encoding/binary"

// appendLZ4 appends to dst what the LZ4 block src holds, or the first limit bytes of that. The module for LZ4 asks the processor about
// its abilities whenever a program starts that links it; fields of journals are too short to be worth that.
//
// A block is a row of sequences: a byte with two lengths, literal text, and how far back the text begins that is repeated behind it. The
// last sequence need not repeat anything.
func appendLZ4(dst, src []byte, limit int) ([]byte, error) {
	if len(src) == 0 {
		return nil, errFormat
	}
	start := len(dst)
	for len(src) > 0 && len(dst)-start < limit {
		literals, repeated := int(src[0]>>4), int(src[0]&15)
		src = src[1:]
		var ok bool
		if literals, src, ok = lz4Length(literals, src); !ok || literals > len(src) {
			return nil, errFormat
		}
		dst, src = append(dst, src[:min(literals, limit-(len(dst)-start))]...), src[literals:]
		if len(src) == 0 || len(dst)-start == limit {
			break
		}
		if len(src) < 2 {
			return nil, errFormat
		}
		back := int(binary.LittleEndian.Uint16(src))
		if repeated, src, ok = lz4Length(repeated, src[2:]); !ok || back == 0 || back > len(dst)-start {
			return nil, errFormat
		}
		const least = 4
		dst = repeatLZ4(dst, back, min(repeated+least, limit-(len(dst)-start)))
	}
	return dst, nil
}

// lz4Length reads the rest of a length that did not fit into its four bits.
func lz4Length(n int, src []byte) (length int, rest []byte, ok bool) {
	if n < 15 {
		return n, src, true
	}
	for i, b := range src {
		n += int(b)
		if b < 255 {
			return n, src[i+1:], true
		}
	}
	return 0, nil, false
}

// repeatLZ4 appends n bytes, which begin back bytes before the end of dst and may reach into what they append.
func repeatLZ4(dst []byte, back, n int) []byte {
	for n > 0 {
		from := dst[len(dst)-back:]
		from = from[:min(n, len(from))]
		dst = append(dst, from...)
		n -= len(from)
	}
	return dst
}
