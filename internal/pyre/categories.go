package pyre

// categories are the sets of the class escapes.
type categories struct {
	digit, notDigit, space, notSpace, word, notWord charset
}
