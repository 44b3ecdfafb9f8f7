package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// configuration measures fail2ban-client -d: the whole stock tree with every jail enabled, and a tree of a thousand jails. It leaves
// out pass2allow-ftp, the one whose parameters the two sides print differently (see TestStockTreeLikeOriginal in internal/config).
func configuration(b *bench) error {
	stock, err := os.ReadFile(filepath.Join(b.ours.stock, "jail.conf"))
	if err != nil {
		return err
	}
	var all []string
	for _, m := range regexp.MustCompile(`(?m)^\[([\w-]+)\]`).FindAllStringSubmatch(string(stock), -1) {
		if !slices.Contains([]string{"DEFAULT", "INCLUDES", "pass2allow-ftp"}, m[1]) {
			all = append(all, m[1])
		}
	}
	what := fmt.Sprintf("configuration: -d of the stock tree, %d jails", len(all))
	if err := b.dump(what, 15, 15, 0, b.jailFile(all, "")); err != nil {
		return err
	}
	var thousand []string
	for i := range 1000 {
		thousand = append(thousand, fmt.Sprintf("j%03d", i))
	}
	return b.dump("configuration: -d of 1000 jails", 9, 3, 1, b.jailFile(thousand, "filter = sshd\n"))
}

// jailFile enables jails, all on one log.
func (b *bench) jailFile(jails []string, more string) string {
	log := filepath.Join(b.dir, "some.log")
	var text strings.Builder
	for _, j := range jails {
		fmt.Fprintf(&text, "[%s]\nenabled = true\nbackend = auto\nlogpath = %s\n%s", j, log, more)
	}
	return text.String()
}

// dump measures -d of the stock tree with jails as its jail.local. Both sides must print the same.
func (b *bench) dump(what string, ours, peer int, goal float64, jails string) error {
	dir, err := os.MkdirTemp(b.dir, "conf")
	if err != nil {
		return err
	}
	if err := os.CopyFS(dir, os.DirFS(b.ours.stock)); err != nil {
		return err
	}
	for path, text := range map[string]string{dir + "/jail.local": jails, b.dir + "/some.log": ""} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
	}
	printed := map[string]bool{}
	for i := range max(ours, peer) {
		for _, s := range b.sides() {
			if i > 0 && s == b.peer && i >= peer {
				continue
			}
			o, err := s.run("fail2ban-client", "-c", dir, "-d")
			if err != nil {
				return err
			}
			printed[o.stdout] = true
			b.report.figure(what, milliseconds, goal).add(s, o.wall)
		}
	}
	if len(printed) != 1 {
		return fmt.Errorf("%s: the two sides do not print the same", what)
	}
	return nil
}
