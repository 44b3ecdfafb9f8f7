package failure

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/ticket"
)

// A history is what testdata/count.py reads.
type history struct {
	MaxRetry   int     `json:"maxretry"`
	FindTime   float64 `json:"findtime"`
	MaxMatches int     `json:"maxmatches"`
	Steps      [][]any `json:"steps"`
}

// randomHistory is biased to what matters: few ids, steps around findtime, lines out of order.
func randomHistory(r *rand.Rand) history {
	h := history{MaxRetry: 2 + r.IntN(9), FindTime: float64(5 + r.IntN(200)), MaxMatches: r.IntN(6)}
	now := float64(start)
	for i := range 10 + r.IntN(40) {
		now += h.FindTime * r.ExpFloat64() / float64(1+r.IntN(6))
		at := now
		if r.IntN(2) == 0 {
			at = float64(int64(at))
		}
		if r.IntN(8) == 0 {
			at -= h.FindTime * r.Float64() * 2
		}
		who := fmt.Sprintf("192.0.2.%d", r.IntN(3))
		switch r.IntN(12) {
		case 0:
			h.Steps = append(h.Steps, []any{nil, at})
			continue
		case 1:
			h.Steps = append(h.Steps, []any{who, at, []string{"x", "y", "z"}, 3, false})
		default:
			h.Steps = append(h.Steps, []any{who, at, []string{fmt.Sprint("line ", i)}, 1, false})
		}
		if r.IntN(6) == 0 {
			h.Steps = append(h.Steps, []any{who, at, nil, 1 + r.IntN(4), true})
		}
	}
	return h
}

// count runs h through our table and gives what testdata/count.py prints for it.
func count(h history) []any {
	table := New(Settings{h.MaxRetry, h.FindTime, h.MaxMatches})
	var results []any
	var f *ticket.Failure
	for _, s := range h.Steps {
		if s[0] == nil {
			table.CleanUp(ticket.Unix(s[1].(float64)))
			results = append(results, table.Len())
			continue
		}
		observed := s[4].(bool)
		if !observed {
			f = failureOf(s[0].(string), ticket.Unix(s[1].(float64))-start, s[2].([]string)...)
			f.Time = ticket.Unix(s[1].(float64))
		}
		retry, due := table.Add(f, s[3].(int), observed)
		if due == nil {
			results = append(results, retry)
			continue
		}
		lines := []string{}
		for _, m := range due.Matches {
			lines = append(lines, m.String())
		}
		results = append(results, []any{retry, float64(due.Time), due.Failures, lines})
	}
	return append(results, table.Total())
}

func TestCountsAsTheOriginal(t *testing.T) {
	if os.Getenv("GAOL_FULL") == "" {
		t.Skip("set GAOL_FULL=1 to compare with the original")
	}
	peer, err := filepath.Abs("../../.peer/root/usr/lib/python3/dist-packages")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(peer); err != nil {
		t.Fatalf("the original is not unpacked, run test/peer/fetch .peer: %v", err)
	}
	const n = 10_000
	random := rand.New(rand.NewPCG(1, 2))
	var in bytes.Buffer
	histories := make([]history, n)
	for i := range histories {
		histories[i] = randomHistory(random)
		if err := json.NewEncoder(&in).Encode(histories[i]); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("/usr/bin/python3", "-W", "ignore", "testdata/count.py")
	cmd.Env = append(os.Environ(), "PYTHONPATH="+peer, "PYTHONDONTWRITEBYTECODE=1")
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	steps, scan := 0, bufio.NewScanner(bytes.NewReader(out))
	scan.Buffer(nil, 1<<20)
	for _, h := range histories {
		if !scan.Scan() {
			t.Fatal("the original answered too little")
		}
		steps += len(h.Steps)
		if diff := cmp.Diff(plain(t, scan.Bytes()), plain(t, mustMarshal(t, count(h)))); diff != "" {
			t.Fatalf("history %s\n(-original +ours):\n%s", mustMarshal(t, h), diff)
		}
	}
	t.Logf("%d histories, %d steps alike", n, steps)
}

func plain(t *testing.T, b []byte) (v any) {
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func mustMarshal(t *testing.T, v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
