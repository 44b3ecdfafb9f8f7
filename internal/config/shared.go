package config

import (
	"sync"

	"gaol/internal/config/layers"
	"gaol/internal/config/omap"
)

// A shared is what jails have in common. A thousand jails with one filter mostly use it in the same way, and it is worked out once:
// the outcome holds for every jail that gives the same parameters and the same answers to what the filter asks of it. From the second
// jail on it is written down what that is.
type shared struct {
	mu   sync.Mutex // guards all below, and filterUse.again
	uses map[*layers.Set]*usesOfFile

	outlines outlines // of actions
	sights   sights   // of log files
}

type usesOfFile struct {
	jails int // so far
	kept  []*filterUse
}

// maxKept bounds what is searched for an outcome to share.
const maxKept = 16

// A filterUse is what came of a filter for its first evaluation, before all of the jail is read. Nobody changes it.
type filterUse struct {
	params    *Params
	from      *layers.Entry // of params; another jail's are written elsewhere
	asked     *answers
	init      *texts
	cache     *omap.Map[meaning]
	published *published
	again     []*secondUse
}

// A secondUse is what came of the second evaluation.
type secondUse struct {
	asked       *answers
	known, init *texts
	options     *settings
}

// answers are what a jail said when it was asked for values, by name.
type answers = omap.Map[answer]

type answer struct {
	setting setting
	found   bool
}

// ask looks a value up in jail and notes the answer, if there is a place to.
func ask(notes *answers, jail *settings, name string) (setting, bool) {
	s, ok := jail.Get(name)
	if notes != nil {
		notes.Set(name, answer{s, ok})
	}
	return s, ok
}

// givenBy reports whether jail would answer the same.
func givenBy(notes *answers, jail *settings) bool {
	for name, a := range notes.All() {
		if !a.is(jail, name) {
			return false
		}
	}
	return true
}

// is reports whether a is what jail says of name.
func (a answer) is(jail *settings, name string) bool {
	s, ok := jail.Get(name)
	return ok == a.found && s.value == a.setting.value && s.from == a.setting.from
}

// find returns how jails before used the filter, if it is the way in which this one does; else whether to keep what comes of it.
func (h *shared) find(f *definition, jail *settings) (found *filterUse, keep bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.uses == nil {
		h.uses = map[*layers.Set]*usesOfFile{}
	}
	u := h.uses[f.set]
	if u == nil {
		u = &usesOfFile{}
		h.uses[f.set] = u
	}
	u.jails++
	for _, use := range u.kept {
		if sameParams(use.params, f.params) && givenBy(use.asked, jail) {
			return use, false
		}
	}
	return nil, u.jails > 1 && len(u.kept) < maxKept
}

func (h *shared) keep(f *definition, use *filterUse) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.uses[f.set].kept = append(h.uses[f.set].kept, use)
}

func (h *shared) findAgain(use *filterUse, jail *settings) *secondUse {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, again := range use.again {
		if givenBy(again.asked, jail) {
			return again
		}
	}
	return nil
}

func (h *shared) keepAgain(use *filterUse, again *secondUse) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(use.again) < maxKept {
		use.again = append(use.again, again)
	}
}

func sameParams(a, b *Params) bool {
	if a.Len() != b.Len() {
		return false
	}
	for i := range a.Len() {
		name, v := a.At(i)
		if other, w := b.At(i); name != other || *v != *w {
			return false
		}
	}
	return true
}

// resume puts f where use left off.
func (f *definition) resume(use *filterUse) {
	f.init, f.cache = use.init.Clone(), use.cache.Clone()
	for i := range f.init.Len() {
		if _, t := f.init.At(i); t.from == use.from {
			t.from = f.from
		}
	}
}

// optionsFor returns the options for a jail whose parameters are written at from.
func (a *secondUse) optionsFor(use *filterUse, from *layers.Entry) *settings {
	options := a.options.Clone()
	for i := range options.Len() {
		if _, s := options.At(i); s.from == use.from {
			s.from = from
		}
	}
	return options
}
