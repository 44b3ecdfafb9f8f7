package action

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gaol/internal/addr"
	"gaol/internal/config"
)

// Properties are an action's parameters in the order in which they were first set: commands ("actionban"), flags
// ("norestored") and free parameters ("port", "blocktype?family=inet6"). Values are strings or bools. The zero Properties is
// empty and ready; it is not safe for concurrent use.
type Properties struct {
	names  []string
	values map[string]any
}

// NewProperties returns properties made of name, value pairs; it is for tests and tables.
func NewProperties(pairs ...string) *Properties {
	p := new(Properties)
	for i := 0; i+1 < len(pairs); i += 2 {
		p.Set(pairs[i], pairs[i+1])
	}
	return p
}

// Set gives name a value: a string or a bool. A name that is there keeps its place.
func (p *Properties) Set(name string, value any) {
	if p.values == nil {
		p.values = make(map[string]any)
	}
	if _, known := p.values[name]; !known {
		p.names = append(p.names, name)
	}
	p.values[name] = value
}

// Get returns the value of name and whether it is set.
func (p *Properties) Get(name string) (any, bool) {
	v, ok := p.values[name]
	return v, ok
}

// Names returns the names in order.
func (p *Properties) Names() []string { return slices.Clone(p.names) }

// Clone returns an independent copy.
func (p *Properties) Clone() *Properties {
	c := &Properties{names: slices.Clone(p.names), values: make(map[string]any, len(p.values))}
	for k, v := range p.values {
		c.values[k] = v
	}
	return c
}

// Equal reports whether p and q have the same names with the same values; order does not matter.
func (p *Properties) Equal(q *Properties) bool {
	if len(p.values) != len(q.values) {
		return false
	}
	for k, v := range p.values {
		if w, ok := q.values[k]; !ok || v != w {
			return false
		}
	}
	return true
}

// Text returns the value of name for the family f as text: that of "name?family=f" if there is one, else that of name. An
// absent name is "".
func (p *Properties) Text(name string, f addr.Family) string {
	s, _ := p.lookup(name, f)
	return s
}

func (p *Properties) lookup(name string, f addr.Family) (string, bool) {
	if f != addr.None {
		if v, ok := p.values[name+"?family="+string(f)]; ok {
			return text(v), true
		}
	}
	v, ok := p.values[name]
	return text(v), ok
}

func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		if v {
			return "True"
		}
		return "False"
	}
	return fmt.Sprint(v)
}

// Flag returns the value of a yes-or-no parameter, and missing where it is not set or empty.
func (p *Properties) Flag(name string, missing bool) bool {
	switch v := p.values[name].(type) {
	case bool:
		return v
	case string:
		if v == "" {
			return missing
		}
		return config.ParseBool(v)
	}
	return missing
}

// Conditional reports whether any parameter has a variant for one address family. Such an action has an environment per
// family.
func (p *Properties) Conditional() bool {
	return slices.ContainsFunc(p.names, func(n string) bool { return strings.Contains(n, "?family=") })
}

// DefaultTimeout bounds one command where the action gives no timeout.
const DefaultTimeout = 60 * time.Second

// Timeout returns how long one command may take: the parameter timeout, a time expression such as 60, 2m or 1h 30m.
func (p *Properties) Timeout() time.Duration {
	t, err := config.ParseDuration(p.Text("timeout", addr.None))
	if n := t.Float64(); err == nil && n > 0 && n < 1e9 {
		return time.Duration(n * float64(time.Second))
	}
	return DefaultTimeout
}
