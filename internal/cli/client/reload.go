package client

import (
	"context"
	"fmt"
	"slices"

	"gaol/internal/config"
	"gaol/internal/pickle"
)

// everyJail is the name that stands for all jails.
const everyJail = "--all"

// reload reads the configuration and has the server apply it, to all jails or to the one that words name.
func (c *commander) reload(ctx context.Context, words []string) int {
	flags := []any{}
	for len(words) > 0 && slices.Contains([]string{"--restart", "--unban", "--if-exists"}, words[0]) {
		flags = append(flags, words[0])
		words = words[1:]
	}
	if len(words) > 1 {
		c.log.Error("Unexpected argument(s) for reload: " + pickle.Repr(words))
		return failed
	}
	jail := everyJail
	if len(words) == 1 {
		jail = words[0]
	}
	if _, err := c.call(ctx, []any{"ping"}); err != nil {
		c.log.Error("Could not find server")
		return failed
	}
	read := c.means.Read
	if !c.serverIsOurs(ctx) {
		read = readPlain
	}
	stream, ok := c.stream(jail, read)
	if !ok {
		return failed
	}
	c.progress("reload")
	value, err := c.call(ctx, []any{"reload", jail, flags, stream})
	code := c.show([]string{"reload"}, value, err)
	if code != 0 {
		c.explainRefusal(jail)
	}
	return code
}

// serverIsOurs reports whether the server understands all that Means.Read says: it knows an option that only ours has. The original's
// is to be told what its own client would say.
func (c *commander) serverIsOurs(ctx context.Context) bool {
	_, err := c.call(ctx, []any{"get", "maxlinelength"})
	return err == nil
}

// stream reads the configuration of one jail or of all, by read, and reports whether there is anything to send.
func (c *commander) stream(jail string, read func(config.Options) (*config.Config, error)) ([]any, bool) {
	c.linger()
	o := c.options.ConfigOptions()
	if jail != everyJail {
		o.Only = jail
	}
	conf, err := read(o)
	showMessages(c.log, conf.Messages)
	if err != nil {
		c.log.Error(fmt.Sprintf("Failed during configuration: %v", err))
		fmt.Fprint(c.stderr, config.Advice(err))
		return nil, false
	}
	for _, text := range Slips(conf) {
		c.log.Warn(text)
	}
	return conf.Stream, true
}

// explainRefusal says where what the server refused is written.
func (c *commander) explainRefusal(jail string) {
	o := c.options.ConfigOptions()
	if jail != everyJail {
		o.Only = jail
	}
	for _, text := range c.means.Diagnose(o) {
		c.log.Error(text)
	}
}

// progress tells the user at the prompt what goes on.
func (c *commander) progress(what string) {
	if c.prompting {
		fmt.Fprintf(c.stdout, "  ## %s ... \n", what)
	}
}
