package pickle

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// instructions is the allow-list: what each opcode does. It is filled in one place and never changes.
var instructions = [256]func(*machine) error{
	opProto: (*machine).protocol,
	opFrame: (*machine).frame,
	opMark:  (*machine).mark,
	opPop:   (*machine).drop,
	opPopMark: func(m *machine) error {
		_, err := m.popMark()
		return err
	},
	opDup: (*machine).dup,

	opNone:    func(m *machine) error { return m.push(nil) },
	opTrue:    func(m *machine) error { return m.push(true) },
	opFalse:   func(m *machine) error { return m.push(false) },
	opInt:     (*machine).decimal,
	opLong:    (*machine).decimal,
	opBinInt:  func(m *machine) error { return m.binInt(4) },
	opBinInt1: func(m *machine) error { return m.binInt(1) },
	opBinInt2: func(m *machine) error { return m.binInt(2) },
	opLong1:   func(m *machine) error { return m.long(1) },
	opLong4:   func(m *machine) error { return m.long(4) },
	opFloat:   (*machine).decimalFloat,

	opBinFloat:        (*machine).float,
	opString:          (*machine).quoted,
	opBinString:       func(m *machine) error { return m.text(4) },
	opShortBinString:  func(m *machine) error { return m.text(1) },
	opUnicode:         (*machine).unicodeLine,
	opBinUnicode:      func(m *machine) error { return m.text(4) },
	opShortBinUnicode: func(m *machine) error { return m.text(1) },
	opBinUnicode8:     func(m *machine) error { return m.text(8) },
	opBinBytes:        func(m *machine) error { return m.bytes(4) },
	opShortBinBytes:   func(m *machine) error { return m.bytes(1) },
	opBinBytes8:       func(m *machine) error { return m.bytes(8) },
	opByteArray8:      func(m *machine) error { return m.bytes(8) },

	opEmptyList:  func(m *machine) error { return m.push(&listPart{}) },
	opEmptyDict:  func(m *machine) error { return m.push(&dictPart{}) },
	opEmptySet:   func(m *machine) error { return m.push(&setPart{}) },
	opEmptyTuple: func(m *machine) error { return m.push(Tuple{}) },
	opTuple1:     func(m *machine) error { return m.tuple(1) },
	opTuple2:     func(m *machine) error { return m.tuple(2) },
	opTuple3:     func(m *machine) error { return m.tuple(3) },
	opTuple:      func(m *machine) error { return m.collect(func(v []any) any { return Tuple(v) }) },
	opList:       func(m *machine) error { return m.collect(func(v []any) any { return &listPart{items: v} }) },
	opDict:       func(m *machine) error { return m.collect(func(v []any) any { return &dictPart{v} }) },
	opFrozenSet:  func(m *machine) error { return m.collect(func(v []any) any { return &setPart{v, true} }) },
	opAppend:     func(m *machine) error { return m.extendBy(1) },
	opAppends:    (*machine).extend,
	opSetItem:    func(m *machine) error { return m.extendBy(2) },
	opSetItems:   (*machine).extend,
	opAddItems:   (*machine).extend,

	opPut:        func(m *machine) error { return m.byLine((*machine).remember) },
	opGet:        func(m *machine) error { return m.byLine((*machine).recall) },
	opBinPut:     func(m *machine) error { return m.byNumber(1, (*machine).remember) },
	opLongBinPut: func(m *machine) error { return m.byNumber(4, (*machine).remember) },
	opBinGet:     func(m *machine) error { return m.byNumber(1, (*machine).recall) },
	opLongBinGet: func(m *machine) error { return m.byNumber(4, (*machine).recall) },
	opMemoize:    func(m *machine) error { return m.remember(uint64(len(m.memo))) },

	opGlobal:      (*machine).global,
	opStackGlobal: (*machine).stackGlobal,
	opReduce:      (*machine).reduce,
	opBuild:       (*machine).setState,
}

func (m *machine) protocol() error {
	n, err := m.number(1)
	if err == nil && n > 5 {
		err = fmt.Errorf("unsupported pickle protocol: %d", n)
	}
	return err
}

// frame only checks that the frame is there; frames help readers of streams, and we have the whole.
func (m *machine) frame() error {
	n, err := m.number(8)
	if err == nil && n > uint64(len(m.in)) {
		err = errTruncated
	}
	return err
}

func (m *machine) mark() error {
	if len(m.marks) > m.limits.Items {
		return fmt.Errorf("pickle holds more than %d marks", m.limits.Items)
	}
	if m.whole != "" {
		if done, err := m.takeTexts(); done || err != nil {
			return err
		}
	}
	m.marks = append(m.marks, len(m.stack))
	return nil
}

// drop removes the topmost value, or the mark if that stands on top.
func (m *machine) drop() error {
	if len(m.marks) > 0 && m.floor() == len(m.stack) {
		m.marks = m.marks[:len(m.marks)-1]
		return nil
	}
	_, err := m.pop()
	return err
}

func (m *machine) dup() error {
	v, err := m.top()
	if err != nil {
		return err
	}
	return m.push(v)
}

// maxDigits is Python's own bound for integers in text; binary ones may be as large.
const maxDigits = 4300

