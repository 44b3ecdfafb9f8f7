package journal

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gaol/internal/lazy"
)

// The journal flags of systemd that choose files.
const (
	FlagLocal   = 1 << 0 // of this machine only; always so without a path
	FlagRuntime = 1 << 1 // in /run only
	FlagSystem  = 1 << 2 // of services and the kernel
	FlagUser    = 1 << 3 // of the current user
)

// A found is a journal file that the options choose.
type found struct {
	path    string
	rotated bool // archived, so that nothing is written to it any more
}

// find lists the journal files that the options choose.
func (o *Options) find() []found {
	var files []found
	for _, path := range o.paths() {
		name := filepath.Base(path)
		if (strings.HasSuffix(name, ".journal") || strings.HasSuffix(name, ".journal~")) && o.chooses(name) || len(o.Files) > 0 {
			files = append(files, found{path, strings.ContainsAny(name, "@~")})
		}
	}
	slices.SortFunc(files, func(a, b found) int { return cmp.Compare(a.path, b.path) })
	return slices.Compact(files)
}

// How often the files are listed again, at most, until none has come or gone while they were opened.
const restTries = 20

// each opens, by visit, the files that the options choose. Rotation gives a file another name and its old name to a new one, so that the
// one that was listed may not be opened; so visit is called again for all until the list still holds afterwards.
func (o *Options) each(visit func(found)) {
	for range restTries {
		files := o.find()
		for _, f := range files {
			visit(f)
		}
		if slices.Equal(files, o.find()) {
			return
		}
	}
}

// paths lists the candidates.
func (o *Options) paths() []string {
	var all []string
	for _, pattern := range o.Files {
		paths, _ := filepath.Glob(pattern)
		all = append(all, paths...)
	}
	for _, dir := range o.dirs() {
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			if !e.IsDir() {
				all = append(all, filepath.Join(dir, e.Name()))
			}
		}
	}
	return all
}

// chooses reports whether the flags allow a file of this name.
func (o *Options) chooses(name string) bool {
	if o.Flags&(FlagSystem|FlagUser) == 0 {
		return true
	}
	user := "user-" + strconv.Itoa(os.Getuid())
	return o.Flags&FlagSystem != 0 && strings.HasPrefix(name, "system") ||
		o.Flags&FlagUser != 0 && (strings.HasPrefix(name, user+".") || strings.HasPrefix(name, user+"@"))
}

// machineID matches the directory of one machine, in the default name space.
var machineID = lazy.Regexp{Expr: `^[0-9a-f]{32}$`}

// dirs lists the directories to look in.
func (o *Options) dirs() []string {
	switch {
	case len(o.Files) > 0:
		return nil
	case o.Path != "":
		return append([]string{o.Path}, below(o.Path, machineID.Get().MatchString)...)
	}
	suffix := ""
	if o.Namespace != "" {
		suffix = "." + o.Namespace
	}
	id, _ := os.ReadFile(filepath.Join(o.root, "etc/machine-id"))
	own := strings.TrimSpace(string(id)) + suffix
	if dirs := o.local(func(name string) bool { return name == own }); len(dirs) > 0 {
		return dirs
	}
	// A container with the journal of its host has another machine-id, or none.
	return o.local(func(name string) bool {
		id, ok := strings.CutSuffix(name, suffix)
		return ok && machineID.Get().MatchString(id)
	})
}

// local lists the directories of the local journal whose names are wanted.
func (o *Options) local(wanted func(string) bool) []string {
	var dirs []string
	for _, base := range []string{"run/log/journal", "var/log/journal"} {
		if base[0] == 'v' && o.Flags&FlagRuntime != 0 {
			continue
		}
		dirs = append(dirs, below(filepath.Join(o.root, base), wanted)...)
	}
	return dirs
}

// below lists the directories in dir whose names are wanted.
func below(dir string, wanted func(string) bool) []string {
	entries, _ := os.ReadDir(dir)
	var dirs []string
	for _, e := range entries {
		if wanted(e.Name()) {
			dirs = append(dirs, filepath.Join(dir, e.Name()))
		}
	}
	return dirs
}

// watched lists the directories in which a change may mean new entries or files.
func (o *Options) watched() []string {
	dirs := o.dirs()
	for _, pattern := range o.Files {
		dir := filepath.Dir(pattern)
		dirs = append(dirs, dir)
		for ; strings.ContainsAny(dir, `*?[\`); dir = filepath.Dir(dir) {
			there, _ := filepath.Glob(dir)
			dirs = append(dirs, there...)
		}
	}
	if len(o.Files) == 0 && o.Path == "" {
		dirs = append(dirs, filepath.Join(o.root, "run/log/journal"), filepath.Join(o.root, "var/log/journal"))
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}
