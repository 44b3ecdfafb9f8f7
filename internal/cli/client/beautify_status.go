package client

import (
	"strings"

	"gaol/internal/pickle"
)

// A node is a line of a status tree: a name, and either a value or a subtree.
type node struct {
	name    string
	words   []string // of the value; they stand in one line
	members []node
}

// statusText prints the answer to status: of the server, of all jails, or of one.
func statusText(cmd []string, value any, rich bool) (string, bool) {
	if len(cmd) > 1 && cmd[1] != "--all" {
		if s, ok := oneJailTable(cmd[1], value, rich); ok {
			return s, true
		}
		members, ok := jailNodes(value)
		return tree("Status for the jail: "+cmd[1], members), ok
	}
	if jails, ok := lastOf(value).(*pickle.Dict); ok && jails.Len() > 0 {
		if s, ok := statisticsTable(jails, rich); ok {
			return s, true
		}
	}
	members, ok := serverNodes(value)
	return tree("Status", members), ok
}

// lastOf returns the last member of a list, and anything else as it is: the flavour stats puts its dict there.
func lastOf(v any) any {
	if list, ok := items(v); ok && len(list) > 0 {
		return list[len(list)-1]
	}
	return v
}

// serverNodes takes pairs of name and value, and behind them, for --all, a dict of the jails.
func serverNodes(v any) ([]node, bool) {
	list, ok := items(v)
	if !ok {
		return nil, false
	}
	var members []node
	for _, item := range list {
		if jails, isDict := item.(*pickle.Dict); isDict {
			all, ok := allJailNodes(jails)
			if !ok {
				return nil, false
			}
			members = append(members, all...)
			continue
		}
		n, ok := leaf(item)
		if !ok {
			return nil, false
		}
		members = append(members, n)
	}
	return members, true
}

// allJailNodes returns the branch that holds all jails, none if there is no jail.
func allJailNodes(jails *pickle.Dict) ([]node, bool) {
	if jails.Len() == 0 {
		return nil, true
	}
	all := node{name: "Status for the jails:"}
	for name, status := range jails.All() {
		members, ok := jailNodes(status)
		if !ok {
			return nil, false
		}
		all.members = append(all.members, node{name: "Jail: " + pickle.Str(name), members: members})
	}
	return []node{all}, true
}

// jailNodes takes pairs of a part's name and its list of pairs.
func jailNodes(v any) ([]node, bool) {
	parts, ok := items(v)
	if !ok {
		return nil, false
	}
	members := make([]node, len(parts))
	for i, part := range parts {
		name, inside, ok := pair(part)
		list, isList := items(inside)
		if !ok || !isList {
			return nil, false
		}
		members[i].name = name
		for _, item := range list {
			n, ok := leaf(item)
			if !ok {
				return nil, false
			}
			members[i].members = append(members[i].members, n)
		}
	}
	return members, true
}

// leaf makes a node of a pair of name and value.
func leaf(v any) (node, bool) {
	name, value, ok := pair(v)
	words, isList := printed(value)
	if !isList {
		words = []string{pickle.Str(value)}
	}
	return node{name: name, words: words}, ok
}

func pair(v any) (name string, value any, ok bool) {
	p, isList := items(v)
	if !isList || len(p) != 2 {
		return "", nil, false
	}
	name, ok = p[0].(string)
	return name, p[1], ok
}

// tree draws a heading and what is below it.
func tree(heading string, members []node) string {
	var b strings.Builder
	b.Grow(len(heading) + drawnSize(members))
	b.WriteString(heading)
	draw(&b, "", members)
	return b.String()
}

// drawnSize is about how long a drawing gets; a list of addresses can make one line of a megabyte.
func drawnSize(members []node) int {
	size := 0
	for _, n := range members {
		size += len(n.name) + 20 + drawnSize(n.members)
		for _, w := range n.words {
			size += len(w) + 1
		}
	}
	return size
}

func draw(b *strings.Builder, indent string, members []node) {
	for i, n := range members {
		last := i == len(members)-1
		b.WriteString("\n" + indent + branch(last) + "- " + n.name)
		drawWords(b, n.words)
		below := "|  "
		if last {
			below = "   "
		}
		draw(b, indent+below, n.members)
	}
}

// drawWords writes the value of a leaf; a node with a subtree has none.
func drawWords(b *strings.Builder, words []string) {
	if words == nil {
		return
	}
	b.WriteString(":\t")
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(w)
	}
}
