package server

import (
	"fmt"
	"slices"
	"strings"

	"gaol/internal/addr"
	"gaol/internal/config"
	"gaol/internal/control"
	"gaol/internal/jail"
	"gaol/internal/lazy"
	"gaol/internal/pickle"
	"gaol/internal/source/file"
)

// An option is something that `set JAIL NAME …` changes in a jail's settings and `get JAIL NAME` shows. One without set
// can only be asked for, one without get only be set.
type option struct {
	set func(*jail.Settings, []any) error // at least one word is there, unless bare
	get func(*jail.Jail) any
	// bare lets set come without a value.
	bare bool
}

// options are the settings of a jail by the name that commands use.
var options = lazy.Value[map[string]option]{Make: func() map[string]option {
	return map[string]option{
		"maxretry":   intOption(func(s *jail.Settings) *int { return &s.MaxRetry }),
		"maxmatches": intOption(func(s *jail.Settings) *int { return &s.MaxMatches }),
		"maxlines":   {setMaxLines, func(j *jail.Jail) any { return j.Settings().Filter.MaxLines }, false},

		"findtime": {func(s *jail.Settings, a []any) error { return setSeconds(&s.FindTime, a[0]) },
			func(j *jail.Jail) any { return number(j.Settings().FindTime) }, false},
		"bantime": {setBanTime, func(j *jail.Jail) any { return number(j.Settings().BanTime) }, false},

		"bantime.increment":     {setIncrement, getIncrement, false},
		"bantime.factor":        textOption(func(s *jail.Settings) *string { return &s.Factor }),
		"bantime.formula":       textOption(func(s *jail.Settings) *string { return &s.Formula }),
		"bantime.multipliers":   textOption(func(s *jail.Settings) *string { return &s.Multipliers }),
		"bantime.maxtime":       timeOption(func(s *jail.Settings) **config.Seconds { return &s.MaxTime }),
		"bantime.rndtime":       timeOption(func(s *jail.Settings) **config.Seconds { return &s.RndTime }),
		"bantime.evformula":     {get: func(j *jail.Jail) any { return textOrNil(j.Settings().Formula) }},
		"bantime.evmultipliers": {get: getMultipliers},
		"bantime.overalljails":  textOption(func(s *jail.Settings) *string { return &s.OverAll }),

		"ignoreself": {func(s *jail.Settings, a []any) error { s.Ignore.Self = boolean(a[0]); return nil },
			func(j *jail.Jail) any { return j.Settings().Ignore.Self }, false},
		"addignoreip":   {set: addIgnoreIP, get: nil, bare: true},
		"delignoreip":   {set: delIgnoreIP},
		"ignoreip":      {get: func(j *jail.Jail) any { return list(j.Ignored()) }},
		"ignorecommand": {setIgnoreCommand, getIgnoreCommand, false},
		"ignorecache":   {func(s *jail.Settings, a []any) error { return setIgnoreCache(s, text(a[0])) }, getIgnoreCache, false},

		"prefregex": {func(s *jail.Settings, a []any) error { s.Filter.Prefregex = text(a[0]); return nil },
			func(j *jail.Jail) any { return j.Plan().Program().Prefregex() }, false},
		"addfailregex": {set: func(s *jail.Settings, a []any) error {
			s.Filter.Failregex = append(s.Filter.Failregex, texts(a)...)
			return nil
		}},
		"addignoreregex": {set: func(s *jail.Settings, a []any) error {
			s.Filter.Ignoreregex = append(s.Filter.Ignoreregex, texts(a)...)
			return nil
		}},
		"delfailregex":   {set: func(s *jail.Settings, a []any) error { return deleteAt(&s.Filter.Failregex, a[0]) }},
		"delignoreregex": {set: func(s *jail.Settings, a []any) error { return deleteAt(&s.Filter.Ignoreregex, a[0]) }},
		"failregex":      {get: func(j *jail.Jail) any { return list(j.Plan().Program().Failregex()) }},
		"ignoreregex":    {get: func(j *jail.Jail) any { return list(j.Plan().Program().Ignoreregex()) }},
		"datepattern":    {func(s *jail.Settings, a []any) error { s.Filter.DatePattern = text(a[0]); return nil }, getDatePattern, false},
		"logtimezone": {func(s *jail.Settings, a []any) error { s.Filter.LogTimeZone = text(a[0]); return nil },
			func(j *jail.Jail) any { return textOrNil(j.Settings().Filter.LogTimeZone) }, false},
		"logencoding": {func(s *jail.Settings, a []any) error { s.Filter.LogEncoding = text(a[0]); return nil }, getEncoding, false},
		"usedns":      {setUseDNS, func(j *jail.Jail) any { return j.Settings().Filter.UseDNS }, false},

		"logskew": {setLogSkew, func(j *jail.Jail) any { return j.Settings().Watch.Skew }, false},
		"warnnodate": {func(s *jail.Settings, a []any) error { return setSeconds(&s.Watch.NoDate, a[0]) },
			func(j *jail.Jail) any { return number(j.Settings().Watch.NoDate) }, false},
		"warnnomatch": timeOption(func(s *jail.Settings) **config.Seconds { return &s.Watch.NoMatch }),

		"addlogpath":      {set: addLogPath},
		"dellogpath":      {set: delLogPath},
		"logpath":         {get: func(j *jail.Jail) any { return list(j.Files()) }},
		"addjournalmatch": {set: addJournalMatch},
		"deljournalmatch": {set: delJournalMatch, bare: true},
		"journalmatch":    {get: getJournalMatch},
	}
}}

