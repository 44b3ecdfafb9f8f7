package pyre

import (
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
	for c := range a.classes {
		a.classes[c] = beyondASCII
	}
	parts := partition(p.asciiSets())
	for _, c := range frequentFirst() {
		if a.classes[c] == beyondASCII { // the first one of its part
			for other, part := range parts {
				if part == parts[c] {
					a.classes[other] = uint8(len(a.samples))
				}
			}
			a.samples = append(a.samples, c)
		}
	}
	a.last, a.end = uint8(len(a.samples)), uint8(len(a.samples)+1)
	a.samples = append(a.samples, '\n', noByte)
	return a
}

// partition numbers the parts of ASCII that none of the sets tells apart.
func partition(sets []byteSet) (parts [utf8.RuneSelf]int) {
	count := 0
	for i := range sets {
		apart := map[int]int{} // by part: that of those of its bytes that are in the set
		for c := range parts {
			if !sets[i].has(byte(c)) {
				continue
			}
			if apart[parts[c]] == 0 {
				count++
				apart[parts[c]] = count
			}
			parts[c] = apart[parts[c]]
		}
	}
	return parts
}

// asciiSets returns sets of bytes; those of ASCII that are in the same ones are all the same to p.
func (p *program) asciiSets() []byteSet {
	sets := p.setsRead()
	for i := range p.code {
		if op := p.code[i].op; op == iWordEdge || op == iNoWordEdge {
			return append(sets, byteSet{wordBytes[0], wordBytes[1]})
		}
	}
	return sets
}

// setsRead returns the different sets of bytes of which p reads one somewhere, and that of the line feed.
func (p *program) setsRead() []byteSet {
	sets := []byteSet{single('\n')}
	note := func(set byteSet) {
		if !slices.Contains(sets, set) {
			sets = append(sets, set)
		}
	}
	for i := range p.code {
		switch in := &p.code[i]; in.op {
		case iByte:
			note(single(in.c))
		case iLit:
			for _, c := range []byte(p.lits[in.n].text) {
				note(single(c))
			}
		case iSet, iRunGreedy, iRunLazy, iRunAll:
			note(p.bytesOf(in))
		}
	}
	return sets
}

// frequentFirst returns the bytes of ASCII. Those that are frequent in logs come first, so that their classes lie side by side.
func frequentFirst() []byte {
	all := make([]byte, utf8.RuneSelf)
	for c := range all {
		all[c] = byte(c)
	}
	slices.SortStableFunc(all, func(a, b byte) int { return rarity(a) - rarity(b) })
	return all
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
