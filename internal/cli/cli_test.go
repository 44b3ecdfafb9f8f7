package cli

import (
	"os"
	"path/filepath"
	"testing"
)

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
