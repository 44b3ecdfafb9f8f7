package server

import (
	"fmt"
	"slices"
	"strings"

	"gaol/internal/config"
	"gaol/internal/control"
	"gaol/internal/lazy"
	"gaol/internal/pickle"
)

var backends = []string{"pyinotify", "polling", "systemd"}

// checkBackend accepts auto and the names of backends, with or without parameters in brackets.
func checkBackend(backend string) error {
	name, params, err := config.ParseDefinition(backend)
	if err != nil {
		return control.ValueError(err.Error())
	}
	if name = strings.ToLower(name); name != "auto" && !slices.Contains(backends, name) {
		return control.ValueError(fmt.Sprintf("Unknown backend %s. Must be among %s or 'auto'",
			backend, pickle.Repr(list(backends))))
	}
	if name == "systemd" {
		_, err = journalOptions(backend)
	} else if params.Len() > 0 {
		err = control.ValueError(fmt.Sprintf("backend %s takes no parameters", name))
	}
	return err
}

// backendName is the backend that a jail works with.
func backendName(backend string) string {
	name, _, _ := config.ParseDefinition(backend)
	if name = strings.ToLower(name); name == "auto" {
		return backends[0]
	}
	return name
}

// backendText is how the log names a backend and its parameters.
func backendText(backend string) string {
	_, params, _ := config.ParseDefinition(backend)
	shown := pickle.NewDict()
	for k, v := range params.All() {
		shown.Set(k, v)
	}
	name := backendName(backend)
	if name == "polling" {
		name = "poller"
	}
	return name + " " + pickle.Repr(shown)
}

func isTail(mode string) (bool, error) {
	switch strings.ToLower(mode) {
	case "tail":
		return true, nil
	case "head":
		return false, nil
	}
	return false, control.ValueError("File option must be 'head' or 'tail'")
}

// validMatch accepts FIELD=value as the journal names fields.
var validMatch = lazy.Regexp{Expr: `^[A-Z0-9_]+=`}

// useDNS returns the value of usedns that holds for a word: one that is unknown means no.
func useDNS(word string) string {
	if knownDNS(word) {
		return strings.ToLower(word)
	}
	return "no"
}

func knownDNS(word string) bool {
	return slices.Contains([]string{"yes", "warn", "no", "raw"}, strings.ToLower(word))
}
