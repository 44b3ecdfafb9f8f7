package omap

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
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
	if diff := cmp.Diff(plain, got); diff != "" {
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
