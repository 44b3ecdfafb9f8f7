package client

import (
	"os"
	"path/filepath"
	"testing"
)

func TestConfigurationBeginsWithAFile(t *testing.T) {
	dir := t.TempDir()
	if IsConfigured(dir) || IsConfigured(filepath.Join(dir, "nothing")) {
		t.Error("an empty folder is no configuration")
	}
	if err := os.WriteFile(filepath.Join(dir, "fail2ban.local"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if !IsConfigured(dir) {
		t.Error("fail2ban.local is a configuration")
	}
}
