package packed

import (
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
		{Fields: ticket.Fields{{Name: "users", Value: ticket.Set{"a", "", "b"}}, {Name: "fid", Value: ticket.Tuple{"x", nil, "y"}}, {Name: "z", Value: ticket.Set{}}}},
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
	})
}
