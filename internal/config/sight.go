package config

import (
	"io/fs"
	"os"
	"strings"
	"sync"
)

// A sight is what there is of the log files that a pattern stands for.
type sight struct {
	files    []string
	dangling []string // links that lead nowhere
}

// sights are what was seen, by pattern. Many jails name the same log, and it is looked for once. The zero value has seen nothing; it is
// safe for concurrent use.
type sights struct {
	mu   sync.Mutex // guards seen
	seen map[string]sight
}

func (s *sights) of(pattern string) sight {
	s.mu.Lock()
	found, ok := s.seen[pattern]
	s.mu.Unlock()
	if ok {
		return found
	}
	found = look(pattern)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[string]sight{}
	}
	s.seen[pattern] = found
	return found
}

// look looks at the file system, in the usual case with one call.
func look(pattern string) (s sight) {
	if !strings.ContainsAny(pattern, "*?[") {
		switch info, err := os.Lstat(pattern); {
		case err != nil:
			return sight{}
		case info.Mode()&fs.ModeSymlink == 0:
			return sight{files: []string{pattern}}
		}
	}
	for _, f := range glob(pattern) {
		if _, err := os.Stat(f); err != nil {
			s.dangling = append(s.dangling, f)
		} else {
			s.files = append(s.files, f)
		}
	}
	return s
}
