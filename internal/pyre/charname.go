package pyre

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/runenames"
)

// named are the ranges with characters whose names are not made by rule.
var named = []runeRange{{0, 0x1ffff}, {0xe0000, 0xe01ff}}

// charNamed returns the character that Unicode calls name, as in \N{EM DASH}. The
// names of controls, which are mere aliases, are not known.
func charNamed(name string) (rune, bool) {
	name = strings.ToUpper(name)
	const ideograph = "CJK UNIFIED IDEOGRAPH-"
	if hex, ok := strings.CutPrefix(name, ideograph); ok {
		r, err := strconv.ParseUint(hex, 16, 32)
		if err != nil || fmt.Sprintf("%X", r) != hex || !unicode.Is(unicode.Unified_Ideograph, rune(r)) {
			return 0, false
		}
		return rune(r), true
	}
	for _, plane := range named {
		for r := plane.lo; r <= plane.hi; r++ {
			if n := runenames.Name(r); n == name && !strings.HasPrefix(n, "<") {
				return r, true
			}
		}
	}
	return 0, false
}
