package pyre

import (
	"slices"
	"sync"
	"unicode"
	"unicode/utf8"
)

// dotted are the four forms of the letter i. Unicode's simple folding keeps the
// dotless and the dotted one apart; CPython does not.
var dotted = []rune{'I', 'i', 0x130, 0x131}

// foldsOf returns all characters that match r when case is ignored, r among them.
// With asciiOnly, only letters of ASCII have another case.
func foldsOf(r rune, asciiOnly bool) []rune {
	if asciiOnly && r >= utf8.RuneSelf {
		return []rune{r}
	}
	if !asciiOnly && slices.Contains(dotted, r) {
		return dotted
	}
	folds := []rune{r}
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		if !asciiOnly || f < utf8.RuneSelf {
			folds = append(folds, f)
		}
	}
	return folds
}

// casedRunes returns all characters that may have another case, in order.
var casedRunes = sync.OnceValue(func() []rune {
	var cased []rune
	for _, c := range unicode.CaseRanges {
		for r := rune(c.Lo); r <= rune(c.Hi); r++ {
			cased = append(cased, r)
		}
	}
	return cased
})

// lowerFor returns the lower case of r that back-references compare when they
// ignore case. Unlike for sets, characters of the same upper case differ.
func lowerFor(r rune, asciiOnly bool) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	if asciiOnly {
		return r
	}
	return unicode.ToLower(r)
}
