package pyre

import "math/bits"

// This file is the memo of runs. The bits of an unlimited run mean another thing than
// those of a limited one:
//
//   - Unlimited, a run that goes on from some position inside is in the same state as
//     one that begins there. The bit says: stopping here, and wherever going on from
//     here leads, has failed.
//   - Limited, how far it may go on differs. The bit says: stopping here has failed.
//
// Sure bits likewise. Runs have many positions, so bits are read and written by words.

// hasBits reports whether in is a run whose memo works like that, and not one before a
// back-reference.
func (m *Matcher) hasBits(in *inst) bool { return len(m.prog.rows[in.row].groups) == 0 }

// runBits returns the number of the bit of the run in at pos. The following positions
// have the following bits, except after the first position of an iteration: whether
// the iteration has got anywhere is part of the state.
func (m *Matcher) runBits(in *inst, pos int32, about verdict) int32 {
	r := &m.prog.rows[in.row]
	return m.bitAbout(r, m.bitOf(r, pos), about)
}

// runVerdict returns what is known about the run in at pos.
func (m *Matcher) runVerdict(in *inst, pos int32) verdict {
	r := &m.prog.rows[in.row]
	return m.lookup(r, m.bitOf(r, pos))
}

// noteRun remembers about the run at pc that it has failed or is sure at all positions
// from lo to hi.
func (m *Matcher) noteRun(pc, lo, hi int32, about verdict) {
	in := &m.prog.code[pc]
	m.setBit(m.runBits(in, lo, about))
	if hi > lo {
		m.setBits(m.runBits(in, lo+1, about), hi-lo)
	}
}

// setBits sets n bits from number at on.
func (m *Matcher) setBits(at, n int32) {
	for n > 0 {
		shift := at & 63
		k := min(64-shift, n)
		m.memo.bits[at>>6] |= ^uint64(0) >> (64 - k) << shift
		at, n = at+k, n-k
	}
}

// firstBit returns the offset of the first of n bits from at that is set, n if none.
func (m *Matcher) firstBit(at, n int32) int32 {
	for i := int32(0); i < n; {
		shift := (at + i) & 63
		if w := m.memo.bits[(at+i)>>6] >> shift; w != 0 {
			return min(i+int32(bits.TrailingZeros64(w)), n)
		}
		i += 64 - shift
	}
	return n
}

// lastClear returns the offset of the last of n bits from at that is not set, -1 if
// none.
func (m *Matcher) lastClear(at, n int32) int32 {
	for i := n - 1; i >= 0; {
		shift := 63 - (at+i)&63
		if w := ^m.memo.bits[(at+i)>>6] << shift; w != 0 {
			return max(i-int32(bits.LeadingZeros64(w)), -1)
		}
		i -= 64 - shift
	}
	return -1
}

// firstFailed returns the first position from lo to hi at which the run in has failed,
// hi+1 if there is none.
func (m *Matcher) firstFailed(in *inst, lo, hi int32) int32 {
	if m.isSet(m.runBits(in, lo, failed)) {
		return lo
	}
	if hi == lo {
		return hi + 1
	}
	return lo + 1 + m.firstBit(m.runBits(in, lo+1, failed), hi-lo)
}

// lastOpen returns the last position from lo to hi at which the run in has not failed,
// lo-1 if there is none.
func (m *Matcher) lastOpen(in *inst, lo, hi int32) int32 {
	if hi > lo {
		if i := m.lastClear(m.runBits(in, lo+1, failed), hi-lo); i >= 0 {
			return lo + 1 + i
		}
	}
	if m.isSet(m.runBits(in, lo, failed)) {
		return lo - 1
	}
	return lo
}
