package packed

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

var alike = cmp.Options{cmpopts.EquateComparable(addr.ID{}), cmpopts.EquateEmpty()}

func samples() []ticket.Failure {
	ip, _ := addr.Parse("192.0.2.1")
	line := ticket.Match{Date: "Nov 26 00:59:01", After: " web01 sshd[4711]: Failed password for root from 192.0.2.1 port 40000 ssh2"}
	return []ticket.Failure{
		{},
		{IP: ip},
		{Matches: []ticket.Match{line, {}, {Before: "a\xff", Date: "\x00", After: strings.Repeat("x", 70_000)}}},
		{Matches: []ticket.Match{line}, Fields: ticket.Fields{
			{Name: "mlfid", Value: " web01 sshd[4711]: "}, {Name: "user", Value: "root"}, {Name: "port", Value: "40000"},
			{Name: "ip4", Value: "192.0.2.1"}, {Name: "nofail"}, {Name: "empty", Value: ""}, {Name: "", Value: "web01"},
		}},
		{Fields: ticket.Fields{{Name: "users", Value: ticket.Set{"a", "", ticket.Tuple{nil, "b"}, "b"}}, {Name: "fid", Value: ticket.Tuple{"x", nil, "y"}}, {Name: "z", Value: ticket.Set{}}}},
	}
}

func TestReadGivesWhatWasAppended(t *testing.T) {
	for i, want := range samples() {
		b := Append([]byte("before"), &want)[len("before"):]
		got := ticket.Failure{ID: addr.Raw("kept"), Time: 5, Matches: []ticket.Match{{After: "old"}}}
		if !Read(string(b), &got) {
			t.Fatalf("%d: %q cannot be read", i, b)
		}
		want.ID, want.Time = addr.Raw("kept"), 5
		if diff := cmp.Diff(want, got, alike); diff != "" {
			t.Errorf("%d (-want +got):\n%s", i, diff)
		}
	}
}

// TestPackedStaysPacked passes packed failures on, and opens them.
func TestPackedStaysPacked(t *testing.T) {
	for i, want := range samples() {
		f := ticket.Failure{ID: addr.Raw("x"), Time: 5, Packed: Append(nil, &want)}
		if again := Append(nil, &f); string(again) != string(f.Packed) {
			t.Errorf("%d: %q became %q", i, f.Packed, again)
		}
		want.ID, want.Time = f.ID, f.Time
		Open(&f)
		Open(&f)
		if diff := cmp.Diff(want, f, alike); diff != "" {
			t.Errorf("%d (-want +got):\n%s", i, diff)
		}
	}
}

// TestExtendIsAppendOfMore compares adding lines to what is packed with packing all of them.
func TestExtendIsAppendOfMore(t *testing.T) {
	for i, f := range samples() {
		for n := range 4 {
			more := slices.Repeat([]ticket.Match{{Before: "b", Date: "d", After: "root"}}, n)
			b, ok := Extend([]byte("before"), Append(nil, &f), n, AppendLines(nil, more))
			if !ok || string(b[:6]) != "before" {
				t.Fatalf("%d: %d lines cannot be added: %q", i, n, b)
			}
			want := f
			want.Matches = slices.Concat(f.Matches, more)
			if n, lines := Lines(b[6:]); n != len(want.Matches) || string(lines) != string(AppendLines(nil, want.Matches)) {
				t.Errorf("%d: %d lines, %q", i, n, lines)
			}
			var got ticket.Failure
			if !Read(string(b[6:]), &got) {
				t.Fatalf("%d: %q cannot be read", i, b)
			}
			if diff := cmp.Diff(want, got, alike); diff != "" {
				t.Errorf("%d (-want +got):\n%s", i, diff)
			}
		}
	}
}

func TestExtendRefuses(t *testing.T) {
	many := ticket.Failure{Matches: slices.Repeat([]ticket.Match{{After: "x"}}, 127)}
	for _, tt := range []struct {
		name string
		b    []byte
	}{
		{"a number of lines that takes another byte", Append(nil, &many)},
		{"nothing", nil},
		{"half a failure", Append(nil, &many)[:100]},
	} {
		if b, ok := Extend([]byte("before"), tt.b, 1, AppendLines(nil, make([]ticket.Match, 1))); ok || string(b) != "before" {
			t.Errorf("%s: %q, %v", tt.name, b, ok)
		}
	}
}

func TestReadLinesGivesWhatWasAppended(t *testing.T) {
	for i, f := range samples() {
		b := string(AppendLines(nil, f.Matches))
		got, ok := ReadLines(b, len(f.Matches))
		if !ok || !cmp.Equal(got, f.Matches, cmpopts.EquateEmpty()) {
			t.Errorf("%d: got %+v, %v", i, got, ok)
		}
		for _, n := range []int{-1, len(f.Matches) - 1, len(f.Matches) + 1, 1 << 40} {
			if _, ok := ReadLines(b, n); ok {
				t.Errorf("%d: %d lines read of %d", i, n, len(f.Matches))
			}
		}
	}
}

func TestFieldsOfALineCostLittle(t *testing.T) {
	f := samples()[3]
	length := len(f.Matches[0].String())
	f.Fields = f.Fields[:4]
	if n := len(Append(nil, &f)); n > length+22 {
		t.Errorf("%d bytes for a line of %d and four fields", n, length)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range samples() {
		if b := Append(nil, &s); len(b) < 1000 {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var one, two ticket.Failure
		if !Read(string(b), &one) {
			return
		}
		if again := Append(nil, &one); !Read(string(again), &two) || !cmp.Equal(one, two, alike) {
			t.Errorf("%q is read as %+v, which becomes %+v", b, one, two)
		}
		if more, ok := Extend(nil, Append(nil, &one), 1, AppendLines(nil, make([]ticket.Match, 1))); ok && !Read(string(more), &two) {
			t.Errorf("%q with a line more cannot be read", b)
		}
	})
}
