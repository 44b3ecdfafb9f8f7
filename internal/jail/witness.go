package jail

import (
	"context"
	"log/slog"
	"net/netip"
	"slices"
	"sync"
	"time"

	"gaol/internal/filter"
	"gaol/internal/ticket"
)

// A witness is a filter that has seen some lines, and what it found in the latest of them. Jails that judge alike hold one witness, so
// that a line is looked at once for all of them.
//
// The rule: of the jails that are handed a batch together, those whose witnesses would find the same, because they go by the same terms
// and have the same past, hold one afterwards. Whoever holds a witness that others need as it is now gets a copy before it sees anything
// more. So a jail that pauses, begins elsewhere or is set otherwise goes its own way, and nobody else notices.
type witness struct {
	terms
	past   past
	filter *filter.Filter
	env    filter.Env // the jails' own, the filter has another

	now    ticket.Unix     // when the present batch came
	found  []finding       // in it, less what the jails have been given
	take   func([]finding) // has them take what was found before the end of the batch
	given  []finding       // what they may be taking now
	takes  sync.WaitGroup  // does
	scribe scribe          // lays out what they say

	holders holders
}

// terms are what a filter's findings depend on, beside the lines that it has seen.
type terms struct {
	program  *filter.Program
	findTime float64
}

func (t terms) equal(o terms) bool { return t.findTime == o.findTime && t.program.Same(o.program) }

func (p *Plan) terms() terms { return terms{p.program, p.Settings.FindTime.Float64()} }

// A past stands for all that a filter has been through. Two filters with equal pasts are in the same state.
type past struct {
	batch *mark             // the latest one, nil before the first
	since []*filter.Program // those that were put in force later, in order
}

// A mark is as good as the batch that it stands for: no two are the same. (Values without size might be.)
type mark struct{ _ byte }

func (p *past) equal(q *past) bool {
	return p.batch == q.batch && slices.EqualFunc(p.since, q.since, (*filter.Program).Same)
}

// enough is how many findings are given to the jails though the batch is not through. They take them while the filter goes on.
const enough = 256

// A finding is a failure, or something else that a filter says about a line.
type finding struct {
	failure *ticket.Failure // several jails look at it, so nobody may change it
	text    []byte          // what they say of it, if they do
	remark  *slog.Record
	ofJail  bool // the remark begins with the name of the jail
}

func newWitness(t terms, env filter.Env) *witness {
	w := &witness{terms: t, env: env, holders: holders{n: 1}}
	w.filter = filter.NewFilter(t.program, w.surroundings())
	return w
}

// surroundings make a filter's remarks findings, so that every jail can say them, each in its place among the failures.
func (w *witness) surroundings() filter.Env {
	env := w.env
	env.Jail, env.Log, env.FindTime = "any", slog.New(remarks{w, false}), func() float64 { return w.findTime }
	if env.Resolve != nil {
		env.Resolve = w
	}
	return env
}

// like reports whether w and v would find the same in the same lines.
func (w *witness) like(v *witness) bool {
	return w == v || w.past.equal(&v.past) && w.terms.equal(v.terms)
}

// apart returns a witness that only those hold who ask for it: so many of w's holders. It is w itself if there are no others.
func (w *witness) apart(n int) *witness {
	own := w
	w.holders.part(n, func() {
		own = &witness{terms: w.terms, past: w.past, env: w.env, holders: holders{n: n}}
		own.filter = w.filter.Clone(own.surroundings())
	})
	return own
}

// turn returns the witness of one of w's holders that goes by t from now on.
func (w *witness) turn(t terms) *witness {
	switch {
	case w.terms.equal(t):
		return w
	case w.past.batch == nil:
		w.holders.leave()
		return newWitness(t, w.env)
	}
	w = w.apart(1)
	if w.program != t.program {
		w.filter.Reconfigure(t.program)
		w.past.since = append(slices.Clip(w.past.since), t.program)
	}
	w.terms = t
	return w
}

// look finds what there is in b, whose dates are ahead by shift. What it has found in the end is in w.found. What comes before that it has
// taken, if it is much or may have to wait.
func (w *witness) look(b *ticket.Batch, shift ticket.Unix, take func([]finding)) filter.Tally {
	w.take, w.now = take, w.env.Now()
	w.filter.Shift(shift)
	t := w.filter.Process(b, w.saw)
	w.takes.Wait()
	w.past, w.take = past{batch: new(mark)}, nil
	return t
}

// saw notes a failure.
func (w *witness) saw(f *ticket.Failure) error {
	if f.Time > w.now { // which was a moment ago
		f.Time = min(f.Time, w.env.Now())
	}
	w.found = append(w.found, finding{failure: f})
	if len(w.found) >= enough {
		w.give()
	}
	return nil
}

// give has the jails take what has been found so far, after what they were given before.
func (w *witness) give() {
	w.takes.Wait()
	w.found, w.given = w.given, w.found
	w.filter.Turn()
	w.takes.Go(func() {
		w.take(w.given)
		w.given = emptied(w.given)
	})
}

// forget empties the list of findings, which all jails have taken.
func (w *witness) forget() {
	w.found = emptied(w.found)
	w.filter.Turn()
}

// emptied returns found without findings, for others.
func emptied(found []finding) []finding {
	clear(found)
	return found[:0]
}

// Addresses implements filter.Resolver. The name service may take its time, and whoever has failed so far is not to gain by that.
func (w *witness) Addresses(name string) []netip.Addr {
	if len(w.found) > 0 {
		w.give()
	}
	w.takes.Wait()
	return w.env.Resolve.Addresses(name)
}

// remarks is where a witness's filter logs.
type remarks struct {
	witness *witness
	ofJail  bool
}

// Enabled implements slog.Handler. Each jail's logger decides by itself.
func (remarks) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler.
func (r remarks) Handle(_ context.Context, record slog.Record) error {
	record = record.Clone()
	r.witness.found = append(r.witness.found, finding{remark: &record, ofJail: r.ofJail})
	return nil
}

// WithAttrs implements slog.Handler. The one attribute that filters add is the jail, which stands for every holder.
func (r remarks) WithAttrs([]slog.Attr) slog.Handler { return remarks{r.witness, true} }

// WithGroup implements slog.Handler.
func (r remarks) WithGroup(string) slog.Handler { return r }

// say logs a remark as the jail's own.
func (j *Jail) say(x *finding) {
	log := j.logs.lines
	if x.ofJail {
		log = j.logs.filter
	}
	if h := log.Handler(); h.Enabled(j.ctx, x.remark.Level) {
		record := x.remark.Clone()
		record.Time = time.Now()
		_ = h.Handle(j.ctx, record) // as slog itself, which has nobody to tell either
	}
}
