package config

// Expressions are what a jail recognises lines by, in force as a server would have them after the jail's commands: single
// values are the last that was set, lists have everything that was added.
type Expressions struct {
	UseDNS       string
	PrefRegex    string
	FailRegex    []string
	IgnoreRegex  []string
	MaxLines     int64 // 0 where nothing sets it
	DatePattern  string
	JournalMatch [][]string // groups, any of which may match
}

// Expressions collects the jail's expressions from its commands.
func (j *Jail) Expressions() Expressions {
	var e Expressions
	for _, c := range j.Commands {
		words, ok := c.([]any)
		if !ok || len(words) < 4 {
			continue
		}
		switch words[2] {
		case "usedns":
			e.UseDNS, _ = words[3].(string)
		case "prefregex":
			e.PrefRegex, _ = words[3].(string)
		case "datepattern":
			e.DatePattern, _ = words[3].(string)
		case "maxlines":
			e.MaxLines, _ = words[3].(int64)
		case "addfailregex":
			e.FailRegex = append(e.FailRegex, stringsOf(words[3:])...)
		case "addignoreregex":
			e.IgnoreRegex = append(e.IgnoreRegex, stringsOf(words[3:])...)
		case "addjournalmatch":
			e.JournalMatch = append(e.JournalMatch, stringsOf(words[3:]))
		}
	}
	return e
}

// stringsOf flattens words and lists of words.
func stringsOf(words []any) []string {
	var all []string
	for _, w := range words {
		switch w := w.(type) {
		case string:
			all = append(all, w)
		case []any:
			all = append(all, stringsOf(w)...)
		}
	}
	return all
}
