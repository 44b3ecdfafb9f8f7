package file

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// makeContainer writes what Docker writes of a container, and returns its log's path.
func makeContainer(t *testing.T, state, id, name string, labels map[string]string) string {
	t.Helper()
	dir := filepath.Join(state, "containers", id)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(dir, id+"-json.log")
	document, err := json.Marshal(map[string]any{
		"ID": id, "Name": "/" + name, "LogPath": "/elsewhere/" + id + "/" + id + "-json.log", "Config": map[string]any{"Labels": labels, "Cmd": nil},
	})
	if err != nil {
		t.Fatal(err)
	}
	// As Docker does it: a file of another name first.
	if err := os.WriteFile(dir+"/.tmp", document, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir+"/.tmp", dir+"/config.v2.json"); err != nil {
		t.Fatal(err)
	}
	return log
}

func TestContainersAreChosen(t *testing.T) {
	state := t.TempDir()
	labels := map[string]string{"app": "shop", "tier": "front"}
	for _, c := range []struct {
		id, name string
		labels   map[string]string
	}{{"1", "web", labels}, {"2", "web-2", map[string]string{"app": "blog"}}, {"3", "db", nil}} {
		appendTo(t, makeContainer(t, state, c.id, c.name, c.labels), "")
	}
	makeContainer(t, state, "4", "web", nil) // has not written yet
	for id, document := range map[string]string{
		"5": `{"Name":"/web","LogPath":""}`, "6": `{"Name":"/web","LogPath":"/x/../..`, "7": `[]`, "8": `{"Name":"/up","LogPath":"/x/.."}`,
	} {
		makeContainer(t, state, id, "", nil)
		if err := os.WriteFile(filepath.Join(state, "containers", id, "config.v2.json"), []byte(document), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	appendTo(t, filepath.Join(state, "containers", "stray"), "")
	for pattern, want := range map[string]string{
		"web": "1", "web*": "1 2", "*": "1 2 3", "label=app=shop": "1", "label=app": "1 2", "label=tier=back": "", "nosuch": "", "": "", "/": "",
		"label=": "", "up": "",
	} {
		paths, _ := newFinder(dockerPrefix+pattern, state).find(time.Now())
		var ids []string
		for _, path := range paths {
			ids = append(ids, strings.TrimSuffix(filepath.Base(path), "-json.log"))
		}
		if d := cmp.Diff(want, strings.Join(ids, " ")); d != "" {
			t.Errorf("docker:%s (-want +got):\n%s", pattern, d)
		}
	}
}

func TestCheckPattern(t *testing.T) {
	for pattern, good := range map[string]bool{
		"/var/log/*.log": true, "docker:web": true, "docker:label=a=b": true, "docker:label=a": true, "docker:label=a=": true,
		"docker:": false, "docker:a/b": false, "docker:label=": false, "docker:label==b": false,
	} {
		if err := CheckPattern(pattern); (err == nil) != good {
			t.Errorf("%s: %v", pattern, err)
		}
	}
}

func TestStateDir(t *testing.T) {
	path := filepath.Join(t.TempDir(), "daemon.json")
	for text, want := range map[string]string{`{"data-root":"/srv/docker"}`: "/srv/docker", `{"data-root":"docker"}`: dockerState, `{`: dockerState, "": dockerState} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := stateDir(path); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}

// TestContainerIsFoundAgain follows a name over the end of one container and the making of another.
func TestContainerIsFoundAgain(t *testing.T) {
	state := t.TempDir()
	c := &tally{lines: map[string][]string{}, live: map[string]bool{}}
	r := NewReader(Options{Docker: state})
	r.tick = time.Hour // the kernel alone must tell
	run(t, r)
	g := r.SubscribeGlob("docker:web", newOwner(Start{}), c)
	defer g.Close()
	for i, id := range []string{"aa", "bb"} {
		log := makeContainer(t, state, id, "web", nil)
		time.Sleep(2 * gather) // the log comes up when the container starts
		appendTo(t, log, letter("stdout", "hello from "+id+"\n", time.Now()))
		want := map[string][]string{"aa-json.log": {"hello from aa"}, "bb-json.log": {"hello from bb"}}
		if i == 0 {
			delete(want, "bb-json.log")
		}
		c.await(t, want)
		if err := os.RemoveAll(filepath.Dir(log)); err != nil {
			t.Fatal(err)
		}
	}
}

func FuzzContainerDocument(f *testing.F) {
	f.Add([]byte(`{"Name":"/web","LogPath":"/x/a-json.log","Config":{"Labels":{"a":"b"}}}`))
	f.Add([]byte(`{"Name":1}`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, document []byte) {
		path := filepath.Join(dir, "config.v2.json")
		if err := os.WriteFile(path, document, 0o600); err != nil {
			t.Fatal(err)
		}
		c := &containers{want: selection{name: "*"}}
		if log := c.logOf(dir, path); log != "" && filepath.Dir(log) != dir {
			t.Fatalf("the log %s is not in %s", log, dir)
		}
	})
}
