package file

// A Glob stub.
type Glob struct{}

func (g *Glob) scan() {}
