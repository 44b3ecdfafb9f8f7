package pytext

import (
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStrip(t *testing.T) {
	if got := Strip(" \t\u00a0\x1c\u2003x y\u0085\x1f\n"); got != "x y" {
		t.Errorf("got %q", got)
	}
	if got := StripRight(" x\u3000"); got != " x" {
		t.Errorf("got %q", got)
	}
	if got := Strip("\u200bx\ufeff"); got != "\u200bx\ufeff" { // neither is white space
		t.Errorf("got %q", got)
	}
}

func TestLower(t *testing.T) {
	for s, want := range map[string]string{"abc": "abc", "ABc-1": "abc-1", "ÄÉ": "äé", "İ": "i̇"} {
		if got := Lower(s); got != want {
			t.Errorf("%q = %q, want %q", s, got, want)
		}
	}
}

func TestInt(t *testing.T) {
	big20, _ := new(big.Int).SetString("99999999999999999999", 10)
	for s, want := range map[string]any{
		"5": int64(5), " +5\n": int64(5), "-0": int64(0), "1_0": int64(10), "٣४": int64(34), "𝟗": int64(9), "𝟘": int64(0), "99999999999999999999": big20,
	} {
		got, ok := Int(s)
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b *big.Int) bool { return a.Cmp(b) == 0 })); diff != "" || !ok {
			t.Errorf("%q: -want +got\n%s", s, diff)
		}
	}
	for _, s := range []string{"", "+", "5.", "1__0", "_1", "1_", "0x1", "1e3", "²", "- 1", strings.Repeat("1", 5000)} {
		if got, ok := Int(s); ok {
			t.Errorf("%q = %v, want none", s, got)
		}
	}
}

func TestIsWord(t *testing.T) {
	for r, want := range map[rune]bool{'a': true, '_': true, '9': true, 'é': true, '²': true, '-': false, '.': false, ' ': false, '\u0301': false} {
		if got := IsWord(r); got != want {
			t.Errorf("%q = %v", r, got)
		}
	}
}

// TestShortIntsAsLongOnes compares what is read at once with what the general way makes of it.
func TestShortIntsAsLongOnes(t *testing.T) {
	for n := range 20 {
		for _, digit := range []string{"0", "1", "9", "_", "x"} {
			for _, end := range []string{"", "7", "٣"} {
				s := strings.Repeat(digit, n) + end
				short, ok := shortInt(s)
				if !ok {
					continue
				}
				digits, _ := plainDigits(s)
				if long, _ := new(big.Int).SetString(digits, 10); long == nil || !long.IsInt64() || long.Int64() != short {
					t.Errorf("%q = %d, want %v", s, short, long)
				}
			}
		}
	}
	if _, ok := shortInt("999999999999999999"); !ok {
		t.Error("18 digits are not read at once")
	}
}
