package ban

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"gaol/internal/ticket"
)

// Lists of who is banned are asked for as text, and are long: they are made without an identity or a string for each.

// IDs returns the texts of who is banned, in order of ban.
func (k *Book) IDs() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.textsLocked()
}

// textsLocked returns the texts of all ids in order of ban. They share one string.
func (k *Book) textsLocked() []string {
	const usual = len("192.168.100.100")
	var all strings.Builder
	all.Grow(usual * len(k.active))
	texts, ends := make([]string, len(k.active)), make([]int, 0, len(k.active))
	var text []byte
	for e := k.first; e != nil; e = e.next {
		text = e.id().AppendText(text[:0])
		all.Write(text)
		ends = append(ends, all.Len())
	}
	begin := 0
	for i, end := range ends {
		texts[i], begin = all.String()[begin:end], end
	}
	return texts
}

// IDsByEnd returns the texts of who is banned, in the order of ByEnd.
func (k *Book) IDsByEnd() []string {
	k.mu.Lock()
	texts, order := k.textsLocked(), k.endingsLocked()
	k.mu.Unlock()
	return inOrder(texts, order)
}

// ByEnd returns the tickets in order of their end, those without end last; equal ones in order of ban.
func (k *Book) ByEnd() []*ticket.Ban {
	k.mu.Lock()
	bans, order := k.listLocked(), k.endingsLocked()
	k.mu.Unlock()
	return inOrder(bans, order)
}

// An ending is the end of the ban with that index in the order of ban.
type ending struct {
	at    ticket.Unix
	index int
}

func (k *Book) endingsLocked() []ending {
	endings := make([]ending, 0, len(k.active))
	for e := k.first; e != nil; e = e.next {
		at, ends := e.endsAt(k.expiry.banTime)
		if !ends {
			at = ticket.Unix(math.Inf(1))
		}
		endings = append(endings, ending{at, len(endings)})
	}
	return endings
}

// inOrder returns values in the order of their endings, which it sorts.
func inOrder[V any](values []V, endings []ending) []V {
	slices.SortFunc(endings, func(a, b ending) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.index, b.index))
	})
	sorted := make([]V, len(values))
	for i, e := range endings {
		sorted[i] = values[e.index]
	}
	return sorted
}
