package server

import (
	"net/netip"
	"testing"
)

type book map[string]string

func (b book) Name(a netip.Addr) string { return b[a.String()] }

func (b book) Addresses(name string) []netip.Addr {
	if a, err := netip.ParseAddr(b[name]); err == nil {
		return []netip.Addr{a}
	}
	return nil
}

func TestRealCrawler(t *testing.T) {
	names := book{
		"192.0.2.1": "crawl-1.googlebot.com.", "crawl-1.googlebot.com": "192.0.2.1",
		"192.0.2.2":   "crawl-1.googlebot.com", // says so, but the name is not his
		"192.0.2.3":   "googlebot.com.example.org",
		"192.0.2.4":   "evilgooglebot.com",
		"2001:db8::1": "Rate.Google.com", "rate.google.com": "2001:db8::1",
	}
	for ip, want := range map[string]bool{
		"192.0.2.1": true, "192.0.2.2": false, "192.0.2.3": false, "192.0.2.4": false, "192.0.2.5": false, "2001:db8::1": true,
		"::ffff:192.0.2.1": false, // a caller unmaps
	} {
		if got := RealCrawler(names, netip.MustParseAddr(ip)); got != want {
			t.Errorf("%s: %v, want %v", ip, got, want)
		}
	}
}

func TestCrawlerCheckIsRecognised(t *testing.T) {
	for command, want := range map[string]bool{
		"/etc/fail2ban/filter.d/ignorecommands/apache-fakegooglebot 192.0.2.1": true,
		"/opt/x/apache-fakegooglebot":                                          true,
		"sh -c /etc/fail2ban/filter.d/ignorecommands/apache-fakegooglebot":     false,
		"": false,
	} {
		if got := isCrawlerCheck(command); got != want {
			t.Errorf("%q: %v", command, got)
		}
	}
}
