package server

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gaol/internal/addr"
	"gaol/internal/control"
	"gaol/internal/jail"
	"gaol/internal/lazy"
	"gaol/internal/pickle"
)

// A command answers the words after its name.
type command func(s *Server, ctx context.Context, args []any) (any, error)

// commands are the first words that the server knows.
var commands = lazy.Value[map[string]command]{Make: func() map[string]command {
	return map[string]command{
		"ping":          func(*Server, context.Context, []any) (any, error) { return "pong", nil },
		"version":       func(s *Server, _ context.Context, _ []any) (any, error) { return s.opt.Version, nil },
		"echo":          func(_ *Server, _ context.Context, args []any) (any, error) { return args, nil },
		"server-status": func(*Server, context.Context, []any) (any, error) { return "Server ready", nil },
		"flushlogs":     func(s *Server, _ context.Context, _ []any) (any, error) { return s.opt.Output.Reopen(), nil },
		"sleep":         (*Server).sleep,
		"config-error":  (*Server).configError,
		"status":        (*Server).status,
		"statistic":     (*Server).statistics,
		"statistics":    (*Server).statistics,
		"stats":         (*Server).statistics,
		"banned":        (*Server).banned,
		"unban":         (*Server).unban,
		"add":           (*Server).add,
		"start":         (*Server).start,
		"stop":          (*Server).stop,
		"reload":        (*Server).reload,
		"server-stream": (*Server).stream,
		"set":           (*Server).set,
		"multi-set":     (*Server).multiSet,
		"get":           (*Server).get,
	}
}}

// execute answers one command.
func (s *Server) execute(ctx context.Context, cmd []any) (any, error) {
	if len(cmd) == 0 {
		return nil, control.MissingArgument()
	}
	c := commands.Get()[text(cmd[0])]
	if c == nil {
		return nil, control.InvalidCommand("Invalid command")
	}
	return c(s, ctx, cmd[1:])
}

func (s *Server) sleep(ctx context.Context, args []any) (any, error) {
	if err := need(args, 1); err != nil {
		return nil, err
	}
	n, err := strconv.ParseFloat(text(args[0]), 64)
	if err != nil {
		return nil, control.ValueError("could not convert string to float: " + pickle.Repr(text(args[0])))
	}
	select {
	case <-ctx.Done():
	case <-time.After(time.Duration(n * float64(time.Second))):
	}
	return nil, nil
}

func (s *Server) configError(_ context.Context, args []any) (any, error) {
	if err := need(args, 1); err != nil {
		return nil, err
	}
	s.opt.Output.Logger("fail2ban.transmitter").Error(text(args[0]))
	return nil, nil
}

// status answers status, status --all and status JAIL, each with an optional flavour.
func (s *Server) status(_ context.Context, args []any) (any, error) {
	if len(args) == 0 {
		return s.overview(), nil
	}
	if len(args) > 2 {
		return nil, control.InvalidCommand("Invalid command (no status)")
	}
	flavour := "basic"
	if len(args) == 2 {
		flavour = text(args[1])
	}
	if name := text(args[0]); name != "--all" {
		j, err := s.jail(name)
		if err != nil {
			return nil, err
		}
		return s.statusOf(j, flavour), nil
	}
	each := pickle.NewDict()
	for _, name := range s.sorted() {
		if j, err := s.jail(name); err == nil {
			each.Set(name, s.statusOf(j, flavour))
		}
	}
	return append(s.overview(), each), nil
}

func (s *Server) sorted() []string {
	names := s.names()
	slices.Sort(names)
	return names
}

func (s *Server) overview() []any {
	names := s.sorted()
	return []any{
		pickle.Tuple{"Number of jail", len(names)},
		pickle.Tuple{"Jail list", strings.Join(names, ", ")},
	}
}

// statusOf describes one jail in the given flavour; one that does not exist is logged and shown as basic.
func (s *Server) statusOf(j *jail.Jail, flavour string) any {
	if flavour == "sources" {
		return sourcesOf(j)
	}
	st := j.Status()
	if flavour == "stats" {
		return statsOf(j, &st)
	}
	source := pickle.Tuple{"File list", list(st.Files)}
	if st.Files == nil {
		source = pickle.Tuple{"Journal matches", []any{st.Journal}}
	}
	filter := []any{
		pickle.Tuple{"Currently failed", st.Failed},
		pickle.Tuple{"Total failed", st.FailedTotal},
		source,
	}
	list := flavour != "short"
	if list && flavour != "basic" {
		s.log.Warn(fmt.Sprintf("Unsupported extended jail status flavor %s. Supported: ['short', 'basic', 'stats', 'sources']",
			pickle.Repr(flavour)))
	}
	return []any{pickle.Tuple{"Filter", filter}, pickle.Tuple{"Actions", actionsOf(j, &st, list)}}
}

