package ban

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"

	starlarkmath "go.starlark.net/lib/math"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"

	"gaol/internal/lazy"
)

// dialect is Starlark's plainest: no loops, no recursion.
var dialect = &syntax.FileOptions{}

// factorWords are all names that may stand free in a factor, formulaWords those in a formula. Others are refused, which also
// keeps out what Starlark offers beyond arithmetic and could be made to eat memory.
var (
	factorWords = []string{
		"math", "random", "min", "max", "int", "float", "round", "abs", "pow", "if", "else", "and", "or", "not", "True", "False",
	}
	formulaWords = []string{
		"ban", "banFactor",
		"math", "random", "min", "max", "int", "float", "round", "abs", "pow", "if", "else", "and", "or", "not", "True", "False",
	}
)

// functions are what Starlark itself does not have.
var functions = lazy.Value[starlark.StringDict]{Make: func() starlark.StringDict {
	return starlark.StringDict{
		"pow":    builtin("pow", pow), // also what a**b becomes
		"round":  builtin("round", round),
		"math":   mathModule(),
		"random": randomModule(),
	}
}}

// A function takes positional arguments only; draw gives random numbers in [0,1).
type function func(args starlark.Tuple, draw func() float64) (starlark.Value, error)

// randomKey is where an evaluating thread keeps its source of random numbers.
const randomKey = "random"

func builtin(name string, f function) *starlark.Builtin {
	call := func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, named []starlark.Tuple) (starlark.Value, error) {
		if len(named) > 0 {
			return nil, fmt.Errorf("%s: takes no named arguments", name)
		}
		v, err := f(args, t.Local(randomKey).(func() float64))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return v, nil
	}
	return starlark.NewBuiltin(name, call)
}

func checkNames(tokens, words []string) error {
	for i, t := range tokens {
		attribute := i > 0 && tokens[i-1] == "."
		if isName(t) && !attribute && !slices.Contains(words, t) {
			return fmt.Errorf("%q is not known here; an expression may use %s", t, strings.Join(words, " "))
		}
	}
	return nil
}

// mathModule is Starlark's with the functions of Python's that it lacks.
func mathModule() *starlarkstruct.Module {
	m := &starlarkstruct.Module{Name: "math", Members: starlark.StringDict{}}
	for name, v := range starlarkmath.Module.Members {
		m.Members[name] = v
	}
	for name, f := range map[string]func(float64) float64{
		"log2": math.Log2, "log10": math.Log10, "log1p": math.Log1p, "exp2": math.Exp2, "expm1": math.Expm1, "trunc": math.Trunc,
	} {
		m.Members[name] = builtin(name, func(args starlark.Tuple, _ func() float64) (starlark.Value, error) {
			x, err := floats(args, 1)
			if err != nil {
				return nil, err
			}
			return starlark.Float(f(x[0])), nil
		})
	}
	return m
}

func randomModule() *starlarkstruct.Module {
	return &starlarkstruct.Module{Name: "random", Members: starlark.StringDict{
		"random":  builtin("random", random),
		"uniform": builtin("uniform", uniform),
		"randint": builtin("randint", randint),
	}}
}

func random(args starlark.Tuple, draw func() float64) (starlark.Value, error) {
	if _, err := floats(args, 0); err != nil {
		return nil, err
	}
	return starlark.Float(draw()), nil
}

func uniform(args starlark.Tuple, draw func() float64) (starlark.Value, error) {
	x, err := floats(args, 2)
	if err != nil {
		return nil, err
	}
	return starlark.Float(x[0] + (x[1]-x[0])*draw()), nil
}

// randint gives an int from its first argument to its second, both included.
func randint(args starlark.Tuple, draw func() float64) (starlark.Value, error) {
	x, err := floats(args, 2)
	if err != nil {
		return nil, err
	}
	if x[1] < x[0] {
		return nil, fmt.Errorf("nothing between %v and %v", x[0], x[1])
	}
	return starlark.NumberToInt(starlark.Float(x[0] + math.Floor(draw()*(x[1]-x[0]+1))))
}

// floats reads exactly n numbers.
func floats(args starlark.Tuple, n int) ([]float64, error) {
	if len(args) != n {
		return nil, fmt.Errorf("got %d arguments, want %d", len(args), n)
	}
	out := make([]float64, n)
	for i, a := range args {
		f, ok := starlark.AsFloat(a)
		if !ok {
			return nil, fmt.Errorf("got a %s, want a number", a.Type())
		}
		out[i] = f
	}
	return out, nil
}

// maxPowerBits bounds what pow makes of ints. A ban time needs 40.
const maxPowerBits = 4096

func pow(args starlark.Tuple, _ func() float64) (starlark.Value, error) {
	x, err := floats(args, 2)
	if err != nil {
		return nil, err
	}
	base, ok1 := args[0].(starlark.Int)
	exponent, ok2 := args[1].(starlark.Int)
	if !ok1 || !ok2 || exponent.Sign() < 0 {
		return starlark.Float(math.Pow(x[0], x[1])), nil
	}
	n, ok := exponent.Int64()
	if !ok || n > maxPowerBits || float64(base.BigInt().BitLen())*float64(n) > maxPowerBits {
		return nil, errors.New("the result is too large")
	}
	return starlark.MakeBigInt(new(big.Int).Exp(base.BigInt(), big.NewInt(n), nil)), nil
}

// round is Python's: half to even, to an int, or with a second argument to so many digits after the point.
func round(args starlark.Tuple, _ func() float64) (starlark.Value, error) {
	if len(args) == 1 {
		x, err := floats(args, 1)
		if err != nil {
			return nil, err
		}
		return starlark.NumberToInt(starlark.Float(math.RoundToEven(x[0])))
	}
	x, err := floats(args, 2)
	if err != nil {
		return nil, err
	}
	scale := math.Pow(10, x[1])
	return starlark.Float(math.RoundToEven(x[0]*scale) / scale), nil
}
