package server

import (
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
)

// crawlerCheck is the program of the original's configuration that tells Google's crawlers from those who only say so. We do its work
// ourselves, so that its path keeps working where there is no Python.
const crawlerCheck = "apache-fakegooglebot"

// crawlerDomains are where Google's crawlers live: https://developers.google.com/search/docs/crawling-indexing/verifying-googlebot
var crawlerDomains = []string{".googlebot.com", ".google.com"}

// A NameService answers both ways.
type NameService interface {
	Name(netip.Addr) string             // "" for none
	Addresses(name string) []netip.Addr // nil for none
}

// RealCrawler reports whether ip belongs to Google: its name is one of theirs, and the name leads back to it. Anybody can give his
// own address any name, but only Google can make that name point to him.
func RealCrawler(names NameService, ip netip.Addr) bool {
	name := strings.ToLower(strings.TrimSuffix(names.Name(ip), "."))
	ours := func(domain string) bool { return strings.HasSuffix(name, domain) }
	return slices.ContainsFunc(crawlerDomains, ours) && slices.Contains(names.Addresses(name), ip.Unmap())
}

// isCrawlerCheck reports whether an ignorecommand is that program.
func isCrawlerCheck(command string) bool {
	words := strings.Fields(command)
	return len(words) > 0 && filepath.Base(words[0]) == crawlerCheck
}
