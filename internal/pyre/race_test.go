//go:build race

package pyre

// slowdown is how much longer than usual a search may take: the race detector looks at every access to memory.
const slowdown = 20