// shows names the option whose value answers a successful set of another.
var shows = lazy.Value[map[string]string]{Make: func() map[string]string {
	return map[string]string{
		"addignoreip": "ignoreip", "delignoreip": "ignoreip",
		"addfailregex": "failregex", "delfailregex": "failregex",
		"addignoreregex": "ignoreregex", "delignoreregex": "ignoreregex",
		"addlogpath": "logpath", "dellogpath": "logpath",
		"addjournalmatch": "journalmatch", "deljournalmatch": "journalmatch",
	}
}}

func intOption(field func(*jail.Settings) *int) option {
	return option{
		set: func(s *jail.Settings, a []any) error {
			n, err := integer(a[0])
			if err == nil {
				*field(s) = n
			}
			return err
		},
		get: func(j *jail.Jail) any { s := j.Settings(); return *field(&s) },
	}
}

func textOption(field func(*jail.Settings) *string) option {
	return option{
		set: func(s *jail.Settings, a []any) error { *field(s) = text(a[0]); return nil },
		get: func(j *jail.Jail) any { s := j.Settings(); return textOrNil(*field(&s)) },
	}
}

// timeOption is a duration that an empty value unsets.
func timeOption(field func(*jail.Settings) **config.Seconds) option {
	return option{
		set: func(s *jail.Settings, a []any) error {
			*field(s) = nil
			if text(a[0]) == "" {
				return nil
			}
			t, err := seconds(a[0])
			if err == nil {
				*field(s) = &t
			}
			return err
		},
		get: func(j *jail.Jail) any { s := j.Settings(); return optional(*field(&s)) },
	}
}

// getMultipliers shows what bantime.multipliers amounts to.
func getMultipliers(j *jail.Jail) any {
	words := strings.Fields(j.Settings().Multipliers)
	if len(words) == 0 {
		return nil
	}
	out := make([]any, len(words))
	for i, w := range words {
		n, err := integer(w)
		if err != nil {
			return nil // Compile has refused it
		}
		out[i] = n
	}
	return out
}

func setIncrement(s *jail.Settings, a []any) error {
	grows := boolean(a[0])
	s.Increment = &grows
	return nil
}

func getIncrement(j *jail.Jail) any {
	if grows := j.Settings().Increment; grows != nil {
		return *grows
	}
	return nil
}

func setSeconds(to *config.Seconds, v any) error {
	t, err := seconds(v)
	if err == nil {
		*to = t
	}
	return err
}

// setBanTime cuts fractions off, as the original does.
func setBanTime(s *jail.Settings, a []any) error {
	t, err := seconds(a[0])
	if err == nil {
		s.BanTime = config.IntSeconds(int64(t.Float64()))
	}
	return err
}

func setMaxLines(s *jail.Settings, a []any) error {
	n, err := integer(a[0])
	if err != nil {
		return err
	}
	if n < 1 {
		return control.ValueError("maxlines must be integer greater than zero")
	}
	s.Filter.MaxLines = n
	return nil
}

func setUseDNS(s *jail.Settings, a []any) error {
	s.Filter.UseDNS = useDNS(text(a[0]))
	return nil
}

func setLogSkew(s *jail.Settings, a []any) error {
	switch word := text(a[0]); word {
	case jail.SkewWarn, jail.SkewCorrect:
		s.Watch.Skew = word
		return nil
	default:
		return control.ValueError(fmt.Sprintf("%s is neither %s nor %s", pickle.Repr(word), jail.SkewWarn, jail.SkewCorrect))
	}
}

// addIgnoreIP keeps addresses in their canonical spelling, so that one is in the list once.
func addIgnoreIP(s *jail.Settings, a []any) error {
	for _, word := range texts(a) {
		word = canonical(word)
		if !slices.Contains(s.Ignore.IPs, word) {
			s.Ignore.IPs = append(s.Ignore.IPs, word)
		}
	}
	return nil
}

