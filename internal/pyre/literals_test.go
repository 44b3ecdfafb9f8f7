package pyre

import (
	"math/rand"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// oneByOne returns n with each character in a group of its own, so that no two of them stand side by side.
func oneByOne(n *node) *node {
	if n.op == opLit {
		return &node{op: opGroup, subs: []*node{n}}
	}
	c := *n
	c.subs = nil
	for _, s := range n.subs {
		c.subs = append(c.subs, oneByOne(s))
	}
	return &c
}

// TestNeedsOfText compares what characters side by side need with what they need one by one.
func TestNeedsOfText(t *testing.T) {
	rnd := rand.New(rand.NewSource(12))
	telling := 0
	for range 5_000 {
		pattern := tangle(rnd, 3) + "from(?: user)? \n" + tangle(rnd, 2) + "port[12]x"
		tree, err := parse(pattern, 0, new(wood))
		if err != nil {
			t.Fatal(err)
		}
		var got, want [3]clause
		got[0], got[1], got[2] = requiredLiterals(tree.root)
		want[0], want[1], want[2] = requiredLiterals(oneByOne(tree.root))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s: -one by one +together\n%s", pattern, diff)
		}
		if got[0] != nil {
			telling++
		}
	}
	if telling < 1000 {
		t.Errorf("only %d patterns need anything", telling)
	}
}
