package ways

import (
	"os"
	"strings"
	"testing"
)

// A step is one line of the script.
type step struct {
	line  string
	words []string
}

// readScript reads the script, or only what stands before "# full".
func readScript(t *testing.T, full bool) []step {
	t.Helper()
	text, err := os.ReadFile("testdata/script.txt")
	if err != nil {
		t.Fatal(err)
	}
	short, rest, ok := strings.Cut(string(text), "# full\n")
	if !ok {
		t.Fatal(`the script has no line "# full"`)
	}
	if full {
		short += rest
	}
	var steps []step
	for line := range strings.Lines(short) {
		line = strings.TrimSpace(line)
		if line != "" && line[0] != '#' {
			steps = append(steps, step{line, split(line)})
		}
	}
	return steps
}

// split takes a line apart at blanks outside of quotes. Two quotes of a kind within quotes of that kind stand for one.
func split(line string) []string {
	var words []string
	for {
		line = strings.TrimLeft(line, " ")
		if line == "" {
			return words
		}
		var word string
		word, line = cutWord(line)
		words = append(words, word)
	}
}

func cutWord(line string) (word, rest string) {
	for line != "" && line[0] != ' ' {
		q := line[:1]
		if q != "'" && q != `"` || strings.HasPrefix(word, "key=") {
			word, line = word+q, line[1:]
			continue
		}
		quoted, after, _ := strings.Cut(line[1:], q)
		word, line = word+quoted, after
		if strings.HasPrefix(line, q) { // a doubled quote
			word += q
		}
	}
	return word, line
}

func TestSplitKeepsQuotedWordsTogether(t *testing.T) {
	for line, want := range map[string]string{
		`a "b c" d`: "a|b c|d", `x ''`: "x|", `it 'it''s'`: "it|it's", `k key="<ip>",n=1`: `k|key="<ip>",n=1`,
	} {
		if got := strings.Join(split(line), "|"); got != want {
			t.Errorf("%s: got %s, want %s", line, got, want)
		}
	}
}
