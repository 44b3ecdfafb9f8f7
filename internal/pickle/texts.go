package pickle

import (
	"encoding/binary"
	"fmt"
	"unicode/utf8"
)

// takeTexts is for the one long thing that a client reads, a list of addresses: it reads a list's members up to the opcode that puts them
// in, if all of them are text, without a stack and a box for each. It is called behind a mark. Where something else follows, nothing is
// read and done is false. The outcome is that of the instructions one by one, but for the type of the list.
func (m *machine) takeTexts() (done bool, err error) {
	list := m.emptyList()
	if list == nil {
		return false, nil
	}
	n := textsAhead(m.in)
	if n == 0 {
		return false, nil
	}
	texts := make([]string, 0, n)
	rest := m.in
	for range n {
		b, size := textAt(rest)
		if !utf8.Valid(b) {
			return false, nil
		}
		rest = rest[size:]
		end := len(m.whole) - len(rest)
		texts = append(texts, m.whole[end-len(b):end])
	}
	if m.pushed += n; m.pushed > m.limits.Items {
		return false, fmt.Errorf("pickle holds more than %d values", m.limits.Items)
	}
	list.texts, m.in = texts, rest[1:]
	return true, nil
}

// emptyList returns the list on top of the stack, nil if there is none or something is in it.
func (m *machine) emptyList() *listPart {
	v, err := m.top()
	if err != nil {
		return nil
	}
	list, ok := v.(*listPart)
	if !ok || len(list.items) > 0 || list.texts != nil {
		return nil
	}
	return list
}

// textsAhead counts the texts at the start of in. It returns 0 unless APPENDS comes behind them.
func textsAhead(in []byte) (n int) {
	for {
		_, size := textAt(in)
		if size == 0 {
			break
		}
		in = in[size:]
		n++
	}
	if len(in) == 0 || in[0] != opAppends {
		return 0
	}
	return n
}

// textAt returns the text that an instruction at the start of in pushes, and the length of the instruction, or 0 if it is another one or
// cut off.
func textAt(in []byte) (text []byte, size int) {
	start, length := 0, uint64(0)
	switch {
	case len(in) >= 2 && in[0] == opShortBinUnicode:
		start, length = 2, uint64(in[1])
	case len(in) >= 5 && in[0] == opBinUnicode:
		start, length = 5, uint64(binary.LittleEndian.Uint32(in[1:]))
	default:
		return nil, 0
	}
	if length > uint64(len(in)-start) {
		return nil, 0
	}
	size = start + int(length)
	return in[start:size], size
}

// box makes a list ready to take members of any kind.
func (p *listPart) box() {
	if p.texts != nil {
		p.items, p.texts = boxed(p.texts), nil
	}
}

func boxed(texts []string) []any {
	items := make([]any, len(texts))
	for i, s := range texts {
		items[i] = s
	}
	return items
}
