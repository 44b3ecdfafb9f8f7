package layers

import (
	"path"
	"slices"
	"strings"
)

// A patch is texts in the place of files of a source.
type patch struct {
	texts  map[string]string // by name below the directory
	hidden string            // the names of files that are out of sight begin with it, unless it is ""
}

// Patched returns s with texts in the place of files, whether these are there or not, by their names below the directory. Of the other files
// those whose names begin with hidden are out of sight; "" hides none. Texts must stay as they are.
func (s Source) Patched(texts map[string]string, hidden string) Source {
	s.patch = &patch{texts, hidden}
	return s
}

// patched reports whether the patch has a say about a file, and then whether there is such a file, and its text.
func (s Source) patched(full string) (text string, is, patched bool) {
	if s.patch == nil {
		return "", false, false
	}
	name, ok := s.below(full)
	if !ok {
		return "", false, false
	}
	text, is = s.patch.texts[name]
	return text, is, is || s.patch.hides(name)
}

func (p *patch) hides(name string) bool { return p.hidden != "" && strings.HasPrefix(name, p.hidden) }

// among adds the names of the texts in a directory to those of its files.
func (p *patch) among(names []string, dir string) []string {
	for file := range p.texts {
		if name := path.Base(file); path.Dir(file) == dir && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
