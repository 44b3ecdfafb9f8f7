package packed

import (
	"encoding/binary"

	"gaol/internal/ticket"
)

// Extend appends to to what holds the failure in b, which Append made, with lines after its own. It does not unpack b, so that somebody
// who fails again and again costs little each time. ok is false, and nothing is done, where it cannot be done this way: if that would be
// more than most lines, or would move those that fields point into.
func Extend(to, b []byte, lines []ticket.Match, most int) (extended []byte, ok bool) {
	count := skipText(b, 0)
	if count < 0 {
		return to, false
	}
	have, width := binary.Uvarint(b[count:])
	begin := len(to)
	to = append(to, b[:count]...)
	to = binary.AppendUvarint(to, have+uint64(len(lines)))
	end := count + width
	if width <= 0 || have > uint64(len(b)) || have+uint64(len(lines)) > uint64(max(0, most)) || len(to)-begin != end {
		return to[:begin], false
	}
	own := end
	for range 3 * have {
		if end = skipText(b, end); end < 0 {
			return to[:begin], false
		}
	}
	to = append(to, b[own:end]...)
	for i := range lines {
		to = appendMatch(to, &lines[i])
	}
	return append(to, b[end:]...), true
}

// skipText returns where the text that stands at an offset of b ends, -1 if there is none.
func skipText(b []byte, at int) int {
	n, width := binary.Uvarint(b[at:])
	if width <= 0 || n > uint64(len(b)-at-width) {
		return -1
	}
	return at + width + int(n)
}
