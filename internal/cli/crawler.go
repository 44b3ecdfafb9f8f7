package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/netip"

	"gaol/internal/filter/dns"
	"gaol/internal/server"
	"gaol/internal/ticket"
)

// fakeCrawler is `gaol fake-crawler ADDRESS`, for an ignorecommand: exit code 0 for a crawler of Google, 1 for anybody else.
func fakeCrawler(_ context.Context, argv []string, _ io.Reader, _, stderr io.Writer) int {
	if len(argv) == 0 {
		fmt.Fprintln(stderr, "usage: gaol fake-crawler ADDRESS")
		return 2
	}
	ip, err := netip.ParseAddr(argv[0])
	if err != nil {
		fmt.Fprintf(stderr, "gaol fake-crawler: %q is no address\n", argv[0])
		return 2
	}
	names := dns.NewCache(dns.Options{Log: slog.New(slog.DiscardHandler), Now: ticket.Now})
	if server.RealCrawler(names, ip.Unmap()) {
		return 0
	}
	return 1
}
