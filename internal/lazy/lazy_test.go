package lazy

import (
	"testing"
)

func TestRegexpIsBuiltOnceAtFirstUse(t *testing.T) {
	broken := Regexp{Expr: `(`}
	good := Regexp{Expr: `^a+$`}
	first := good.Get()
	if good.Get() != first || !first.MatchString("aa") {
		t.Error("the expression is not the same one, or a wrong one")
	}
	defer func() {
		if recover() == nil {
			t.Error("a broken expression did not panic when it was used")
		}
	}()
	broken.Get()
}

func TestValueIsMadeOnceAtFirstUse(t *testing.T) {
	made := 0
	v := Value[[]int]{Make: func() []int { made++; return []int{made} }}
	if made != 0 {
		t.Error("made before it was asked for")
	}
	if first, second := v.Get(), v.Get(); made != 1 || &first[0] != &second[0] {
		t.Errorf("made %d times", made)
	}
}
