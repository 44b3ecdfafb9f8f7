package nft

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"strconv"
	"strings"

	"gaol/internal/action"
	"gaol/internal/addr"
)

// Native reports whether this package does what the action with the parameters p does with commands: because p says driver = nftables,
// or because the commands are those of a stock nftables action. An error means that p asks for the driver and has a parameter that
// cannot be expressed; with any other driver, and with commands that are not the stock ones, the answer is no.
func Native(p *action.Properties) (Config, bool, error) {
	switch driver := strings.TrimSpace(p.Text("driver", addr.None)); driver {
	case "nftables":
		c, err := Parse(p)
		return c, err == nil, err
	case "":
	default:
		return Config{}, false, nil
	}
	if _, stock := stockType(p); !stock {
		return Config{}, false, nil
	}
	c, err := Parse(p)
	return c, err == nil, nil
}

// stockType returns what type of stock action p has the commands of, with the parameters of p put in. The type itself is no
// parameter: it does not leave the action file.
func stockType(p *action.Properties) (kind string, ok bool) {
	for _, name := range []string{"actionreload", "actionrepair", "actionprolong", "actionreban"} {
		if strings.TrimSpace(p.Text(name, addr.None)) != "" {
			return "", false
		}
	}
	if path.Base(strings.TrimSpace(p.Text("nftables", addr.None))) != "nft" {
		return "", false // a wrapper: it may well act on another machine or namespace
	}
	text := commands(p)
	for _, f := range fingerprints {
		if f.matches(text, p) {
			return f.kind, true
		}
	}
	return "", false
}

// commands returns the commands of p as one text, with every run of blanks and line ends as one blank.
func commands(p *action.Properties) string {
	var b strings.Builder
	for _, name := range []string{"actionstart", "actionstop", "actionflush", "actioncheck", "actionban", "actionunban"} {
		b.WriteString(name + "=" + squeeze(p.Text(name, addr.None)) + "\n")
	}
	return b.String()
}

const (
	stockChain = "f2b-chain"
	// chainOfFile is what jail.conf passes as chain: whatever the action file has. The commands hold that value, the parameters do not.
	chainOfFile = "<known/chain>"
)

// parameter returns a parameter as it stands in the stock commands.
func parameter(p *action.Properties, name string, f addr.Family) string {
	if v := p.Text(name, f); name != "chain" || v != chainOfFile {
		return v
	}
	return stockChain
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// A fingerprint recognises a text that was made by putting parameters into a template, without knowing the template: it has where
// the parameters stand, and a hash of everything else.
type fingerprint struct {
	kind string // multiport, allports or custom
	// slots are "N:name" for each place of a parameter: N bytes of the template after the last place, then the value of name.
	slots string
	sum   string // SHA-256, in hex, of the pieces between the places, each followed by a NUL
}

// matches reports whether text is the template with the values of p in it.
func (f fingerprint) matches(text string, p *action.Properties) bool {
	h := sha256.New()
	for slot := range strings.FieldsSeq(f.slots) {
		count, name, _ := strings.Cut(slot, ":")
		n, err := strconv.Atoi(count)
		if err != nil || n > len(text) {
			return false
		}
		h.Write([]byte(text[:n] + "\x00"))
		rest, ok := strings.CutPrefix(text[n:], squeeze(parameter(p, name, addr.None)))
		if !ok {
			return false
		}
		text = rest
	}
	h.Write([]byte(text + "\x00"))
	return hex.EncodeToString(h.Sum(nil)) == f.sum
}
