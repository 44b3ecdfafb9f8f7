package pickle

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os"
	"os/exec"
	"strings"
	"testing"

	ogorek "github.com/kisielk/og-rek"
)

const terminator = "<F2B_END_COMMAND>"

// A wireCase is what was seen on the socket of the original for one command.
type wireCase struct {
	ID         string
	RequestHex string              `json:"request_hex"`
	SendHex    string              `json:"send_hex"`
	ReplyHex   string              `json:"reply_hex"`
	ReplyPy    any                 `json:"reply_py"` // a text, or one text per reply
	ByPeer     map[string]wireCase `json:"by_peer"`
}

func readCases(t testing.TB) []wireCase {
	t.Helper()
	f, err := os.Open("testdata/server_cases.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []wireCase
	for scan := bufio.NewScanner(f); scan.Scan(); {
		var c wireCase
		if err := json.Unmarshal(scan.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
		for peer, p := range c.ByPeer {
			p.ID = c.ID + "/" + peer
			cases = append(cases, p)
		}
	}
	return cases
}

// bodies cuts a recording into messages.
func bodies(t testing.TB, recorded string) [][]byte {
	t.Helper()
	b, err := hex.DecodeString(recorded)
	if err != nil {
		t.Fatal(err)
	}
	parts := bytes.Split(b, []byte(terminator))
	return parts[:len(parts)-1]
}

func TestDecodeEveryRecordedReply(t *testing.T) {
	replies := 0
	for _, c := range readCases(t) {
		want, ok := c.ReplyPy.([]any)
		if !ok {
			want = []any{c.ReplyPy}
		}
		for i, body := range bodies(t, c.ReplyHex) {
			replies++
			v, err := Decode(body, Limits{})
			if err != nil {
				t.Errorf("%s: %v", c.ID, err)
				continue
			}
			if got := Repr(v); got != want[i] {
				t.Errorf("%s: got  %s\nwant %s", c.ID, got, want[i])
			}
		}
	}
	if replies < 100 {
		t.Errorf("only %d replies in the recordings", replies)
	}
}

func TestDecodeEveryRecordedRequest(t *testing.T) {
	for _, c := range readCases(t) {
		for _, body := range bodies(t, c.RequestHex) {
			v, err := Decode(body, Limits{})
			if words, ok := v.([]any); !ok || err != nil || len(words) == 0 {
				t.Errorf("%s: got %v, %v", c.ID, v, err)
			}
		}
	}
}

// pickleAll is a Python program that pickles values of every kind in every protocol, and many random trees: one JSON line
// each, [protocol, pickle in hex, repr].
const pickleAll = `
import json, pickle, random
rng = random.Random(2)
fixed = [None, True, False, 0, 1, 255, 256, 65535, 65536, -1, -128, -129, 2**31-1, 2**31, -2**31, -2**31-1, 2**63-1, 2**63,
  -2**63, -2**63-1, 2**100, -2**100, 2**2100, 0.0, -0.0, 1.5, 600.0, 1e16, 1e-5, 1e300, float('inf'), float('-inf'),
  '', 'a', "it's", 'é😀', 'a\\b\\u0041\n\r\t\0\x1a', '\ud800', '\udcff', 'x'*255, 'x'*256, 'é'*70000,
  [], [1], [1, 'a'], list(range(3000)), (), (1,), (1,2), (1,2,3), (1,2,3,4), {}, {'a': 1}, {1: {2: [3]}}, {(1, 2): 3},
  {i: str(i) for i in range(3000)}, set(), {1}, frozenset(), frozenset({'a'}),
  [[]] * 3, OSError(5, 'x', '/y'), ValueError('x'), KeyError('y'), IndexError(), str, OSError]
shared = ['s', ('t',)]
fixed.append({'a': shared, 'b': [shared, shared]})
def tree(depth):
  k = rng.randrange(9 if depth else 6)
  if k == 0: return rng.choice([None, True, False])
  if k == 1: return rng.randrange(-2**rng.randrange(1, 70), 2**rng.randrange(1, 70))
  if k == 2: return rng.uniform(-1, 1) * 10 ** rng.randrange(-20, 20)
  if k < 6: return ''.join(chr(rng.choice([rng.randrange(32, 127), rng.randrange(0xd800), rng.randrange(0xe000, 0x110000)])) for _ in range(rng.randrange(9)))
  n = rng.randrange(5)
  if k == 6: return [tree(depth - 1) for _ in range(n)]
  if k == 7: return tuple(tree(depth - 1) for _ in range(n))
  return {rng.choice([i, str(i)]): tree(depth - 1) for i in range(n)}
for v in fixed + [tree(5) for _ in range(400)]:
  for p in range(6):
    print(json.dumps([p, pickle.dumps(v, p).hex(), repr(v)]))
for v in [b'', b"a'\x00\xff", b'z' * 300, bytearray(b'q')]:
  for p in range(5 if isinstance(v, bytearray) else 3, 6):
    print(json.dumps([p, pickle.dumps(v, p).hex(), repr(bytes(v))]))
`

func TestDecodeWhatPythonPickles(t *testing.T) {
	out, err := exec.Command(pythonFor(t, "3"), "-c", pickleAll).Output()
	if err != nil {
		t.Fatal(err)
	}
	scan := bufio.NewScanner(bytes.NewReader(out))
	scan.Buffer(nil, 1<<24)
	var decoded []any
	for scan.Scan() {
		var line []any
		if err := json.Unmarshal(scan.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		data, _ := hex.DecodeString(line[1].(string))
		v, err := Decode(data, Limits{})
		if err != nil {
			t.Errorf("protocol %v: %s: %v", line[0], line[2], err)
			continue
		}
		if o, err := Decode(data, Limits{OneText: true}); err != nil || Repr(o) != line[2] {
			t.Errorf("protocol %v in one text: got %.200s, %v\nwant %.200s", line[0], Repr(o), err, line[2])
		}
		if got := Repr(v); got != line[2] {
			t.Errorf("protocol %v: got  %.200s\nwant %.200s", line[0], got, line[2])
		}
		decoded = append(decoded, v)
	}
	if len(decoded) < 2700 {
		t.Fatalf("only %d values came from Python", len(decoded))
	}
	t.Run("and Python reads what we pickle", func(t *testing.T) { checkPythonReads(t, decoded) })
	t.Run("and og-rek reads what we pickle", func(t *testing.T) { checkOgRekReads(t, decoded) })
}

const unpickleAll = `
import json, pickle, sys
for line in sys.stdin: print(json.dumps(repr(pickle.loads(bytes.fromhex(line)))))
`

// checkPythonReads pickles values in both protocols we write, and has Python print what it gets.
func checkPythonReads(t *testing.T, values []any) {
	var in strings.Builder
	var want []string
	for _, v := range values {
		for _, protocol := range []int{ForRequest, ForReply} {
			data, err := Encode(v, protocol)
			if protocol == ForRequest && isBytes(v) {
				if err == nil {
					t.Error("bytes were encoded in protocol 2")
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			in.WriteString(hex.EncodeToString(data) + "\n")
			want = append(want, Repr(v))
		}
	}
	cmd := exec.Command(pythonFor(t, "3"), "-c", unpickleAll)
	cmd.Stdin = strings.NewReader(in.String())
	cmd.Stderr = t.Output()
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(want) {
		t.Fatalf("%d answers for %d values", len(lines), len(want))
	}
	for i, line := range lines {
		var got string
		if err := json.Unmarshal([]byte(line), &got); err != nil || got != want[i] {
			t.Errorf("Python read %.200s, %v\nwe wrote   %.200s", got, err, want[i])
		}
	}
}

func isBytes(v any) bool {
	_, ok := v.([]byte)
	return ok
}

// checkOgRekReads has an independent decoder, the one that exporters in Go use, read what we write.
func checkOgRekReads(t *testing.T, values []any) {
	for _, v := range values {
		want := Repr(v)
		if unknownToOgRek(v, want) {
			continue
		}
		data, err := Encode(v, ForReply)
		if err != nil {
			t.Fatal(err)
		}
		config := &ogorek.DecoderConfig{StrictUnicode: true}
		got, err := ogorek.NewDecoderWithConfig(bytes.NewReader(data), config).Decode()
		if err != nil {
			t.Errorf("%.100s: %v", want, err)
			continue
		}
		if got := Repr(fromOgRek(got)); got != want {
			t.Errorf("og-rek read %.200s\nwe wrote    %.200s", got, want)
		}
	}
}

// unknownToOgRek skips values that og-rek lacks: sets, the order of maps, surrogates, and integers above 255 bytes.
func unknownToOgRek(v any, repr string) bool {
	n, isBig := v.(*big.Int)
	return strings.Contains(repr, "{") || strings.Contains(repr, "set(") || strings.Contains(repr, `\ud`) ||
		isBytes(v) || isBig && n.BitLen() > 2000
}

func fromOgRek(v any) any {
	switch v := v.(type) {
	case ogorek.None:
		return nil
	case []any:
		return fromOgRekAll(v)
	case ogorek.Tuple:
		return Tuple(fromOgRekAll(v))
	case ogorek.Class:
		return &Object{Module: v.Module, Class: v.Name}
	case ogorek.Call:
		return &Object{Module: v.Callable.Module, Class: v.Callable.Name, Args: fromOgRekAll(v.Args)}
	}
	return v
}

func fromOgRekAll(items []any) []any {
	out := make([]any, len(items))
	for i, v := range items {
		out[i] = fromOgRek(v)
	}
	return out
}

func TestEncodeMatchesPythonByteForByte(t *testing.T) {
	// Without memo and with one frame: what Python's pickletools.optimize leaves of its protocol 4.
	tests := []struct {
		name  string
		value any
		want  string
	}{
		{"ping's reply", Tuple{0, "pong"}, "8004950a000000000000004b008c04706f6e67862e"},
		{"huge integer", new(big.Int).Lsh(big.NewInt(1), 63), "8004950c000000000000008a09000000000000008000" + "2e"},
		{"negative power", int64(-1 << 63), "8004950b000000000000008a080000000000000080" + "2e"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Encode(tt.value, ForReply)
			if err != nil || hex.EncodeToString(got) != tt.want {
				t.Errorf("got  %x, %v\nwant %s", got, err, tt.want)
			}
		})
	}
}

func TestEncodeRefuses(t *testing.T) {
	tests := []struct {
		name     string
		value    any
		protocol int
		want     string
	}{
		{"a Go type that is no value", []any{struct{}{}}, ForReply, "cannot pickle struct {}"},
		{"bytes in protocol 2", NewDict("a", []byte("x")), ForRequest, "cannot pickle bytes in protocol 2"},
		{"a protocol we do not write", "x", 3, "pickle protocol 3 is not written, only 2 and 4"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Encode(tt.value, tt.protocol); err == nil || err.Error() != tt.want {
				t.Errorf("got error %v, want %s", err, tt.want)
			}
		})
	}
}
