package ignore

import (
	"maps"
	"slices"

	"gaol/internal/addr"
)

// Alike reports whether r and o let off the same ids at the same time, for the same reasons, so that either can be asked for both. Rules
// that ask a command, a file or the name service, and those with a cache, are like no others: they may take their time, and have
// something to say.
func (r *Rules) Alike(o *Rules) bool {
	if r.self != o.self || !r.IsPlain() || !o.IsPlain() {
		return false
	}
	single, entries := r.listed()
	others, otherEntries := o.listed()
	return maps.Equal(single, others) && slices.EqualFunc(entries, otherEntries, entry.same)
}

// IsPlain reports whether r only compares addresses.
func (r *Rules) IsPlain() bool {
	_, entries := r.listed()
	return r.env.Command == nil && r.results == nil &&
		!slices.ContainsFunc(entries, func(e entry) bool { return !e.network.IsValid() })
}

// listed returns what r lists, as it is now.
func (r *Rules) listed() (single map[addr.ID]bool, entries []entry) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return maps.Clone(r.single), slices.Clone(r.entries)
}
