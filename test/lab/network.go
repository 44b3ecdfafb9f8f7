package lab

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Addresses of the machine under test, from the blocks set aside for documentation (RFC 5737, RFC 3849).
const (
	Server4 = "192.0.2.1"
	Server6 = "2001:db8::1"
)

// A Host is another computer on the lab's network.
type Host struct {
	Name   string
	V4, V6 string
	lab    *Lab
}

// network makes the machine's own end of the network: a bridge that hosts plug into.
func (l *Lab) network() {
	l.Must("ip", "link", "set", "lo", "up")
	// With a fixed address: a bridge takes on that of its ports otherwise, and changes it when hosts come.
	l.Must("ip", "link", "add", "lan0", "address", "02:00:00:00:00:01", "type", "bridge", "forward_delay", "0")
	l.Must("ip", "addr", "add", Server4+"/24", "dev", "lan0")
	l.Must("ip", "addr", "add", Server6+"/64", "dev", "lan0", "nodad")
	l.Must("ip", "link", "set", "lan0", "up")
}

// Host returns the computer with that name and last number, 192.0.2.N and 2001:db8::N, and connects it on first use.
func (l *Lab) Host(name string, n int) Host {
	if h, ok := l.hosts[name]; ok {
		return h
	}
	h := Host{Name: name, V4: fmt.Sprintf("192.0.2.%d", n), V6: fmt.Sprintf("2001:db8::%x", n), lab: l}
	l.hosts[name] = h
	port := "to-" + name
	l.Must("ip", "netns", "add", name)
	l.Must("ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", name)
	l.Must("ip", "link", "set", port, "master", "lan0", "up")
	for _, args := range [][]string{
		{"link", "set", "lo", "up"},
		{"addr", "add", h.V4 + "/24", "dev", "eth0"},
		{"addr", "add", h.V6 + "/64", "dev", "eth0", "nodad"},
		{"link", "set", "eth0", "up"},
	} {
		l.Must("ip", append([]string{"-n", name}, args...)...)
	}
	l.Eventually(name+" reaches the server", func() bool { return h.reaches(Server4) && h.reaches(Server6) })
	return h
}

// reaches reports whether packets get through: a refused connection is an answer too.
func (h Host) reaches(server string) bool {
	_, err := h.dial(server, 9)
	return err == nil || strings.Contains(err.Error(), "refused")
}

// dial opens a TCP connection from the host's network.
func (h Host) dial(server string, port int) (net.Conn, error) {
	return h.inside(func() (net.Conn, error) {
		return net.DialTimeout("tcp", net.JoinHostPort(server, fmt.Sprint(port)), 2*time.Second)
	})
}

// inside opens a socket in the host's network; it can be used from anywhere afterwards.
func (h Host) inside(open func() (net.Conn, error)) (conn net.Conn, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		// The thread changes its network for good, so it must end with this goroutine: it is never unlocked.
		runtime.LockOSThread()
		f, openErr := os.Open("/run/netns/" + h.Name)
		if openErr != nil {
			err = openErr
			return
		}
		defer f.Close()
		if err = unix.Setns(int(f.Fd()), unix.CLONE_NEWNET); err != nil {
			return
		}
		conn, err = open()
	}()
	<-done
	return conn, err
}

// CanConnect reports whether the host gets the greeting of the server's sshd.
func (h Host) CanConnect(server string) bool {
	conn, err := h.dial(server, 22)
	if err != nil {
		return false
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	greeting, _ := bufio.NewReader(conn).ReadString('\n')
	return strings.HasPrefix(greeting, "SSH-")
}

// FailLogin tries to log in once with a wrong password, with a real ssh client, from the host's address of server's family.
func (h Host) FailLogin(server string) {
	h.lab.T.Helper()
	// A client that is shut out while it talks waits for ever, hence the timeout.
	out, code := h.lab.Try("ip", "netns", "exec", h.Name, "timeout", "3", "sshpass", "-p", "wrong", "ssh", "-F", "none",
		"-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
		"-o", "PreferredAuthentications=password", "-o", "NumberOfPasswordPrompts=1", "-o", "ConnectTimeout=3",
		"root@"+server, "true")
	if code == 0 {
		h.lab.T.Fatalf("%s logged in with a wrong password: %s", h.Name, out)
	}
}

// FailLogins tries n times.
func (h Host) FailLogins(server string, n int) {
	h.lab.T.Helper()
	for range n {
		h.FailLogin(server)
	}
}

// Reaches reports whether the host can open a TCP connection to the port.
func (h Host) Reaches(server string, port int) bool {
	conn, err := h.dial(server, port)
	if err == nil {
		conn.Close()
	}
	return err == nil
}