// decimal reads the text form of integers, in which protocols below 2 also write booleans.
func (m *machine) decimal() error {
	b, err := m.line()
	if err != nil {
		return err
	}
	switch s := strings.TrimSuffix(strings.TrimSpace(string(b)), "L"); {
	case s == "00":
		return m.push(false)
	case s == "01":
		return m.push(true)
	case len(s) > maxDigits:
		return fmt.Errorf("integer of more than %d digits", maxDigits)
	default:
		v, ok := new(big.Int).SetString(s, 10)
		if !ok {
			return fmt.Errorf("invalid literal for int() with base 10: %s", Repr(s))
		}
		return m.push(integer(v))
	}
}

// integer returns v as int64 where it fits.
func integer(v *big.Int) any {
	if v.IsInt64() {
		return v.Int64()
	}
	return v
}

// binInt reads an integer of size bytes; only the one of four is signed.
func (m *machine) binInt(size uint64) error {
	n, err := m.number(size)
	if err != nil {
		return err
	}
	if size == 4 {
		return m.push(int64(int32(n)))
	}
	return m.push(int64(n))
}

func (m *machine) long(size uint64) error {
	b, err := m.counted(size)
	if err != nil {
		return err
	}
	if len(b) > maxDigits/2 {
		return fmt.Errorf("integer of more than %d bytes", maxDigits/2)
	}
	reversed := make([]byte, len(b))
	for i, c := range b {
		reversed[len(b)-1-i] = c
	}
	v := new(big.Int).SetBytes(reversed)
	if len(b) > 0 && b[len(b)-1]&0x80 != 0 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(len(b))*8))
	}
	return m.push(integer(v))
}

func (m *machine) decimalFloat() error {
	b, err := m.line()
	if err != nil {
		return err
	}
	s := strings.TrimSpace(string(b))
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return fmt.Errorf("could not convert string to float: %s", Repr(s))
	}
	return m.push(f)
}

func (m *machine) tuple(n int) error {
	if len(m.stack)-n < m.floor() {
		return errUnderflow
	}
	at := len(m.stack) - n
	t := append(Tuple{}, m.stack[at:]...)
	m.stack = m.stack[:at]
	return m.push(t)
}

// collect replaces everything down to the mark by what of makes of it.
func (m *machine) collect(of func([]any) any) error {
	items, err := m.popMark()
	if err != nil {
		return err
	}
	return m.push(of(items))
}

// extend adds everything down to the mark to the container under the mark.
func (m *machine) extend() error {
	if len(m.marks) == 0 {
		return errNoMark
	}
	at := m.floor()
	m.marks = m.marks[:len(m.marks)-1]
	return m.addAbove(at)
}

// extendBy adds the n topmost values to the container below them.
func (m *machine) extendBy(n int) error {
	if len(m.stack)-n < m.floor() {
		return errUnderflow
	}
	return m.addAbove(len(m.stack) - n)
}

// addAbove adds everything above a height of the stack to the container below it.
func (m *machine) addAbove(at int) error {
	items := m.stack[at:] // of which the containers make copies
	m.stack = m.stack[:at]
	v, err := m.top()
	if err != nil {
		return err
	}
	switch c := v.(type) {
	case *listPart:
		c.box()
		c.items = append(c.items, items...)
	case *dictPart:
		c.pairs = append(c.pairs, items...)
	case *setPart:
		c.items = append(c.items, items...)
	default:
		return errors.New("items for a value that is no container")
	}
	return nil
}

func (m *machine) byLine(do func(*machine, uint64) error) error {
	b, err := m.line()
	if err != nil {
		return err
	}
	index, err := strconv.ParseUint(string(b), 10, 64)
	if err != nil {
		return fmt.Errorf("memo index %s is no number", Repr(string(b)))
	}
	return do(m, index)
}

func (m *machine) byNumber(size uint64, do func(*machine, uint64) error) error {
	index, err := m.number(size)
	if err != nil {
		return err
	}
	return do(m, index)
}

func (m *machine) global() error {
	module, err := m.line()
	if err != nil {
		return err
	}
	name, err := m.line()
	if err != nil {
		return err
	}
	return m.push(classPart{text(module), text(name)})
}

func (m *machine) stackGlobal() error {
	name, err := m.pop()
	if err != nil {
		return err
	}
	module, err := m.pop()
	if err != nil {
		return err
	}
	n, ok1 := name.(string)
	mod, ok2 := module.(string)
	if !ok1 || !ok2 {
		return errors.New("STACK_GLOBAL requires str")
	}
	return m.push(classPart{mod, n})
}

func (m *machine) reduce() error {
	args, err := m.pop()
	if err != nil {
		return err
	}
	class, err := m.pop()
	if err != nil {
		return err
	}
	c, ok1 := class.(classPart)
	a, ok2 := args.(Tuple)
	if !ok1 || !ok2 {
		return errors.New("call of a value that is no class, or without a tuple")
	}
	return m.push(&callPart{class: c, args: a})
}

func (m *machine) setState() error {
	state, err := m.pop()
	if err != nil {
		return err
	}
	v, err := m.top()
	if err != nil {
		return err
	}
	c, ok := v.(*callPart)
	if !ok {
		return errors.New("state for a value that is no object")
	}
	c.state = state
	return nil
}
