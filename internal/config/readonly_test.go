package config

import (
	"os"
	"testing"
)

func TestReadOnlyGroup(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "[Definition]\nloglevel = INFO\n": "", "[Definition]\nreadonlygroup = monitor\n": "monitor",
		"[DEFAULT]\nreadonlygroup = adm\n[Definition]\n": "adm",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(dir+"/fail2ban.conf", []byte("[Definition]\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/fail2ban.local", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadOnlyGroup(Options{Source: Dir(dir)}); got != want || err != nil {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}
