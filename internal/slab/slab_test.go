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

// TestTakeBack takes pieces from the same memory again and again: each is zero and of its own until then.
func TestTakeBack(t *testing.T) {
	var (
		numbers Of[int]
		text    Text
	)
	numbers.TakeBack()
	text.TakeBack()
	allocations := testing.AllocsPerRun(100, func() {
		for i := range 3 {
			if piece := numbers.Copy(i, i+1); cap(piece) != 2 {
				t.Fatalf("a piece of two has room for %d", cap(piece))
			}
			piece := numbers.Take(10)
			if slices.ContainsFunc(piece, func(v int) bool { return v != 0 }) {
				t.Fatal("not zero")
			}
			piece[i] = 1
		}
		if a, b := text.Keep([]byte("ab")), text.Keep([]byte("c")); a != "ab" || b != "c" {
			t.Fatalf("got %q and %q", a, b)
		}
		numbers.TakeBack()
		text.TakeBack()
	})
	if allocations > 0 {
		t.Errorf("%v allocations a round", allocations)
	}
}
