package sources

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"gaol/test/lab"
)

// container makes what Docker keeps of a container called web, and returns its log.
func container(l *lab.Lab, id string) (log string) {
	dir := "/var/lib/docker/containers/" + id
	l.Write(dir+"/config.v2.json", `{"ID":"`+id+`","Name":"/web","LogPath":"`+dir+"/"+id+`-json.log","Config":{"Labels":{"app":"shop"}}}`)
	return dir + "/" + id + "-json.log"
}

// printed appends a line to a container's log, as it was printed at a time.
func printed(l *lab.Lab, log, text string, at time.Time) {
	l.T.Helper()
	line, err := json.Marshal(map[string]string{"log": text + "\n", "stream": "stderr", "time": at.UTC().Format(time.RFC3339Nano)})
	if err != nil {
		l.T.Fatal(err)
	}
	f, err := os.OpenFile(log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o640)
	if err != nil {
		l.T.Fatal(err)
	}
	defer f.Close()
	fmt.Fprintf(f, "%s\n", line)
}

func TestContainersAreFollowed(t *testing.T) {
	lab.Run(t, func(l *lab.Lab) {
		configure(l, "logpath = docker:web", "          /var/log/pods/*/web/*.log", "findtime = 1h", "bantime = 1d")
		log := container(l, "aaaa")
		// In the container it is another hour, which does not count.
		wrong := time.Now().Add(-3 * time.Hour).Format("2006-01-02 15:04:05")
		printed(l, log, wrong+" bad 198.51.100.1", time.Now().Add(-30*time.Minute))
		printed(l, log, wrong+" bad 198.51.100.2", time.Now().Add(-2*time.Hour))
		client(l, "start")
		defer client(l, "stop")
		banned(l, "198.51.100.1")
		printed(l, log, wrong+" bad 198.51.100.3", time.Now())
		banned(l, "198.51.100.3")

		if err := os.RemoveAll("/var/lib/docker/containers/aaaa"); err != nil {
			t.Fatal(err)
		}
		log = container(l, "bbbb")
		printed(l, log, wrong+" bad 198.51.100.4", time.Now())
		banned(l, "198.51.100.4")
		if !strings.Contains(files(l), log) {
			l.T.Errorf("file list %s", files(l))
		}
		l.Write("/var/log/pods/default_web_1/web/0.log", fmt.Sprintf("%s stdout P %s bad 198\n%[1]s stdout F .51.100.5\n",
			time.Now().UTC().Format(time.RFC3339Nano), wrong))
		banned(l, "198.51.100.5")
		if out := client(l, "get", "b", "banip"); strings.Contains(out, "198.51.100.2") {
			l.T.Error("a line that is too old counts")
		}
		if log := l.Read("/var/log/fail2ban.log"); !strings.Contains(log, "Jail 'b' reads log files: docker:web") || strings.Contains(log, "timezone") {
			l.T.Errorf("the log says\n%s", log)
		}
	})
}

func TestAPatternThatIsNone(t *testing.T) {
	lab.Run(t, func(l *lab.Lab) {
		configure(l, "logpath = docker:label=")
		l.Write("/etc/fail2ban/jail.local", "[good]\nenabled = true\nfailregex = ^ bad <HOST>$\nlogpath = /var/log/good.log\naction = dummy[target=/run/dummy]\n")
		l.Write("/var/log/good.log", "")
		out, code := l.Try(l.Bin+"/fail2ban-client", "start")
		defer client(l, "stop")
		wrong := regexp.MustCompile(`jail\.conf:6: logpath: .*docker: wants the name of a container.*\nhint: one file or pattern a line, or docker:NAME`)
		if code == 0 || !wrong.MatchString(out) {
			l.T.Errorf("exit status %d:\n%s", code, out)
		}
		if out, code := l.Try(l.Bin+"/fail2ban-client", "-t"); code == 0 || !wrong.MatchString(out) {
			l.T.Errorf("-t: exit status %d:\n%s", code, out)
		}
		client(l, "set", "good", "addlogpath", "docker:web")
		log := container(l, "aaaa")
		printed(l, log, "bad 198.51.100.7", time.Now())
		l.Eventually("a container that is named by a command is read", func() bool {
			return strings.Contains(client(l, "get", "good", "logpath"), log)
		})
	})
}
