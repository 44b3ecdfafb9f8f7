package pyre

import (
	"encoding/json"
	"os"
	"testing"
)

type zjail struct {
	pre   *Regexp
	cont  int
	set   *Set
	fail  []*Regexp
	gate  *Gate
	m, mp Matcher
	c     Candidates
	buf   []byte
}

func (j *zjail) match(l []byte) int {
	if !j.gate.Open(l) {
		return -1
	}
	c := l
	if j.pre != nil {
		if !j.mp.Search(j.pre, l, 0, len(l)) {
			return -1
		}
		if j.cont > 0 {
			a, e := j.mp.Group(j.cont)
			if a >= 0 && e > a {
				if e == len(l)-1 {
					c = l[a:]
				} else {
					j.buf = append(append(j.buf[:0], l[a:e]...), '\n')
					c = j.buf
				}
			}
		}
	}
	j.c.Start(j.set, c)
	for i := j.c.Next(); i >= 0; i = j.c.Next() {
		if j.m.Search(j.fail[i], c, 0, len(c)) {
			return i
		}
	}
	return -1
}
func BenchmarkMix(b *testing.B) {
	var mixes [][]json.RawMessage
	d, err := os.ReadFile("/tmp/w/mix.json")
	if err != nil {
		b.Skip()
	}
	json.Unmarshal(d, &mixes)
	for _, mx := range mixes {
		var name, pre string
		var fail, ls []string
		json.Unmarshal(mx[0], &name)
		json.Unmarshal(mx[1], &pre)
		json.Unmarshal(mx[2], &fail)
		json.Unmarshal(mx[3], &ls)
		j := &zjail{}
		if pre != "" {
			j.pre = mustCompile(b, pre, 0)
			j.cont = j.pre.SubexpIndex("content")
		}
		for _, f := range fail {
			j.fail = append(j.fail, mustCompile(b, f, 0))
		}
		j.set = NewSet(j.fail)
		j.gate = NewGate(j.pre, j.fail)
		lines := make([][]byte, len(ls))
		for i, l := range ls {
			lines[i] = []byte(l)
		}
		n := 0
		for _, l := range lines {
			if j.match(l) >= 0 {
				n++
			}
		}
		b.Run(name, func(b *testing.B) {
			for i := 0; i < b.N; i++ {
				j.match(lines[i%len(lines)])
			}
			b.ReportMetric(float64(n), "hits")
		})
	}
}
