package pyre

// leading are the bytes of a text that a Set looks at, by their places, in order. Those that are far from each other tell more: the texts of a
// service differ in their first word, or only behind it.
var leading = [...]uint8{0, 1, 3, 7, 10, 14}

// lastLeading is the last of them.
const lastLeading = 14

var everyByte = byteSet{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), 1}

// leads are, for each of the leading bytes, the values that a match can have there which begins at the beginning of the text. Texts
// may also be shorter.
type leads [len(leading)]byteSet

// leadsOf returns the leads of a pattern, nil if nothing is known of them.
func leadsOf(root *node) *leads {
	if beginOf(root) != atTextBegin {
		return nil
	}
	l := new(leads)
	l.anything(l.read(root, 1))
	return l
}

// places are places in the first bytes of a text: bit k is the one before byte k.
type places uint16

// allPlaces are those up to the last that leads tell of.
const allPlaces places = 1<<(lastLeading+1) - 1

// read adds the bytes that n can read from the given places on, and returns where it can come to.
func (l *leads) read(n *node, from places) places {
	switch n.op {
	case opLit:
		return l.readText(string(n.r), from)
	case opSet:
		return l.readSet(n.set, from)
	case opCat:
		for _, s := range n.subs {
			if from == 0 {
				break
			}
			from = l.read(s, from)
		}
		return from
	case opAlt, opCond:
		var to places
		for _, s := range n.subs {
			to |= l.read(s, from)
		}
		return to
	case opRep:
		return l.readRepeat(n, from)
	case opGroup, opAtomic:
		return l.read(n.subs[0], from)
	case opBackref:
		l.anything(from)
		return 0
	case opTextEnd, opLineEnd:
		var lineFeed byteSet
		lineFeed.add('\n')
		l.add(&lineFeed, from)
		l.anything(from << 1)
		return 0
	case opAbsEnd:
		return 0
	}
	return from // an assertion, which is taken to hold, or nothing
}

func (l *leads) readText(text string, from places) places {
	for i := range len(text) {
		var one byteSet
		one.add(text[i])
		l.add(&one, from)
		from <<= 1
	}
	return from & allPlaces
}

func (l *leads) readSet(s *charset, from places) places {
	first := s.firstBytes()
	l.add(&first, from)
	from = from << 1 & allPlaces
	if len(s.high) > 0 {
		l.anything(from) // bytes and characters differ
		return 0
	}
	return from
}

// readRepeat follows only as many iterations as there are places.
func (l *leads) readRepeat(n *node, from places) places {
	for range min(n.min, lastLeading+1) {
		from = l.read(n.subs[0], from)
	}
	to, more := from, from
	for i := n.min; more != 0 && (n.max == unlimited || i < n.max); i++ {
		more = l.read(n.subs[0], more) &^ to
		to |= more
	}
	return to
}

// add lets the bytes of set stand behind the given places.
func (l *leads) add(set *byteSet, at places) {
	for k, place := range leading {
		if at>>place&1 != 0 {
			l[k].or(set)
		}
	}
}

// anything lets any bytes stand behind the first of the given places and all further ones.
func (l *leads) anything(at places) {
	for k, place := range leading {
		if at&(1<<(place+1)-1) != 0 {
			l[k] = everyByte
		}
	}
}
