package server

import (
	"io"
	"strings"
	"testing"

	"gaol/internal/action"
	"gaol/internal/action/smtp"
	"gaol/internal/jail"
	"gaol/internal/logging"
)

func TestPythonActions(t *testing.T) {
	s := New(Options{Version: "1.1.0", Output: logging.NewOutput(io.Discard, io.Discard, "1.1.0")})
	made, err := s.newAction(jail.ActionSpec{Name: "mail", Script: "/etc/fail2ban/action.d/smtp.py", Props: action.NewProperties("dest", "a@example.org")}, action.Env{})
	if _, ok := made.(*smtp.Action); !ok || err != nil {
		t.Errorf("smtp.py: %T, %v", made, err)
	}
	_, err = s.newAction(jail.ActionSpec{Name: "x", Script: "/etc/fail2ban/action.d/x.py", Props: new(action.Properties)}, action.Env{})
	if err == nil || !strings.Contains(err.Error(), "x.py is a Python action") {
		t.Errorf("x.py: %v", err)
	}
}
