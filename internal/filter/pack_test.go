package filter

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gaol/internal/addr"
	"gaol/internal/ticket"
	"gaol/internal/ticket/packed"
)

// TestPackedLikeLoose compares failures as the daemon makes them with those that a Tester is given, less the groups that took no part.
func TestPackedLikeLoose(t *testing.T) {
	for name, s := range map[string]Settings{
		"connections": {
			Prefregex: `^<F-MLFID> ?s\[\d+\]</F-MLFID> <F-CONTENT>.*</F-CONTENT>$`,
			Failregex: []string{
				`^<F-NOFAIL>conn from</F-NOFAIL> <HOST>$`, `^(?:bad|(?P<bold>BAD)) <F-USER>\S*</F-USER>$`, `^worse <F-TUPLE_USER>\S+</F-TUPLE_USER>$`,
				`^<F-MLFFORGET>close</F-MLFFORGET>$`, `^<F-MLFGAINED>ok</F-MLFGAINED>`, `^fail from <HOST>$`,
			},
		},
		"no connections": {Failregex: []string{`^ s\[\d+\] fail from <HOST>$`, `^ s\[\d+\] conn (?P<stream>f)?rom <HOST>$`}},
		"several lines":  {Failregex: []string{`^ s\[\d+\] conn from <HOST>$<SKIPLINES>^ s\[\d+\] bad`}, MaxLines: 4},
		"another id":     {Failregex: []string{`^ s\[<F-ID>\d+</F-ID>\] (?:fail|conn) from <HOST>$`}},
		"ids in parts":   {Failregex: []string{`^ s\[<F-TUPLE_ID>\d+</F-TUPLE_ID>\] (?P<tuple_id_1>fail)?(?:conn)? from <HOST>$`}},
	} {
		p, err := Compile(s)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for seed := range uint64(20) {
			r := rand.New(rand.NewPCG(seed, 2))
			now := then
			var log bytes.Buffer
			daemon, loose := NewFilter(p, twinEnv(&log, &now)), NewFilter(p, twinEnv(&log, &now))
			loose.loose = true
			for range 20 {
				b := randomBatch(r, &now)
				for i := range b.Lines {
					b.Lines[i].Stream = []string{"", "stderr"}[r.IntN(2)]
				}
				got, want := failures(daemon, b), failures(loose, b)
				if diff := cmp.Diff(want, got, cmpopts.EquateComparable(addr.ID{}), cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("%s, seed %d (-loose +packed):\n%s", name, seed, diff)
				}
				found += len(got)
			}
		}
		if found < 50 {
			t.Errorf("%s: only %d failures", name, found)
		}
	}
}

// failures returns what f finds in b.
func failures(f *Filter, b *ticket.Batch) (all []*ticket.Failure) {
	f.Process(b, func(x *ticket.Failure) error {
		packed.Open(x)
		x.Fields = slices.DeleteFunc(x.Fields, func(field ticket.Field) bool { return field.Value == nil })
		all = append(all, x)
		return nil
	})
	return all
}
