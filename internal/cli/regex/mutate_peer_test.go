package regex

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

// strange are texts that are put into lines: what regular expressions, dates and addresses trip over.
var strange = []string{
	" ", "  ", "\t", "\"", "'", "[", "]", "(", ")", ":", "::", ",", ";", "-", "/", "\\", "<HOST>", "=", "%", "\x00", "\x7f", "é", "漢", "\u2028", "\u00a0",
	"0", "1", "99", "255", "256", "::1", "::ffff:192.0.2.1", "2001:db8::1", "192.0.2.1", "192.0.2.300", "example.com", "from", "user", "rhost=",
	"2005-08-14 11:59:59", "Aug 14 11:59:59", "[14/Aug/2005:11:59:59 +0100]", "1123970401",
}

// mutated returns line with a few changes.
func mutated(r *rand.Rand, line []byte) []byte {
	out := slices.Clone(line)
	for range 1 + r.IntN(3) {
		if len(out) < 2 {
			break
		}
		from := r.IntN(len(out))
		to := min(len(out), from+1+r.IntN(12))
		switch r.IntN(6) {
		case 0:
			out = slices.Delete(out, from, to)
		case 1:
			out = slices.Insert(out, to, bytes.Clone(out[from:to])...)
		case 2:
			out = slices.Insert(out, from, []byte(strange[r.IntN(len(strange))])...)
		case 3:
			out = slices.Replace(out, from, to, []byte(strange[r.IntN(len(strange))])...)
		case 4:
			out[from] = byte(' ' + r.IntN(95))
		case 5:
			out = out[:to]
		}
	}
	return bytes.ReplaceAll(out, []byte("\n"), nil)
}

// TestMutatedSamplesLikePeer changes the lines of every sample log at random and compares the failures found in them. Each log is kept
// to mutants lines; CONFORM_SEED chooses others.
func TestMutatedSamplesLikePeer(t *testing.T) {
	peer := peerDir(t)
	utc(t)
	const mutants = 150
	seed := uint64(1)
	if text := os.Getenv("CONFORM_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("CONFORM_SEED=%d", seed)
	rows := 0
	for _, s := range samples(t, peer) {
		t.Run(s.filter+s.options, func(t *testing.T) {
			text, err := os.ReadFile(s.log)
			if err != nil {
				t.Fatal(err)
			}
			r := rand.New(rand.NewPCG(seed, uint64(len(text))))
			lines := slices.DeleteFunc(bytes.Split(text, []byte("\n")), func(l []byte) bool { return bytes.HasPrefix(l, []byte("#")) })
			var log bytes.Buffer
			for range mutants {
				log.Write(mutated(r, lines[r.IntN(len(lines))]))
				log.WriteByte('\n')
			}
			path := filepath.Join(t.TempDir(), "log")
			if err := os.WriteFile(path, log.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			rows += s.compareRows(t, peer, path)
		})
	}
	t.Logf("%d rows compared", rows)
}
