package pyre

import (
	"slices"
	"sync"
	"unicode"
	"unicode/utf8"
)

// foldedMore are characters that CPython takes for equal without case while Unicode's
// simple folding keeps them apart: the letter i with and without dot, and pairs with the
// same upper case of several characters.
var foldedMore = [][]rune{
	{'I', 'i', 0x130, 0x131},
	{0x390, 0x1fd3},
	{0x3b0, 0x1fe3},
	{0xfb05, 0xfb06},
}

// foldsOf returns all characters that match r when case is ignored, r among them.
// With asciiOnly, only letters of ASCII have another case.
func foldsOf(r rune, asciiOnly bool) []rune {
	if !asciiOnly {
		for _, folds := range foldedMore {
			if slices.Contains(folds, r) {
				return folds
			}
		}
	}
	folds := []rune{r}
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		if !asciiOnly || f < utf8.RuneSelf && r < utf8.RuneSelf {
			folds = append(folds, f)
		}
	}
	return folds
}

// casedRunes returns all characters that may have another case.
var casedRunes = sync.OnceValue(func() []rune {
	cased := slices.Concat(foldedMore...)
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
