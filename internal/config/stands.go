package config

import "strings"

// standsFor reports whether a filter that was evaluated for some options of a jail comes to the same for all of them, so that it need not
// be evaluated again. It does so where no answer that it had changes, none that it might have had is given now, and the replacing of tags
// was plain: then the values of the table are replaced by the same texts in the same order, whether these are free ones, as at first, or
// looked up. Most filters are of that kind. In doubt the answer is no.
func (d *definition) standsFor(jail *settings) bool {
	return d.atOnce && d.init.Len() == 0 && d.view.Exists() && d.paramsStand() &&
		d.tableStands(jail) && d.answersStand(jail) && d.freeStands(jail)
}

// paramsStand reports whether no parameter is an option of the filter, or is found under another name than its own.
func (d *definition) paramsStand() bool {
	for name := range d.params.All() {
		if _, known := find(d.table, name); known {
			return false
		}
	}
	return d.vars.lower == nil
}

// tableStands reports whether the jail has none of the filter's options itself, which would then be left out.
func (d *definition) tableStands(jail *settings) bool {
	for _, o := range d.table {
		if d.known.Has(o.name) && jail.Has(o.name) {
			return false
		}
	}
	return true
}

// answersStand reports whether the jail would answer again what it did. What it says of the table does not matter: an option that the
// filter lacks is left out if the jail has it now.
func (d *definition) answersStand(jail *settings) bool {
	for name, a := range d.asked.All() {
		if _, known := find(d.table, name); !known && !a.is(jail, name) {
			return false
		}
	}
	return true
}

// freeStands reports whether neither brackets nor the jail say anything of what the free values refer to, nor the jail of these themselves.
func (d *definition) freeStands(jail *settings) bool {
	for name := range d.refers.All() {
		if d.params.Has(name) || jail.Has(name) {
			return false
		}
	}
	for name := range d.free.All() {
		if strings.Contains(name, "/") || jail.Has(name) && !d.params.Has(name) {
			return false
		}
	}
	return true
}
