package config

import "strings"

// nearest returns the option whose name is so like name that a slip of the pen is likely, or "". Short names need to be
// nearer than long ones.
func nearest(name string, known []option) string {
	best, bestDistance := "", 3
	for _, o := range known {
		limit := 2
		if len(o.name) < 6 {
			limit = 1
		}
		d := distance(plainName(name), plainName(o.name))
		if strings.TrimSuffix(plainName(name), "s") == strings.TrimSuffix(plainName(o.name), "s") || pluralOf(name, o.name) {
			d = 0
		}
		if d <= limit && d < bestDistance {
			best, bestDistance = o.name, d
		}
	}
	return best
}

// plainName leaves out what people put between words.
func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("-_. ", r) {
			return -1
		}
		return r
	}, s)
}

// pluralOf knows maxretries for maxretry and matches for match.
func pluralOf(a, b string) bool {
	return strings.TrimSuffix(a, "ies")+"y" == b || strings.TrimSuffix(a, "es") == b || strings.TrimSuffix(b, "es") == a ||
		a+"d" == b
}

// distance counts the letters to insert, drop, change or swap with a neighbour.
func distance(a, b string) int {
	before, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := prev[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(prev[j]+1, row[j-1]+1, change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, prev, row = prev, row, before
	}
	return prev[len(b)]
}
