package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"gaol/test/bench/logs"
)

const (
	regexRounds = 3
	regexLines  = 100_000
)

// A workload is a log and the filter that reads it.
type workload struct {
	what, kind string
	attack     float64
	filter     string
	goal       float64 // lines per second of CPU
}

var workloads = []workload{
	{"sshd, half attack", "auth", 0.5, "sshd", 2.1e6},
	{"sshd, quiet", "auth", 0.02, "sshd", 7e6},
	{"sshd aggressive, half attack", "auth", 0.5, "sshd[mode=aggressive]", 1.5e6},
	{"nginx-botsearch", "nginx-access", 0.3, "nginx-botsearch", 2.3e6},
	{"nginx-http-auth", "nginx-error", 0.5, "nginx-http-auth", 1.5e6},
	{"apache-auth", "apache-error", 0.5, "apache-auth", 1.5e6},
	{"postfix", "mail", 0.5, "postfix", 1.5e6},
	{"dovecot", "mail", 0.5, "dovecot", 1.5e6},
	{"recidive", "fail2ban", 0.5, "recidive", 1.5e6},
}

// regex measures whole runs of fail2ban-regex, the start of the program included.
func regex(b *bench) error {
	for _, w := range workloads {
		log, err := b.writeLog(w.kind, logs.Options{
			Lines: regexLines, Attack: w.attack, Hosts: 2000, End: time.Now(), Span: 9 * time.Minute, Seed: 1,
		})
		if err != nil {
			return err
		}
		for i := range regexRounds {
			sides := b.sides()
			if i > 0 {
				sides = sides[:1] // the original takes seconds
			}
			if err := b.match(w, log, sides); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) writeLog(kind string, o logs.Options) (path string, err error) {
	path = filepath.Join(b.dir, kind+".log")
	f, err := os.Create(path)
	if err != nil {
		return "", err
	}
	if err := logs.Write(f, kind, o); err != nil {
		f.Close()
		return "", err
	}
	return path, f.Close()
}

var counts = regexp.MustCompile(`Lines: \d+ lines, \d+ ignored, \d+ matched, \d+ missed`)

// match runs sides, which must count alike.
func (b *bench) match(w workload, log string, sides []*side) error {
	counted := map[string]bool{}
	for _, s := range sides {
		o, err := s.run("fail2ban-regex", "-c", s.stock, log, w.filter)
		if err != nil {
			return err
		}
		counted[counts.FindString(o.stdout)] = true
		b.report.figure("fail2ban-regex: "+w.what, linesPerSec, w.goal).add(s, regexLines/o.cpu)
	}
	if len(counted) != 1 || counted[""] {
		return fmt.Errorf("%s: the two sides do not count alike: %v", w.what, counted)
	}
	return nil
}
