package config

import (
	"maps"
	"strings"
	"sync"

	"gaol/internal/config/layers"
)

// outlines are those that jails have in common. The zero value has none; it is safe for concurrent use.
type outlines struct {
	mu     sync.Mutex // guards byFile and what is in it
	byFile map[*layers.Set]*outlinesOfFile
}

type outlinesOfFile struct {
	kept    []*outline
	literal map[string]bool // parameters that become part of tags; replaced, never changed
}

// of returns the outline of f's file that fits a jail, as other jails have it or made anew; nil where there is none, and f is to be
// evaluated by itself.
func (h *outlines) of(f *definition, jail *settings) *outline {
	if strings.IndexByte(f.reader.o.Source.Root(), gapMark) >= 0 {
		return nil // the one text that no file says
	}
	for {
		found, literal, full := h.find(f, jail)
		if found == nil && !full {
			var inTags []string
			found, inTags = f.tryOutline(jail, literal)
			h.keep(f, found, inTags)
		}
		switch {
		case found == nil && !full:
		case full || found.failed:
			return nil
		default:
			return found
		}
	}
}

// find returns the outline that fits f in a jail. Without one it returns the parameters that may not be gaps, or that there are too many
// outlines to keep another.
func (h *outlines) find(f *definition, jail *settings) (found *outline, literal map[string]bool, full bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	known := h.byFile[f.set]
	if known == nil {
		return nil, nil, false
	}
	for _, o := range known.kept {
		if o.fits(f, jail) {
			return o, nil, false
		}
	}
	return nil, known.literal, len(known.kept) >= maxKept
}

// keep keeps an outline, or notes which parameters may not be gaps in one.
func (h *outlines) keep(f *definition, o *outline, inTags []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.byFile == nil {
		h.byFile = map[*layers.Set]*outlinesOfFile{}
	}
	known := h.byFile[f.set]
	if known == nil {
		known = &outlinesOfFile{literal: map[string]bool{}}
		h.byFile[f.set] = known
	}
	if o != nil {
		known.kept = append(known.kept, o)
		return
	}
	known.literal = maps.Clone(known.literal)
	for _, name := range inTags {
		known.literal[name] = true
	}
}
