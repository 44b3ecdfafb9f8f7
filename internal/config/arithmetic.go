package config

import (
	"math"
	"strconv"
	"strings"
	"unicode"
)

// arithmetic evaluates an expression of numbers as Python does: + - * stay integers where both sides are, / is a float, // and %
// round down, ** binds tightest and to the right.
type arithmetic struct{ text string }

var errSyntax = &ExprError{Text: "invalid syntax"}

// peek skips blanks and returns the next byte, 0 at the end.
func (p *arithmetic) peek() byte {
	p.text = strings.TrimLeftFunc(p.text, unicode.IsSpace)
	if p.text == "" {
		return 0
	}
	return p.text[0]
}

// accept takes op if it comes next; longer operators must be asked for first.
func (p *arithmetic) accept(op string) bool {
	p.peek()
	rest, ok := strings.CutPrefix(p.text, op)
	if ok {
		p.text = rest
	}
	return ok
}

// end reports what is left over.
func (p *arithmetic) end() error {
	if p.peek() != 0 {
		return errSyntax
	}
	return nil
}

// sum = product { (+|-) product }; depth counts the parentheses around it.
func (p *arithmetic) sum(depth int) (Seconds, error) {
	v, err := p.product(depth)
	for err == nil {
		var w Seconds
		switch {
		case p.accept("+"):
			if w, err = p.product(depth); err == nil {
				v, err = combine(v, w, addInt, func(a, b float64) float64 { return a + b })
			}
		case p.accept("-"):
			if w, err = p.product(depth); err == nil {
				v, err = combine(v, w, func(a, b int64) (int64, bool) { return addInt(a, -b) }, func(a, b float64) float64 { return a - b })
			}
		default:
			return v, nil
		}
	}
	return v, err
}

// product = factor { (*|/|//|%) factor }
func (p *arithmetic) product(depth int) (Seconds, error) {
	v, err := p.factor(depth)
	for err == nil {
		op := p.productOp()
		if op == "" {
			return v, nil
		}
		var w Seconds
		if w, err = p.factor(depth); err == nil {
			v, err = multiply(op, v, w)
		}
	}
	return v, err
}

func (p *arithmetic) productOp() string {
	p.peek()
	if strings.HasPrefix(p.text, "**") {
		return "" // belongs to a power, and there is none here
	}
	for _, op := range []string{"//", "*", "/", "%"} {
		if p.accept(op) {
			return op
		}
	}
	return ""
}

// factor = (+|-) factor | power
func (p *arithmetic) factor(depth int) (Seconds, error) {
	if depth > 50 {
		return Seconds{}, &ExprError{Text: "too many nested parentheses"}
	}
	switch {
	case p.accept("+"):
		return p.factor(depth + 1)
	case p.accept("-"):
		v, err := p.factor(depth + 1)
		v.float, v.integer = -v.float, -v.integer
		return v, err
	}
	v, err := p.atom(depth)
	if err == nil && p.accept("**") {
		var w Seconds
		if w, err = p.factor(depth + 1); err == nil {
			return raise(v, w)
		}
	}
	return v, err
}

// atom = number | ( sum )
func (p *arithmetic) atom(depth int) (Seconds, error) {
	if p.accept("(") {
		v, err := p.sum(depth + 1)
		if err == nil && !p.accept(")") {
			err = errSyntax
		}
		return v, err
	}
	n := strings.IndexFunc(p.text, func(r rune) bool { return !isWord(r) && r != '.' })
	if n < 0 {
		n = len(p.text)
	}
	word := p.text[:n]
	p.text = p.text[n:]
	return literal(word)
}

// literal reads a Python number without exponent: 10, 1_000, 1.5, .5
func literal(word string) (Seconds, error) {
	if word == "" {
		return Seconds{}, errSyntax
	}
	if c := rune(word[0]); c == '_' || unicode.IsLetter(c) {
		return Seconds{}, &ExprError{Name: true, Text: "name '" + word + "' is not defined"}
	}
	digits := strings.ReplaceAll(word, "_", "")
	badUnderscore := strings.HasSuffix(word, "_") || strings.Contains(word, "__")
	if badUnderscore || strings.Trim(digits, "0123456789.") != "" || strings.Count(digits, ".") > 1 || digits == "." {
		return Seconds{}, errSyntax
	}
	if strings.Contains(digits, ".") {
		f, err := strconv.ParseFloat(digits, 64)
		if err != nil {
			return Seconds{}, errSyntax
		}
		return FloatSeconds(f), nil
	}
	if len(digits) > 1 && digits[0] == '0' && strings.Trim(digits, "0") != "" {
		return Seconds{}, &ExprError{Text: "leading zeros in decimal integer literals are not permitted"}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return Seconds{}, errTooLarge
	}
	return IntSeconds(n), nil
}

var errTooLarge = &ExprError{Text: "number too large for a time"}

// combine applies ints where both sides are integers, else floats.
func combine(a, b Seconds, ints func(a, b int64) (int64, bool), floats func(a, b float64) float64) (Seconds, error) {
	if a.isFloat || b.isFloat {
		return checked(floats(a.Float64(), b.Float64()))
	}
	n, ok := ints(a.integer, b.integer)
	if !ok {
		return Seconds{}, errTooLarge
	}
	return IntSeconds(n), nil
}

func checked(f float64) (Seconds, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Seconds{}, errTooLarge
	}
	return FloatSeconds(f), nil
}

func addInt(a, b int64) (int64, bool) {
	s := a + b
	return s, (s > a) == (b > 0)
}

func mulInt(a, b int64) (int64, bool) {
	if a == 0 || b == 0 {
		return 0, true
	}
	p := a * b
	return p, p/b == a && !(a == -1 && b == math.MinInt64) && !(b == -1 && a == math.MinInt64)
}

func multiply(op string, a, b Seconds) (Seconds, error) {
	if op != "*" && b.Float64() == 0 {
		return Seconds{}, &ExprError{Text: "division by zero"}
	}
	switch op {
	case "*":
		return combine(a, b, mulInt, func(a, b float64) float64 { return a * b })
	case "/":
		return checked(a.Float64() / b.Float64())
	case "//":
		return combine(a, b, floorDiv, func(a, b float64) float64 { return math.Floor(a / b) })
	}
	mod := func(a, b int64) (int64, bool) {
		q, ok := floorDiv(a, b)
		return a - q*b, ok
	}
	return combine(a, b, mod, func(a, b float64) float64 { return a - b*math.Floor(a/b) })
}

func floorDiv(a, b int64) (int64, bool) {
	if a == math.MinInt64 && b == -1 {
		return 0, false
	}
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q, true
}

// raise is a ** b.
func raise(a, b Seconds) (Seconds, error) {
	if a.isFloat || b.isFloat || b.integer < 0 {
		return checked(math.Pow(a.Float64(), b.Float64()))
	}
	result := IntSeconds(1)
	for range min(b.integer, 64*64) {
		n, ok := mulInt(result.integer, a.integer)
		if !ok {
			return Seconds{}, errTooLarge
		}
		result.integer = n
		if n == 0 || n == 1 {
			break // and stays so
		}
	}
	return result, nil
}
