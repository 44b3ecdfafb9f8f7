package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// lightClient builds the program that is fail2ban-client alone into a folder of its own, beside something that stands for the full
// program and prints what it is given.
func lightClient(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("links a program")
	}
	dir := t.TempDir()
	built := filepath.Join(dir, clientName)
	cmd := exec.Command("go", "build", "-tags", "light", "-o", built, "../../cmd/gaol")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	full := "#!/bin/sh\necho \"full program: $*\"\n"
	if err := os.WriteFile(filepath.Join(dir, "gaol"), []byte(full), 0o755); err != nil {
		t.Fatal(err)
	}
	return built
}

func TestLightClient(t *testing.T) {
	program := lightClient(t)
	conf := t.TempDir()
	for name, text := range map[string]string{
		"fail2ban.conf": "[Definition]\nsocket = " + conf + "/none.sock\n", "jail.conf": "[a]\nenabled = true\nfilter = f\nbackend = systemd\n",
		"filter.d/f.conf": "[Definition]\nfailregex = ^<HOST>$\n",
	} {
		file := filepath.Join(conf, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	const handed = "handed over"
	for words, what := range map[string]string{
		"-V": "", "--help": "", "-c " + conf + " -d": "", "-c " + conf + " --dp": "", "-c " + conf + " status": "", "-c " + conf + " get a banip": "",
		"--nonsense": "", "-c /none -d": "", "-c " + conf: "",
		"-c " + conf + " -t": handed, "-c " + conf + " -v start": handed, "-c " + conf + " reload a": handed, "restart": handed, "-i status": handed,
	} {
		t.Run(words, func(t *testing.T) {
			argv := strings.Fields(words)
			cmd := exec.Command(program, argv...)
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			_ = cmd.Run()
			if what == handed {
				if got, want := stdout.String()+stderr.String(), "full program: "+words+"\n"; got != want {
					t.Errorf("got %q, want %q", got, want)
				}
				return
			}
			var want, wantErr bytes.Buffer
			code := client(t.Context(), argv, nil, &want, &wantErr)
			if got := cmd.ProcessState.ExitCode(); got != code || stdout.String() != want.String() || lines(stderr.String()) != lines(wantErr.String()) {
				t.Errorf("exit code %d, want %d\n%s%swant\n%s%s", got, code, &stdout, &stderr, &want, &wantErr)
			}
		})
	}
}

// lines counts, since the log's own have a time in them.
func lines(text string) int { return strings.Count(text, "\n") }

func TestConfigurationBeginsWithAFile(t *testing.T) {
	dir := t.TempDir()
	if isConfigured(dir) || isConfigured(filepath.Join(dir, "nothing")) {
		t.Error("an empty folder is no configuration")
	}
	if err := os.WriteFile(filepath.Join(dir, "fail2ban.local"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if !isConfigured(dir) {
		t.Error("fail2ban.local is a configuration")
	}
}
