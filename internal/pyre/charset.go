package pyre

import (
	"math/bits"
	"slices"
	"unicode/utf8"
)

// A charset is a set of characters. It does not change.
//
// Characters below 0x80 are bits, the others sorted ranges. The ranges are shared
// between sets where possible: \w alone has some 750 of them, and one pattern may say
// \w a dozen times.
type charset struct {
	ascii [2]uint64
	high  []runeRange // disjoint, not adjacent, all >= 0x80
}

type runeRange struct{ lo, hi rune }

// everythingHigh is the high part of a set that has all characters from 0x80 on.
var everythingHigh = []runeRange{{utf8.RuneSelf, utf8.MaxRune}}

var (
	anyChar     = charset{[2]uint64{^uint64(0), ^uint64(0)}, everythingHigh}         // . with DotAll
	notLineFeed = charset{[2]uint64{^uint64(1 << '\n'), ^uint64(0)}, everythingHigh} // . as such
)

// has reports whether r is in the set.
func (s *charset) has(r rune) bool {
	if r < utf8.RuneSelf {
		return s.ascii[r>>6&1]>>(uint(r)&63)&1 != 0
	}
	return s.hasHigh(r)
}

func (s *charset) hasHigh(r rune) bool {
	lo, hi := 0, len(s.high)
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if s.high[mid].hi < r {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo < len(s.high) && s.high[lo].lo <= r
}

// allHigh reports whether every character from 0x80 on is in the set.
func (s *charset) allHigh() bool {
	return len(s.high) == 1 && s.high[0] == everythingHigh[0]
}

// single returns the only character of a set that has just one.
func (s *charset) single() (rune, bool) {
	n := bits.OnesCount64(s.ascii[0]) + bits.OnesCount64(s.ascii[1])
	switch {
	case n == 0 && len(s.high) == 1 && s.high[0].lo == s.high[0].hi:
		return s.high[0].lo, true
	case n != 1 || len(s.high) != 0:
		return 0, false
	case s.ascii[0] != 0:
		return rune(bits.TrailingZeros64(s.ascii[0])), true
	}
	return rune(64 + bits.TrailingZeros64(s.ascii[1])), true
}

// allBut returns the only character that is not in s, if that is one of ASCII.
func (s *charset) allBut() (byte, bool) {
	if !s.allHigh() {
		return 0, false
	}
	missing := charset{ascii: [2]uint64{^s.ascii[0], ^s.ascii[1]}}
	r, ok := missing.single()
	return byte(r), ok
}

func (s *charset) equal(o *charset) bool {
	if s.ascii != o.ascii || len(s.high) != len(o.high) {
		return false
	}
	return sameSlice(s.high, o.high) || slices.Equal(s.high, o.high)
}

func (s *charset) intersects(o *charset) bool {
	if s.ascii[0]&o.ascii[0]|s.ascii[1]&o.ascii[1] != 0 {
		return true
	}
	for i, k := 0, 0; i < len(s.high) && k < len(o.high); {
		a, b := s.high[i], o.high[k]
		switch {
		case a.hi < b.lo:
			i++
		case b.hi < a.lo:
			k++
		default:
			return true
		}
	}
	return false
}

func sameSlice(a, b []runeRange) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// complement returns the set of all characters that are not in s.
func (s *charset) complement() *charset {
	return &charset{[2]uint64{^s.ascii[0], ^s.ascii[1]}, complementHigh(s.high)}
}

func complementHigh(high []runeRange) []runeRange {
	if len(high) > 100 { // only then is the detour through the caches worth it
		c := &unicodeCategories
		switch {
		case sameSlice(high, c.word.high):
			return c.notWord.high
		case sameSlice(high, c.notWord.high):
			return c.word.high
		}
	}
	return gaps(high)
}

// gaps returns what lies between the ranges.
func gaps(high []runeRange) []runeRange {
	var out []runeRange
	from := rune(utf8.RuneSelf)
	for _, r := range high {
		if from < r.lo {
			out = append(out, runeRange{from, r.lo - 1})
		}
		from = r.hi + 1
	}
	if from <= utf8.MaxRune {
		out = append(out, runeRange{from, utf8.MaxRune})
	}
	return out
}

// A setBuilder collects the members of a set. The zero value is the empty set.
type setBuilder struct {
	ascii    [2]uint64
	high     []runeRange // any order
	category charset     // the categories; its high part is shared with the first one
}

// add puts the characters from lo to hi into the set.
func (b *setBuilder) add(lo, hi rune) {
	for ; lo <= hi && lo < utf8.RuneSelf; lo++ {
		b.ascii[lo>>6&1] |= 1 << (uint(lo) & 63)
	}
	if lo <= hi {
		b.high = append(b.high, runeRange{lo, hi})
	}
}

// addCategory puts all of s into the set.
func (b *setBuilder) addCategory(s *charset) {
	b.category.ascii[0] |= s.ascii[0]
	b.category.ascii[1] |= s.ascii[1]
	if b.category.high == nil {
		b.category.high = s.high
	} else if !sameSlice(b.category.high, s.high) {
		b.category.high = merge(slices.Concat(b.category.high, s.high))
	}
}

// closeUnderCase adds all characters that differ from a member only in case. Members
// of categories count as they are: what differs from them is in the category too.
func (b *setBuilder) closeUnderCase(asciiOnly bool) {
	members := charset{b.ascii, merge(b.high)}
	for letters := members.ascii[1] & asciiLetters; letters != 0; letters &= letters - 1 {
		b.addFolds(rune(64+bits.TrailingZeros64(letters)), asciiOnly)
	}
	if len(members.high) == 0 {
		return
	}
	for _, r := range casedRunes() {
		if r >= utf8.RuneSelf && members.hasHigh(r) {
			b.addFolds(r, asciiOnly)
		}
	}
}

// asciiLetters are the characters of ASCII that have another case, less 64.
const asciiLetters = (1<<26-1)<<('A'-64) | (1<<26-1)<<('a'-64)

func (b *setBuilder) addFolds(r rune, asciiOnly bool) {
	for _, o := range foldsOf(r, asciiOnly) {
		b.add(o, o)
	}
}

// set returns the collected set.
func (b *setBuilder) set() *charset {
	ascii := [2]uint64{b.ascii[0] | b.category.ascii[0], b.ascii[1] | b.category.ascii[1]}
	if len(b.high) == 0 {
		return &charset{ascii, b.category.high}
	}
	return &charset{ascii, merge(slices.Concat(b.category.high, b.high))}
}

// merge sorts ranges and joins those that touch.
func merge(in []runeRange) []runeRange {
	in = slices.Clone(in)
	slices.SortFunc(in, func(a, b runeRange) int { return int(a.lo - b.lo) })
	var out []runeRange
	for _, r := range in {
		if n := len(out); n > 0 && r.lo <= out[n-1].hi+1 {
			out[n-1].hi = max(out[n-1].hi, r.hi)
			continue
		}
		out = append(out, r)
	}
	return out
}
