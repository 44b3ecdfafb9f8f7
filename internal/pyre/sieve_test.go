package pyre

import (
	"bytes"
	"math/rand"
	"slices"
	"strings"
	"testing"
)

// told is what a sieve tells of, place by place.
func (s *sieve) told(text []byte) []int32 {
	var places []int32
	padded := append(bytes.Clone(text), make([]byte, sieveReads)...)
	for i := range len(text) - minWindow + 1 {
		buckets := uint8(0xff)
		for k, half := range halves(string(padded[i : i+s.last+1])) {
			buckets &= s.tables[k][half]
		}
		if slices.ContainsFunc(padded[i:i+s.last+1], func(c byte) bool { return c >= 0x80 }) {
			buckets = 0
		}
		if buckets != 0 || len(text) >= sieveReads && i == len(text)-minWindow {
			places = append(places, int32(i))
		}
	}
	return places
}

// all is what find tells of, with room for some places at a time.
func (s *sieve) all(text []byte, room int) []int32 {
	var places []int32
	for at := 0; at < len(text); {
		some := make([]int32, room)
		n, next := s.find(text, at, some)
		places = append(places, some[:n]...)
		at = next
	}
	return places
}

// TestASieveTellsWhatItsTablesTell has texts of few bytes and of all, of which blocks end anywhere, sifted by tables of any bits.
func TestASieveTellsWhatItsTablesTell(t *testing.T) {
	if !canSift() {
		t.Skip("this machine has no sieve")
	}
	rnd := rand.New(rand.NewSource(5))
	places := 0
	for range 20_000 {
		s := &sieve{last: minWindow - 1 + rnd.Intn(maxGram-minWindow+1)}
		for k := range s.tables {
			for i := range s.tables[k] {
				s.tables[k][i] = uint8(rnd.Intn(256) | rnd.Intn(256))
			}
		}
		text := make([]byte, rnd.Intn(150))
		for i, values := range rnd.Perm(len(text)) {
			text[i] = byte(rnd.Intn(1 + min(values*4, 255)))
		}
		want := s.told(text)
		if got := s.all(text, sieveBlock+rnd.Intn(50)); !slices.Equal(got, want) {
			t.Fatalf("%d %q: got %v, want %v", len(text), text, got, want)
		}
		places += len(want)
	}
	if places < 20_000 {
		t.Errorf("only %d places were told of", places)
	}
}

// TestASieveTellsOfItsGrams looks for the grams that a sieve was made for, and counts what else it tells of.
func TestASieveTellsOfItsGrams(t *testing.T) {
	rnd := rand.New(rand.NewSource(6))
	for gram := minWindow; gram <= maxGram; gram++ {
		for n := 1; n <= mostSieved; n++ {
			var grams []string
			for range n {
				grams = append(grams, printable(rnd, gram))
			}
			s := newSieve(slices.Clone(grams))
			if s == nil {
				continue
			}
			for _, g := range grams {
				if text := []byte(printable(rnd, rnd.Intn(40)) + g); !slices.Contains(s.told(text), int32(len(text)-gram)) {
					t.Errorf("%q is not told of in %q", g, text)
				}
			}
		}
	}
	tests := []struct {
		name  string
		grams []string
		ok    bool
	}{
		{"few", []string{"user", "disc"}, true},
		{"many", strings.Split("Acce Auth Chan Conn Disc Fail Inva ROOT Rece User axim caus ilur lleg nval owUs refu roup", " "), true},
		{"beyond ASCII", []string{"Grö", "abcd"}, false},
		{"too many", combined("ABCDE", "ABCDE", "ABC"), false},
		{"of what most lines have", gramsOf(phrases[200:250]), false},
	}
	for _, tt := range tests {
		if s := newSieve(tt.grams); (s != nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, s)
		}
	}
}

// combined returns grams of one of a, one of b and one of c.
func combined(a, b, c string) []string {
	var grams []string
	for _, x := range a {
		for _, y := range b {
			for _, z := range c {
				grams = append(grams, string([]rune{x, y, z}))
			}
		}
	}
	return grams
}

// gramsOf returns all grams of three bytes that text has.
func gramsOf(text string) []string {
	var grams []string
	for i := range len(text) - 2 {
		grams = append(grams, text[i:i+3])
	}
	return grams
}

func printable(rnd *rand.Rand, n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = byte(' ' + rnd.Intn(95))
	}
	return string(text)
}

// FuzzScan looks for any literals, which are given line by line, in any text, by a sieve and by leaps.
func FuzzScan(f *testing.F) {
	f.Add("Failed \nAccepted \nsession closed", "sshd[1]: Failed password for root from 192.0.2.1 port 22 ssh2\n")
	f.Add("abc\nbcd\ncab", strings.Repeat("abdcab", 20))
	f.Add("größe\nété", "die größe")
	f.Add("\x00\x00\x00\nab\x00", "ab")
	f.Fuzz(func(t *testing.T, literals, text string) {
		if len(text) > 1000 || len(literals) > 300 {
			return
		}
		c := clause(strings.Split(literals, "\n"))
		if !canScan(c) {
			return
		}
		lines := bytes.Split([]byte(text), []byte("\n"))
		for name, s := range scansOf(c) {
			places, wanted := s.sweep([]byte(text), nil), s.wanted()
			from := 0
			for _, line := range lines {
				want := wanted.has(string(line))
				in := func(p int32) bool { return from <= int(p) && int(p) < from+len(line) }
				if got := s.in(line); got != want || slices.ContainsFunc(places, in) != want {
					t.Errorf("%s: %q in %q: %v, at %v, want %v", name, c, line, got, places, want)
				}
				from += len(line) + 1
			}
			if !slices.IsSorted(places) {
				t.Errorf("%s: places %v", name, places)
			}
		}
	})
}
