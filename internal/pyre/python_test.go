package pyre

import (
	"bufio"
	"cmp"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"testing"
)

// pythonLines runs a script with CPython 3.11, the truth of these tests, and yields the
// lines that it prints. The environment may name another interpreter than the system's.
func pythonLines(t testing.TB, script string, args ...any) iter.Seq[[]byte] {
	python := cmp.Or(os.Getenv("GAOL_PYTHON"), "/usr/bin/python3")
	if _, err := os.Stat(python); err != nil {
		t.Skip("no CPython to compare with: ", err)
	}
	command := []string{script}
	for _, a := range args {
		command = append(command, fmt.Sprint(a))
	}
	return func(yield func([]byte) bool) {
		cmd := exec.Command(python, command...)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 1<<26)
		for lines.Scan() && yield(lines.Bytes()) {
		}
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%s: %v", script, err)
		}
	}
}
