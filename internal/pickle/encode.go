package pickle

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"slices"
	"unicode/utf8"
)

// The protocols we write. Protocol 4 is what every living Python client reads; protocol 2 is what every server reads, those
// that still run on Python 2 included.
const (
	ForReply   = 4
	ForRequest = 2
)

// Encode pickles v in the given protocol, ForReply or ForRequest. It fails for a Go type that is none of the package's
// values, and for []byte in protocol 2, which has no opcode for it.
func Encode(v any, protocol int) ([]byte, error) {
	if protocol != ForReply && protocol != ForRequest {
		return nil, fmt.Errorf("pickle protocol %d is not written, only %d and %d", protocol, ForRequest, ForReply)
	}
	e := encoder{protocol: protocol, out: []byte{opProto, byte(protocol)}}
	if protocol >= 4 {
		e.out = append(e.out, opFrame, 0, 0, 0, 0, 0, 0, 0, 0)
	}
	if err := e.value(v); err != nil {
		return nil, err
	}
	e.out = append(e.out, opStop)
	if protocol >= 4 {
		const header = 11
		binary.LittleEndian.PutUint64(e.out[header-8:], uint64(len(e.out)-header))
	}
	return e.out, nil
}

type encoder struct {
	protocol int
	out      []byte
}

func (e *encoder) op(b ...byte) { e.out = append(e.out, b...) }

func (e *encoder) value(v any) error {
	switch v := v.(type) {
	case nil:
		e.op(opNone)
	case bool:
		e.bool(v)
	case int:
		e.int(int64(v))
	case int64:
		e.int(v)
	case *big.Int:
		e.long(v)
	case float64:
		e.op(opBinFloat)
		e.out = binary.BigEndian.AppendUint64(e.out, math.Float64bits(v))
	case string:
		e.text(v)
	case []byte:
		return e.bytes(v)
	case *Object:
		return e.object(v)
	default:
		return e.container(v)
	}
	return nil
}

func (e *encoder) container(v any) error {
	switch v := v.(type) {
	case []any:
		e.op(opEmptyList)
		return e.items(v, opAppends)
	case []string:
		e.out = slices.Grow(e.out, shortItem*len(v)) // which is long if it is a list of addresses
		e.op(opEmptyList, opMark)
		for _, s := range v {
			e.text(s)
		}
		e.op(opAppends)
		return nil
	case Tuple:
		return e.tuple(v)
	case *Dict:
		e.op(opEmptyDict)
		var flat []any
		for k, v := range v.All() {
			flat = append(flat, k, v)
		}
		return e.items(flat, opSetItems)
	case *Set:
		return e.set(v)
	}
	return fmt.Errorf("cannot pickle %T", v)
}

func (e *encoder) bool(v bool) {
	if v {
		e.op(opTrue)
		return
	}
	e.op(opFalse)
}

func (e *encoder) int(v int64) {
	switch {
	case v >= 0 && v <= math.MaxUint8:
		e.op(opBinInt1, byte(v))
	case v >= 0 && v <= math.MaxUint16:
		e.op(opBinInt2)
		e.out = binary.LittleEndian.AppendUint16(e.out, uint16(v))
	case v >= math.MinInt32 && v <= math.MaxInt32:
		e.op(opBinInt)
		e.out = binary.LittleEndian.AppendUint32(e.out, uint32(int32(v)))
	default:
		e.long(big.NewInt(v))
	}
}

// long writes v as little-endian two's complement in as few bytes as hold its sign.
func (e *encoder) long(v *big.Int) {
	size := 0
	if v.Sign() != 0 {
		magnitude := v
		if v.Sign() < 0 {
			magnitude = new(big.Int).Not(v) // −2ⁿ needs no bit more than 2ⁿ−1
		}
		size = magnitude.BitLen()/8 + 1
	}
	if size <= math.MaxUint8 {
		e.op(opLong1, byte(size))
	} else {
		e.op(opLong4)
		e.out = binary.LittleEndian.AppendUint32(e.out, uint32(size))
	}
	if v.Sign() < 0 {
		v = new(big.Int).Add(v, new(big.Int).Lsh(big.NewInt(1), uint(size)*8))
	}
	start := len(e.out)
	e.out = append(e.out, v.FillBytes(make([]byte, size))...)
	slices.Reverse(e.out[start:])
}

func (e *encoder) text(s string) {
	if !utf8.ValidString(s) {
		s = passSurrogates(s)
	}
	if e.protocol >= 4 && len(s) <= math.MaxUint8 {
		e.op(opShortBinUnicode, byte(len(s)))
	} else {
		e.op(opBinUnicode)
		e.out = binary.LittleEndian.AppendUint32(e.out, uint32(len(s)))
	}
	e.out = append(e.out, s...)
}

// passSurrogates turns each byte of s that is not UTF-8 into a surrogate in three bytes.
func passSurrogates(s string) string {
	var b []byte
	for i := 0; i < len(s); {
		r, n := decodeRune(s[i:])
		b = appendRune(b, r)
		i += n
	}
	return string(b)
}

// appendRune appends r in UTF-8, surrogates included.
func appendRune(b []byte, r rune) []byte {
	if r >= 0xd800 && r < 0xe000 {
		return append(b, 0xe0|byte(r>>12), 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f)
	}
	return utf8.AppendRune(b, r)
}

func (e *encoder) bytes(v []byte) error {
	if e.protocol < 3 {
		return fmt.Errorf("cannot pickle bytes in protocol %d", e.protocol)
	}
	e.op(opBinBytes)
	e.out = binary.LittleEndian.AppendUint32(e.out, uint32(len(v)))
	e.out = append(e.out, v...)
	return nil
}

// items writes the members of a container that already stands on the stack; end is the opcode that puts them in.
func (e *encoder) items(items []any, end byte) error {
	if len(items) == 0 {
		return nil
	}
	e.op(opMark)
	for _, v := range items {
		if err := e.value(v); err != nil {
			return err
		}
	}
	e.op(end)
	return nil
}

func (e *encoder) tuple(t Tuple) error {
	if len(t) == 0 {
		e.op(opEmptyTuple)
		return nil
	}
	if len(t) > 3 {
		return e.items(t, opTuple)
	}
	for _, v := range t {
		if err := e.value(v); err != nil {
			return err
		}
	}
	e.op([]byte{opTuple1, opTuple2, opTuple3}[len(t)-1])
	return nil
}

// set writes a set as itself, or in protocol 2 as a call of the class on a list.
func (e *encoder) set(s *Set) error {
	if e.protocol < 4 {
		name := "set"
		if s.Frozen {
			name = "frozenset"
		}
		return e.object(&Object{Module: "__builtin__", Class: name, Args: Tuple{s.Items()}})
	}
	if s.Frozen {
		e.op(opMark)
		for _, v := range s.Items() {
			if err := e.value(v); err != nil {
				return err
			}
		}
		e.op(opFrozenSet)
		return nil
	}
	e.op(opEmptySet)
	return e.items(s.Items(), opAddItems)
}

func (e *encoder) object(o *Object) error {
	if e.protocol >= 4 {
		e.text(o.Module)
		e.text(o.Class)
		e.op(opStackGlobal)
	} else {
		e.op(opGlobal)
		e.out = append(e.out, o.Module+"\n"+o.Class+"\n"...)
	}
	if o.Args == nil {
		return nil
	}
	if err := e.tuple(o.Args); err != nil {
		return err
	}
	e.op(opReduce)
	if o.State == nil {
		return nil
	}
	if err := e.value(o.State); err != nil {
		return err
	}
	e.op(opBuild)
	return nil
}
