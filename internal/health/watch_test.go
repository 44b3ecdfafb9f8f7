package health

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/filter"
	"gaol/internal/ticket"
)

// A stretch is n batches of the same kind, one each interval seconds.
type stretch struct {
	n        int
	interval float64
	tally    filter.Tally
}

const (
	minute = 60
	day    = 24 * hour
)

func TestWatch(t *testing.T) {
	dated := func(t filter.Tally) filter.Tally { t.Lines = 1; return t }
	var (
		failure  = dated(filter.Tally{Matched: 1})
		heard    = dated(filter.Tally{Named: true, Heard: true})
		named    = dated(filter.Tally{Named: true})
		foreign  = dated(filter.Tally{})
		undated  = filter.Tally{Lines: 1, Undated: 1, Heard: true}
		one      = filter.Tally{Lines: 50, Undated: 49, Heard: true}
		noDates  = "no dates"
		neither  = filter.Tally{Lines: 1, Undated: 1, Named: true}
		deaf     = "named, no match"
		wrongLog = "no match"
	)
	for name, c := range map[string]struct {
		history []stretch
		want    []string // the complaints, with the day on which each was made
	}{
		"failures":                                     {[]stretch{{5000, minute, failure}}, nil},
		"a peaceful month":                             {[]stretch{{30 * 1440, minute, heard}}, nil},
		"a peaceful month, one good login a day":       {[]stretch{{1000, minute, foreign}, {1, minute, heard}, {1000, minute, foreign}, {1, minute, heard}}, nil},
		"the layout has changed":                       {[]stretch{{5000, minute, named}}, []string{deaf + " 1"}},
		"it has changed while all was well":            {[]stretch{{1441, minute, heard}, {5000, minute, named}}, []string{deaf + " 2"}},
		"no complaint is made twice":                   {[]stretch{{50000, minute, named}}, []string{deaf + " 1"}},
		"mended and broken again":                      {[]stretch{{2000, minute, named}, {1, minute, failure}, {2000, minute, named}}, []string{deaf + " 1", deaf + " 2"}},
		"the name stands in a line by chance":          {[]stretch{{5, minute, named}, {6 * 1440, minute, foreign}}, nil},
		"the name stands in some lines a day":          {[]stretch{{1435, minute, foreign}, {9, minute, named}, {1435, minute, foreign}, {9, minute, named}, {1435, minute, foreign}, {9, minute, named}}, nil},
		"the wrong log":                                {[]stretch{{8 * 1440, minute, foreign}}, []string{wrongLog + " 7"}},
		"a log with a line a day":                      {[]stretch{{30, day, named}}, nil},
		"a log with a line a day, for long":            {[]stretch{{120, day, named}}, []string{wrongLog + " 99"}},
		"many lines in no time":                        {[]stretch{{1_000_000, 0.01, named}}, nil},
		"no dates":                                     {[]stretch{{100, minute, undated}}, []string{noDates + " 0"}},
		"no dates is not repeated":                     {[]stretch{{10000, minute, undated}}, []string{noDates + " 0"}},
		"no dates, then dates, then none":              {[]stretch{{100, minute, undated}, {100, minute, heard}, {100, minute, undated}}, []string{noDates + " 0", noDates + " 0"}},
		"one line in fifty has a date, as with traces": {[]stretch{{1000, minute, one}}, nil},
		"neither dates nor matches":                    {[]stretch{{10000, minute, neither}, {100, minute, named}}, []string{noDates + " 0"}},
		"no matches when dates are back":               {[]stretch{{10000, minute, neither}, {2000, minute, named}}, []string{noDates + " 0", deaf + " 7"}},
		"few lines without dates":                      {[]stretch{{19, minute, undated}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var w Watch
			limits := Limits{Dates: 10 * minute, Named: day, Unnamed: 7 * day}
			var got []string
			var now float64
			for _, s := range c.history {
				for range s.n {
					if x := w.Note(s.tally, func(int) []byte { return []byte("line") }, ticket.Unix(now), limits); x != nil {
						got = append(got, fmt.Sprintf("%s %d", kindOf(x), int(now/day)))
					}
					now += s.interval
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func kindOf(c *Complaint) string {
	switch {
	case c.NoDates:
		return "no dates"
	case c.Named:
		return "named, no match"
	}
	return "no match"
}

func TestNoLimitNoComplaint(t *testing.T) {
	var w Watch
	for i := range 10000 {
		if c := w.Note(filter.Tally{Lines: 10, Undated: 10, Named: true}, func(int) []byte { return nil }, ticket.Unix(i*hour), Limits{}); c != nil {
			t.Fatal(c)
		}
	}
}

// TestSamples shows the last two lines, of those that name the service if there are any, and cuts them between characters.
func TestSamples(t *testing.T) {
	var w Watch
	note := func(t filter.Tally, text string, at float64) *Complaint {
		t.Lines = 40
		return w.Note(t, func(int) []byte { return []byte(text) }, ticket.Unix(at), Limits{Named: 100, Unnamed: 100})
	}
	note(filter.Tally{}, "foreign", 0)
	for i := range 9 {
		note(filter.Tally{Named: true}, fmt.Sprint("own ", i), float64(i))
	}
	note(filter.Tally{}, "foreign", 50)
	got := note(filter.Tally{Named: true}, strings.Repeat("x", 199)+"öö", 100)
	want := &Complaint{Named: true, Lines: 480, Seconds: 100, Samples: []string{"own 8", strings.Repeat("x", 199)}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestTwoSamplesOfOneBatch has one batch that is enough for a complaint.
func TestTwoSamplesOfOneBatch(t *testing.T) {
	for name, tally := range map[string]filter.Tally{"no dates": {Lines: 300, Undated: 298, Odd: [2]int{1, 298}, Heard: true}, "no matches": {Lines: 100, Probed: 99}} {
		var w Watch
		ask := func(at float64) *Complaint {
			return w.Note(tally, func(i int) []byte { return fmt.Append(nil, i) }, ticket.Unix(at), Limits{Dates: 1, Unnamed: 1})
		}
		ask(0)
		w.dates.taken, w.matches.taken = 0, 0 // as if that had been another log
		want := map[string][]string{"no dates": {"1", "298"}, "no matches": {"99", "0"}}[name]
		if got := ask(1); got == nil || !cmp.Equal(got.Samples, want) {
			t.Errorf("%s: %+v, want %v", name, got, want)
		}
	}
}
