package server

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gaol/internal/config"
	"gaol/internal/control"
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
var validMatch = regexp.MustCompile(`^[A-Z0-9_]+=`).MatchString

// useDNS returns the value of usedns that holds for a word: one that is unknown means no.
func useDNS(word string) string {
	switch w := strings.ToLower(word); w {
	case "yes", "warn", "no", "raw":
		return w
	}
	return "no"
}
