package config

import (
	"fmt"

	"gaol/internal/config/pytext"
)

// ParseInt reads an integer as configuration files may write it: white space around it, a sign, leading zeros and single
// underscores between digits are allowed.
func ParseInt(text string) (int, error) {
	v, ok := pytext.Int(text)
	if !ok {
		return 0, fmt.Errorf("%q is no integer; write digits only", text)
	}
	n, ok := v.(int64)
	if !ok {
		return 0, fmt.Errorf("%q is too large", text)
	}
	return int(n), nil
}
