package reload

import (
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gaol/test/lab"
)

func stamp(line string) string { return time.Now().UTC().Format("2006-01-02T15:04:05") + line }

// The attack: lines a second, and for how many reloads and how long it has to last at least. In that time a banned host sends a thousand
// packets.
const (
	rate       = 3000
	reloads    = 50
	attackTime = time.Second
)

// TestReloadUnderAttack reloads again and again, with a configuration that changes, while failures of numbered addresses come in.
// Every one of them must be counted, and a banned host that sends without pause must never be heard.
func TestReloadUnderAttack(t *testing.T) {
	lab.Run(t, func(l *lab.Lab) {
		configure(l)
		// The stock action serves the jail that bans, the one that only counts keeps taking notes.
		l.Must("cp", l.Peer+"/root/etc/fail2ban/action.d/nftables-allports.conf", l.Peer+"/root/etc/fail2ban/action.d/nftables.conf", "/etc/fail2ban/action.d/")
		os.WriteFile("/etc/fail2ban/jail.local", variant(0), 0o644)
		client := l.Bin + "/fail2ban-client"
		l.Must(client, "start")
		defer func() { t.Log(tail(l.Read("/var/log/fail2ban.log"))) }()
		l.Must(client, "set", "mail", "banip", "192.0.2.10")
		heard := listen(l)
		stop, written := attack(l)
		probe := l.Host("attacker", 10).Flood(lab.Server4, 7777)
		l.Eventually("the host is shut out", func() bool { heard.Store(0); time.Sleep(200 * time.Millisecond); return heard.Load() == 0 })

		begin, n := time.Now(), 0
		for ; n < reloads || time.Since(begin) < attackTime; n++ {
			os.WriteFile("/etc/fail2ban/jail.local", variant(n+1), 0o644)
			if out := l.Must(client, "reload"); out != "OK\n" {
				t.Fatalf("reload %d: %s", n, out)
			}
		}
		t.Logf("%d reloads in %v", n, time.Since(begin))
		close(stop)
		total := <-written
		want := fmt.Sprintf("Total failed:\t%d\n", total)
		l.Eventually(want, func() bool { return strings.Contains(l.Must(client, "status", "web"), want) })
		if sent := probe(); heard.Load() != 0 || sent < 500 {
			t.Errorf("of %d packets of a banned host %d came through", sent, heard.Load())
		} else {
			t.Logf("%d lines counted, none of %d packets came through", total, sent)
		}
		l.Must(client, "stop")
	})
}

// variant is a configuration in which every reload finds something else to change.
func variant(i int) []byte {
	return fmt.Appendf(nil, `[DEFAULT]
maxretry = %d
[web]
failregex = ^ login failure from <HOST>$
            ^ variant %d <HOST>$
[mail]
action = nftables-allports[name=mail, protocol="tcp,udp", blocktype=%s]
`, 100+i, i, []string{"reject", "drop"}[i%2])
}

// listen counts the packets that reach port 7777.
func listen(l *lab.Lab) *atomic.Int64 {
	conn, err := net.ListenPacket("udp", lab.Server4+":7777")
	if err != nil {
		l.T.Fatal(err)
	}
	l.T.Cleanup(func() { conn.Close() })
	heard := new(atomic.Int64)
	go func() {
		buf := make([]byte, 100)
		for {
			if _, _, err := conn.ReadFrom(buf); err != nil {
				return
			}
			heard.Add(1)
		}
	}()
	return heard
}

// attack writes failures of ever new addresses until stop is closed, and then says how many.
func attack(l *lab.Lab) (stop chan struct{}, written chan int) {
	stop, written = make(chan struct{}), make(chan int, 1)
	f, err := os.OpenFile("/var/log/web.log", os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		l.T.Fatal(err)
	}
	const burst = rate / 100
	go func() {
		defer f.Close()
		tick := time.NewTicker(time.Second / 100)
		defer tick.Stop()
		for n := 0; ; n += burst {
			select {
			case <-stop:
				written <- n
				return
			case <-tick.C:
			}
			var b strings.Builder
			for i := n; i < n+burst; i++ {
				b.WriteString(stamp(fmt.Sprintf(" login failure from 10.%d.%d.%d\n", i>>16, i>>8&255, i&255)))
			}
			f.WriteString(b.String())
		}
	}()
	return stop, written
}

func tail(s string) string {
	lines := strings.Split(s, "\n")
	var kept []string
	for _, line := range lines {
		if !strings.Contains(line, "] Found ") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept[max(0, len(kept)-30):], "\n")
}
