package pyre

import (
	"encoding/binary"
	"math"
)

// phrases is what many lines of logs have. A gram that is in it is a bad one to look for.
const phrases = ` ` + everywhere + ` session opened for user root(uid=0) by (uid=0) session closed for user root, pam_unix(cron:session): CRON, ` +
	`pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=  user=root, systemd-logind: New session of user, ` +
	`Removed session, failed password for root from port ssh2, for invalid user admin from port ssh2, publickey for from port ssh2: RSA SHA256, ` +
	`disconnect from port 11: disconnected by user, connection closed by authenticating user [preauth], unknown[]: authentication failed: ` +
	`lost connection after, connect from, status=sent, removed, user=<>, method=, TLS, logged in, connected, command, ` +
	`Session logged out. Waiting for processes to exit, ` +
	`error: warning: info: notice, not found, No such file or directory, access denied, not allowed, message, upstream timed out: Password Mismatch`

// gramChances tell how often grams of one length stand in log lines. They are only good for comparing.
type gramChances struct {
	gram    int
	phrases [1 << chanceBits]uint8 // how often a gram is in phrases, by its hash
	sharers [1 << chanceBits]uint8 // in how many literals it is
}

const chanceBits = 13

func newGramChances(gram int) *gramChances {
	c := &gramChances{gram: gram}
	for i := range len(phrases) - gram + 1 {
		if n := &c.phrases[c.slot(phrases[i:i+gram])]; *n < math.MaxUint8 {
			*n++
		}
	}
	return c
}

// share has grams preferred that several of the literals have: the fewer different ones there are, the better a sieve tells them from
// others.
func (c *gramChances) share(literals clause) {
	for _, l := range literals {
		for i := range len(l) - c.gram + 1 {
			if n := &c.sharers[c.slot(l[i:i+c.gram])]; *n < math.MaxUint8 {
				*n++
			}
		}
	}
}

func (c *gramChances) slot(gram string) uint32 {
	var four [maxGram]byte
	copy(four[:], gram)
	return hashOfGram(binary.LittleEndian.Uint32(four[:])) >> (hashBits - chanceBits)
}

// of takes characters to be as often as they are far in front by frequency.
func (c *gramChances) of(gram string) float64 {
	slot := c.slot(gram)
	unlikely := max(1, int(c.sharers[slot])*int(c.sharers[slot]))
	for i := range len(gram) {
		unlikely *= 1 + rarity(gram[i])
	}
	return float64(c.phrases[slot]) + 1/float64(unlikely)
}

// rarest returns where n grams side by side stand in the literal that are the rarest together.
func (c *gramChances) rarest(literal string, n int) (at int) {
	chances := make([]float64, 0, 64)
	for i := range len(literal) - c.gram + 1 {
		chances = append(chances, c.of(literal[i:i+c.gram]))
	}
	least := math.Inf(1)
	for i := range len(chances) - n + 1 {
		sum := 0.0
		for _, p := range chances[i : i+n] {
			sum += p
		}
		if sum < least {
			at, least = i, sum
		}
	}
	return at
}