// actionsOf returns what a status says about bans.
func actionsOf(j *jail.Jail, st *jail.Status, list bool) []any {
	total := pickle.Tuple{"Total banned", st.BannedTotal}
	if !list {
		return []any{pickle.Tuple{"Currently banned", st.Banned}, total}
	}
	banned := j.Banned() // another may have been banned since st was made
	return []any{pickle.Tuple{"Currently banned", len(banned)}, total, pickle.Tuple{"Banned IP list", banned}}
}

func statsOf(j *jail.Jail, st *jail.Status) any {
	return []any{
		backendName(j.Settings().Backend),
		pickle.Tuple{st.Failed, st.FailedTotal},
		pickle.Tuple{st.Banned, st.BannedTotal},
	}
}

func (s *Server) statistics(context.Context, []any) (any, error) {
	each := pickle.NewDict()
	for _, name := range s.sorted() {
		if j, err := s.jail(name); err == nil {
			st := j.Status()
			each.Set(name, statsOf(j, &st))
		}
	}
	return each, nil
}

// banned lists the banned ids of every jail or, for ids, the jails in which each is banned.
func (s *Server) banned(_ context.Context, args []any) (any, error) {
	out := []any{}
	if len(args) == 0 {
		for _, j := range s.all() {
			out = append(out, pickle.NewDict(j.Name, j.Banned()))
		}
		return out, nil
	}
	for _, a := range args {
		where := []any{}
		id, _ := addr.Parse(text(a))
		for _, j := range s.all() {
			if j.Has(id) {
				where = append(where, j.Name)
			}
		}
		out = append(out, where)
	}
	return out, nil
}

// unban lifts bans in all jails.
func (s *Server) unban(_ context.Context, args []any) (any, error) {
	if len(args) == 0 {
		return nil, control.InvalidCommand("Invalid command")
	}
	n := 0
	if text(args[0]) == "--all" {
		for _, j := range s.all() {
			n += j.UnbanAll()
		}
		return n, nil
	}
	for _, j := range s.all() {
		lifted, _ := j.Unban(parseIDs(args))
		n += lifted
	}
	return n, nil
}

func parseIDs(args []any) []addr.ID {
	out := make([]addr.ID, len(args))
	for i, a := range args {
		out[i], _ = addr.Parse(strings.TrimSpace(text(a)))
	}
	return out
}

// add makes a jail that is not started yet.
func (s *Server) add(_ context.Context, args []any) (any, error) {
	if err := need(args, 1); err != nil {
		return nil, err
	}
	s.change.Lock()
	defer s.change.Unlock()
	name, settings, err := s.newSettings(args)
	if err != nil {
		return nil, err
	}
	plan, err := jail.Compile(settings)
	if err != nil {
		return nil, err
	}
	if _, err = s.create(name, plan); err == nil {
		s.know(name)
	}
	return name, err
}

// newSettings reads NAME [BACKEND].
func (s *Server) newSettings(args []any) (string, jail.Settings, error) {
	settings := jail.Defaults()
	settings.Filter.MaxLine = int(s.maxLine.Load())
	name := text(args[0])
	if name == "--all" {
		return name, settings, control.InvalidCommand("Reserved name '--all'")
	}
	if _, err := s.jail(name); err == nil {
		return name, settings, control.DuplicateJail(name)
	}
	if len(args) > 1 {
		settings.Backend = text(args[1])
	}
	return name, settings, checkBackend(settings.Backend)
}

func (s *Server) start(_ context.Context, args []any) (any, error) {
	if err := need(args, 1); err != nil {
		return nil, err
	}
	s.change.Lock()
	defer s.change.Unlock()
	j, err := s.jail(text(args[0]))
	if err != nil {
		return nil, err
	}
	j.Start()
	return nil, nil
}

// stop stops the server, all jails, or one.
func (s *Server) stop(_ context.Context, args []any) (any, error) {
	if len(args) == 0 {
		s.Shutdown()
		return nil, nil
	}
	s.change.Lock()
	defer s.change.Unlock()
	if text(args[0]) == "--all" {
		s.stopJails(s.names())
		return nil, nil
	}
	if _, err := s.jail(text(args[0])); err != nil {
		return nil, err
	}
	s.stopJails([]string{text(args[0])})
	return nil, nil
}
