// Package logs invents the log files of busy servers: the same options always give the same lines, but for their dates.
//
// In go a kind of log, a number of lines and the share of them that is an attack; out come the lines, in the order and format
// in which a real service writes them: sessions of several lines that run at the same time. Addresses come from blocks that are
// reserved for benchmarks and documentation (RFC 2544, RFC 3849, RFC 5737), so that nothing here names a real host.
package logs

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Options say what a log is to hold. The zero value of Seed is a seed like any other.
type Options struct {
	Lines  int
	Attack float64       // share of the lines that belong to attacks, 0 to 1
	Hosts  int           // attacking addresses; one in ten is IPv6
	End    time.Time     // of the last line
	Span   time.Duration // from the first line to the last
	Seed   uint64
}

// atOnce is how many sessions are under way at any time.
const atOnce = 12

// Write writes a log of the kind called name, one of Kinds.
func Write(w io.Writer, name string, o Options) error {
	k, ok := kinds[name]
	if !ok {
		return fmt.Errorf("no kind of log is called %q", name)
	}
	s := &scene{kind: k, rand: rand.New(rand.NewPCG(o.Seed, 1)), options: o, process: 1000}
	out := bufio.NewWriterSize(w, 1<<16)
	step := o.Span / time.Duration(max(1, o.Lines))
	for i := range o.Lines {
		at := o.End.Add(-step * time.Duration(o.Lines-1-i))
		out.WriteString(strings.Replace(s.next(i), "{date}", k.date(at), 1))
		out.WriteByte('\n')
	}
	return out.Flush()
}

// A scene is what goes on at the server while its log is written.
type scene struct {
	kind     kind
	rand     *rand.Rand
	options  Options
	process  int // the last process id given out
	attacks  int // lines of attacks so far, those that wait included
	sessions [][]string
}

// next returns line number n, without its date.
func (s *scene) next(n int) string {
	for len(s.sessions) < atOnce {
		s.sessions = append(s.sessions, s.begin(n))
	}
	i := s.rand.IntN(atOnce)
	line := s.sessions[i][0]
	s.sessions[i] = s.sessions[i][1:]
	if len(s.sessions[i]) == 0 {
		s.sessions[i] = s.sessions[atOnce-1]
		s.sessions = s.sessions[:atOnce-1]
	}
	return line
}

// begin begins a session of the sort that is due.
func (s *scene) begin(n int) []string {
	if float64(s.attacks) >= s.options.Attack*float64(n+1) {
		return s.play(s.kind.normal, fmt.Sprintf("192.0.2.%d", 1+s.rand.IntN(200)))
	}
	lines := s.play(s.kind.attack, s.attacker().String())
	s.attacks += len(lines)
	return lines
}

// play picks one of the scripts by their weights and fills it in.
func (s *scene) play(scripts []script, address string) []string {
	total := 0
	for _, c := range scripts {
		total += c.weight
	}
	pick, i := s.rand.IntN(total), 0
	for ; pick >= scripts[i].weight; i++ {
		pick -= scripts[i].weight
	}
	s.process += 1 + s.rand.IntN(7)
	return strings.Split(s.fill(strings.TrimSpace(scripts[i].lines), address), "\n")
}

// fill replaces what differs from session to session.
func (s *scene) fill(text, address string) string {
	return strings.NewReplacer(
		"{ip}", address,
		"{port}", strconv.Itoa(1024+s.rand.IntN(64000)),
		"{pid}", strconv.Itoa(s.process),
		"{user}", pick(s.rand, guessedUsers),
		"{staff}", pick(s.rand, staff),
		"{page}", pick(s.rand, pages),
		"{probe}", pick(s.rand, probes),
		"{agent}", pick(s.rand, agents),
		"{jail}", pick(s.rand, jails),
		"{size}", strconv.Itoa(300+s.rand.IntN(60000)),
		"{queue}", fmt.Sprintf("%010X", s.rand.Uint64()>>24),
		"{session}", fmt.Sprintf("%08x", s.rand.Uint32()),
		"{few}", strconv.Itoa(2+s.rand.IntN(8)),
	).Replace(text)
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

// attacker returns one of the attacking addresses: a few of them make most of the noise.
func (s *scene) attacker() netip.Addr {
	u := s.rand.Float64()
	return Attacker(int(float64(s.options.Hosts) * u * u * u))
}

// Attacker returns attacking address number n, from 0: 198.18.0.0/15 and, for every tenth, 2001:db8::/64.
func Attacker(n int) netip.Addr {
	if n%10 == 9 {
		a := netip.MustParseAddr("2001:db8::").As16()
		binary.BigEndian.PutUint64(a[8:], uint64(n)<<8|1)
		return netip.AddrFrom16(a)
	}
	return IPv4(n)
}

// IPv4 returns address number n of 198.18.0.0/15, from 0 to 131,071.
func IPv4(n int) netip.Addr {
	var a [4]byte
	binary.BigEndian.PutUint32(a[:], 198<<24|18<<16|uint32(n)&0x1ffff)
	return netip.AddrFrom4(a)
}
