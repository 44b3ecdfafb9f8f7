// Package man_test checks that the manual pages know what the programs know.
package man_test

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"gaol/internal/cli"
)

var (
	option  = regexp.MustCompile(`(?m)^ +(-.*?)(?:  |$)`)
	flag    = regexp.MustCompile(`--?[A-Za-z][\w-]*`)
	command = regexp.MustCompile(`(?m)^    ([a-z]+(?: [a-z]+)*)`)
	marks   = strings.NewReplacer(`\`, "", "*", "")
)

func TestPagesNameEveryOptionAndCommand(t *testing.T) {
	for _, name := range []string{"fail2ban-client", "fail2ban-server", "fail2ban-regex"} {
		page, help := readPage(t, name+".1.md"), helpOf(t, name)
		for _, line := range option.FindAllStringSubmatch(help, -1) {
			for _, word := range flag.FindAllString(line[1], -1) {
				if !strings.Contains(page, word) {
					t.Errorf("%s.1.md does not name the option %s", name, word)
				}
			}
		}
		_, commands, _ := strings.Cut(help, "\nCommand:\n")
		for _, words := range command.FindAllStringSubmatch(commands, -1) {
			if !strings.Contains(page, "\n"+words[1]) {
				t.Errorf("%s.1.md does not name the command %s", name, words[1])
			}
		}
	}
}

func TestTheMainPageNamesEveryCommand(t *testing.T) {
	page, help := readPage(t, "gaol.1.md"), helpOf(t, "gaol")
	for _, line := range regexp.MustCompile(`(?m)^  ([a-z-]+) +`).FindAllStringSubmatch(help, -1) {
		if !strings.Contains(page, "gaol "+line[1]) && !strings.Contains(page, "|"+line[1]) {
			t.Errorf("gaol.1.md does not name the command %s", line[1])
		}
	}
}

// readPage returns a page without its marks.
func readPage(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return marks.Replace(string(text))
}

func helpOf(t *testing.T, name string) string {
	t.Helper()
	var out, errors bytes.Buffer
	if code := cli.Run(t.Context(), []string{name, "--help"}, strings.NewReader(""), &out, &errors); code != 0 {
		t.Fatalf("%s --help: exit status %d, %s", name, code, &errors)
	}
	return out.String()
}
