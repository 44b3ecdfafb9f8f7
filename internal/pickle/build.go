package pickle

import (
	"errors"
	"fmt"
)

// Parts are values under construction: unlike Go's slices they can be filled after they were remembered.
type (
	listPart struct {
		items []any
		texts []string // instead of items, if takeTexts has read them
	}
	dictPart struct{ pairs []any } // keys and values in turn
	setPart  struct {
		items  []any
		frozen bool
	}
	classPart struct{ module, name string }
	callPart  struct {
		class classPart
		args  Tuple
		state any
	}
)

// A builder makes the tree that Decode returns. It copies parts that the pickle shares, so it counts what it copies: a
// pickle of a hundred bytes can describe a tree larger than memory.
type builder struct {
	limits      Limits
	items, text int
}

func (b *builder) build(v any, depth int) (any, error) {
	if b.items++; b.items > b.limits.Items {
		return nil, fmt.Errorf("value of more than %d parts", b.limits.Items)
	}
	if depth > b.limits.Depth {
		return nil, fmt.Errorf("value nested deeper than %d levels", b.limits.Depth)
	}
	switch v := v.(type) {
	case string:
		return v, b.count(len(v))
	case []byte:
		return v, b.count(len(v))
	case Tuple:
		items, err := b.all(v, depth)
		return Tuple(items), err
	case *listPart:
		if v.texts != nil {
			return v.texts, b.texts(v.texts, depth)
		}
		return b.all(v.items, depth)
	case *dictPart:
		return b.dict(v.pairs, depth)
	case *setPart:
		return b.set(v.items, v.frozen, depth)
	case classPart:
		return v.object(nil), b.count(len(v.module) + len(v.name))
	case *callPart:
		return b.call(v, depth)
	}
	return v, nil
}

func (b *builder) count(text int) error {
	if b.text += text; b.text > b.limits.Bytes {
		return fmt.Errorf("value with more than %d bytes of text", b.limits.Bytes)
	}
	return nil
}

func (b *builder) all(items []any, depth int) ([]any, error) {
	if len(items) > b.limits.Items-b.items {
		return nil, fmt.Errorf("value of more than %d parts", b.limits.Items)
	}
	out := make([]any, len(items))
	for i, v := range items {
		var err error
		if out[i], err = b.build(v, depth+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// texts counts the members of a list as all would.
func (b *builder) texts(list []string, depth int) error {
	if len(list) > b.limits.Items-b.items {
		return fmt.Errorf("value of more than %d parts", b.limits.Items)
	}
	b.items += len(list)
	if depth+1 > b.limits.Depth {
		return fmt.Errorf("value nested deeper than %d levels", b.limits.Depth)
	}
	size := 0
	for _, s := range list {
		size += len(s)
	}
	return b.count(size)
}

func (b *builder) dict(pairs []any, depth int) (any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("odd number of items for DICT")
	}
	flat, err := b.all(pairs, depth)
	if err != nil {
		return nil, err
	}
	d := &Dict{}
	for i := 0; i < len(flat); i += 2 {
		if err := hashable(flat[i]); err != nil {
			return nil, err
		}
		d.Set(flat[i], flat[i+1])
	}
	return d, nil
}

func (b *builder) set(items []any, frozen bool, depth int) (any, error) {
	flat, err := b.all(items, depth)
	if err != nil {
		return nil, err
	}
	s := &Set{Frozen: frozen}
	for _, v := range flat {
		if err := hashable(v); err != nil {
			return nil, err
		}
		s.Add(v)
	}
	return s, nil
}

// hashable refuses the values that Python would not take as a key.
func hashable(v any) error {
	switch v := v.(type) {
	case []any, []string:
		return errors.New("unhashable type: 'list'")
	case *Dict:
		return errors.New("unhashable type: 'dict'")
	case *Set:
		if !v.Frozen {
			return errors.New("unhashable type: 'set'")
		}
	case Tuple:
		for _, w := range v {
			if err := hashable(w); err != nil {
				return err
			}
		}
	}
	return nil
}

// call turns the few calls of builtin classes that mean plain data into that data, and keeps all others as they stand.
func (b *builder) call(c *callPart, depth int) (any, error) {
	v, err := b.object(c, depth)
	if err != nil || c.state != nil {
		return v, err
	}
	return plain(v)
}

func (b *builder) object(c *callPart, depth int) (*Object, error) {
	args, err := b.all(c.args, depth)
	if err != nil {
		return nil, err
	}
	o := c.class.object(args)
	if c.state != nil {
		o.State, err = b.build(c.state, depth+1)
	}
	return o, err
}

// object returns the class or its call under the name that Python 3 has for it.
func (c classPart) object(args Tuple) *Object {
	switch c.module {
	case "__builtin__", "exceptions":
		c.module = "builtins"
	}
	if c.module == "builtins" && c.name == "unicode" {
		c.name = "str"
	}
	return &Object{Module: c.module, Class: c.name, Args: args}
}

func plain(o *Object) (any, error) {
	if o.Module != "builtins" || len(o.Args) > 1 {
		return o, nil
	}
	var arg any = []any{} // what a call without argument amounts to
	if len(o.Args) == 1 {
		arg = o.Args[0]
	}
	switch o.Class {
	case "str":
		if s, ok := arg.(string); ok {
			return s, nil
		}
		if len(o.Args) == 0 {
			return "", nil
		}
	case "list", "tuple", "set", "frozenset":
		if items, ok := Items(arg); ok {
			return container(o.Class, items)
		}
	case "dict":
		if d, ok := asDict(arg); ok {
			return d, nil
		}
	}
	return o, nil
}

// Items returns the members of a list, tuple or set, and false for anything else.
func Items(v any) ([]any, bool) {
	switch v := v.(type) {
	case []any:
		return v, true
	case []string:
		return boxed(v), true
	case Tuple:
		return v, true
	case *Set:
		return v.Items(), true
	}
	return nil, false
}

func container(class string, items []any) (any, error) {
	switch class {
	case "list":
		return items, nil
	case "tuple":
		return Tuple(items), nil
	}
	s := &Set{Frozen: class == "frozenset"}
	for _, v := range items {
		if err := hashable(v); err != nil {
			return nil, err
		}
		s.Add(v)
	}
	return s, nil
}

// asDict returns a dict as it is, and makes one of a sequence of pairs.
func asDict(v any) (*Dict, bool) {
	if d, ok := v.(*Dict); ok {
		return d, true
	}
	items, ok := Items(v)
	if !ok {
		return nil, false
	}
	d := &Dict{}
	for _, item := range items {
		pair, ok := Items(item)
		if !ok || len(pair) != 2 || hashable(pair[0]) != nil {
			return nil, false
		}
		d.Set(pair[0], pair[1])
	}
	return d, true
}
