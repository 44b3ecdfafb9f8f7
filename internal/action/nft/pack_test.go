package nft

import (
	"io/fs"
	"testing"
	"testing/fstest"

	"gaol/internal/action"
	"gaol/internal/config"
	"gaol/pack"
)

// packAction returns the parameters that our own configuration gives an action line of a jail.
func packAction(t *testing.T, line string) *action.Properties {
	t.Helper()
	files := fstest.MapFS{
		"fail2ban.conf":   {Data: []byte("[Definition]\n")},
		"filter.d/x.conf": {Data: []byte("[Definition]\nfailregex = ^ <HOST>$\n")},
		"jail.conf":       {Data: []byte("[j]\nenabled = true\nbackend = systemd\nfilter = x\naction = " + line + "\n")},
	}
	actions, err := fs.Glob(pack.FS(), "action.d/*")
	ok(t, err)
	for _, name := range actions {
		text, err := fs.ReadFile(pack.FS(), name)
		ok(t, err)
		files[name] = &fstest.MapFile{Data: text}
	}
	c, err := config.Read(config.Options{Source: config.Embedded(files, "pack")})
	ok(t, err)
	p := new(action.Properties)
	for _, command := range c.Stream {
		words, _ := command.([]any)
		if len(words) != 5 || words[0] != "multi-set" {
			continue
		}
		pairs, _ := words[4].([]any)
		for _, pair := range pairs {
			kv, _ := pair.([]any)
			name, _ := kv[0].(string)
			p.Set(name, kv[1])
		}
	}
	if len(p.Names()) == 0 {
		t.Fatalf("%s: no action in the stream; messages: %v", line, c.Messages)
	}
	return p
}

// TestPackActionsAreRecognised keeps our fingerprints and our own action files together: who changes the files puts what this test
// prints into fingerprints.go.
func TestPackActionsAreRecognised(t *testing.T) {
	params := []string{"addr_options"}
	for name := range stockParams {
		params = append(params, name)
	}
	for _, kind := range []string{"multiport", "allports", "custom"} {
		marks := make(map[string]string)
		line := "nftables[type=" + kind + ", name=j"
		for _, name := range params {
			marks[name] = "@" + name + "@"
			line += ", " + name + "=\"" + marks[name] + "\""
		}
		wantKnown(t, take(kind, commands(packAction(t, line+"]")), marks))
	}
	for line, want := range map[string]string{
		"nftables":           "multiport",
		"nftables-multiport": "multiport",
		"nftables-allports[name=j, protocol=\"tcp,udp\", blocktype=drop]":                     "allports",
		"nftables[type=custom, name=j, chain_hook=forward]":                                   "custom",
		"nftables[name=j, driver=shell]":                                                      "",
		"nftables[type=custom, rule_match-custom=\"tcp dport 7\"]":                            "",
		"nftables[actionban=\"<nftables> something else\"]":                                   "",
		"nftables[type=multiport, name=j, nftables=\"/usr/sbin/nft\", port=\"80,443,90:99\"]": "multiport",
	} {
		p := packAction(t, line)
		_, native, err := Native(p)
		kind, _ := stockType(p)
		if native != (want != "") || err != nil || native && kind != want {
			t.Errorf("%s: native %v as %q, %v; want %q", line, native, kind, err, want)
		}
	}
}

// wantKnown prints what is to be put into fingerprints.go if got is not there.
func wantKnown(t *testing.T, got fingerprint) {
	t.Helper()
	for _, f := range fingerprints {
		if f == got {
			return
		}
	}
	t.Errorf("%s is unknown; its fingerprint:\n\t{%q, %q, %q},", got.kind, got.kind, got.slots, got.sum)
}
