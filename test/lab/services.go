package lab

import "os"

const rsyslogConf = `module(load="imuxsock")
$ActionFileDefaultTemplate RSYSLOG_TraditionalFileFormat
$FileCreateMode 0640
auth,authpriv.* /var/log/auth.log
`

const sshdConf = `HostKey /etc/ssh/lab_key
ListenAddress 192.0.2.1
ListenAddress 2001:db8::1
UsePAM no
PasswordAuthentication yes
PermitRootLogin yes
MaxStartups 100
PidFile /run/sshd.pid
`

// Services starts a real rsyslogd that writes /var/log/auth.log and a real sshd that logs to it.
func (l *Lab) Services() {
	l.T.Helper()
	l.Write("/etc/lab-rsyslog.conf", rsyslogConf)
	l.Write("/var/log/auth.log", "")
	if err := os.MkdirAll("/var/spool/rsyslog", 0o755); err != nil {
		l.T.Fatal(err)
	}
	l.Spawn("rsyslogd", "-n", "-f", "/etc/lab-rsyslog.conf", "-i", "/run/rsyslogd.pid")
	l.Eventually("syslog socket", func() bool { _, err := os.Stat("/dev/log"); return err == nil })

	l.Write("/etc/ssh/lab_sshd", sshdConf)
	os.MkdirAll("/run/sshd", 0o755)
	l.Must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/etc/ssh/lab_key")
	l.Spawn("/usr/sbin/sshd", "-D", "-f", "/etc/ssh/lab_sshd")
	friend := l.Host("friend", 99)
	l.Eventually("sshd answers", func() bool { return friend.CanConnect(Server4) && friend.CanConnect(Server6) })
}
