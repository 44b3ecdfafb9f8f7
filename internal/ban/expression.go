package ban

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// Expressions are Python's, as far as a ban time needs them: arithmetic, comparisons, conditions, lists, and the functions
// in names.go. Starlark evaluates them: it can reach nothing outside, and its steps are counted.

// maxSteps bounds the work of one evaluation; the documented formulas take about twenty.
const maxSteps = 10_000

// A number is a value that remembers whether Python would call it an int.
type number struct {
	value float64
	whole bool
}

// variables are what an expression can ask for: ban.Time, ban.Count and banFactor.
type variables struct {
	time   float64
	count  int
	factor number
}

// An expression is a compiled formula. It is immutable.
type expression struct {
	run *starlark.Function
}

// compile checks text, in which names from words may stand. Names and syntax are checked here, what depends on values only
// when it is evaluated.
func compile(text string, words []string) (*expression, error) {
	tokens, err := tokenize(text)
	if err != nil {
		return nil, err
	}
	if err := checkNames(tokens, words); err != nil {
		return nil, err
	}
	tokens, err = rewritePowers(tokens)
	if err != nil {
		return nil, err
	}
	// The variables are parameters, so that one compiled function serves all values.
	source := "lambda ban, banFactor: (" + strings.Join(tokens, " ") + ")"
	thread := &starlark.Thread{Name: "compile"}
	made, err := starlark.EvalOptions(dialect, thread, "expression", source, functions.Get())
	if err != nil {
		return nil, plainError(err)
	}
	return &expression{run: made.(*starlark.Function)}, nil // nothing else: brackets balance, so all of text is the body
}

func (e *expression) eval(v variables, rnd func() float64) (number, error) {
	thread := &starlark.Thread{Name: "ban time"}
	thread.SetMaxExecutionSteps(maxSteps)
	thread.SetLocal(randomKey, rnd)
	ban := starlarkstruct.FromStringDict(starlark.String("ban"), starlark.StringDict{
		"Time":  value(number{v.time, v.time == math.Trunc(v.time)}),
		"Count": starlark.MakeInt(v.count),
	})
	result, err := starlark.Call(thread, e.run, starlark.Tuple{ban, value(v.factor)}, nil)
	if err != nil {
		return number{}, plainError(err)
	}
	return toNumber(result)
}

func value(n number) starlark.Value {
	if n.whole && math.Abs(n.value) < 1<<53 {
		return starlark.MakeInt64(int64(n.value))
	}
	return starlark.Float(n.value)
}

func toNumber(v starlark.Value) (n number, err error) {
	switch v := v.(type) {
	case starlark.Int:
		n = number{float64(v.Float()), true}
	case starlark.Float:
		n = number{float64(v), false}
	case starlark.Bool: // Python's are numbers
		n.whole = true
		if v {
			n.value = 1
		}
	default:
		return number{}, fmt.Errorf("gives a %s, not a number", v.Type())
	}
	if math.IsInf(n.value, 0) || math.IsNaN(n.value) {
		return number{}, fmt.Errorf("gives %v, not a finite number", n.value)
	}
	return n, nil
}

// plainError cuts Starlark's position, which counts in the rewritten text, and its stack.
func plainError(err error) error {
	text := err.Error()
	if rest, ok := strings.CutPrefix(text, "expression:"); ok {
		if _, message, ok := strings.Cut(rest, ": "); ok {
			text = message
		}
	}
	return errors.New(text)
}
