// Package smtp is the action that the original has as action.d/smtp.py: a mail when a jail starts, when it stops, and for every
// ban.
//
// In go events and the parameters of the original; out go mails, over one connection each. It never bans anybody, and text from
// logs never reaches a header of a mail as anything but text.
package smtp

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"gaol/internal/action"
	"gaol/internal/addr"
	"gaol/internal/lazy"
)

// Script is the name of the file that this action stands for.
const Script = "smtp.py"

// timeout bounds one mail, from the connection to the end.
const timeout = 60 * time.Second

// An Action sends mails for one jail.
type Action struct {
	env  action.Env
	host string // ours, as mails name it

	mu      sync.Mutex // guards account
	account account
}

// An account says how and to whom to send.
type account struct {
	server         string // host:port
	tls            bool
	user, password string
	name, sender   string
	dest           []string
	matches        string // the tag that is shown; "" for none
}

// New returns an action with the parameters p. An error names the parameter that is wrong.
func New(p *action.Properties, env action.Env) (*Action, error) {
	a := &Action{env: env}
	if name, err := os.Hostname(); err == nil {
		a.host = name
	}
	return a, a.take(p)
}

// parameters are those of the original, with their defaults.
var parameters = lazy.Value[map[string]string]{Make: func() map[string]string {
	return map[string]string{
		"host": "localhost", "ssl": "", "user": "", "password": "", "sendername": "Fail2Ban", "sender": "fail2ban", "dest": "root", "matches": "",
	}
}}

// ignored are parameters that every action has.
var ignored = []string{"actname", "name", "timeout", "norestored"}

func (a *Action) take(p *action.Properties) error {
	for _, name := range p.Names() {
		if _, ok := parameters.Get()[name]; !ok && !slices.Contains(ignored, name) {
			return fmt.Errorf("%s has no parameter %s; known are dest, host, matches, password, sender, sendername, ssl, user", Script, name)
		}
	}
	value := func(name string) string {
		if v := p.Text(name, addr.None); v != "" {
			return v
		}
		return parameters.Get()[name]
	}
	acc := account{
		tls: p.Flag("ssl", false), user: value("user"), password: value("password"), name: value("sendername"), sender: value("sender"),
		matches: value("matches"),
	}
	acc.server = withPort(value("host"), acc.tls)
	for dest := range strings.SplitSeq(value("dest"), ",") {
		if dest = strings.TrimSpace(dest); dest != "" {
			acc.dest = append(acc.dest, dest)
		}
	}
	if m := acc.matches; m != "" && m != "matches" && m != "ipmatches" && m != "ipjailmatches" {
		return fmt.Errorf("%s: matches = %q; write matches, ipmatches or ipjailmatches", Script, m)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.account = acc
	return nil
}

func (a *Action) current() account {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.account
}

// send sends one mail.
func (a *Action) send(ctx context.Context, subject, text string) error {
	acc := a.current()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := acc.deliver(ctx, acc.message(subject, text, time.Now())); err != nil {
		return fmt.Errorf("mail to %s by way of %s: %w", strings.Join(acc.dest, ", "), acc.server, err)
	}
	return nil
}

// Start implements action.Action, as do the following.
func (a *Action) Start(ctx context.Context) error {
	return a.send(ctx, fmt.Sprintf("%s: started on %s", a.env.Jail, a.host), "Jail "+a.env.Jail+" is at work.")
}

func (a *Action) Stop(ctx context.Context) error {
	return a.send(ctx, fmt.Sprintf("%s: stopped on %s", a.env.Jail, a.host), "Jail "+a.env.Jail+" has stopped.")
}

func (a *Action) Ban(ctx context.Context, e *action.Event) error {
	if e.Ban != nil && e.Ban.Restored {
		return nil // was told of when it happened
	}
	ip, _ := e.Tag("ip")
	return a.send(ctx, fmt.Sprintf("%s: banned %s from %s", a.env.Jail, ip, a.host), a.current().describe(e))
}

func (a *Action) Reban(ctx context.Context, e *action.Event) error { return a.Ban(ctx, e) }

func (a *Action) Update(_ context.Context, p *action.Properties) error { return a.take(p) }

func (a *Action) Prolong(context.Context, *action.Event) error { return nil }
func (a *Action) Unban(context.Context, *action.Event) error   { return nil }
func (a *Action) Flush(context.Context) (bool, error)          { return false, nil }
func (a *Action) Reload(context.Context) error                 { return nil }
func (a *Action) Check(context.Context) error                  { return nil }
