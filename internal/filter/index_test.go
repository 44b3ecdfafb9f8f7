package filter

import (
	"math/rand"
	"strconv"
	"testing"
)

// TestIndexIsAMap puts connections in and takes them out at random, most of them with hashes that get in each other's way, and
// compares with a map.
func TestIndexIsAMap(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	var x index
	x.hash(nil)
	want := map[string]*connection{}
	for round := range 100_000 {
		id := strconv.Itoa(rnd.Intn(3 * maxConnections / 2))
		hash := uint64(id[0])*7 + 250 // some of them at the end, to go on at the beginning
		got := x.find([]byte(id), hash)
		if got != want[id] {
			t.Fatalf("round %d: %s is %v, want %v", round, id, got, want[id])
		}
		switch {
		case got != nil:
			x.remove(got)
			delete(want, id)
		case x.count < maxConnections:
			want[id] = &connection{id: []byte(id), hash: hash}
			x.put(want[id])
		}
		if x.count != len(want) {
			t.Fatalf("round %d: %d, want %d", round, x.count, len(want))
		}
	}
	for id, r := range want {
		if x.find([]byte(id), r.hash) != r {
			t.Errorf("%s is lost", id)
		}
	}
}
