package pickle

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestListsOfTextComeAsStrings(t *testing.T) {
	data, err := Encode(Tuple{0, []any{Tuple{"who", []string{"192.0.2.1", "", strings.Repeat("é", 200)}}, []string{}}}, ForReply)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Decode(data, Limits{OneText: true})
	if err != nil {
		t.Fatal(err)
	}
	want := Tuple{int64(0), []any{Tuple{"who", []string{"192.0.2.1", "", strings.Repeat("é", 200)}}, []any{}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestTextsAtOnceAreTextsOneByOne compares the two ways to read a list, in what comes of it and in what is wrong with it.
func TestTextsAtOnceAreTextsOneByOne(t *testing.T) {
	tests := []struct{ name, pickle string }{
		{"some", "](\x8c\x01aX\x02\x00\x00\x00bce."},
		{"none", "](e."},
		{"no list below", "(\x8c\x01ae."},
		{"no container below", "K\x01(\x8c\x01ae."},
		{"a list below a mark", "](( \x8c\x01ae."},
		{"below a mark of its own", "]((\x8c\x01ae."},
		{"something else among them", "](\x8c\x01aK\x01\x8c\x01be."},
		{"remembered", "]\x94(\x8c\x01a\x94\x8c\x01be."},
		{"not to their end", "](\x8c\x01a\x8c\x01bt."},
		{"no UTF-8", "](\x8c\x01a\x8c\x01\xffe."},
		{"cut off in a text", "](\x8c\x01a\x8c\x05b"},
		{"cut off in a length", "](\x8c\x01aX\x02\x00"},
		{"cut off behind them", "](\x8c\x01a\x8c\x01b"},
		{"length beyond all bounds", "](X\xff\xff\xff\xffae."},
		{"more after them", "](\x8c\x01ae(\x8c\x01be\x8c\x01ca."},
		{"behind others", "]K\x01a(\x8c\x01ae."},
		{"a list that is in two places", "](\x8c\x01ae2\x86."},
		{"a key", "}](\x8c\x01aeK\x01s."},
		{"what a call takes", "cbuiltins\nset\n](\x8c\x01a\x8c\x01ae\x85R."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for bound := range 8 {
				sparing, plain := Limits{Depth: bound, Items: bound, Bytes: len(tt.pickle) + bound}, Limits{}
				for _, limits := range []Limits{sparing, plain} {
					v, err := Decode([]byte(tt.pickle), limits)
					limits.OneText = true
					atOnce, errAtOnce := Decode([]byte(tt.pickle), limits)
					if Repr(v) != Repr(atOnce) || fmt.Sprint(err) != fmt.Sprint(errAtOnce) {
						t.Errorf("within %+v: at once %s, %v; one by one %s, %v", limits, Repr(atOnce), errAtOnce, Repr(v), err)
					}
				}
			}
		})
	}
}
