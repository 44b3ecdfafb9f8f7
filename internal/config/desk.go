package config

// A desk is memory for what is forgotten at once. It serves one jail after the other, and one goroutine works at it.
type desk struct {
	substitution substitution
	splitter     splitter
	all          texts
}

func newDesk() *desk { return &desk{substitution: substitution{most: maxExpanded}} }

// texts returns room for texts, empty. What was there before is gone.
func (k *desk) texts() *texts {
	k.all.Clear()
	return &k.all
}
