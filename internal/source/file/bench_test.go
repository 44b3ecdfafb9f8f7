package file

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gaol/internal/source"
	"gaol/internal/ticket"
)

// BenchmarkRead measures reading a file of usual lines from the page cache, without judging them.
func BenchmarkRead(b *testing.B) {
	const size = 64 << 20
	path := filepath.Join(b.TempDir(), "a.log")
	line := "Nov 25 22:00:00 host sshd[12345]: Failed password for invalid user admin from 192.0.2.77 port 40022 ssh2\n"
	if err := os.WriteFile(path, []byte(strings.Repeat(line, size/len(line))), 0o600); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		r := NewReader(Options{})
		s, err := r.Subscribe(path, Start{}, source.SinkFunc(func(batch *ticket.Batch) { n += len(batch.Lines) }))
		if err != nil {
			b.Fatal(err)
		}
		s.follow.round(context.Background())
		s.Close()
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkWake measures the time from a write to the sink, after silence.
func BenchmarkWake(b *testing.B) {
	path := filepath.Join(b.TempDir(), "a.log")
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	r := running(b, Options{})
	came := make(chan time.Time, 1)
	if _, err := r.Subscribe(path, Start{}, source.SinkFunc(func(*ticket.Batch) { came <- time.Now() })); err != nil {
		b.Fatal(err)
	}
	var took []time.Duration
	for b.Loop() {
		time.Sleep(10 * time.Millisecond)
		began := time.Now()
		if _, err := f.WriteString("a line\n"); err != nil {
			b.Fatal(err)
		}
		took = append(took, (<-came).Sub(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs-median")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "µs-p99")
}

// BenchmarkCPU reports which share of one core reading takes at a steady rate of one write a line. The writer is a process of
// its own, so that only the reader's time counts.
func BenchmarkCPU(b *testing.B) {
	for _, rate := range []int{0, 1000, 10000, 50000} {
		b.Run(fmt.Sprintf("%d lines a second", rate), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "a.log")
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				b.Fatal(err)
			}
			var lines, batches atomic.Int64
			r := running(b, Options{})
			if _, err := r.Subscribe(path, Start{}, source.SinkFunc(func(batch *ticket.Batch) {
				lines.Add(int64(len(batch.Lines)))
				batches.Add(1)
			})); err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				const span = 2 * time.Second
				before, began := cpu(b), time.Now()
				write(b, path, rate, span)
				b.ReportMetric(100*(cpu(b)-before).Seconds()/time.Since(began).Seconds(), "%core")
			}
			b.ReportMetric(float64(lines.Load())/float64(b.N)/2, "lines/s")
			b.ReportMetric(float64(batches.Load())/float64(b.N)/2, "batches/s")
		})
	}
}

func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// write runs this test program again as the writer.
func write(b *testing.B, path string, rate int, span time.Duration) {
	b.Helper()
	env := append(os.Environ(), fmt.Sprintf("GAOL_WRITE=%s %d %d", path, rate, span))
	p, err := os.StartProcess(os.Args[0], os.Args[:1], &os.ProcAttr{Env: env})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := p.Wait(); err != nil {
		b.Fatal(err)
	}
}

// TestMain is the writer of BenchmarkCPU when it is asked to be.
func TestMain(m *testing.M) {
	job := os.Getenv("GAOL_WRITE")
	if job == "" {
		os.Exit(m.Run())
	}
	var path string
	var rate int
	var span time.Duration
	if _, err := fmt.Sscan(job, &path, &rate, (*int64)(&span)); err != nil {
		panic(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		panic(err)
	}
	began := time.Now()
	for n := 0; time.Since(began) < span; time.Sleep(time.Millisecond) {
		for ; n < int(float64(rate)*time.Since(began).Seconds()); n++ {
			_, _ = f.WriteString("Nov 25 22:00:00 host sshd[12345]: Failed password for root from 192.0.2.77 port 40022 ssh2\n")
		}
	}
	os.Exit(0)
}
