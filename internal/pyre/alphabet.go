package pyre

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// An alphabet puts the bytes of texts into classes that a program does not tell apart.
type alphabet struct {
	classes [256]uint8
	last    uint8  // the class of a line feed that ends the text
	end     uint8  // the class of the end of the text
	samples []byte // of each class, one of its bytes; of those that have no ASCII, noByte
}

// The classes that every alphabet has.
const (
	noClass     uint8 = iota // of nothing
	beyondASCII              // of all bytes that are not ASCII
	firstClass
)

const noByte = 0xff

func newAlphabet(p *program) *alphabet {
	a := &alphabet{samples: []byte{noByte, noByte}}
	sets, alone := p.setsRead()
	if p.has(iWordEdge) || p.has(iNoWordEdge) {
		sets = append(sets, byteSet{wordBytes[0], wordBytes[1]})
	}
	parts := partition(sets, alone)
	a.samples = append(a.samples, frequentOf(parts[:utf8.RuneSelf])...)
	var classOf [256]uint8 // by part
	for i, c := range a.samples[firstClass:] {
		classOf[parts[c]] = firstClass + uint8(i)
	}
	for c := range a.classes {
		a.classes[c] = beyondASCII
		if c < utf8.RuneSelf {
			a.classes[c] = classOf[parts[c]]
		}
	}
	a.last, a.end = uint8(len(a.samples)), uint8(len(a.samples)+1)
	a.samples = append(a.samples, '\n', noByte)
	return a
}

// partition numbers the parts of the bytes that none of the sets tells apart, from 0 on. Those that are alone are a part each.
func partition(sets []byteSet, alone byteSet) (parts [256]uint8) {
	size, count := [256]int16{256}, 1
	for c := range alone.bytes() {
		parts[c] = uint8(count)
		size[0]--
		size[count]++
		count++
	}
	for i := range sets {
		var inside [256]int16 // of each part: how many of its bytes are in the set
		for c := range sets[i].bytes() {
			inside[parts[c]]++
		}
		var apart [256]uint8 // by part: that of those of its bytes, if not of all
		for c := range sets[i].bytes() {
			part := parts[c]
			if inside[part] == size[part] {
				continue
			}
			if apart[part] == 0 {
				apart[part] = uint8(count)
				count++
			}
			parts[c] = apart[part]
		}
		for part, other := range apart[:count] {
			if other != 0 {
				size[other] = inside[part]
				size[part] -= inside[part]
			}
		}
	}
	return parts
}

// frequentOf returns of each part the byte that is most frequent in logs. Parts that are frequent come first, so that their classes lie
// side by side.
func frequentOf(parts []uint8) []byte {
	var samples []byte
	var place [256]uint8 // by part: where its byte stands, from 1 on
	for c, part := range parts {
		c := byte(c)
		if place[part] == 0 {
			samples = append(samples, c)
			place[part] = uint8(len(samples))
		} else if best := &samples[place[part]-1]; rarity(c) < rarity(*best) {
			*best = c
		}
	}
	slices.SortFunc(samples, func(a, b byte) int { return cmp.Or(rarity(a)-rarity(b), int(a)-int(b)) })
	return samples
}

// has reports whether one of the instructions is an op.
func (p *program) has(op opcode) bool {
	return slices.ContainsFunc(p.code, func(in inst) bool { return in.op == op })
}

// setsRead returns the different sets of bytes of which p reads one somewhere, and the bytes that it reads by themselves, with the line feed.
func (p *program) setsRead() (sets []byteSet, alone byteSet) {
	alone.add('\n')
	seen := make([]bool, len(p.sets))
	for i := range p.code {
		switch in := &p.code[i]; in.op {
		case iByte:
			alone.add(in.c)
		case iLit:
			for _, c := range []byte(p.lits[in.n].text) {
				alone.add(c)
			}
		case iSet, iRunGreedy, iRunLazy, iRunAll:
			if !seen[in.n] {
				seen[in.n] = true
				sets = append(sets, p.bytesOf(in))
			}
		}
	}
	return sets, alone
}

// classAt returns the class of what stands at pos.
func (a *alphabet) classAt(text []byte, pos int) uint8 {
	switch {
	case pos == len(text):
		return a.end
	case pos == len(text)-1 && text[pos] == '\n':
		return a.last
	}
	return a.classes[text[pos]]
}

// isWord reports whether the bytes of a class are part of words.
func (a *alphabet) isWord(class uint8) bool {
	c := a.samples[class]
	return c < utf8.RuneSelf && wordBytes[c>>6]>>(c&63)&1 != 0
}

// in reports whether the bytes of a class are characters of s.
func (a *alphabet) in(class uint8, s *charset) bool {
	c := a.samples[class]
	return c < utf8.RuneSelf && s.has(rune(c))
}

// is reports whether c is a byte of a class, the only one.
func (a *alphabet) is(class, c uint8) bool { return a.samples[class] == c && c < utf8.RuneSelf }
