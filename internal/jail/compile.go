package jail

import (
	"fmt"

	"gaol/internal/ban"
	"gaol/internal/config"
	"gaol/internal/failure"
	"gaol/internal/filter"
)

// A Plan is what Settings compile to: everything that can be wrong with them has been found, nothing runs yet.
type Plan struct {
	Settings  Settings
	program   *filter.Program
	increment *ban.Increment
}

// Compile checks s and prepares it. The error says which option is wrong, in the words of whoever reads it.
func Compile(s Settings) (*Plan, error) { return new(Compiler).Compile(s) }

// A Compiler makes plans of the settings of many jails; jails with equal filters share what those compile to. The zero Compiler
// is ready.
type Compiler struct{ filters filter.Compiler }

// Keep lets plans with the filter of p share its program.
func (c *Compiler) Keep(p *Plan) { c.filters.Keep(p.program) }

// Compile does what the function Compile does.
func (c *Compiler) Compile(s Settings) (*Plan, error) {
	program, err := c.filters.Compile(s.Filter)
	if err != nil {
		return nil, err
	}
	increment, err := s.ban().Compile()
	if err != nil {
		return nil, err
	}
	if err := distinctActions(s.Actions); err != nil {
		return nil, err
	}
	return &Plan{Settings: s, program: program, increment: increment}, nil
}

// Compile prepares s for the jail, with what is in force already where that is the same.
func (j *Jail) Compile(s Settings) (*Plan, error) {
	var c Compiler
	c.Keep(j.Plan())
	return c.Compile(s)
}

func distinctActions(actions []ActionSpec) error {
	seen := map[string]bool{}
	for _, a := range actions {
		if seen[a.Name] {
			return fmt.Errorf("Action %s already exists", a.Name)
		}
		seen[a.Name] = true
	}
	return nil
}

// counting returns the options of the failure table.
func (s *Settings) counting() failure.Settings {
	return failure.Settings{MaxRetry: s.MaxRetry, FindTime: s.FindTime.Float64(), MaxMatches: s.MaxMatches}
}

// ban returns the options of the ban times.
func (s *Settings) ban() ban.Settings {
	return ban.Settings{
		BanTime:      s.BanTime.Float64(),
		Increment:    s.Grows(),
		Factor:       s.Factor,
		Formula:      s.Formula,
		Multipliers:  s.Multipliers,
		MaxTime:      orZero(s.MaxTime),
		RndTime:      orZero(s.RndTime),
		OverAllJails: config.ParseBool(s.OverAll),
	}
}

func orZero(s *config.Seconds) float64 {
	if s == nil {
		return 0
	}
	return s.Float64()
}

// Program returns what the filter options compiled to.
func (p *Plan) Program() *filter.Program { return p.program }
