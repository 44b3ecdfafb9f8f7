package lab

import (
	"net"
	"strconv"
	"time"
)

// Flood sends UDP packets from the host to a port of server, one a millisecond, until the function it returns is called, which
// says how many were sent.
func (h Host) Flood(server string, port int) (stop func() (sent int)) {
	h.lab.T.Helper()
	quit, count, opened := make(chan struct{}), make(chan int, 1), make(chan error, 1)
	go func() {
		conn, err := h.packets(server, port)
		if opened <- err; err != nil {
			return
		}
		defer conn.Close()
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-quit:
				count <- n
				return
			case <-tick.C:
				conn.Write([]byte(strconv.Itoa(n))) // refused ones are an answer too
			}
		}
	}()
	if err := <-opened; err != nil {
		h.lab.T.Fatal(err)
	}
	return func() int {
		close(quit)
		return <-count
	}
}

// packets opens a UDP socket in the host's network.
func (h Host) packets(server string, port int) (net.Conn, error) {
	return h.inside(func() (net.Conn, error) {
		return net.Dial("udp", net.JoinHostPort(server, strconv.Itoa(port)))
	})
}
