package server

import (
	"fmt"
	"slices"
	"strings"

	"gaol/internal/jail"
)

// announce logs an option that comes into force, in the words that log readers know. given are its words in the command.
func (s *Server) announce(plan *jail.Plan, option string, given []any) {
	log := func(logger, text string) { s.opt.Output.Logger("fail2ban." + logger).Info(text) }
	set := &plan.Settings
	switch option {
	case "maxretry":
		log("filter", fmt.Sprintf("  maxRetry: %d", set.MaxRetry))
	case "maxlines":
		log("filter", fmt.Sprintf("  maxLines: %d", set.Filter.MaxLines))
	case "findtime":
		log("filter", "  findtime: "+set.FindTime.String())
	case "logencoding":
		log("filter", "  encoding: "+encoding(set))
	case "bantime":
		log("actions", "  banTime: "+set.BanTime.String())
	case "datepattern":
		if pattern, name, _ := plan.Program().DatePattern(); name != "" {
			log("datedetector", fmt.Sprintf("  date pattern `%s`: `%s`", pattern, name))
		}
	case "bantime.increment", "bantime.factor", "bantime.formula", "bantime.multipliers", "bantime.maxtime", "bantime.rndtime",
		"bantime.overalljails":
		log("jail", "Set banTime."+strings.TrimPrefix(option, "bantime.")+" = "+strings.Join(texts(given), " "))
	}
}

// announceAll logs the options of a draft that comes into force.
func (s *Server) announceAll(d *jailDraft) {
	for _, g := range d.given {
		s.announce(d.plan, g.option, g.words)
	}
}

// announceSource logs what a jail reads and why, if somebody had to decide that.
func (s *Server) announceSource(name, reads string) {
	if reads != "" {
		s.opt.Output.Logger("fail2ban.jail").Info(fmt.Sprintf("Jail '%s' %s", name, reads))
	}
}

// grumble logs values that are taken to mean something else, or nothing, in a jail with the settings before.
func (s *Server) grumble(j *jail.Jail, before *jail.Settings, option string, given []any) {
	log := s.opt.Output.Logger("fail2ban.filter")
	if len(given) == 0 {
		return
	}
	word := text(given[0])
	switch option {
	case "usedns":
		if !knownDNS(word) {
			log.Error(fmt.Sprintf("Incorrect value '%s' specified for usedns. Using safe 'no'", word))
		}
	case "addlogpath":
		if before.Watches(word) || slices.Contains(j.Files(), word) {
			log.Error(word + " already exists")
		}
	case "delfailregex", "delignoreregex":
		list := before.Filter.Failregex
		if option == "delignoreregex" {
			list = before.Filter.Ignoreregex
		}
		if i, err := integer(given[0]); err == nil && (i < 0 || i >= len(list)) {
			log.Error(fmt.Sprintf("Cannot remove regular expression. Index %d is not valid", i))
		}
	}
}
