package date

import (
	"bytes"
	"math/rand"
	"strconv"
	"testing"
)

// TestFractionIsTheNearestDouble compares numbers, and what looks like some, with strconv.
func TestFractionIsTheNearestDouble(t *testing.T) {
	rnd := rand.New(rand.NewSource(1))
	numbers := 0
	for range 200_000 {
		text := make([]byte, 1+rnd.Intn(20))
		for i := range text {
			text[i] = byte('0' + rnd.Intn(10))
		}
		if rnd.Intn(2) == 0 {
			text[rnd.Intn(len(text))] = '.'
		}
		if rnd.Intn(4) == 0 {
			text[rnd.Intn(len(text))] = byte(rnd.Intn(0x80))
		}
		if bytes.ContainsAny(text, "+-eEpPxX_") {
			continue // numbers of strconv only
		}
		want, err := strconv.ParseFloat(string(text), 64)
		got, ok := fraction(text)
		if ok != (err == nil) || ok && got != want {
			t.Fatalf("%q: %v, %v, want %v, %v", text, got, ok, want, err)
		}
		if ok {
			numbers++
		}
	}
	if numbers < 100_000 {
		t.Errorf("only %d numbers", numbers)
	}
	for text, want := range map[string]float64{"١٢٣٤٥٦٧٨٩٠.٥": 1234567890.5, "1234567890.１2３": 1234567890.123} {
		if got, ok := fraction([]byte(text)); !ok || got != want {
			t.Errorf("%s: %v, %v, want %v", text, got, ok, want)
		}
	}
}
