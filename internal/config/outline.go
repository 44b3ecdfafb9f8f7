package config

import (
	"strings"

	"gaol/internal/config/layers"
	"gaol/internal/config/omap"
)

// An outline is what an action file comes to for every jail that gives it the same parameters, whatever texts these have: values with
// gaps where the texts go. Jails have a few actions between them, each with a name and a port of its own, and filling an outline in takes
// a tenth of the time that working a file out does.
//
// Filling in at the end is the same as replacing from the start as long as a parameter's text is plain: then it is only ever passed on,
// unless it becomes part of the name of a tag. A gap shows where that happens, and such a parameter gets none.
type outline struct {
	params *Params       // gaps, and the texts that may not be filled in
	from   *layers.Entry // of the parameters; another jail's are written elsewhere
	asked  *answers      // what the jail was asked for and said; nil where the outline is one jail's own

	sent    []outlined
	laidOut string // the same as it is printed, see layOut; "" where that is to be done for each jail
	failed  bool   // there is something to be said about this use, and so each jail is to say it by itself
}

// An outlined is one value that is sent.
type outlined struct {
	name any // a string, made an any once
	text string
	kind kind
	from *layers.Entry
	pair any // what to send where there are no gaps; nil where there are
}

// A gap is two bytes that no file can hold, since they are no UTF-8: gapMark, and one for the parameter.
const (
	gapMark  = 0xff
	firstGap = 0x80
	maxGaps  = 0x70
	// maxGapText is the longest text that is filled in.
	maxGapText = 256
)

func gapFor(param int) string { return string([]byte{gapMark, byte(firstGap + param)}) }

// isPlain reports whether a text stays as it is when tags and references in it are replaced.
func isPlain(text string) bool {
	for i := range len(text) {
		switch text[i] {
		case '<', '>', '%', gapMark:
			return false
		}
	}
	return len(text) <= maxGapText
}

// withGaps returns params with gaps for all plain texts but those of the parameters that literal names.
func withGaps(params *Params, literal map[string]bool) *Params {
	gapped := params.Clone()
	for i := range min(gapped.Len(), maxGaps) {
		if name, text := gapped.At(i); isPlain(*text) && !literal[name] {
			*text = gapFor(i)
		}
	}
	return gapped
}

// fits reports whether filling in the outline is right for f in a jail.
func (o *outline) fits(f *definition, jail *settings) bool {
	if o.params.Len() != f.params.Len() {
		return false
	}
	for i := range o.params.Len() {
		name, want := o.params.At(i)
		given, text := f.params.At(i)
		if isGap := strings.HasPrefix(*want, gapFor(i)); name != given || isGap && !isPlain(*text) || !isGap && *text != *want {
			return false
		}
	}
	return givenBy(o.asked, jail)
}

// tryOutline works out an outline. Or it returns the names of the parameters that may not be gaps, because they become part of tags.
func (f *definition) tryOutline(jail *settings, literal map[string]bool) (o *outline, inTags []string) {
	d := &definition{
		reader: f.reader.fork(f.reader.desk), set: f.set, file: f.file, table: f.table,
		params: withGaps(f.params, literal), from: f.from, asked: &answers{}, cache: &omap.Map[meaning]{},
	}
	all := blank(&d.reader.desk.all)
	if d.evaluate(jail, &texts{}) != nil || d.combine(all, nil, serverTags...) != nil {
		return &outline{params: d.params, asked: d.asked, failed: true}, nil
	}
	longest := 0
	for _, t := range all.All() {
		longest = max(longest, len(t.s)+strings.Count(t.s, gapFor(0)[:1])*maxGapText)
		inTags = append(inTags, d.gapsInTags(t.s)...)
	}
	if len(inTags) > 0 {
		return nil, inTags
	}
	o = d.outline(all, true)
	o.failed = len(d.reader.log) > 0 || longest > maxExpanded
	if d.reader.printing && !o.failed {
		o.laidOut = o.layOut()
	}
	return o, nil
}

// gapsInTags returns the names of the parameters whose gaps are within tags. Such a tag is unknown and stays to the end.
func (d *definition) gapsInTags(text string) (names []string) {
	for at := 0; ; {
		tag, start, ok := nextTag(text, at)
		if !ok {
			return names
		}
		at = start + len(tag) + 2
		for i := strings.IndexByte(tag, gapMark); i >= 0; i = strings.IndexByte(tag, gapMark) {
			name, _ := d.params.At(int(tag[i+1]) - firstGap)
			names = append(names, name)
			tag = tag[i+2:]
		}
	}
}
