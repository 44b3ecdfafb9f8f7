package pickle

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

func TestDecodeHandWritten(t *testing.T) {
	tests := []struct{ name, pickle, want string }{
		{"text opcodes of protocol 0", "(lp0\nVping\np1\naI5\naI01\naI00\naL7L\naF1.5\naNa.", "['ping', 5, True, False, 7, 1.5, None]"},
		{"Python 2 string with escapes", `S'a\x41\101\n\'\\\q'` + "\n.", `"aAA\n'\\\\q"`},
		{"Python 2 string in double quotes", "S\"it's\"\n.", `"it's"`},
		{"8-bit string in UTF-8", "U\x02\xc3\xa9.", "'é'"},
		{"8-bit string in Latin-1 keeps its byte", "T\x01\x00\x00\x00\xe9.", `'\udce9'`},
		{"Latin-1 in protocol 0", "V\xe9\\u20ac\\U0001f600\\x\n.", `'é€😀\\x'`},
		{"surrogate pair of Python 2", "V\\ud83d\\ude00\n.", "'😀'"},
		{"lone surrogate", "V\\ud83dx\n.", `'\ud83dx'`},
		{"bytes behind the end are ignored", "K\x01.rest", "1"},
		{"list filled after it was remembered", "]q\x00K\x01ah\x00.", "[1]"},
		{"mark dropped", "(0K\x01.", "1"},
		{"values down to the mark dropped", "K\x01(K\x02K\x031.", "1"},
		{"duplicate", "K\x012\x86.", "(1, 1)"},
		{"later key wins", "}(K\x01K\x02K\x01K\x03u.", "{1: 3}"},
		{"str call", "c__builtin__\nstr\n(Vx\ntR.", "'x'"},
		{"unicode call", "c__builtin__\nunicode\n(Vx\ntR.", "'x'"},
		{"str of nothing", "cbuiltins\nstr\n)R.", "''"},
		{"str of a number stays a call", "cbuiltins\nstr\n(K\x05tR.", "str(5)"},
		{"set call", "cbuiltins\nset\n((lK\x01aK\x01atR.", "{1}"},
		{"dict call on pairs", "cbuiltins\ndict\n((l(K\x01K\x02tatR.", "{1: 2}"},
		{"list and tuple calls", "cbuiltins\nlist\n((K\x01ttRcbuiltins\ntuple\n((lK\x02atR\x86.", "([1], (2,))"},
		{"dict call on junk stays a call", "cbuiltins\ndict\n((lK\x01atR.", "dict([1])"},
		{"shell command stays inert", "cos\nsystem\n(Vrm -rf /\ntR.", "system('rm -rf /')"},
		{"eval stays inert", "c__builtin__\neval\n(V1+1\ntR.", "eval('1+1')"},
		{"bare class", "cos\nsystem\n.", "<class 'os.system'>"},
		{"frozen set", "(K\x01\x91.", "frozenset({1})"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, err := Decode([]byte(tt.pickle), Limits{})
			if err != nil || Repr(v) != tt.want {
				t.Errorf("got %s, %v, want %s", Repr(v), err, tt.want)
			}
		})
	}
}

