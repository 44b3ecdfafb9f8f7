package slab

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestPiecesAreApart takes many pieces and changes each: no other one changes.
func TestPiecesAreApart(t *testing.T) {
	var (
		numbers Of[int]
		text    Text
		taken   [][]int
		kept    []string
		room    []byte
	)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 3000 {
		n := random.IntN(40)
		if i%500 == 0 {
			n = 70_000
		}
		piece := numbers.Take(n)
		if slices.ContainsFunc(piece, func(v int) bool { return v != 0 }) {
			t.Fatal("not zero")
		}
		for k := range piece {
			piece[k] = i
		}
		_ = append(piece, -1)
		room = append(room[:0], strings.Repeat(string(rune('a'+i%26)), n)...)
		taken, kept = append(taken, piece), append(kept, text.Keep(room))
	}
	for i, piece := range taken {
		if slices.ContainsFunc(piece, func(v int) bool { return v != i }) {
			t.Fatalf("piece %d was changed", i)
		}
		if want := strings.Repeat(string(rune('a'+i%26)), len(piece)); kept[i] != want {
			t.Fatalf("text %d was changed: got %.40q, want %.40q", i, kept[i], want)
		}
	}
	if got := numbers.Copy(1, 2); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("got %v", got)
	}
}
