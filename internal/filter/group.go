package filter

import (
	"slices"
	"strings"
)

// A role is what the name of a group means to the filter; most mean nothing to it and are just kept.
type role uint8

const (
	noRole role = iota
	roleFID
	roleIP
	roleIP4
	roleIP6
	roleDNS
	roleCIDR
	roleMLFID
	roleMLFForget
	roleMLFGained
	roleNoFail
	roleUser
	roleUsers
)

// A roleSet has a bit for each role in it.
type roleSet uint16

// bit returns the set of r alone. That of noRole says nothing.
func (r role) bit() roleSet { return 1 << r }

// askedRoles returns the roles whose texts are asked for where lines are only counted: users matter to connections, and who an address is
// does not matter, unless it may be somebody's beside another name.
func (p *Program) askedRoles() roleSet {
	asked, told := roleFID.bit(), p.roles()
	if told&roleMLFID.bit() != 0 {
		asked |= roleMLFID.bit() | roleUser.bit()
	}
	if told&roleFID.bit() != 0 {
		asked |= roleIP4.bit() | roleIP6.bit()
	}
	return asked
}

// roles returns the roles that a match may tell.
func (p *Program) roles() (told roleSet) {
	for _, r := range p.capturing() {
		for _, g := range r.groups {
			told |= g.role.bit()
		}
		for _, c := range r.combined {
			told |= c.target.role.bit()
		}
	}
	return told
}

// A group is a named group of a pattern, or the target of a combination.
type group struct {
	name  string
	role  role
	index int // number in the pattern
}

// roleGroups are the groups that have a role. Two groups with one role have one name.
var roleGroups = [...]group{
	roleFID:       {"fid", roleFID, -1},
	roleIP:        {"ip", roleIP, -1},
	roleIP4:       {"ip4", roleIP4, -1},
	roleIP6:       {"ip6", roleIP6, -1},
	roleDNS:       {"dns", roleDNS, -1},
	roleCIDR:      {"cidr", roleCIDR, -1},
	roleMLFID:     {"mlfid", roleMLFID, -1},
	roleMLFForget: {"mlfforget", roleMLFForget, -1},
	roleMLFGained: {"mlfgained", roleMLFGained, -1},
	roleNoFail:    {"nofail", roleNoFail, -1},
	roleUser:      {"user", roleUser, -1},
	roleUsers:     {"users", roleUsers, -1},
}

// newGroup returns the group called name that has the number index.
func newGroup(name string, index int) *group {
	for i := range roleGroups {
		if roleGroups[i].name == name {
			return &group{roleGroups[i].name, roleGroups[i].role, index}
		}
	}
	return &group{name: name, index: index}
}

// named reports whether g and o have the same name.
func (g *group) named(o *group) bool {
	if g == o {
		return true
	}
	if g.role != noRole || o.role != noRole {
		return g.role == o.role
	}
	return g.name == o.name
}

// A combination says that a group contributes to a value of another name: alt_user_1 supplies user where that is empty,
// tuple_user_1 becomes a part of it.
type combination struct {
	source, target *group
	tuple          bool
}

// combinations returns the combined names among groups, in the order in which they apply.
func combinations(groups []*group) []combination {
	var all []combination
	for _, g := range groups {
		target, tuple, ok := combinedName(g.name)
		if !ok {
			continue
		}
		if target == "id" {
			target = "fid"
		}
		all = append(all, combination{source: g, target: newGroup(target, -1), tuple: tuple})
	}
	slices.SortFunc(all, func(a, b combination) int { return strings.Compare(a.source.name, b.source.name) })
	return all
}

// combinedName takes apart the name of a group that stands for a part of another one: alt_NAME or tuple_NAME, perhaps with a number behind it.
func combinedName(name string) (target string, tuple, ok bool) {
	kind, target, _ := strings.Cut(name, "_")
	if target == "" || kind != "alt" && kind != "tuple" {
		return "", false, false
	}
	short := strings.TrimRight(target, "0123456789")
	if bare, numbered := strings.CutSuffix(short, "_"); numbered && bare != "" && len(short) < len(target) {
		target = bare
	}
	return target, kind == "tuple", true
}
