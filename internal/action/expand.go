package action

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"gaol/internal/addr"
	"gaol/internal/lazy"
)

// Bounds for one expansion: parameters come from configuration files, where a slip must not take the server's memory.
const (
	maxRounds = 25
	maxText   = 1 << 20
)

// Expand replaces the tags in text that stand for parameters of p, in the variant for family f, and the tags within their
// values in turn. Composite tags (<<protocol>-port>) are put together from the inside. Tags that name no parameter stay, for
// Compose. It fails when parameters refer to each other in a circle.
func (p *Properties) Expand(text string, f addr.Family) (string, error) {
	return expander{p, f}.expand(text, nil)
}

type expander struct {
	props  *Properties
	family addr.Family
}

// expand works in rounds, because replacing an inner tag can complete an outer one. open holds the names being expanded.
func (x expander) expand(text string, open []string) (string, error) {
	for range maxRounds {
		changed := false
		out, err := replaceTags(text, func(name string) (string, bool, error) {
			value, known, err := x.value(name, open)
			changed = changed || known
			return value, known, err
		})
		if err != nil || !changed {
			return out, err
		}
		if len(out) > maxText {
			return "", fmt.Errorf("expanding %.40q… yields more than %d bytes; do the parameters repeat each other?", text, maxText)
		}
		text = out
	}
	return "", fmt.Errorf("expanding %.60q does not end; do the parameters refer to each other?", text)
}

// value returns the expanded value of a parameter.
func (x expander) value(name string, open []string) (string, bool, error) {
	if name == "bantime" { // the ticket's, whatever the action file says
		return "", false, nil
	}
	if name == "timeout" {
		return strconv.FormatFloat(x.props.Timeout().Seconds(), 'f', -1, 64), true, nil
	}
	v, ok := x.props.lookup(name, x.family)
	if !ok {
		v, ok = constant(name)
		return v, ok, nil
	}
	for _, o := range open {
		if o == name {
			return "", true, fmt.Errorf("parameter %s refers to itself: <%s>", name, strings.Join(append(open, name), "> → <"))
		}
	}
	v, err := x.expand(v, append(open[:len(open):len(open)], name))
	if isLineTag(name) {
		v = escape(v)
	}
	return v, true, err
}

// isLineTag reports whether name is one of the tags that carry log lines. A parameter of that name is escaped, as log lines were
// before they became variables.
func isLineTag(name string) bool {
	return name == "matches" || name == "ipmatches" || name == "ipjailmatches"
}

// constant answers the tags that are the same for all actions.
func constant(name string) (string, bool) {
	switch name {
	case "br":
		return "\n", true
	case "sp":
		return " ", true
	case "sh-hostname":
		return shortHostName(), true
	case "fq-hostname":
		return fullHostName.Get(), true
	}
	return "", false
}

func shortHostName() string {
	h, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return h
}

// fullHostName is asked from DNS once: a mail action must not wait for it at every ban.
var fullHostName = lazy.Value[string]{Make: func() string {
	host := shortHostName()
	if strings.Contains(host, ".") {
		return host
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	addrs, _ := net.DefaultResolver.LookupHost(ctx, host)
	for _, a := range addrs {
		names, _ := net.DefaultResolver.LookupAddr(ctx, a)
		for _, n := range names {
			if n = strings.TrimSuffix(n, "."); strings.HasPrefix(n, host+".") {
				return n
			}
		}
	}
	return host
}}

// replaceTags calls value for every innermost <tag> of text, from left to right, and puts the answer in its place where known.
func replaceTags(text string, value func(name string) (string, bool, error)) (string, error) {
	var b strings.Builder
	for {
		start, end := nextTag(text)
		if start < 0 {
			b.WriteString(text)
			return b.String(), nil
		}
		v, known, err := value(text[start+1 : end-1])
		if err != nil {
			return "", err
		}
		if !known {
			v = text[start:end]
		}
		b.WriteString(text[:start])
		b.WriteString(v)
		text = text[end:]
	}
}

// nextTag finds the first "<", one or more characters other than blanks and angles, ">". start is -1 when there is none.
func nextTag(s string) (start, end int) {
	start = -1
	for i := range len(s) {
		switch s[i] {
		case '<':
			start = i
		case ' ', '\t', '\n', '\r', '\v', '\f':
			start = -1
		case '>':
			if start >= 0 && i > start+1 {
				return start, i + 1
			}
			start = -1
		}
	}
	return -1, -1
}
