package ban

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"gaol/internal/lazy"
)

// token is one of: a number, a name, an operator, a bracket, white space.
var token = lazy.Regexp{Expr: `^(?:(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[A-Za-z_]\w*|\*\*|//|<<|>>|[<>=!]=|[-+*/%<>&|^~()\[\].,]|\s+)`}

// tokenize splits an expression and drops white space. All its brackets match.
func tokenize(text string) ([]string, error) {
	var tokens []string
	for rest := text; rest != ""; {
		t := token.Get().FindString(rest)
		if t == "" {
			return nil, fmt.Errorf("an expression has no place for %q", firstRune(rest))
		}
		rest = rest[len(t):]
		switch t = strings.TrimSpace(t); {
		case t == "":
		case t[0] >= '0' && t[0] <= '9':
			tokens = append(tokens, strings.ReplaceAll(t, "_", ""))
		default:
			tokens = append(tokens, t)
		}
	}
	if len(tokens) == 0 {
		return nil, errors.New("is empty")
	}
	return tokens, checkBrackets(tokens)
}

func checkBrackets(tokens []string) error {
	var open []string
	for _, t := range tokens {
		switch t {
		case "(":
			open = append(open, ")")
		case "[":
			open = append(open, "]")
		case ")", "]":
			if len(open) == 0 || open[len(open)-1] != t {
				return fmt.Errorf("%q closes nothing", t)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("%q is missing", open[len(open)-1])
	}
	return nil
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

func isName(t string) bool {
	return t[0] == '_' || t[0] >= 'a' && t[0] <= 'z' || t[0] >= 'A' && t[0] <= 'Z'
}

func isOperand(t string) bool {
	return isName(t) && !slices.Contains([]string{"if", "else", "and", "or", "not"}, t) || t[0] >= '0' && t[0] <= '9' || t[0] == '.' && t != "."
}

// rewritePowers turns a**b, which Starlark does not know, into pow(a, b). The operator binds tighter than a sign before
// it and looser than one behind it, and groups from the right: so the rightmost is done first.
func rewritePowers(tokens []string) ([]string, error) {
	for {
		at := lastIndex(tokens, "**")
		if at < 0 {
			return tokens, nil
		}
		from, to := primaryBefore(tokens, at), operandAfter(tokens, at+1)
		if from < 0 || to < 0 {
			return nil, errors.New("** stands without a number on both sides")
		}
		tokens = slices.Concat(tokens[:from], []string{"pow", "("}, tokens[from:at], []string{","}, tokens[at+1:to], []string{")"}, tokens[to:])
	}
}

func lastIndex(tokens []string, want string) int {
	for i, t := range slices.Backward(tokens) {
		if t == want {
			return i
		}
	}
	return -1
}

// primaryBefore returns where the operand that ends before at begins, or -1: a name or number, or a bracket, with all
// calls, indices and attributes that belong to it.
func primaryBefore(tokens []string, at int) int {
	for i := at - 1; i >= 0; {
		bracket := tokens[i] == ")" || tokens[i] == "]"
		switch {
		case bracket:
			i = openBefore(tokens, i)
		case !isOperand(tokens[i]):
			return -1
		}
		switch {
		case i == 0:
			return i
		case tokens[i-1] == ".":
			i -= 2 // the owner of this attribute
		case bracket && (isOperand(tokens[i-1]) || tokens[i-1] == ")" || tokens[i-1] == "]"):
			i-- // what is called or indexed
		default:
			return i
		}
	}
	return -1
}

// operandAfter returns where the operand that begins at from ends, or -1: signs, then a primary.
func operandAfter(tokens []string, from int) int {
	i := from
	for i < len(tokens) && (tokens[i] == "-" || tokens[i] == "+" || tokens[i] == "~") {
		i++
	}
	if i == len(tokens) || !isOperand(tokens[i]) && !isOpen(tokens[i]) {
		return -1
	}
	if isOpen(tokens[i]) {
		i = closeAfter(tokens, i)
	}
	for i++; i < len(tokens); i++ {
		switch {
		case tokens[i] == "." && i+1 < len(tokens):
			i++
		case isOpen(tokens[i]):
			i = closeAfter(tokens, i)
		default:
			return i
		}
	}
	return i
}

func isOpen(t string) bool { return t == "(" || t == "[" }

// openBefore returns the bracket that the one at i closes, closeAfter the one that closes that at i.
func openBefore(tokens []string, i int) int { return matching(tokens, i, -1) }
func closeAfter(tokens []string, i int) int { return matching(tokens, i, 1) }

func matching(tokens []string, i, step int) int {
	depth := 0
	for {
		switch tokens[i] {
		case "(", "[":
			depth += step
		case ")", "]":
			depth -= step
		}
		if depth == 0 {
			return i
		}
		i += step
	}
}
