package ban

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
)

// Settings say how long bans of a jail last and how they grow for those who come back.
type Settings struct {
	BanTime   float64 // seconds of a first ban; ticket.Forever for no end
	Increment bool    // whether later bans are longer; the rest matters only then
	// Factor and Formula are expressions in Python's notation ("2.0 / 2.885385"), Multipliers is a list of whole numbers
	// ("1 5 30"). All may be empty.
	Factor, Formula, Multipliers string
	MaxTime                      float64 // seconds that no increment exceeds; 0 or NaN for no limit
	RndTime                      float64 // up to so many seconds are added at random, beyond MaxTime too; 0 or NaN for none
	OverAllJails                 bool    // earlier bans in all jails count, not just in this one
}

// maxDoublings bounds the growth of the default formula: beyond it only a million times the ban time.
const maxDoublings = 20

// An Increment computes the ban times of those who come back. It is immutable.
type Increment struct {
	factor      number
	formula     *expression // nil: double each time
	multipliers []float64   // if any, they take the place of the formula
	maxTime     float64     // 0: none
	rndTime     float64
}

// Compile checks the expressions and returns what computes with them. Errors name the option.
func (s Settings) Compile() (*Increment, error) {
	i := &Increment{factor: number{value: 1, whole: true}, maxTime: unsetNaN(s.MaxTime), rndTime: unsetNaN(s.RndTime)}
	var err error
	if s.Factor != "" {
		if i.factor, err = evalFactor(s.Factor); err != nil {
			return nil, fmt.Errorf("bantime.factor %q: %w", s.Factor, err)
		}
	}
	if i.multipliers, err = parseMultipliers(s.Multipliers); err != nil {
		return nil, fmt.Errorf("bantime.multipliers %q: %w", s.Multipliers, err)
	}
	if strings.TrimSpace(s.Formula) == "" {
		return i, nil
	}
	if i.formula, err = compile(s.Formula, formulaWords); err != nil {
		return nil, fmt.Errorf("bantime.formula %q: %w", s.Formula, err)
	}
	// Some mistakes, such as a misspelt ban.Count, show only when computed: better now than at the first ban.
	if _, err := i.grow(600, 1, rand.Float64); err != nil {
		return nil, fmt.Errorf("bantime.formula %q: %w", s.Formula, err)
	}
	return i, nil
}

func unsetNaN(f float64) float64 {
	if math.IsNaN(f) {
		return 0
	}
	return f
}

func evalFactor(text string) (number, error) {
	e, err := compile(text, factorWords)
	if err != nil {
		return number{}, err
	}
	return e.eval(variables{}, rand.Float64)
}

func parseMultipliers(text string) ([]float64, error) {
	var m []float64
	for _, word := range strings.Fields(text) {
		n, err := strconv.Atoi(word)
		if err != nil {
			return nil, fmt.Errorf("%q is no whole number; write for instance 1 5 30", word)
		}
		m = append(m, float64(n))
	}
	return m, nil
}

// Next returns the ban time in seconds, fractions included, for somebody who was banned count times before and whose ban
// would last base seconds; rnd gives random numbers in [0,1). A base without end stays so. Whoever was never banned gets
// plain base from the caller: a first ban is neither capped nor randomised.
//
// An error means that the formula cannot be computed for these values; the caller falls back to base.
func (i *Increment) Next(base float64, count int, rnd func() float64) (float64, error) {
	if base < 0 {
		return base, nil
	}
	v, err := i.grow(base, max(0, count), rnd)
	if err != nil {
		return base, err
	}
	if i.maxTime != 0 {
		v = min(v, i.maxTime)
	}
	if i.rndTime != 0 {
		v += rnd() * i.rndTime
	}
	return v, nil
}

func (i *Increment) grow(base float64, count int, rnd func() float64) (float64, error) {
	switch {
	case len(i.multipliers) > 0:
		// Unlike a formula, multipliers may go below base.
		return base * i.factor.value * i.multipliers[min(count, len(i.multipliers)-1)], nil
	case i.formula != nil:
		n, err := i.formula.eval(variables{time: base, count: count, factor: i.factor}, rnd)
		return max(base, n.value), err
	}
	return max(base, base*math.Ldexp(1, min(count, maxDoublings))*i.factor.value), nil
}

// Weight returns for how many failures a failure of somebody banned count times before stands: 2, 3, 5, 9 and so on, never
// more than maxRetry.
func Weight(count, maxRetry int) float64 {
	return min(math.Ldexp(1, min(count, maxDoublings))/2+1, float64(maxRetry))
}
