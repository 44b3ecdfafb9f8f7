// Package lazy puts off what takes long to build until it is first needed: a client's command, which lives for milliseconds,
// would otherwise wait for the expressions of the whole server.
//
// In goes what to build, out comes a function that returns it, always the same one. Nothing is built before the first call, and
// nothing twice. The functions are safe for concurrent use.
package lazy

import (
	"regexp"
	"sync"
)

// Regexp is regexp.MustCompile, put off to the first use. Calling the function panics if expr is no expression.
func Regexp(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
