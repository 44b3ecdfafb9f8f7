package omap

import (
	"cmp"
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func pairs(m *Map[int]) string {
	s := ""
	for k, v := range m.All() {
		s += fmt.Sprintf("%s=%d ", k, v)
	}
	return s
}

func TestOrder(t *testing.T) {
	var m Map[int]
	m.Set("b", 1)
	m.Set("a", 2)
	m.Set("b", 3)
	m.Set("c", 4)
	m.Delete("a")
	m.Delete("nothing")
	if got, want := pairs(&m), "b=3 c=4 "; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if v, ok := m.Get("b"); v != 3 || !ok || m.Has("a") || m.Len() != 2 {
		t.Errorf("b = %d, %v; a is there: %v; %d keys", v, ok, m.Has("a"), m.Len())
	}
}

func TestNilIsEmpty(t *testing.T) {
	var m *Map[int]
	if _, ok := m.Get("x"); ok || m.Has("x") || m.Len() != 0 || pairs(m) != "" {
		t.Error("a nil map holds something")
	}
}

// TestManyKeys goes beyond what is searched without an index, up and down again, and compares with a plain map.
func TestManyKeys(t *testing.T) {
	var m Map[int]
	plain := map[string]int{}
	for i := range 100 {
		key := fmt.Sprint(i * 7 % 60)
		m.Set(key, i)
		plain[key] = i
	}
	for i := range 50 {
		m.Delete(fmt.Sprint(i))
		delete(plain, fmt.Sprint(i))
	}
	got := map[string]int{}
	for k := range m.All() {
		got[k], _ = m.Get(k)
	}
	if diff := gocmp.Diff(plain, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestGrowKeepsWhatIsThere(t *testing.T) {
	var m Map[int]
	for i := range 20 {
		m.Set(fmt.Sprint(i), i)
		m.Grow(i)
	}
	for i := range 20 {
		key, v := m.At(i)
		if got, ok := m.Get(fmt.Sprint(i)); key != fmt.Sprint(i) || *v != i || got != i || !ok {
			t.Errorf("place %d: %s = %d, and by its key %d, %v", i, key, *v, got, ok)
		}
	}
}

// TestLentMapsAreChangedAlone changes lent maps in every way and looks at what they were lent from.
func TestLentMapsAreChangedAlone(t *testing.T) {
	for _, n := range []int{0, 3, few, few + 1, 3 * few} {
		keys, values, want := []string{}, []int{}, ""
		for i := range n {
			keys, values = append(keys, fmt.Sprint(i)), append(values, i)
			want += fmt.Sprintf("%d=%d ", i, i)
		}
		lender := Of(keys, values)
		changes := map[string]struct {
			change func(m *Map[int])
			want   string
		}{
			"another key":      {func(m *Map[int]) { m.Set("x", 1) }, want + "x=1 "},
			"two more keys":    {func(m *Map[int]) { m.Grow(2); m.Set("x", 1); m.Set("y", 2) }, want + "x=1 y=2 "},
			"another value":    {func(m *Map[int]) { m.Set("0", 0); m.Set("0", 7); m.Set("0", 0) }, cmp.Or(want, "0=0 ")},
			"the last removed": {func(m *Map[int]) { m.Set("x", 1); m.Delete("x") }, want},
			"one removed":      {func(m *Map[int]) { m.Delete("0") }, strings.TrimPrefix(want, "0=0 ")},
			"all removed":      {func(m *Map[int]) { m.Clear(); m.Set("0", 5) }, "0=5 "},
		}
		for name, tt := range changes {
			m := lender.Lend()
			tt.change(&m)
			if got := pairs(&m); got != tt.want {
				t.Errorf("%d keys, %s: got %s, want %s", n, name, got, tt.want)
			}
			if got := pairs(&lender); got != want {
				t.Fatalf("%d keys, %s: the lender has %s, had %s", n, name, got, want)
			}
			for i := range n {
				if v, ok := lender.Get(fmt.Sprint(i)); v != i || !ok {
					t.Fatalf("%d keys, %s: the lender finds %d, %v for %d", n, name, v, ok, i)
				}
			}
		}
	}
}
