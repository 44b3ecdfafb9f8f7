package config

import "gaol/internal/config/layers"

// A journal is what a run, or its part for one jail, has to say, in order.
type journal []occasion

// An occasion is something to say: a message, or what the reading of files gave rise to. The latter is said once, however many jails
// read the same.
type occasion struct {
	message Message
	reading *layers.Reading // nil for a message
}

func (j *journal) add(logger string, level Level, text string) {
	*j = append(*j, occasion{message: Message{logger, level, text}})
}

func (j *journal) read(r *layers.Reading) {
	if len(r.Notes) > 0 {
		*j = append(*j, occasion{reading: r})
	}
}

// messages returns all that was to be said.
func (j journal) messages() Log {
	var log Log
	said := map[*layers.Reading]bool{}
	for _, o := range j {
		if o.reading == nil {
			log = append(log, o.message)
			continue
		}
		for _, n := range o.reading.Notes {
			level := Errors
			if n.Fatal {
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
