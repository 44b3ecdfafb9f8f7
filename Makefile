# Everything a person or CI does with this tree. Start with `make run` and `make test`.

PREFIX  ?= /usr/local
DESTDIR ?=
GO      ?= go

NAMES   := fail2ban-server fail2ban-client fail2ban-regex
TOOLS   := $(CURDIR)/.tools
PEER    := $(CURDIR)/.peer
PAGES   := $(patsubst man/%.md,bin/man/%,$(wildcard man/*.md))
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
MD2MAN  := github.com/cpuguy83/go-md2man/v2@v2.0.7

# What the tests need of a Debian-like system, beside Go and make.
TEST_PACKAGES := openssh-server openssh-client sshpass rsyslog nftables iptables ipset iproute2 sqlite3 procps \
	util-linux python3 gcc libc6-dev systemd-journal-remote
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X gaol/internal/cli.Version=$(VERSION)

.PHONY: build install install-service man run test test-deps check unit e2e peer parity soak bench clean

## build: one static binary and its three other names, in bin/
# The file that the linker wrote lies in the page cache in single pages, which are slow to map. A copy, such as any installed program
# is, starts a tenth faster.
build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags='$(LDFLAGS)' -o bin/gaol ./cmd/gaol
	cp bin/gaol bin/copy && mv bin/copy bin/gaol
	for name in $(NAMES); do ln -sf gaol bin/$$name; done

## man: the manual pages, made from man/*.md into bin/man
man: $(PAGES)

bin/man/%: man/%.md $(TOOLS)/go-md2man
	@mkdir -p bin/man
	$(TOOLS)/go-md2man -in $< -out $@

$(TOOLS)/go-md2man:
	GOBIN=$(TOOLS) $(GO) install $(MD2MAN)

## install: build, then copy to PREFIX: the program and its names, and the manual pages if `make man` has made them
install: build
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 bin/gaol $(DESTDIR)$(PREFIX)/bin/gaol
	for name in $(NAMES); do ln -sf gaol $(DESTDIR)$(PREFIX)/bin/$$name; done
	for page in $(wildcard bin/man/*); do \
		section=$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}; install -d $$section && install -m 644 $$page $$section || exit 1; \
	done

## install-service: after install, the systemd unit fail2ban.service, and the rotation of the log unless there is one
install-service:
	install -d $(DESTDIR)/etc/systemd/system $(DESTDIR)/etc/logrotate.d
	sed 's,@BINDIR@,$(PREFIX)/bin,' packaging/gaol.service > $(DESTDIR)/etc/systemd/system/fail2ban.service
	test -e $(DESTDIR)/etc/logrotate.d/fail2ban || \
		sed 's,@BINDIR@,$(PREFIX)/bin,' packaging/gaol.logrotate > $(DESTDIR)/etc/logrotate.d/fail2ban

## run: watch this machine in the foreground with the built-in configuration
run: build
	bin/gaol run

## test: install what the tests need, then run all of them
test: test-deps check unit e2e

test-deps: peer
	@missing=$$(for p in $(TEST_PACKAGES); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q ' installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
		$(SUDO) apt-get update -qq && \
		$(SUDO) env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $$missing; \
	fi
	@test -x $(TOOLS)/staticcheck || GOBIN=$(TOOLS) $(GO) install $(STATICCHECK)

check:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "not formatted:"; echo "$$unformatted"; exit 1; }
	$(GO) vet ./...
	$(TOOLS)/staticcheck ./...

unit:
	$(GO) test -race $$($(GO) list ./... | grep -v /test/)

# The end-to-end tests make network namespaces and private mounts of their own, which takes root.
e2e: build peer
	$(SUDO) env PATH="$$PATH" HOME="$$HOME" GOFLAGS="$$GOFLAGS" $(GO) test -count=1 ./test/...

## peer: unpack Debian's own fail2ban as the oracle into .peer, installing nothing
peer:
	test/peer/fetch $(PEER)

## parity: the long comparisons with the oracle, an hour or so
parity: test-deps build
	test/clients/fetch $(PEER)/clients
	GAOL_FULL=1 $(GO) test -count=1 -timeout 90m ./internal/... ./pack
	$(SUDO) env PATH="$$PATH" HOME="$$HOME" GOFLAGS="$$GOFLAGS" GAOL_FULL=1 $(GO) test -count=1 -timeout 60m ./test/ways ./test/clients

## soak: kill the server again and again under load, rotate its log in every way, and count what is lost; SOAK_SEED=n repeats a run
soak: test-deps build
	$(SUDO) env PATH="$$PATH" HOME="$$HOME" GOFLAGS="$$GOFLAGS" GAOL_FULL=1 $(GO) test -count=1 -v -timeout 30m ./test/soak

## bench: our figures beside the oracle's, in one run; BENCH="commands regex" runs some of it
bench: build peer
	$(SUDO) env PATH="$$PATH" HOME="$$HOME" GOFLAGS="$$GOFLAGS" $(GO) run ./test/bench $(BENCH)

clean:
	rm -rf bin
