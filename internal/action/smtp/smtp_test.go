package smtp

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/action"
	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// A sink is a mail server that keeps what it gets.
type sink struct {
	net.Listener
	certificate *tls.Config
	starttls    bool
	lines       chan string
}

func newSink(t *testing.T, implicit, starttls bool) *sink {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	// A certificate that nobody trusts.
	web := httptest.NewUnstartedServer(nil)
	web.StartTLS()
	t.Cleanup(web.Close)
	s := &sink{Listener: l, certificate: &tls.Config{Certificates: web.TLS.Certificates}, starttls: starttls, lines: make(chan string, 1000)}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if implicit {
				conn = tls.Server(conn, s.certificate)
			}
			s.serve(conn)
		}
	}()
	return s
}

func (s *sink) serve(conn net.Conn) {
	defer conn.Close()
	fmt.Fprint(conn, "220 sink\r\n")
	in, data := bufio.NewScanner(conn), false
	for in.Scan() {
		line := in.Text()
		word, _, _ := strings.Cut(strings.ToUpper(line), " ")
		switch {
		case data && line == ".":
			data = false
			fmt.Fprint(conn, "250 taken\r\n")
		case data:
			s.lines <- line
			continue
		case word == "EHLO":
			if s.starttls {
				fmt.Fprint(conn, "250-STARTTLS\r\n")
			}
			fmt.Fprint(conn, "250-sink\r\n250 AUTH PLAIN\r\n")
			continue
		case word == "STARTTLS":
			s.lines <- line
			fmt.Fprint(conn, "220 go\r\n")
			conn = tls.Server(conn, s.certificate)
			in = bufio.NewScanner(conn)
			continue
		case word == "DATA":
			data = true
			fmt.Fprint(conn, "354 go\r\n")
		case word == "AUTH":
			fmt.Fprint(conn, "235 welcome\r\n")
		case word == "QUIT":
			fmt.Fprint(conn, "221 bye\r\n")
			s.lines <- line
			return
		default:
			fmt.Fprint(conn, "250 fine\r\n")
		}
		s.lines <- line
	}
}

// received returns what came until now.
func (s *sink) received() (lines []string) {
	for {
		select {
		case line := <-s.lines:
			lines = append(lines, line)
		default:
			return lines
		}
	}
}

func event(ip string) *action.Event {
	b := &ticket.Ban{BanTime: ticket.Default, Failures: 3}
	b.ID, _ = addr.Parse(ip)
	b.Matches = []ticket.Match{{After: "login failure é"}, {After: ".hidden"}, {After: "QUIT"}}
	return &action.Event{Ban: b, BanTime: 600, Jail: action.JailInfo{Name: "sshd"}}
}

func newAction(t *testing.T, s *sink, more ...string) *Action {
	t.Helper()
	a, err := New(action.NewProperties(append([]string{"host", s.Addr().String(), "dest", "ops@example.org, boss@example.org"}, more...)...), action.Env{Jail: "sshd"})
	if err != nil {
		t.Fatal(err)
	}
	a.host = "lab"
	return a
}

func TestBanIsMailed(t *testing.T) {
	s := newSink(t, false, false)
	a := newAction(t, s, "user", "u", "password", "p", "matches", "matches")
	if err := a.Ban(context.Background(), event("192.0.2.5")); err != nil {
		t.Fatal(err)
	}
	all := s.received()
	head := []string{"AUTH PLAIN AHUAcA==", "MAIL FROM:<fail2ban>", "RCPT TO:<ops@example.org>", "RCPT TO:<boss@example.org>", "DATA",
		"Subject: [Fail2Ban] sshd: banned 192.0.2.5 from lab", "From: Fail2Ban <fail2ban>", "To: ops@example.org, boss@example.org"}
	if diff := cmp.Diff(head, all[:len(head)]); diff != "" {
		t.Error(diff)
	}
	body := strings.Join(all[len(head):], "\n")
	want := "192.0.2.5 is shut out for 600 seconds, after 3 attempts against sshd.\n\nWhat the log says:\nlogin failure =C3=A9\n..hidden\nQUIT\n"
	if !strings.Contains(body, want) {
		t.Errorf("body %s\nwant %s", body, want)
	}
}

func TestStartStopAndNothingElse(t *testing.T) {
	s := newSink(t, false, false)
	a := newAction(t, s)
	ctx := context.Background()
	restored := event("192.0.2.5")
	restored.Ban.Restored = true
	for _, do := range []func() error{
		func() error { return a.Start(ctx) }, func() error { return a.Ban(ctx, restored) }, func() error { return a.Unban(ctx, restored) },
		func() error { return a.Prolong(ctx, restored) }, func() error { return a.Stop(ctx) },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	var subjects []string
	for _, line := range s.received() {
		if strings.HasPrefix(line, "Subject: ") {
			subjects = append(subjects, line)
		}
	}
	want := []string{"Subject: [Fail2Ban] sshd: started on lab", "Subject: [Fail2Ban] sshd: stopped on lab"}
	if diff := cmp.Diff(want, subjects); diff != "" {
		t.Error(diff)
	}
}

// TestHostileTextMakesNoHeader bans an id that a log line could hold.
func TestHostileTextMakesNoHeader(t *testing.T) {
	a := &Action{}
	if err := a.take(action.NewProperties("sendername", "Ü\r\nBcc: x@example.org")); err != nil {
		t.Fatal(err)
	}
	text := a.account.message("sshd: banned a\r\nBcc: victim@example.org\r\n\r\nhello from lab", "x\n", ticket.Unix(0).Time())
	m, err := mail.ReadMessage(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if m.Header.Get("Bcc") != "" || strings.Contains(string(text), "\nBcc") {
		t.Errorf("%s", text)
	}
}

// TestSSLIsNeverPlain uses servers with a certificate that cannot be verified, or without any.
func TestSSLIsNeverPlain(t *testing.T) {
	for name, s := range map[string]*sink{"implicit": newSink(t, true, false), "starttls": newSink(t, false, true), "none": newSink(t, false, false)} {
		a := newAction(t, s, "ssl", "true", "user", "u", "password", "secret")
		err := a.Start(context.Background())
		t.Log(name, err)
		if err == nil {
			t.Errorf("%s: a mail went out", name)
		}
		for _, line := range s.received() {
			if strings.HasPrefix(line, "AUTH") || strings.HasPrefix(line, "MAIL") {
				t.Errorf("%s: %s was sent in plain text", name, line)
			}
		}
	}
}

func TestWrongParametersAreNamed(t *testing.T) {
	for want, pairs := range map[string][]string{
		"no parameter tls":   {"tls", "yes"},
		`matches = "lines"`:  {"matches", "lines"},
		"no parameter dests": {"dests", "a@example.org"},
	} {
		if _, err := New(action.NewProperties(pairs...), action.Env{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %s", pairs, err, want)
		}
	}
}
