package lazy

import "testing"

func TestRegexpIsBuiltOnceAtFirstUse(t *testing.T) {
	broken := Regexp(`(`)
	good := Regexp(`^a+$`)
	first := good()
	if good() != first || !first.MatchString("aa") {
		t.Error("the expression is not the same one, or a wrong one")
	}
	defer func() {
		if recover() == nil {
			t.Error("a broken expression did not panic when it was used")
		}
	}()
	broken()
}
