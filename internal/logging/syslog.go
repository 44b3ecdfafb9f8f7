package logging

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// facilities are the syslog facility codes of RFC 3164 by the names the facility option takes.
var facilities = []numbered{
	{"KERN", 0}, {"USER", 1}, {"MAIL", 2}, {"DAEMON", daemonFacility}, {"AUTH", 4}, {"SYSLOG", 5}, {"LPR", 6}, {"NEWS", 7}, {"UUCP", 8},
	{"CRON", 9}, {"AUTHPRIV", 10}, {"FTP", 11}, {"LOCAL0", 16}, {"LOCAL1", 17}, {"LOCAL2", 18}, {"LOCAL3", 19}, {"LOCAL4", 20},
	{"LOCAL5", 21}, {"LOCAL6", 22}, {"LOCAL7", 23},
}

// daemonFacility is the one that holds if none is given.
const daemonFacility = 3

// severity maps an entry's level to the syslog severity.
func severity(e *entry) int {
	switch n, _ := describe(e.level); {
	case n >= 50:
		return 2
	case n >= 40:
		return 3
	case n >= 30:
		return 4
	case n >= 25:
		return 5
	case n >= 18:
		return 6
	}
	return 7
}

// syslog sends datagrams to a local syslog daemon, and dials anew when the daemon was restarted.
type syslog struct {
	layout
	path string
	conn *os.File
	buf  []byte
}

func dialSyslog(socket string, l layout) (*syslog, error) {
	if strings.EqualFold(socket, "auto") {
		socket = "/dev/log"
	}
	info, err := os.Stat(socket)
	if err != nil || info.Mode()&os.ModeSocket == 0 {
		return nil, fmt.Errorf("Syslog socket file: %s does not exists or is not a socket", socket)
	}
	s := &syslog{layout: l, path: socket}
	return s, s.reopen()
}

func (s *syslog) reopen() error {
	conn, err := dialDatagram(s.path)
	if err != nil {
		return err
	}
	s.Close()
	s.conn = conn
	return nil
}

func (s *syslog) write(e *entry) error {
	s.buf = append(s.buf[:0], '<')
	s.buf = strconv.AppendInt(s.buf, int64(s.facility<<3|severity(e)), 10)
	s.buf = append(s.buf, '>')
	s.buf = append(s.layout.append(s.buf, e), 0)
	return send(s, s.conn, s.buf)
}

func (s *syslog) Close() error {
	if s.conn == nil {
		return nil
	}
	return s.conn.Close()
}

// dialDatagram connects to a socket of datagrams, without package net: a client's log, which never does this, shall not wait for that
// to be initialised.
func dialDatagram(path string) (*os.File, error) {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_DGRAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	if err := syscall.Connect(fd, &syscall.SockaddrUnix{Name: path}); err != nil {
		syscall.Close(fd)
		return nil, &os.PathError{Op: "connect", Path: path, Err: err}
	}
	return os.NewFile(uintptr(fd), path), nil
}

// send writes one datagram and, if that fails, dials anew and tries once more.
func send(t target, conn *os.File, b []byte) error {
	_, err := conn.Write(b)
	if err == nil {
		return nil
	}
	if again := t.reopen(); again != nil {
		return errors.Join(err, again)
	}
	switch t := t.(type) {
	case *syslog:
		_, err = t.conn.Write(b)
	case *journal:
		_, err = t.conn.Write(b)
	}
	return err
}

const journalSocket = "/run/systemd/journal/socket"

// journal speaks systemd's native protocol (systemd.io, "Native Journal Protocol").
type journal struct {
	layout
	conn *os.File
	buf  []byte
}

func dialJournal(l layout) (*journal, error) {
	j := &journal{layout: l}
	if err := j.reopen(); err != nil {
		return nil, fmt.Errorf("connect to the journal: %w", err)
	}
	return j, nil
}

func (j *journal) reopen() error {
	conn, err := dialDatagram(journalSocket)
	if err != nil {
		return err
	}
	j.Close()
	j.conn = conn
	return nil
}

func (j *journal) write(e *entry) error {
	b := field(j.buf[:0], "MESSAGE", string(e.appendText(nil)))
	b = field(b, "PRIORITY", strconv.Itoa(severity(e)))
	b = field(b, "LOGGER", e.logger)
	b = field(b, "SYSLOG_IDENTIFIER", "fail2ban")
	b = field(b, "CODE_FUNC", callerOf(e.pc, "funcName"))
	b = field(b, "CODE_FILE", callerOf(e.pc, "pathname"))
	j.buf = field(b, "CODE_LINE", strconv.Itoa(lineOf(e.pc)))
	return send(j, j.conn, j.buf)
}

func (j *journal) Close() error {
	if j.conn == nil {
		return nil
	}
	return j.conn.Close()
}

// field appends one journal field, in the binary form where the value has a newline.
func field(b []byte, name, value string) []byte {
	b = append(b, name...)
	if !strings.Contains(value, "\n") {
		b = append(b, '=')
		return append(append(b, value...), '\n')
	}
	b = append(b, '\n')
	b = binary.LittleEndian.AppendUint64(b, uint64(len(value)))
	return append(append(b, value...), '\n')
}

func frameOf(pc uintptr) runtime.Frame {
	if pc == 0 {
		return runtime.Frame{}
	}
	f, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	return f
}

func lineOf(pc uintptr) int { return frameOf(pc).Line }

// callerOf names the place in our code that logged.
func callerOf(pc uintptr, what string) string {
	f := frameOf(pc)
	base := path.Base(f.File)
	switch what {
	case "funcName":
		return path.Base(f.Function)
	case "pathname":
		return f.File
	case "filename":
		return base
	}
	return strings.TrimSuffix(base, ".go")
}
