package jail

import "gaol/internal/ticket"

// A scribe lays out what jails say of failures that their filter has found, once for all of them.
type scribe struct {
	text []byte
	// The time that was printed last, and its text: many failures of a flood have the same.
	at   ticket.Unix
	when []byte
}

// describe sets the text of each of found that is a failure. It holds until the next call.
func (s *scribe) describe(found []finding) {
	s.text = s.text[:0]
	for i := range found {
		f := found[i].failure
		if f == nil {
			continue
		}
		if f.Time != s.at || s.when == nil {
			s.at, s.when = f.Time, f.Time.Append(s.when[:0])
		}
		begin := len(s.text) // what is laid out already stays where it is, also when there is no room for more
		s.text = f.ID.AppendText(append(s.text, "Found "...))
		s.text = append(append(s.text, " - "...), s.when...)
		found[i].text = s.text[begin:len(s.text):len(s.text)]
	}
}
