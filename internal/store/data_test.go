package store

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

var plain = cmp.Options{
	cmp.Comparer(func(a, b addr.ID) bool { return a == b }),
	cmpopts.EquateEmpty(),
	cmp.AllowUnexported(data{}),
}

func TestDataAsTheOriginalWritesIt(t *testing.T) {
	tests := []struct {
		name string
		ban  ticket.Ban
		max  int
		want string
	}{
		{"by hand", ticket.Ban{}, 10, `{"matches": [], "failures": 0}`},
		{"no lines wanted", ticket.Ban{Failures: 2, Failure: ticket.Failure{Matches: []ticket.Match{{After: "x"}}}}, 0, `{"failures": 2}`},
		{"lines, the last two", ticket.Ban{Failures: 3, Failure: ticket.Failure{Matches: []ticket.Match{
			{After: "cut off"}, {Date: "2026-11-22", After: " a"}, {After: `q " \ é` + "\x01\n"},
		}}}, 2, `{"matches": [["", "2026-11-22", " a"], "q \" \\ é\u0001\n"], "failures": 3}`},
		{
			"bytes that are no text",
			ticket.Ban{Failure: ticket.Failure{Matches: []ticket.Match{{After: "b\xffd"}}}},
			1,
			`{"matches": ["b` + "\uFFFD" + `d"], "failures": 0}`,
		},
		{"captured", ticket.Ban{Failure: ticket.Failure{IP: parseID("192.0.2.9"), Fields: ticket.Fields{
			{Name: "user", Value: "root"},
			{Name: "gone"},
			{Name: "fport", Value: ""},
			{Name: "users", Value: ticket.Set{"a", "b"}},
			{Name: "mlfid", Value: ticket.Tuple{"1", nil, "2"}},
			{Name: "failures", Value: "9"},
		}}}, 0, `{"failures": 0, "user": "root", "fport": "", "users": ["a", "b"], "mlfid": ["1", null, "2"], "ip": "192.0.2.9"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := string(appendData(nil, &tt.ban, tt.max)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// TestTextIsQuotedRuneByRune compares texts, of which runs are copied, with the same quoted one rune after the other.
func TestTextIsQuotedRuneByRune(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const bytes = "abc \"\\\n\r\t\x00\x1f\x7f\xc3\xa9\xff\xe2\x82\xac"
	for range 10_000 {
		text := make([]byte, r.IntN(12))
		for i := range text {
			text[i] = bytes[r.IntN(len(bytes))]
		}
		want := []byte{'"'}
		for _, c := range string(text) {
			want = appendRune(want, c)
		}
		want = append(want, '"')
		if got := appendString(nil, string(text)); string(got) != string(want) {
			t.Fatalf("%q became %s, want %s", text, got, want)
		}
	}
}

func TestDecodeData(t *testing.T) {
	tests := []struct {
		name, in string
		want     data
		wantErr  bool
	}{
		{
			"all forms of lines", `{"matches": [["a ", "date", " b"], "whole", ["two", "parts"], 7], "failures": 3}`,
			data{matches: []ticket.Match{{Before: "a ", Date: "date", After: " b"}, {After: "whole"}, {After: "twoparts"}}, failures: 3, counted: true},
			false,
		},
		{
			"fields in order", `{"user": "x", "n": 5, "ok": true, "no": null, "users": ["a", null], "mlfid": ["1", 2, null], "deep": {"x": 1}, "ip": "2001:DB8::1"}`,
			data{fields: ticket.Fields{
				{Name: "user", Value: "x"},
				{Name: "n", Value: "5"},
				{Name: "ok", Value: "True"},
				{Name: "users", Value: ticket.Set{"a"}},
				{Name: "mlfid", Value: ticket.Tuple{"1", "2", nil}},
			}, ip: parseID("2001:db8::1")},
			false,
		},
		{"escapes of other writers", `{"matches":["\u00e9\ud83d\ude00\ud800"]}`, data{matches: []ticket.Match{{After: "é😀\uFFFD"}}}, false},
		{"nonsense for a number", `{"failures": "x"}`, data{}, false},
		{"negative number", `{"failures": -3}`, data{}, false},
		{"nothing", ``, data{}, false},
		{"no object", `[1]`, data{}, true},
		{"cut off", `{"matches": ["a"], "fail`, data{}, true},
		{"not closed", `{"failures": 1`, data{}, true},
		{"no JSON", `{'a': 1}`, data{}, true},
		{"something behind", `{"failures": 1} x`, data{}, true},
		{"nested without end", `{"x": ` + strings.Repeat("[", 1000), data{}, true},
		{"numbers of Python's", `{"failures": NaN, "x": [Infinity, -Infinity]}`, data{fields: ticket.Fields{{Name: "x", Value: ticket.Tuple{"Infinity", "-Infinity"}}}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := decodeData([]byte(tt.in))
			if (err != nil) != tt.wantErr {
				t.Fatalf("error %v, want one: %v", err, tt.wantErr)
			}
			if diff := cmp.Diff(tt.want, got, plain); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// slowValue turns what encoding/json makes of a value into what reader makes of it.
func slowValue(v any) any {
	switch v := v.(type) {
	case json.Number:
		return numeral(v)
	case []any:
		out := []any{}
		for _, x := range v {
			out = append(out, slowValue(x))
		}
		return out
	case map[string]any:
		return nil
	}
	return v
}

// What encoding/json accepts, reader reads the same.
func FuzzReader(f *testing.F) {
	for _, s := range []string{
		`{"a": [1, -2.5e+3, "x", null, true, {"b": []}], "c": "\\\"\u00e9\ud83d\ude00\ud800\n"}`, `{}`, ` { "a" : [ ] } `, `{"a":1,}`, `{"a" 1}`,
		"{\"a\":\"\xff\xfe\\n\"}", `{"a":"\ud800\ud800\udc00"}`, `{"a":01}`, `[1]`, `{"a":"\x"}`, `{"a":-Infinity}`, `{"a":"\u12"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got := map[string]any{}
		r := reader{in: raw}
		err := r.object(func(key string, value any) { got[key] = value })
		slow := json.NewDecoder(bytes.NewReader(raw))
		slow.UseNumber()
		var want map[string]any
		if slow.Decode(&want) != nil || want == nil {
			return
		}
		if err != nil {
			if strings.Contains(err.Error(), "deep") {
				return
			}
			t.Fatalf("%q: %v", raw, err)
		}
		for key, v := range want {
			want[key] = slowValue(v)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-encoding/json +reader):\n%s", raw, diff)
		}
	})
}

// Whatever is read can be written, as valid JSON, and reads the same again.
func FuzzDecodeData(f *testing.F) {
	for _, s := range []string{
		`{"matches": [["", "d", " x"], "y"], "failures": 3, "user": "root"}`, `{"failures": 1e3, "users": ["a", 1, null]}`,
		`{"matches": {"a": 1}}`, `[[[[`, `{"ip": "192.0.2.0/33", "a": {}}`, `{"x":"\ud800","x":"2"}`, "{\"\xff\":\"\xfe\"}", `{"failures":1}x`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := decodeData(raw)
		if err != nil {
			return
		}
		b := ticket.Ban{Failures: d.failures, Failure: ticket.Failure{IP: d.ip, Matches: d.matches, Fields: d.fields}}
		out := appendData(nil, &b, 1<<30)
		if !json.Valid(out) || !utf8.Valid(out) {
			t.Fatalf("%q became %q", raw, out)
		}
		again, err := decodeData(out)
		if err != nil {
			t.Fatalf("%q became %q: %v", raw, out, err)
		}
		d.counted, again.counted = true, true
		if diff := cmp.Diff(joined(d), joined(again), plain); diff != "" {
			t.Errorf("%q (-first +again):\n%s", raw, diff)
		}
	})
}

// joined takes apart what a line without a date cannot keep: where its parts met.
func joined(d data) data {
	for i, m := range d.matches {
		if m.Date == "" {
			d.matches[i] = ticket.Match{After: m.String()}
		}
	}
	return d
}

func BenchmarkDecodeData(b *testing.B) {
	raw := []byte(`{"matches": [["", "2026-11-22T06:58:05", " login failure for root from 192.0.2.10"], "2026-11-22T06:58:05 login failure for root from 192.0.2.10"], "failures": 3, "user": "root", "ip4": "192.0.2.10"}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decodeData(raw); err != nil {
			b.Fatal(err)
		}
	}
}
