package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/smtp"
)

// withPort adds the usual port to a host without one.
func withPort(host string, secure bool) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	if secure {
		return net.JoinHostPort(host, "465")
	}
	return net.JoinHostPort(host, "25")
}

// deliver hands a mail to the server.
func (c account) deliver(ctx context.Context, message []byte) error {
	client, err := c.connect(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	if c.user != "" {
		if err := client.Auth(plain{c.user, c.password}); err != nil {
			return fmt.Errorf("log in as %s: %w", c.user, err)
		}
	}
	if err := client.Mail(c.sender); err != nil {
		return err
	}
	for _, dest := range c.dest {
		if err := client.Rcpt(dest); err != nil {
			return fmt.Errorf("recipient %s: %w", dest, err)
		}
	}
	w, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(message); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return client.Quit()
}

// connect opens a session. With ssl it is encrypted from the first byte or, where the server greets in plain text, by STARTTLS; it is
// never plain then.
func (c account) connect(ctx context.Context) (*smtp.Client, error) {
	host, _, err := net.SplitHostPort(c.server)
	if err != nil {
		return nil, err
	}
	if !c.tls {
		return c.session(ctx, host, nil)
	}
	config := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	client, err := c.session(ctx, host, config)
	var plainText tls.RecordHeaderError
	if !errors.As(err, &plainText) {
		return client, err
	}
	if client, err = c.session(ctx, host, nil); err != nil {
		return nil, err
	}
	if err := client.StartTLS(config); err != nil {
		client.Close()
		return nil, fmt.Errorf("ssl is set, but the server does not encrypt: %w", err)
	}
	return client, nil
}

// session connects and waits for the greeting.
func (c account) session(ctx context.Context, host string, secure *tls.Config) (*smtp.Client, error) {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", c.server)
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		// An expired one shows in the first read.
		_ = conn.SetDeadline(deadline)
	}
	if secure != nil {
		conn = tls.Client(conn, secure)
	}
	client, err := smtp.NewClient(conn, host)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return client, nil
}

// plain is the login with user and password. Unlike the one of net/smtp it does not insist on TLS: whoever sets no ssl means that.
type plain struct{ user, password string }

func (p plain) Start(*smtp.ServerInfo) (string, []byte, error) {
	return "PLAIN", []byte("\x00" + p.user + "\x00" + p.password), nil
}

func (p plain) Next([]byte, bool) ([]byte, error) { return nil, nil }
