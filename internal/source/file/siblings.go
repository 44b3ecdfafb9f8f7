package file

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"gaol/internal/lazy"
)

// rotatedName matches what rotation adds to a log's name: a number, a date, "old", and a compression's extension.
var rotatedName = lazy.Regexp{Expr: `^([.-](?:\d[\d._T:-]*|old|bak))(?:\.(?:gz|bz2|xz|zst))?$`}

// A sibling is a rotated file beside a log.
type sibling struct {
	path   string
	order  string // what was added to the name, without compression
	number int    // order as a small number, else -1
	look
}

// A rotated is an open rotated file.
type rotated struct {
	body
	look
	path string
}

// How often, and after which pause, the rotated files are listed again until a list holds.
const (
	restTries = 50
	restPause = 2 * time.Millisecond
)

// siblings opens the rotated files beside path, oldest first, by number or date where the names hold one and by time of last
// change otherwise. Of a file that is there both plain and compressed only the plain one counts: it is being compressed. The
// caller closes them.
//
// Rotation renames all of them one after the other, so a list counts only if nothing was renamed until all were open.
func (f *follow) siblings() []rotated {
	var open []rotated
	for range restTries {
		list := listSiblings(f.path)
		if open = f.openSiblings(list); len(open) == len(list) && slices.EqualFunc(list, listSiblings(f.path), sibling.equal) {
			return open
		}
		closeAll(open)
		open = nil
		time.Sleep(restPause)
	}
	f.reader.complain("The rotated files of " + f.path + " do not come to rest, or cannot be read")
	return nil
}

// openSiblings opens those of list that are still what they were.
func (f *follow) openSiblings(list []sibling) []rotated {
	var open []rotated
	for _, s := range list {
		b, l, err := openRotated(s.path)
		switch {
		case errors.Is(err, fs.ErrPermission):
			f.reader.complain(fmt.Sprintf("Unable to read the rotated log %s: %v", s.path, err))
		case err != nil:
		case l.identity != s.identity:
			b.Close()
		default:
			open = append(open, rotated{b, l, s.path})
		}
	}
	return open
}

func closeAll(files []rotated) {
	for _, r := range files {
		r.Close()
	}
}

// listSiblings returns the rotated files beside path in the order of siblings.
func listSiblings(path string) []sibling {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil
	}
	var found []sibling
	for _, e := range entries {
		if s, ok := siblingOf(path, e); ok {
			found = append(found, s)
		}
	}
	slices.SortFunc(found, ageOrder(found))
	return slices.CompactFunc(found, func(a, b sibling) bool { return a.order == b.order })
}

func (s sibling) equal(o sibling) bool { return s.path == o.path && s.identity == o.identity }

// siblingOf reads e as a rotated form of path.
func siblingOf(path string, e os.DirEntry) (sibling, bool) {
	order, ok := addedBy(e.Name(), filepath.Base(path))
	if !ok {
		return sibling{}, false
	}
	info, err := e.Info()
	if err != nil || !info.Mode().IsRegular() {
		return sibling{}, false
	}
	s := sibling{path: filepath.Join(filepath.Dir(path), e.Name()), order: order, number: -1, look: lookOf(info)}
	if n, err := strconv.Atoi(order[1:]); err == nil && len(order) <= 5 {
		s.number = n
	}
	return s, true
}

// addedBy returns what rotation has added to the log name base to make name, without a compression's extension. It may stand
// before the extension too (app.1.log beside app.log), as some loggers do it.
func addedBy(name, base string) (order string, ok bool) {
	added, ok := strings.CutPrefix(name, base)
	if ext := filepath.Ext(base); !ok && ext != "" {
		var before, packed string
		if added, ok = strings.CutPrefix(name, strings.TrimSuffix(base, ext)); ok {
			before, packed, ok = strings.Cut(added, ext)
			added = before + packed
		}
	}
	m := rotatedName.Get().FindStringSubmatch(added)
	if !ok || m == nil {
		return "", false
	}
	return m[1], true
}

// ageOrder returns the comparison that sorts all by age, oldest first; plain before compressed.
func ageOrder(all []sibling) func(a, b sibling) int {
	numbers := 0
	for _, s := range all {
		if s.number >= 0 {
			numbers++
		}
	}
	return func(a, b sibling) int {
		var c int
		switch numbers {
		case len(all):
			c = cmp.Compare(b.number, a.number)
		case 0:
			c = cmp.Compare(a.order, b.order)
		default:
			c = cmp.Compare(a.mtime, b.mtime)
		}
		return cmp.Or(c, cmp.Compare(len(a.path), len(b.path)))
	}
}
