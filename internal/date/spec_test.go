package date

import (
	"bufio"
	"encoding/json"
	"math"
	"os"
	"testing"
	"time"

	"gaol/internal/ticket"

	"github.com/google/go-cmp/cmp"
)

// testYear is the year for %ExY in tests: years up to 2029 are dates.
const testYear = 2026

// A question is what is asked of a detector, here and of testdata/oracle.py.
type question struct {
	Zone    string   `json:"tz"`
	Now     float64  `json:"now"`
	Offset  string   `json:"logtimezone,omitempty"`
	Pattern string   `json:"datepattern,omitempty"`
	Lines   []string `json:"lines"`
}

// A row is the answer for one line, nil for a line without a date: date text, epoch or null, the line with | where the date
// was, template name. An error is a row of its text.
type row []any

// ask puts q to a new detector and returns it with the answers.
func ask(t testing.TB, q question) (*Detector, []row) {
	t.Helper()
	d, err := detectorFor(q)
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]row, len(q.Lines))
	for i, line := range q.Lines {
		rows[i] = rowOf(d, line)
	}
	return d, rows
}

func detectorFor(q question) (*Detector, error) { return detectorWith(q, basePatterns) }

func detectorWith(q question, base []string) (*Detector, error) {
	p, err := new(Cache).parseLocked(q.Pattern, testYear, base)
	if err != nil {
		return nil, err
	}
	return newDetector(p, q)
}

// newDetector returns a detector with the surroundings of q.
func newDetector(p *Patterns, q question) (*Detector, error) {
	loc, err := time.LoadLocation(q.Zone)
	if err != nil {
		return nil, err
	}
	opt := Options{Now: func() ticket.Unix { return ticket.Unix(q.Now) }, Local: loc}
	if q.Offset != "" {
		offset, err := ParseZone(q.Offset)
		if err != nil {
			return nil, err
		}
		opt.Offset = &offset
	}
	return NewDetector(p, opt), nil
}

func rowOf(d *Detector, line string) row {
	f, ok, err := findIn(d, []byte(line))
	if err != nil {
		return row{err.Error()}
	}
	if !ok {
		return nil
	}
	name := ""
	for _, s := range d.Templates() {
		if s.Template == f.Template {
			name = s.Name
		}
	}
	var epoch any
	if f.OK {
		epoch = float64(f.Time)
	}
	return row{line[f.Start:f.End], epoch, line[:f.Start] + "|" + line[f.End:], name}
}

// sameNumbers lets epochs differ by less than a microsecond: dividing is not exact.
var sameNumbers = cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-6 })

func TestSpecCases(t *testing.T) {
	file, err := os.Open("testdata/cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	count := 0
	for lines := bufio.NewScanner(file); lines.Scan(); count++ {
		var c struct {
			ID  string
			Why string
			In  question
			Out []row
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		t.Run(c.ID, func(t *testing.T) {
			_, rows := ask(t, c.In)
			for i, got := range rows {
				if diff := cmp.Diff(c.Out[i], got, sameNumbers); diff != "" {
					t.Errorf("%s: %q (-want +got):\n%s", c.Why, c.In.Lines[i], diff)
				}
			}
		})
	}
	if count < 14 {
		t.Fatalf("only %d cases read", count)
	}
}
