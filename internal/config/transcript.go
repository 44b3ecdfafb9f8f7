package config

import "gaol/internal/config/layers"

// A transcript is what a run, or its part for one jail, has to say, in order.
type transcript []occasion

// An occasion is something to say: a message, or what the reading of files gave rise to. The latter is said once, however many jails
// read the same.
type occasion struct {
	message Message
	reading *layers.Reading // nil for a message
}

func (t *transcript) add(logger string, level Level, text string) {
	*t = append(*t, occasion{message: Message{logger, level, text}})
}

func (t *transcript) read(r *layers.Reading) {
	if len(r.Notes) > 0 {
		*t = append(*t, occasion{reading: r})
	}
}

// messages returns all that was to be said.
func (t transcript) messages() Log {
	var log Log
	said := map[*layers.Reading]bool{}
	for _, o := range t {
		if o.reading == nil {
			log = append(log, o.message)
			continue
		}
		for _, n := range o.reading.Notes {
			level := Errors
			if n.Mild {
				level = Warning
			}
			if !said[o.reading] {
				log = append(log, Message{n.Logger, level, n.Text})
			}
		}
		said[o.reading] = true
	}
	return log
}
