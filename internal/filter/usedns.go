package filter

import (
	"fmt"
	"strings"
)

// usedns says what becomes of host names in a log.
type usedns int

const (
	dnsWarn usedns = iota // all their addresses, with a warning: the default
	dnsYes                // all their addresses
	dnsNo                 // nothing, and <HOST> does not match them
	dnsRaw                // they are the offender themselves
)

var dnsNames = [...]string{dnsWarn: "warn", dnsYes: "yes", dnsNo: "no", dnsRaw: "raw"}

func (u usedns) String() string { return dnsNames[u] }

// ParseUseDNS returns the spelling of a usedns option that is in force: yes, warn, no or raw. Anything else is an error,
// whose text the log of a jail shows, and means no.
func ParseUseDNS(text string) (string, error) {
	u, err := parseUseDNS(text)
	return u.String(), err
}

func parseUseDNS(text string) (usedns, error) {
	for u, name := range dnsNames {
		if strings.EqualFold(text, name) {
			return usedns(u), nil
		}
	}
	return dnsNo, fmt.Errorf("Incorrect value '%s' specified for usedns. Using safe 'no'", text) //nolint:staticcheck // the original's text
}
