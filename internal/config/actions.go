package config

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"gaol/internal/config/layers"
	"gaol/internal/config/omap"
	"gaol/internal/config/pytext"
	"gaol/internal/pickle"
)

// An actionUse is one item of a jail's action list.
type actionUse struct {
	name   string // within the jail
	file   string
	params *Params
	from   *layers.Entry // of the item
	def    *definition   // nil for an action in Python

	outline *outline // of def, shared with other jails or, once pairs was called, its own
}

const pythonSuffix = ".py"

// readActions reads the action files that the jail names.
func (d *draft) readActions() error {
	list, _ := d.opts.Get("action")
	for _, item := range d.reader.desk.splitter.split(textOf(d.opts, "action")) {
		item = pytext.Strip(item)
		use, err := d.readAction(item, &layers.Entry{Raw: item, Origin: list.from.At()})
		if err != nil {
			return inAction(item, err)
		}
		d.actions = append(d.actions, use)
	}
	if len(d.actions) == 0 {
		d.reader.log.add(jailLog, Warning, "No actions were defined for "+d.jail.Name)
	}
	return nil
}

// inAction says in which action a fatal error occurred.
func inAction(item string, err error) error {
	var p *problem
	if errors.As(err, &p) {
		return err
	}
	why := err.Error()
	var bad *layers.InterpolationError
	if errors.As(err, &bad) && strings.HasPrefix(why, "argument of type") {
		why = fmt.Sprintf("TypeError(%s)", pickle.Repr(why))
	}
	return fmt.Errorf("Error in action definition %s: %w", pickle.Repr(item), &rephrased{why, err})
}

// A rephrased is an error with another text.
type rephrased struct {
	text string
	err  error
}

func (e *rephrased) Error() string { return e.text }
func (e *rephrased) Unwrap() error { return e.err }

func (d *draft) readAction(item string, from *layers.Entry) (*actionUse, error) {
	name, params, err := ParseDefinition(item)
	if err != nil {
		return nil, &problem{
			text: fmt.Sprintf("Invalid action definition %s: %s", pickle.Repr(item), err), at: from.Origin, hint: bracketHint,
		}
	}
	use := &actionUse{file: name, params: params, from: from}
	if strings.HasSuffix(name, pythonSuffix) {
		use.name = strings.TrimSuffix(name, pythonSuffix)
		if path.Base(name) == pythonSuffix { // which is a name without extension
			use.name = name
		}
		if given, ok := params.Get("actname"); ok {
			use.name = given
			params.Delete("actname")
		}
		return use, nil
	}
	use.implyNames(d.jail.Name)
	set, err := d.reader.load(base("action.d", name))
	if err != nil {
		return nil, err
	}
	if set == nil {
		return nil, &problem{
			text: "Unable to read action " + pickle.Repr(name), at: from.Origin,
			hint: fmt.Sprintf("create action.d/%s.conf, or name an action that is there", name),
		}
	}
	use.def = &definition{reader: d.reader, set: set, file: name, table: actionOptions, params: params, from: from, cache: &omap.Map[meaning]{}}
	if use.outline = d.reader.shared.outlines.of(use.def, d.opts); use.outline != nil {
		return use, nil
	}
	return use, use.def.evaluate(d.opts, &texts{})
}

// pairs returns what is sent of an action, pairs of name and value.
func (u *actionUse) pairs() ([]any, error) {
	if u.outline == nil {
		all := blank(&u.def.reader.desk.all)
		if err := u.def.combine(all, nil, serverTags...); err != nil {
			return nil, err
		}
		u.outline = u.def.outline(all, false)
	}
	return u.outline.fill(u.def.reader.desk, u.params), nil
}

// implyNames sets the parameters name and actname where they are not given. An action that bears another name than its jail
// has that name in its actname, so that a jail can use one file twice.
func (u *actionUse) implyNames(jail string) {
	name, ok := u.params.Get("name")
	if !ok {
		name = jail
		u.params.Set("name", name)
	}
	act, ok := u.params.Get("actname")
	if !ok {
		act = u.file
		switch rest, extends := strings.CutPrefix(name, jail); {
		case extends:
			act += rest
		default:
			act += "-" + name
		}
		u.params.Set("actname", act)
	}
	u.name = act
}
