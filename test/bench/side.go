package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A side is one of the two products.
type side struct {
	name  string
	stock string // the stock configuration, the same for both
	argv  func(program string) []string
	env   []string
}

func ourSide(root string) *side {
	return &side{
		name:  "ours",
		stock: filepath.Join(root, ".peer/root/etc/fail2ban"),
		argv:  func(program string) []string { return []string{filepath.Join(root, "bin", program)} },
		env:   os.Environ(),
	}
}

// peerSide is the original as installed systems run it: its modules are compiled once, into dir.
func peerSide(root, dir string) *side {
	tree := filepath.Join(root, ".peer/root")
	return &side{
		name:  "peer",
		stock: filepath.Join(tree, "etc/fail2ban"),
		argv: func(program string) []string {
			return []string{"/usr/bin/python3", "-W", "ignore", filepath.Join(tree, "usr/bin", program)}
		},
		env: append(withoutPython(os.Environ()), "PYTHONPATH="+tree+"/usr/lib/python3/dist-packages", "PYTHONPYCACHEPREFIX="+dir+"/pycache"),
	}
}

// withoutPython drops what the environment wants of Python, for instance not to keep compiled modules.
func withoutPython(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(v string) bool { return strings.HasPrefix(v, "PYTHON") })
}

// command returns a command of this side that has not been started. It ends with us.
func (s *side) command(program string, args ...string) *exec.Cmd {
	argv := append(s.argv(program), args...)
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = s.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// An outcome is how a command went.
type outcome struct {
	wall, cpu float64 // seconds; cpu is user and system time
	stdout    string
}

// run runs a command to its end; one that fails is an error.
func (s *side) run(program string, args ...string) (outcome, error) {
	cmd := s.command(program, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	begin := time.Now()
	err := cmd.Run()
	o := outcome{wall: time.Since(begin).Seconds(), stdout: stdout.String()}
	if err != nil {
		return o, fmt.Errorf("%s: %s %s: %w\n%s", s.name, program, strings.Join(args, " "), err, last(o.stdout+stderr.String(), 2000))
	}
	o.cpu = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
	return o, nil
}

// last returns the last n bytes of text at most.
func last(text string, n int) string { return text[max(0, len(text)-n):] }

// machine describes where we are, for the head of the table.
func machine() string {
	var u syscall.Utsname
	_ = syscall.Uname(&u) // it cannot fail
	release := make([]byte, 0, len(u.Release))
	for _, c := range u.Release {
		if c == 0 {
			break
		}
		release = append(release, byte(c))
	}
	load, _ := os.ReadFile("/proc/loadavg")
	return fmt.Sprintf("%s; %d CPUs; Linux %s; load %s; %s", time.Now().Format("2006-01-02 15:04"), runtime.NumCPU(), release,
		strings.Join(strings.Fields(string(load))[:2], " "), runtime.Version())
}