func TestDecodeKeepsTheStateOfAnObject(t *testing.T) {
	// What a server on Python 3.12 answers for an unknown property of an action.
	data, err := hex.DecodeString("8005956f000000000000004b018c086275696c74696e73948c0e4174747269627574654572726f729493948c28276f62" +
		"6a65637427206f626a65637420686173206e6f2061747472696275746520276e6f6b65792794859452947d94288c046e" +
		"616d65948c056e6f6b6579948c0461726773946804756286942e")
	if err != nil {
		t.Fatal(err)
	}
	v, err := Decode(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	o := v.(Tuple)[1].(*Object)
	const want = `AttributeError("'object' object has no attribute 'nokey'") ` +
		`{'name': 'nokey', 'args': ("'object' object has no attribute 'nokey'",)}`
	if got := Repr(o) + " " + Repr(o.State); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestDecodeRefuses(t *testing.T) {
	deep := strings.Repeat("(l", 70) + strings.Repeat("a", 69) + "."
	doubling := "(lq\x00" + strings.Repeat("q\x00]h\x00ah\x00a", 40) + "."
	tests := []struct{ name, pickle, want string }{
		{"nothing", "", "Ran out of input"},
		{"junk", "xx", "invalid load key, 'x'."},
		{"no end", "K\x01", "pickle data was truncated"},
		{"newer protocol", "\x80\x06N.", "unsupported pickle protocol: 6"},
		{"end without a value", ".", "unpickling stack underflow"},
		{"frame beyond the end", "\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xff.", "pickle data was truncated"},
		{"text of two gigabytes", "X\xff\xff\xff\x7fa", "pickle data was truncated"},
		{"text of 2^63 bytes", "\x8d\xff\xff\xff\xff\xff\xff\xff\xffa", "pickle data was truncated"},
		{"unknown memo", "hello", "Memo value not found at index 101"},
		{"append without a list", "K\x01a.", "unpickling stack underflow"},
		{"append to a number", "K\x01K\x02a.", "items for a value that is no container"},
		{"tuple without mark", "t.", "could not find MARK"},
		{"pop through a mark", "K\x01(\x85.", "unpickling stack underflow"},
		{"odd dict", "(K\x01d.", "odd number of items for DICT"},
		{"list as key", "}]K\x01s.", "unhashable type: 'list'"},
		{"list in a tuple as key", "}]\x85K\x01s.", "unhashable type: 'list'"},
		{"dict in a set", "\x8f(}\x90.", "unhashable type: 'dict'"},
		{"call of a text", "Vx\n)R.", "call of a value that is no class, or without a tuple"},
		{"call with a list", "cos\nsystem\n]R.", "call of a value that is no class, or without a tuple"},
		{"state of a list", "]}b.", "state for a value that is no object"},
		{"class name that is no text", "Vos\nK\x01\x93.", "STACK_GLOBAL requires str"},
		{"persistent id", "Pid\n.", "invalid load key, 'P'."},
		{"new object", "cos\nsystem\n)\x81.", `invalid load key, '\udc81'.`},
		{"instance", "(ios\nsystem\n.", "invalid load key, 'i'."},
		{"extension", "\x82\x01.", `invalid load key, '\udc82'.`},
		{"list within itself", "]q\x00h\x00a.", "value nested deeper than 64 levels"},
		{"70 levels", deep, "value nested deeper than 64 levels"},
		{"doubling 40 times", doubling, "value of more than 4194304 parts"},
		{"more values than allowed", strings.Repeat("N", 1<<22+1), "pickle holds more than 4194304 values"},
		{"more marks than allowed", strings.Repeat("(", 1<<22+2), "pickle holds more than 4194304 marks"},
		{"integer of many digits", "I" + strings.Repeat("9", 5000) + "\n.", "integer of more than 4300 digits"},
		{"binary integer of many digits", "\x8b\x00\x10\x00\x00" + strings.Repeat("1", 4096) + ".", "integer of more than 2150 bytes"},
		{"no integer", "Ifive\n.", "invalid literal for int() with base 10: 'five'"},
		{"no float", "Ffive\n.", "could not convert string to float: 'five'"},
		{"unquoted string", "Sfive\n.", "the STRING opcode argument must be quoted"},
		{"cut escape", "V\\u12\n.", "truncated \\u escape"},
		{"code point outside Unicode", "V\\UFFFFFFFF\n.", "invalid \\u escape"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if v, err := Decode([]byte(tt.pickle), Limits{}); err == nil || err.Error() != tt.want {
				t.Errorf("got %.100s, error %v, want error %s", Repr(v), err, tt.want)
			}
		})
	}
}

func TestDecodeKeepsToGivenLimits(t *testing.T) {
	shared := "(lq\x00X\x0a\x00\x00\x000123456789q\x01" + strings.Repeat("ah\x01", 20) + "a."
	tests := []struct {
		name, pickle string
		limits       Limits
		want         string
	}{
		{"length", "K\x01.", Limits{Bytes: 2}, "pickle of 3 bytes is longer than 2"},
		{"text that is shared counts each time", shared, Limits{Bytes: 100}, "value with more than 100 bytes of text"},
		{"memo", "]q\x00q\x01q\x02.", Limits{Items: 2}, "pickle remembers more than 2 values"},
		{"depth", "]]a.", Limits{Depth: 0}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Decode([]byte(tt.pickle), tt.limits)
			if got := errorText(err); got != tt.want {
				t.Errorf("got error %q, want %q", got, tt.want)
			}
		})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// FuzzDecode checks that no bytes crash the decoder, and that what it accepts survives our own encoding.
func FuzzDecode(f *testing.F) {
	for _, c := range readCases(f) {
		for _, recorded := range []string{c.RequestHex, c.SendHex, c.ReplyHex} {
			for _, body := range bodies(f, recorded) {
				f.Add(body)
			}
		}
	}
	f.Add([]byte("cos\nsystem\n(S'id'\ntR}b."))
	limits := Limits{Items: 1 << 14, Bytes: 1 << 20}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := Decode(data, limits)
		oneText := limits
		oneText.OneText = true
		if o, oErr := Decode(data, oneText); Repr(o) != Repr(v) || fmt.Sprint(oErr) != fmt.Sprint(err) {
			t.Fatalf("in one text: %s, %v; else %s, %v", Repr(o), oErr, Repr(v), err)
		}
		if err != nil {
			return
		}
		again, err := Encode(v, ForReply)
		if err != nil {
			t.Fatalf("cannot encode %s: %v", Repr(v), err)
		}
		w, err := Decode(again, Limits{})
		if err != nil || !bytes.Equal([]byte(Repr(v)), []byte(Repr(w))) {
			t.Fatalf("%s became %s, %v", Repr(v), Repr(w), err)
		}
		Str(v)
	})
}

func BenchmarkDecodeBannedAddresses(b *testing.B) {
	list := make([]any, 100_000)
	for i := range list {
		list[i] = &Object{Module: "builtins", Class: "str", Args: Tuple{"2001:db8::1234:5678"}}
	}
	data, err := Encode(Tuple{0, list}, ForReply)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Decode(data, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
