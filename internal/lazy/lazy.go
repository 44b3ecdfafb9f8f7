// Package lazy puts off what takes long to build until it is first needed: a client's command, which lives for milliseconds,
// would otherwise wait for the expressions and tables of the whole server.
//
// In goes how to build it, as a literal that the compiler lays out, so that even a package full of them has nothing to do when the program
// starts. Out comes what was built, always the same. Nothing is built before the first Get, and nothing twice. The values are safe for
// concurrent use and must not be copied.
package lazy

import (
	"regexp"
	"sync"
)

// A Regexp is an expression that is compiled at its first use.
type Regexp struct {
	Expr string

	once     sync.Once
	compiled *regexp.Regexp
}

// Get returns the compiled expression. It panics if Expr is none.
func (r *Regexp) Get() *regexp.Regexp {
	r.once.Do(func() { r.compiled = regexp.MustCompile(r.Expr) })
	return r.compiled
}

// A Value is what Make returns, which is called once.
type Value[T any] struct {
	Make func() T

	once sync.Once
	made T
}

// Get returns the value.
func (v *Value[T]) Get() T {
	v.once.Do(func() { v.made = v.Make() })
	return v.made
}
