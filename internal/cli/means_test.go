package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// builtIn writes the built-in configuration to a folder.
func builtIn(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var stderr bytes.Buffer
	if code := configInit(dir, &stderr, &stderr); code != 0 {
		t.Fatal(&stderr)
	}
	return dir
}

// TestServerOptionsAreTested lets -t find what the server would refuse of fail2ban.conf.
func TestServerOptionsAreTested(t *testing.T) {
	for option, says := range map[string]string{
		"maxlinelength = 10":    `fail2ban.local:2: maxlinelength: "10": maxlinelength is 256 to 16777216 bytes, not 10`,
		"dbpurgeage = 5 weeks?": `fail2ban.local:2: dbpurgeage: "5 weeks?": invalid syntax`,
	} {
		dir := builtIn(t)
		if err := os.WriteFile(filepath.Join(dir, "fail2ban.local"), []byte("[Definition]\n"+option+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		var stdout, stderr bytes.Buffer
		code := Run(t.Context(), []string{"fail2ban-client", "-c", dir, "-t"}, strings.NewReader(""), &stdout, &stderr)
		if code != failed || !strings.Contains(stderr.String(), says) {
			t.Errorf("-t with %q: %d, %s%s", option, code, &stdout, &stderr)
		}
	}
}

// TestJailOptionsOfOursAreTested lets -t and gaol config check find wrong values of options that the original does not have.
func TestJailOptionsOfOursAreTested(t *testing.T) {
	for option, says := range map[string]string{
		"logskew = yes":     "jail.local:2: logskew: 'yes' is neither warn nor auto",
		"warnnodate = Dog":  "jail.local:2: warnnodate: ",
		"warnnomatch = Cat": "jail.local:2: warnnomatch: ",
	} {
		dir := builtIn(t)
		if err := os.WriteFile(filepath.Join(dir, "jail.local"), []byte("[sshd]\n"+option+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, argv := range [][]string{{"fail2ban-client", "-c", dir, "-t"}, {"gaol", "config", "check", "-c", dir}} {
			var stdout, stderr bytes.Buffer
			code := Run(t.Context(), argv, strings.NewReader(""), &stdout, &stderr)
			if code != failed || !strings.Contains(stdout.String()+stderr.String(), says) {
				t.Errorf("%v with %q: %d, %s%s", argv, option, code, &stdout, &stderr)
			}
		}
	}
}
