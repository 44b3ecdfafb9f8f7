package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// cpuTime returns the seconds of CPU that a process's living threads have had, by the scheduler's clock.
func cpuTime(pid int) float64 {
	total := 0.0
	for _, line := range eachThread(pid, "schedstat") {
		ns, _ := strconv.ParseFloat(strings.Fields(line + " 0")[0], 64)
		total += ns / 1e9
	}
	return total
}

// wakeUps returns how often a process's living threads have begun to wait.
func wakeUps(pid int) float64 {
	total := 0.0
	for _, text := range eachThread(pid, "status") {
		total += field(text, "voluntary_ctxt_switches")
	}
	return total
}

// resident returns the memory of a process in bytes: all of it, and what is not pages of files (programs, libraries).
func resident(pid int) (all, own float64) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	return field(string(text), "VmRSS") * 1024, field(string(text), "RssAnon") * 1024
}

// eachThread reads a file of every thread; threads that have just gone are left out.
func eachThread(pid int, name string) (texts []string) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/%s", pid, name)) // the pattern is good
	for _, f := range files {
		if text, err := os.ReadFile(f); err == nil {
			texts = append(texts, string(text))
		}
	}
	return texts
}

// field returns the number that stands behind a name in a status file, 0 where there is none.
func field(text, name string) float64 {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			v, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return v
		}
	}
	return 0
}