func delIgnoreIP(s *jail.Settings, a []any) error {
	for _, word := range texts(a) {
		i := slices.Index(s.Ignore.IPs, canonical(word))
		if i < 0 {
			return control.ValueError("list.remove(x): x not in list")
		}
		s.Ignore.IPs = slices.Delete(s.Ignore.IPs, i, i+1)
	}
	return nil
}

func canonical(word string) string {
	if id, err := addr.Parse(word); err == nil {
		return id.String()
	}
	return word
}

func setIgnoreCommand(s *jail.Settings, a []any) error {
	command := text(a[0])
	s.IgnoreCommand = &command
	return nil
}

func getIgnoreCommand(j *jail.Jail) any {
	if c := j.Settings().IgnoreCommand; c != nil {
		return *c
	}
	return false
}

// deleteAt removes one regular expression; a place that does not exist is no error.
func deleteAt(from *[]string, v any) error {
	i, err := integer(v)
	if err == nil && i >= 0 && i < len(*from) {
		*from = slices.Delete(*from, i, i+1)
	}
	return err
}

func getDatePattern(j *jail.Jail) any {
	pattern, name, ok := j.Plan().Program().DatePattern()
	if !ok {
		return pickle.Tuple{nil, name}
	}
	return pickle.Tuple{pattern, name}
}

func getEncoding(j *jail.Jail) any {
	s := j.Settings()
	return encoding(&s)
}

// encoding returns the encoding of the log files: auto is that of the locale, and ours is always UTF-8.
func encoding(s *jail.Settings) string {
	if e := s.Filter.LogEncoding; e != "auto" && e != "" {
		return e
	}
	return "UTF-8"
}

// addLogPath adds a file, or containers; a jail that reads the journal has none.
func addLogPath(s *jail.Settings, a []any) error { return addLog(s, a, file.IsContainer(text(a[0]))) }

func addLog(s *jail.Settings, a []any, pattern bool) error {
	if jail.UsesJournal(s.Backend) {
		return nil
	}
	if len(a) > 2 {
		return control.ValueError("Only one file can be added at a time")
	}
	l := jail.LogFile{Path: text(a[0]), Pattern: pattern}
	if err := file.CheckPattern(l.Path); pattern && err != nil {
		return control.ValueError(err.Error())
	}
	if len(a) == 2 {
		tail, err := isTail(text(a[1]))
		if err != nil {
			return err
		}
		l.Tail = tail
	}
	s.Dropped = slices.DeleteFunc(s.Dropped, func(path string) bool { return path == l.Path })
	if s.Watches(l.Path) {
		return nil
	}
	s.Logs = append(s.Logs, l)
	return nil
}

// delLogPath removes a file or a pattern. A file that a pattern matches is not read any more either.
func delLogPath(s *jail.Settings, a []any) error {
	path := text(a[0])
	s.Logs = slices.DeleteFunc(s.Logs, func(l jail.LogFile) bool { return l.Path == path })
	if slices.ContainsFunc(s.Logs, func(l jail.LogFile) bool { return l.Pattern }) && !slices.Contains(s.Dropped, path) {
		s.Dropped = append(s.Dropped, path)
	}
	return nil
}

// addJournalMatch adds alternatives: words joined by "+" are one each. A jail that reads files has none.
func addJournalMatch(s *jail.Settings, a []any) error {
	if !jail.UsesJournal(s.Backend) {
		return nil
	}
	var group []string
	for _, word := range append(texts(a), "+") {
		if word != "+" {
			if !validMatch.Get().MatchString(word) {
				return control.ValueError("Invalid match")
			}
			group = append(group, word)
			continue
		}
		if len(group) > 0 {
			s.Journal = append(s.Journal, group)
		}
		group = nil
	}
	return nil
}

func delJournalMatch(s *jail.Settings, a []any) error {
	if len(a) == 0 || !jail.UsesJournal(s.Backend) {
		s.Journal = nil
		return nil
	}
	words := texts(a)
	i := slices.IndexFunc(s.Journal, func(g []string) bool { return slices.Equal(g, words) })
	if i < 0 {
		return control.ValueError(fmt.Sprintf("Match %s not found", pickle.Repr(list(words))))
	}
	s.Journal = slices.Delete(s.Journal, i, i+1)
	return nil
}

func getJournalMatch(j *jail.Jail) any {
	groups := []any{}
	for _, g := range j.Settings().Journal {
		groups = append(groups, list(g))
	}
	return groups
}
