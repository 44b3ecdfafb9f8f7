package nft

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// runProgram runs a program and returns its output.
func runProgram(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// TestPacketsOfBannedAddressesAreDropped sends real datagrams from a neighbour: all arrive before the ban, none after it, all again
// after the unban.
func TestPacketsOfBannedAddressesAreDropped(t *testing.T) {
	k := needKernel(t)
	neighbour := newNeighbour(t)
	conn, err := net.ListenPacket("udp", ":5353")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()

	a := newAction(t, k, "port", "5353", "protocol", "tcp,udp", "blocktype", "drop")
	for _, family := range []struct{ from, to string }{{"192.0.2.2", "192.0.2.1"}, {"2001:db8::2", "2001:db8::1"}} {
		arrive := func(when string, want int) {
			t.Helper()
			if got := arrivals(t, conn, func() { neighbour.send(t, family.to) }); got != want {
				t.Errorf("%s, %s: %d of 3 datagrams arrived, want %d", family.from, when, got, want)
			}
		}
		arrive("before", 3)
		ok(t, a.Ban(ctx, event(family.from)))
		arrive("banned", 0)
		ok(t, a.Unban(ctx, event(family.from)))
		arrive("unbanned", 3)
		ok(t, a.Ban(ctx, event(family.from+"/30")))
		arrive("its network banned", 0)
		ok(t, a.Stop(ctx))
		arrive("stopped", 3)
	}
}

// arrivals counts the datagrams that send brings.
func arrivals(t *testing.T, conn net.PacketConn, send func()) int {
	t.Helper()
	send()
	n := 0
	for {
		ok(t, conn.SetReadDeadline(time.Now().Add(150*time.Millisecond)))
		if _, _, err := conn.ReadFrom(make([]byte, 64)); err != nil {
			return n
		}
		n++
	}
}

// A neighbour is a network namespace with a wire to ours.
type neighbour struct{ pid int }

func newNeighbour(t *testing.T) neighbour {
	t.Helper()
	holder := exec.Command("sleep", "60")
	holder.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if err := holder.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = holder.Process.Kill()
		_ = holder.Wait()
	})
	n := neighbour{holder.Process.Pid}
	runProgram(t, "ip", "link", "add", "here", "type", "veth", "peer", "name", "there", "netns", fmt.Sprint(n.pid))
	t.Cleanup(func() { _ = exec.Command("ip", "link", "del", "here").Run() })
	for _, line := range []string{"link set lo up", "link set here up", "addr add 192.0.2.1/24 dev here", "addr add 2001:db8::1/64 dev here nodad"} {
		runProgram(t, "ip", strings.Fields(line)...)
	}
	for _, line := range []string{"link set there up", "addr add 192.0.2.2/24 dev there", "addr add 2001:db8::2/64 dev there nodad"} {
		n.run(t, append([]string{"ip"}, strings.Fields(line)...)...)
	}
	return n
}

func (n neighbour) run(t *testing.T, command ...string) {
	t.Helper()
	runProgram(t, "nsenter", append([]string{"-t", fmt.Sprint(n.pid), "-n", "--"}, command...)...)
}

// send sends three datagrams to port 5353 of to. The sender is this test program, called anew.
func (n neighbour) send(t *testing.T, to string) {
	t.Helper()
	self, err := filepath.EvalSymlinks("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	n.run(t, "env", "GAOL_TEST_SEND="+net.JoinHostPort(to, "5353"), self, "-test.run=TestSendDatagrams")
}

// TestSendDatagrams is the other end's part in TestPacketsOfBannedAddressesAreDropped.
func TestSendDatagrams(t *testing.T) {
	to := os.Getenv("GAOL_TEST_SEND")
	if to == "" {
		t.Skip("only called by the packet test")
	}
	conn, err := net.Dial("udp", to)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for range 3 {
		ok(t, func() error { _, err := conn.Write([]byte("hello")); return err }())
		time.Sleep(20 * time.Millisecond)
	}
}
