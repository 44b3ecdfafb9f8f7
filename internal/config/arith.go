package config

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"

	"gaol/internal/config/pytext"
	"gaol/internal/pickle"
)

var (
	errSyntax   = errors.New("invalid syntax")
	errDivision = errors.New("division by zero")
	errRange    = errors.New("number is too large")
)

// evaluate computes an arithmetic expression with Python's rules: integers stay integers except under /, // and % round
// down, ** binds tighter than a sign before it.
func evaluate(expr string) (Seconds, error) {
	c := calculator{rest: expr}
	v, err := c.sum()
	if err != nil {
		return Seconds{}, err
	}
	if c.next() != "" {
		return Seconds{}, errSyntax
	}
	return v, nil
}

// A calculator reads an expression from left to right.
type calculator struct {
	rest  string
	depth int
}

// maxNesting bounds parentheses and signs within each other.
const maxNesting = 100

// next returns the operator or the beginning of whatever comes next, without taking it.
func (c *calculator) next() string {
	c.rest = strings.TrimLeftFunc(c.rest, pytext.IsSpace)
	for _, op := range []string{"**", "//"} {
		if strings.HasPrefix(c.rest, op) {
			return op
		}
	}
	if c.rest == "" {
		return ""
	}
	return c.rest[:1]
}

// take takes one of the operators if it comes next.
func (c *calculator) take(ops ...string) (string, bool) {
	next := c.next()
	for _, op := range ops {
		if next == op {
			c.rest = c.rest[len(op):]
			return op, true
		}
	}
	return "", false
}

func (c *calculator) sum() (Seconds, error)     { return c.chain(c.product, "+", "-") }
func (c *calculator) product() (Seconds, error) { return c.chain(c.signed, "*", "/", "//", "%") }

// chain reads operands joined by operators of the same rank.
func (c *calculator) chain(operand func() (Seconds, error), ops ...string) (Seconds, error) {
	left, err := operand()
	for err == nil {
		op, ok := c.take(ops...)
		if !ok {
			break
		}
		var right Seconds
		if right, err = operand(); err == nil {
			left, err = apply(op, left, right)
		}
	}
	return left, err
}

func (c *calculator) signed() (Seconds, error) {
	if c.depth++; c.depth > maxNesting {
		return Seconds{}, errSyntax
	}
	defer func() { c.depth-- }()
	switch sign, _ := c.take("+", "-"); sign {
	case "+":
		return c.signed()
	case "-":
		v, err := c.signed()
		if err != nil {
			return v, err
		}
		return apply("-", IntSeconds(0), v)
	}
	return c.power()
}

func (c *calculator) power() (Seconds, error) {
	base, err := c.atom()
	if err != nil {
		return base, err
	}
	if _, ok := c.take("**"); !ok {
		return base, nil
	}
	exponent, err := c.signed()
	if err != nil {
		return exponent, err
	}
	return apply("**", base, exponent)
}

func (c *calculator) atom() (Seconds, error) {
	if _, ok := c.take("("); ok {
		v, err := c.sum()
		if err != nil {
			return v, err
		}
		if _, ok := c.take(")"); !ok {
			return v, errSyntax
		}
		return v, nil
	}
	return c.number()
}

// number reads an integer or a decimal fraction; single underscores may separate digits. A name here is the usual mistake.
func (c *calculator) number() (Seconds, error) {
	c.next()
	n := strings.IndexFunc(c.rest, func(r rune) bool { return r != '.' && !pytext.IsWord(r) })
	if n < 0 {
		n = len(c.rest)
	}
	word := c.rest[:n]
	c.rest = c.rest[n:]
	plain := strings.ReplaceAll(word, "_", "")
	switch {
	case word == "" || word == ".":
		return Seconds{}, errSyntax
	case strings.Trim(plain, "0123456789.") != "":
		if !isDigit(word[0]) && word[0] != '.' {
			return Seconds{}, fmt.Errorf("name %s is not defined", pickle.Repr(word))
		}
		return Seconds{}, errSyntax
	case misplacedUnderscore(word):
		return Seconds{}, errSyntax
	case strings.Contains(plain, "."):
		f, err := strconv.ParseFloat(plain, 64)
		if err != nil {
			return Seconds{}, errSyntax
		}
		return FloatSeconds(f), nil
	case plain[0] == '0' && strings.Trim(plain, "0") != "":
		return Seconds{}, fmt.Errorf("leading zeros in decimal integer literals are not permitted: %s", word)
	}
	i, err := strconv.ParseInt(plain, 10, 64)
	if err != nil {
		return Seconds{}, errRange
	}
	return IntSeconds(i), nil
}

func misplacedUnderscore(word string) bool {
	return strings.Contains(word, "__") || strings.Contains(word, "_.") || strings.Contains(word, "._") ||
		strings.HasPrefix(word, "_") || strings.HasSuffix(word, "_")
}

func apply(op string, a, b Seconds) (Seconds, error) {
	if op == "/" || !a.IsInt() || !b.IsInt() || op == "**" && b.integer < 0 {
		return applyFloat(op, a.Float64(), b.Float64())
	}
	return applyInt(op, a.integer, b.integer)
}

func applyFloat(op string, a, b float64) (Seconds, error) {
	var v float64
	switch op {
	case "+":
		v = a + b
	case "-":
		v = a - b
	case "*":
		v = a * b
	case "**":
		v = math.Pow(a, b)
	default:
		if b == 0 {
			return Seconds{}, errDivision
		}
		switch op {
		case "/":
			v = a / b
		case "//":
			v = math.Floor(a / b)
		default:
			v = a - b*math.Floor(a/b)
		}
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Seconds{}, errRange
	}
	return FloatSeconds(v), nil
}

func applyInt(op string, a, b int64) (Seconds, error) {
	v, ok := int64(0), true
	switch op {
	case "+":
		v = a + b
		ok = (v > a) == (b > 0)
	case "-":
		v = a - b
		ok = (v < a) == (b > 0)
	case "*":
		v, ok = multiply(a, b)
	case "**":
		v, ok = power(a, b)
	default:
		if b == 0 {
			return Seconds{}, errDivision
		}
		quotient, remainder := a/b, a%b
		if remainder != 0 && (remainder < 0) != (b < 0) {
			quotient, remainder = quotient-1, remainder+b
		}
		v = quotient
		if op == "%" {
			v = remainder
		}
	}
	if !ok {
		return Seconds{}, errRange
	}
	return IntSeconds(v), nil
}

func multiply(a, b int64) (int64, bool) {
	high, low := bits.Mul64(magnitude(a), magnitude(b))
	if high != 0 || low > math.MaxInt64 {
		return 0, false
	}
	return a * b, true
}

func magnitude(a int64) uint64 {
	if a < 0 {
		return -uint64(a)
	}
	return uint64(a)
}

// power raises by repeated multiplication; a result that fits takes at most 63 steps unless the base is 0, 1 or -1.
func power(a, n int64) (int64, bool) {
	switch {
	case a == 0 && n > 0:
		return 0, true
	case a == 1:
		return 1, true
	case a == -1:
		return 1 - 2*(n&1), true
	case n > 63:
		return 0, false
	}
	v, ok := int64(1), true
	for ; n > 0 && ok; n-- {
		v, ok = multiply(v, a)
	}
	return v, ok
}
