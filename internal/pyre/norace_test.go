//go:build !race

package pyre

// slowdown is how much longer than usual a search may take.
const slowdown = 1
