package pyre

// A usefulness watches a short cut and has it rest while it is of too little use to be worth its work.
type usefulness struct {
	tries   int // since it went to work or to rest
	useful  int // those of them that it was of use for
	resting bool
}

const (
	trial = 256      // tries after which it is judged
	rest  = 64 << 10 // tries for which a useless one rests
)

// rests counts one more try and reports whether it must do without the short cut.
func (u *usefulness) rests() bool {
	u.tries++
	if !u.resting {
		return false
	}
	if u.tries >= rest {
		*u = usefulness{}
	}
	return true
}

// note says whether the short cut was of use for the try; it must be in worth percent of all.
func (u *usefulness) note(useful bool, worth int) {
	if useful {
		u.useful++
	}
	if u.tries >= trial {
		*u = usefulness{resting: 100*u.useful < worth*u.tries}
	}
}
