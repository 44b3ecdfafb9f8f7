// Package lab gives a test a machine of its own: network, mounts, processes and host name are private namespaces, a real
// sshd and a real rsyslogd run in it, and other hosts reach it over virtual cables.
//
// In goes a test's body; out comes what it saw. Nothing of it reaches the host: files under /etc, /var and /run are copies
// or empty, and every process ends with the test. It takes root and Linux.
package lab

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A Lab is the machine, as its root user sees it.
type Lab struct {
	T     *testing.T
	Bin   string // folder with our commands
	Peer  string // folder with the oracle: bin/ and root/
	hosts map[string]Host
}

const inside = "GAOL_LAB"

// Run runs body on a machine of its own, in a process of its own; t fails when body does.
func Run(t *testing.T, body func(*Lab)) {
	t.Helper()
	if os.Getenv(inside) == t.Name() {
		l := &Lab{T: t, Bin: path(t, "bin"), Peer: path(t, ".peer"), hosts: map[string]Host{}}
		l.mounts()
		l.network()
		body(l)
		return
	}
	if os.Getuid() != 0 {
		t.Fatal("this test makes namespaces of its own, which takes root: run `make e2e`")
	}
	enter(t)
}

// path returns a folder of the repository.
func path(t *testing.T, name string) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, name)
		}
	}
	t.Fatal("no go.mod above the test")
	return ""
}

// enter runs this very test again, as the first process of a new machine.
func enter(t *testing.T) {
	t.Helper()
	pattern := "^" + strings.ReplaceAll(regexp.QuoteMeta(t.Name()), "/", "$/^") + "$"
	cmd := exec.Command("/proc/self/exe", "-test.run", pattern, "-test.v", "-test.count=1")
	cmd.Env = append(os.Environ(), inside+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWNET | syscall.CLONE_NEWPID | syscall.CLONE_NEWUTS | syscall.CLONE_NEWIPC,
		Pdeathsig:  syscall.SIGKILL,
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	t.Log(out.String())
	if err != nil {
		t.Fatalf("inside the lab: %v", err)
	}
}

// Must runs a command to its end and returns its output; the test fails when it does.
func (l *Lab) Must(name string, args ...string) string {
	l.T.Helper()
	out, code := l.Try(name, args...)
	if code != 0 {
		l.T.Fatalf("%s %s: exit status %d\n%s", name, strings.Join(args, " "), code, out)
	}
	return out
}

// Try runs a command and returns its output, standard error included, and its exit status.
func (l *Lab) Try(name string, args ...string) (string, int) {
	l.T.Helper()
	var out bytes.Buffer
	code := l.Exec(&out, &out, name, args...)
	return out.String(), code
}

// Exec runs a command and returns its exit status.
func (l *Lab) Exec(stdout, stderr io.Writer, name string, args ...string) int {
	l.T.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	// A command that leaves a daemon behind must not be waited for longer than itself.
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if cmd.ProcessState == nil {
		l.T.Fatalf("%s: %v", name, err)
	}
	return cmd.ProcessState.ExitCode()
}

// Spawn starts a command that runs until the test ends.
func (l *Lab) Spawn(name string, args ...string) *exec.Cmd {
	l.T.Helper()
	cmd := exec.Command(name, args...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		l.T.Fatalf("start %s: %v", name, err)
	}
	l.T.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	return cmd
}

// Write writes a file, making its folder.
func (l *Lab) Write(path, text string) {
	l.T.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		l.T.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		l.T.Fatal(err)
	}
}

// Read returns a file's content, "" for a missing one.
func (l *Lab) Read(path string) string {
	l.T.Helper()
	b, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		l.T.Fatal(err)
	}
	return string(b)
}

// Eventually waits until cond holds, and fails the test when it does not within ten seconds.
func (l *Lab) Eventually(what string, cond func() bool) {
	l.T.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if cond() {
			return
		}
	}
	l.T.Fatalf("not within ten seconds: %s", what)
}

// mounts makes the files that the test may change its own.
func (l *Lab) mounts() {
	t := l.T
	mount := func(source, target, kind string, flags uintptr, data string) {
		t.Helper()
		if err := syscall.Mount(source, target, kind, flags, data); err != nil {
			t.Fatalf("mount %s on %s: %v", source, target, err)
		}
	}
	mount("none", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, "")
	mount("proc", "/proc", "proc", 0, "")
	room, err := os.MkdirTemp("", "gaol-lab")
	if err != nil {
		t.Fatal(err)
	}
	mount("tmpfs", room, "tmpfs", 0, "mode=755")
	l.Must("cp", "-a", "/etc", room+"/etc")
	os.RemoveAll(room + "/etc/fail2ban")
	l.devices(room + "/dev")
	mount(room+"/etc", "/etc", "", syscall.MS_BIND, "")
	mount(room+"/dev", "/dev", "", syscall.MS_BIND|syscall.MS_REC, "")
	for _, dir := range []string{"/run", "/var/log", "/var/lib", "/var/spool"} {
		mount("tmpfs", dir, "tmpfs", 0, "mode=755")
	}
	if err := syscall.Sethostname([]byte("lab")); err != nil {
		t.Fatal(err)
	}
	l.Write("/etc/hosts", "127.0.0.1 localhost lab\n::1 localhost\n")
}

// devices fills a /dev in which syslog's socket can be made without touching the host's.
func (l *Lab) devices(dir string) {
	if err := os.MkdirAll(dir+"/shm", 0o1777); err != nil {
		l.T.Fatal(err)
	}
	old := syscall.Umask(0)
	for name, number := range map[string]int{
		"null": 1<<8 | 3, "zero": 1<<8 | 5, "full": 1<<8 | 7, "random": 1<<8 | 8, "urandom": 1<<8 | 9, "tty": 5 << 8,
	} {
		if err := syscall.Mknod(dir+"/"+name, syscall.S_IFCHR|0o666, number); err != nil {
			l.T.Fatalf("mknod %s: %v", name, err)
		}
	}
	syscall.Umask(old)
	os.Mkdir(dir+"/pts", 0o755)
	if err := syscall.Mount("devpts", dir+"/pts", "devpts", 0, "newinstance,ptmxmode=0666,mode=620"); err != nil {
		l.T.Fatalf("mount devpts: %v", err)
	}
	for link, target := range map[string]string{
		"ptmx": "pts/ptmx", "fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2",
	} {
		os.Symlink(target, dir+"/"+link)
	}
}
