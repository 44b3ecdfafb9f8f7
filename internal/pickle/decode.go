package pickle

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Limits bound what one pickle may make of memory. A zero field means the default.
type Limits struct {
	Depth int // levels of containers in the result; default 64
	Items int // values, counted both as they are read and in the result, where shared parts count each time; default 4,194,304
	Bytes int // length of the pickle, and of all text in the result; default 64 MiB

	// OneText lets all strings of the result lie in one copy of the pickle, which each of them then keeps in memory, and gives a list
	// of nothing but text as []string where it is written plainly. It saves a long list's reader two allocations for each member.
	OneText bool
}

func (l Limits) orDefaults() Limits {
	if l.Depth == 0 {
		l.Depth = 64
	}
	if l.Items == 0 {
		l.Items = 1 << 22
	}
	if l.Bytes == 0 {
		l.Bytes = 64 << 20
	}
	return l
}

// Decode reads one pickle of protocol 0 to 5 and returns its value; bytes behind it are ignored. Calls of the classes str,
// set, frozenset, list, tuple and dict give what they would in Python, every other class and call gives an *Object. Errors
// have the wording of Python's, where it has one.
func Decode(data []byte, limits Limits) (any, error) {
	limits = limits.orDefaults()
	if len(data) > limits.Bytes {
		return nil, fmt.Errorf("pickle of %d bytes is longer than %d", len(data), limits.Bytes)
	}
	if len(data) == 0 {
		return nil, errors.New("Ran out of input") //nolint:staticcheck // Python's text
	}
	m := machine{in: data, limits: limits, memo: map[uint64]any{}}
	if limits.OneText {
		m.whole = string(data)
	} else {
		m.stack = make([]any, 0, min(len(data)/shortItem, manyItems)+1)
	}
	top, err := m.run()
	if err != nil {
		return nil, err
	}
	b := builder{limits: limits}
	return b.build(top, 0)
}

// A long list has members of about shortItem bytes each. There is room for manyItems of them from the start.
const (
	shortItem = 12
	manyItems = 1 << 14
)

// A machine executes a pickle. Its values are scalars, Tuple and the parts of parts.go; they may share members and even hold
// themselves until builder makes a tree of them.
type machine struct {
	in     []byte // what is left to read
	whole  string // all of what there was, if strings may lie in it
	stack  []any
	marks  []int // heights of stack where a MARK stands
	memo   map[uint64]any
	pushed int
	limits Limits
}

var (
	errTruncated = errors.New("pickle data was truncated")
	errUnderflow = errors.New("unpickling stack underflow")
	errNoMark    = errors.New("could not find MARK")
)

func (m *machine) run() (any, error) {
	for len(m.in) > 0 {
		code := m.in[0]
		m.in = m.in[1:]
		if code == opStop {
			return m.pop()
		}
		do := instructions[code]
		if do == nil {
			return nil, fmt.Errorf("invalid load key, %s.", Repr(string([]byte{code}))) //nolint:staticcheck // Python's text
		}
		if err := do(m); err != nil {
			return nil, err
		}
	}
	return nil, errTruncated
}

func (m *machine) push(v any) error {
	if m.pushed++; m.pushed > m.limits.Items {
		return fmt.Errorf("pickle holds more than %d values", m.limits.Items)
	}
	m.stack = append(m.stack, v)
	return nil
}

// floor is the height of the stack that the innermost mark protects.
func (m *machine) floor() int {
	if len(m.marks) == 0 {
		return 0
	}
	return m.marks[len(m.marks)-1]
}

func (m *machine) pop() (any, error) {
	if len(m.stack) <= m.floor() {
		return nil, errUnderflow
	}
	v := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	return v, nil
}

func (m *machine) top() (any, error) {
	if len(m.stack) <= m.floor() {
		return nil, errUnderflow
	}
	return m.stack[len(m.stack)-1], nil
}

// popMark removes the innermost mark and returns a copy of what stood above it.
func (m *machine) popMark() ([]any, error) {
	if len(m.marks) == 0 {
		return nil, errNoMark
	}
	at := m.floor()
	m.marks = m.marks[:len(m.marks)-1]
	items := append([]any{}, m.stack[at:]...)
	m.stack = m.stack[:at]
	return items, nil
}

// take reads n bytes.
func (m *machine) take(n uint64) ([]byte, error) {
	if n > uint64(len(m.in)) {
		return nil, errTruncated
	}
	b := m.in[:n]
	m.in = m.in[n:]
	return b, nil
}

// number reads an unsigned little-endian number of 1, 2, 4 or 8 bytes.
func (m *machine) number(size uint64) (uint64, error) {
	b, err := m.take(size)
	if err != nil {
		return 0, err
	}
	var wide [8]byte
	copy(wide[:], b)
	return binary.LittleEndian.Uint64(wide[:]), nil
}

// counted reads a number of the given size and that many bytes.
func (m *machine) counted(size uint64) ([]byte, error) {
	n, err := m.number(size)
	if err != nil {
		return nil, err
	}
	return m.take(n)
}

// line reads up to a newline, which it drops.
func (m *machine) line() ([]byte, error) {
	i := bytes.IndexByte(m.in, '\n')
	if i < 0 {
		return nil, errTruncated
	}
	b := m.in[:i]
	m.in = m.in[i+1:]
	return b, nil
}

func (m *machine) remember(index uint64) error {
	v, err := m.top()
	if err != nil {
		return err
	}
	m.memo[index] = v
	if len(m.memo) > m.limits.Items {
		return fmt.Errorf("pickle remembers more than %d values", m.limits.Items)
	}
	return nil
}

func (m *machine) recall(index uint64) error {
	v, ok := m.memo[index]
	if !ok {
		return fmt.Errorf("Memo value not found at index %d", index) //nolint:staticcheck // Python's text
	}
	return m.push(v)
}

func (m *machine) float() error {
	b, err := m.take(8)
	if err != nil {
		return err
	}
	return m.push(math.Float64frombits(binary.BigEndian.Uint64(b)))
}
