package pyre

import "sync"

// Contents are texts that all matches of a regex contain, one of each of some regexes. A sieve looks for all of them in the time that it
// takes to look for two or three one by one.
type contents struct {
	of   uint64            // the indexes of the regexes, as bits
	scan func() *multiScan // gives the texts these numbers; nil: there is no scan
}

// worthOnePass is how many regexes there must be so that it gains something to look for all.
const worthOnePass = 3

// contentsOf leaves out regexes of which no such text is known. There is nothing for sets of more than 64, which hardly any filter has, nor for
// machines without a sieve.
func contentsOf(regexes []*Regexp) contents {
	var c contents
	var texts clause
	var numbers []uint8
	if len(regexes) > 64 || !canSift() {
		return c
	}
	for i, re := range regexes {
		if len(re.later) > 0 && len(re.later[0].text) >= minWindow {
			texts, numbers = append(texts, string(re.later[0].text)), append(numbers, uint8(i))
		}
	}
	if len(texts) < worthOnePass {
		return c
	}
	for _, i := range numbers {
		c.of |= 1 << i
	}
	c.scan = sync.OnceValue(func() *multiScan {
		scan := newSievingScan(texts)
		if scan != nil {
			scan.number(numbers)
		}
		return scan
	})
	return c
}
