package pyre

// literals are texts of which every match of a pattern contains one.
type literals struct{}

func requiredLiterals(*node) literals { return literals{} }
