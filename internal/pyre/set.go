package pyre

import "math/bits"

// A Set is a list of regexes that are tried on the same texts, in order. It knows
// which of them cannot match a given text. It does not change and may be shared.
type Set struct {
	regexes []*Regexp
	words   int // of 64 regexes each
	all     []uint64

	// table[k][c*words:] has the regexes that can match a text whose byte leading[k] is c.
	table [len(leading)][]uint64

	contents contents
}

// NewSet makes a set of regexes, which keep their indexes.
func NewSet(regexes []*Regexp) *Set {
	s := &Set{regexes: regexes, words: (len(regexes) + 63) / 64}
	rows := make([]uint64, (1+256*len(leading))*s.words)
	s.all, rows = rows[:s.words], rows[s.words:]
	for i := range regexes {
		s.all[i/64] |= 1 << (i % 64)
	}
	for k := range s.table {
		s.table[k], rows = rows[:256*s.words], rows[256*s.words:]
		s.fill(k)
	}
	s.contents = contentsOf(regexes)
	return s
}

// fill fills the table for byte leading[k] of texts.
func (s *Set) fill(k int) {
	any := make([]uint64, s.words) // regexes that can match whatever the byte is
	for i, re := range s.regexes {
		word, bit := i/64, uint64(1)<<(i%64)
		if re.leads == nil || re.leads[k] == everyByte {
			any[word] |= bit
			continue
		}
		for c := range re.leads[k].bytes() {
			s.table[k][int(c)*s.words+word] |= bit
		}
	}
	for at := range s.table[k] {
		s.table[k][at] |= any[at%s.words]
	}
}

// Candidates are the regexes of a set that can match a text. A value serves one
// goroutine and is reused from text to text without allocating; the zero value is
// ready.
type Candidates struct {
	set   *Set
	text  []byte
	words []uint64
	at    int          // the word that is looked at
	later []usefulness // of looking for what matches contain, by regex

	atOnce  usefulness // of looking for what matches of all of them contain
	checked bool       // that is done
}

// Start finds the candidates of s for a search in the whole of text, which must stay as
// it is until the last Next.
func (c *Candidates) Start(s *Set, text []byte) {
	if c.set != s {
		*c = Candidates{set: s, words: make([]uint64, s.words), later: make([]usefulness, len(s.regexes))}
	}
	c.text, c.at = text, 0
	if len(text) > lastLeading && s.words == 1 {
		c.words[0] = s.all[0] & s.table[0][text[0]] & s.table[1][text[1]] & s.table[2][text[3]] &
			s.table[3][text[7]] & s.table[4][text[10]] & s.table[5][text[14]]
		c.checked = bits.OnesCount64(c.words[0]&s.contents.of) >= worthOnePass && c.check()
		return
	}
	c.checked = false
	copy(c.words, s.all)
	for k, place := range leading {
		if int(place) >= len(text) {
			break
		}
		row := s.table[k][int(text[place])*s.words:]
		for i := range c.words {
			c.words[i] &= row[i]
		}
	}
}

// check drops those whose matches contain what the text does not. It returns false where it is of no use and does nothing.
func (c *Candidates) check() bool {
	scan := c.set.contents.scan()
	if scan == nil || c.atOnce.rests() {
		return false
	}
	all := c.words[0]
	c.words[0] &= scan.which(c.text) | ^c.set.contents.of
	c.atOnce.note(c.words[0] != all, worthSome)
	return true
}

// Next returns the candidate with the lowest index that it has not returned yet, -1
// when there are no more. A regex that is left out does not match the text.
func (c *Candidates) Next() int {
	for c.at < len(c.words) {
		word := c.words[c.at]
		if word == 0 {
			c.at++
			continue
		}
		c.words[c.at] = word & (word - 1)
		if i := c.at*64 + bits.TrailingZeros64(word); c.mayMatch(i) {
			return i
		}
	}
	return -1
}

// mayMatch reports whether the text has what all matches of a regex contain. Where most texts have, it does not look: a search that
// comes to nothing takes little longer.
func (c *Candidates) mayMatch(regex int) bool {
	re, use := c.set.regexes[regex], &c.later[regex]
	if c.checked || len(re.later) == 0 || use.rests() {
		return true
	}
	has := re.hasLater(c.text)
	use.note(!has, worthSome)
	return has
}

// hasLater reports whether text has what all matches contain.
func (re *Regexp) hasLater(text []byte) bool {
	for i := range re.later {
		if !re.later[i].in(text) {
			return false
		}
	}
	return true
}

// categories are the sets of the class escapes.
type categories struct {
	digit, notDigit, space, notSpace, word, notWord charset
}
