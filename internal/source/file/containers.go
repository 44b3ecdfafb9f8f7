package file

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	dockerPrefix = "docker:"
	labelPrefix  = "label="
	dockerState  = "/var/lib/docker"
	dockerConfig = "/etc/docker/daemon.json"
	containerDoc = "config.v2.json"
	maxDocument  = 4 << 20
)

// containers finds the logs of Docker containers by the files in which the engine keeps its state; it never talks to the engine. A
// container that is made anew under its name is found again.
type containers struct {
	dir  string // with a directory for each container
	want selection
	seen map[string]container // by directory
}

// A selection chooses containers by name, or by label.
type selection struct {
	name       string // a pattern
	key, value string // of the label; any value if anyValue is set
	anyValue   bool
}

// A container is what is known of one, as of a state of its document.
type container struct {
	document look
	log      string // the path, "" for none and for those that are not wanted
}

// IsContainer reports whether a log path names containers, and no files.
func IsContainer(path string) bool { return strings.HasPrefix(path, dockerPrefix) }

// CheckPattern tells what is wrong with a pattern that SubscribeGlob would match nothing with; nil for a good one.
func CheckPattern(pattern string) error {
	if text, ok := strings.CutPrefix(pattern, dockerPrefix); ok {
		_, err := parseSelection(text)
		return err
	}
	return nil
}

var errSelection = errors.New("docker: wants the name of a container, docker:web, or a label, docker:label=app=web")

// parseSelection reads NAME, label=KEY or label=KEY=VALUE.
func parseSelection(text string) (selection, error) {
	label, isLabel := strings.CutPrefix(text, labelPrefix)
	if !isLabel {
		if text == "" || strings.Contains(text, "/") {
			return selection{}, errSelection
		}
		return selection{name: text}, nil
	}
	key, value, given := strings.Cut(label, "=")
	if key == "" {
		return selection{}, errSelection
	}
	return selection{key: key, value: value, anyValue: !given}, nil
}

// newFinder returns what finds the files that pattern stands for. state is where Docker keeps its state.
func newFinder(pattern, state string) finder {
	text, ok := strings.CutPrefix(pattern, dockerPrefix)
	if !ok {
		return newPattern(pattern)
	}
	want, err := parseSelection(text)
	if err != nil {
		want = selection{name: "/"} // no container's
	}
	if state == "" {
		state = stateDir(dockerConfig)
	}
	return &containers{dir: filepath.Join(state, "containers"), want: want, seen: map[string]container{}}
}

// stateDir returns where Docker keeps its state by its configuration file.
func stateDir(config string) string {
	var c struct {
		Root string `json:"data-root"`
	}
	if text, err := os.ReadFile(config); err == nil && json.Unmarshal(text, &c) == nil && filepath.IsAbs(c.Root) {
		return c.Root
	}
	return dockerState
}

// find implements finder.
func (c *containers) find(time.Time) (paths []string, spots []spot) {
	spots = append(wayTo(c.dir), spot{c.dir, anyName})
	entries, _ := os.ReadDir(c.dir)
	seen := map[string]container{}
	for _, e := range entries {
		dir := filepath.Join(c.dir, e.Name())
		spots = append(spots, spot{dir, containerDoc})
		k := c.look(dir)
		seen[dir] = k
		if k.log == "" {
			continue
		}
		spots = append(spots, spot{dir, filepath.Base(k.log)})
		if _, err := os.Lstat(k.log); err == nil {
			paths = append(paths, k.log)
		}
	}
	c.seen = seen
	slices.Sort(paths)
	return paths, spots
}

// look returns what is known of the container in dir, reading its document only if that has changed.
func (c *containers) look(dir string) container {
	path := filepath.Join(dir, containerDoc)
	l, err := lookAt(path, false)
	if err != nil {
		return container{}
	}
	if k := c.seen[dir]; k.document == l {
		return k
	}
	return container{document: l, log: c.logOf(dir, path)}
}

// logOf returns the log of the container in dir if that is wanted and has one.
func (c *containers) logOf(dir, document string) string {
	f, _, err := open(document)
	if err != nil {
		return ""
	}
	defer f.Close()
	var d struct {
		Name    string
		LogPath string
		Config  struct{ Labels map[string]string }
	}
	if json.NewDecoder(io.LimitReader(f, maxDocument)).Decode(&d) != nil || d.LogPath == "" {
		return ""
	}
	if !c.want.matches(strings.TrimPrefix(d.Name, "/"), d.Config.Labels) {
		return ""
	}
	// Only the name counts, because the engine may see its directory elsewhere.
	if log := filepath.Join(dir, filepath.Base(d.LogPath)); filepath.Dir(log) == dir {
		return log
	}
	return ""
}

func (s *selection) matches(name string, labels map[string]string) bool {
	if s.name != "" {
		return match(s.name, name)
	}
	value, ok := labels[s.key]
	return ok && (s.anyValue || value == s.value)
}
