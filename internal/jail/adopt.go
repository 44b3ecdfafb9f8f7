package jail

import (
	"context"
	"fmt"
	"slices"

	"gaol/internal/action"
)

// Adopt makes plan what the jail works by: it compares with what is in force and applies the difference. Bans, counts and
// places in files stay. Adopting the plan in force changes nothing.
func (j *Jail) Adopt(plan *Plan) error {
	j.life.Lock()
	defer j.life.Unlock()
	if err := j.takeLocked(plan); err != nil {
		return err
	}
	if j.life.state != running {
		return nil
	}
	j.adoptActions()
	j.subscribeLocked()
	return nil
}

// adoptActions starts actions that are new, replaces those whose parameters changed, stops those that are gone, and puts
// them into the plan's order. The caller holds life.
func (j *Jail) adoptActions() {
	wanted := j.life.plan.Settings.Actions
	for _, r := range j.currentRunners() {
		i := slices.IndexFunc(wanted, func(a ActionSpec) bool { return a.Name == r.spec.Name })
		if i < 0 || !j.takesOver(r, wanted[i]) {
			j.removeAction(r)
		}
	}
	for _, spec := range wanted {
		if j.runner(spec.Name) == nil {
			j.addAction(spec)
		}
	}
	j.banning.Lock()
	defer j.banning.Unlock()
	place := func(r *runner) int {
		return slices.IndexFunc(wanted, func(a ActionSpec) bool { return a.Name == r.spec.Name })
	}
	slices.SortStableFunc(j.banning.runners, func(a, b *runner) int { return place(a) - place(b) })
}

// takesOver lets a running action go on by the parameters of spec, and reports whether it does.
func (j *Jail) takesOver(r *runner, spec ActionSpec) bool {
	if r.spec.equal(spec) {
		return true
	}
	if _, live := r.act.(action.Live); !live || spec.Script != "" {
		return false
	}
	var err error
	<-r.do(func(ctx context.Context) { err = r.act.Update(ctx, spec.Props) })
	if err == nil {
		r.spec.Props = spec.Props
	}
	return err == nil
}

func (a ActionSpec) equal(b ActionSpec) bool {
	return a.Name == b.Name && a.Script == b.Script && a.Props.Equal(b.Props)
}

func (j *Jail) currentRunners() []*runner {
	j.banning.Lock()
	defer j.banning.Unlock()
	return slices.Clone(j.banning.runners)
}

// runner returns the running action called name, or nil.
func (j *Jail) runner(name string) *runner {
	for _, r := range j.currentRunners() {
		if r.spec.Name == name {
			return r
		}
	}
	return nil
}

// ReloadActions tells the actions that a reload is complete.
func (j *Jail) ReloadActions() {
	for _, r := range j.currentRunners() {
		r.do(func(ctx context.Context) {
			if err := r.act.Reload(ctx); err != nil {
				j.logs.failures.Error(fmt.Sprintf("Failed to reload jail '%s' action '%s': %v", j.Name, r.spec.Name, err))
			}
		})
	}
}

// UpdateAction gives a running action new parameters; its bans and its environment stay. The settings keep them.
func (j *Jail) UpdateAction(name string, props *action.Properties) error {
	j.life.Lock()
	defer j.life.Unlock()
	spec := j.life.plan.Settings.Action(name)
	if spec == nil {
		return fmt.Errorf("jail %s has no action %s", j.Name, name)
	}
	r := j.runner(name)
	if r == nil {
		spec.Props = props
		return nil
	}
	var err error
	<-r.do(func(ctx context.Context) { err = r.act.Update(ctx, props) })
	spec.Props = props
	if err != nil {
		// Of another kind now: a native action has been given commands of its own.
		j.removeAction(r)
		j.addAction(*spec)
		return nil
	}
	r.spec.Props = props
	return nil
}

// Invoke runs one operation of a running action and waits for it, as `set JAIL action NAME METHOD` asks for.
func (j *Jail) Invoke(name string, operation func(context.Context, action.Action) error) error {
	r := j.runner(name)
	if r == nil {
		return fmt.Errorf("action %s of jail %s is not running", name, j.Name)
	}
	var err error
	<-r.do(func(ctx context.Context) { err = operation(ctx, r.act) })
	return err
}
