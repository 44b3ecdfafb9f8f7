package pack_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const samplesDir = "../testdata/filters"

// A sample is a log line and who must be found failing in it, by mode; the mode "" stands for all.
type sample struct {
	where string // file and line
	text  string
	who   map[string][]string
}

// want returns who must be found in mode.
func (s sample) want(mode string) []string {
	if mode == "" {
		return s.who[""]
	}
	return slices.Concat(s.who[""], s.who[mode])
}

// A sampleFile is the lines of one file in their order, and the filter that judges them.
type sampleFile struct {
	filter  string
	path    string
	modes   []string // "" alone where the filter's own mode serves
	options []string // name=value, without the mode
	samples []sample
}

// reference returns how a jail names the filter in mode.
func (f *sampleFile) reference(mode string) string {
	options := slices.Clone(f.options)
	if mode != "" {
		options = append(options, "mode="+mode)
	}
	if len(options) == 0 {
		return f.filter
	}
	return f.filter + "[" + strings.Join(options, ", ") + "]"
}

// sampleFiles reads all there are.
func sampleFiles(t *testing.T) []*sampleFile {
	t.Helper()
	paths, err := filepath.Glob(samplesDir + "/*/*.log")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no samples in %s: %v", samplesDir, err)
	}
	var all []*sampleFile
	for _, path := range paths {
		f, err := readSamples(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}

// readSamples reads one file in the format of testdata/filters/README.md.
func readSamples(path string) (*sampleFile, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	f := &sampleFile{filter: filepath.Base(filepath.Dir(path)), path: path, modes: []string{""}}
	who, adding := map[string][]string{}, false
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		text := lines.Text()
		words, isOutcome := strings.CutPrefix(text, "#:")
		switch {
		case isOutcome:
			if !adding {
				who = map[string][]string{}
			}
			if err := readOutcome(who, strings.Fields(words)); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", path, n, err)
			}
		case strings.HasPrefix(text, "#!"):
			f.readOptions(strings.Fields(text[2:]))
		case text != "" && !strings.HasPrefix(text, "#"):
			f.samples = append(f.samples, sample{where: fmt.Sprintf("%s:%d", filepath.Base(path), n), text: text, who: who})
		}
		adding = isOutcome
	}
	return f, lines.Err()
}

func (f *sampleFile) readOptions(options []string) {
	for _, option := range options {
		if modes, ok := strings.CutPrefix(option, "mode="); ok {
			f.modes = strings.Split(modes, ",")
		} else {
			f.options = append(f.options, option)
		}
	}
}

// readOutcome adds [MODE,…] [WHO] to who.
func readOutcome(who map[string][]string, words []string) error {
	switch len(words) {
	case 0:
	case 1:
		who[""] = append(who[""], words[0])
	case 2:
		for _, mode := range strings.Split(words[0], ",") {
			who[mode] = append(who[mode], words[1])
		}
	default:
		return fmt.Errorf("an outcome is [MODES] [WHO], not %q", words)
	}
	return nil
}
