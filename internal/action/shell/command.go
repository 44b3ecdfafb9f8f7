package shell

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"gaol/internal/action"
)

// RunCommand runs text, with its tags replaced by what v says, outside of any action: for ignorecommand and the like. It logs what
// came of it; the exit statuses in ok, 0 always, are logged as success. A blank text is an error.
func RunCommand(ctx context.Context, log *slog.Logger, text string, v action.Values, timeout time.Duration, ok ...int) Result {
	script := action.Compose(text, v)
	if strings.TrimSpace(script.Text) == "" {
		return Result{Code: -1, Err: errNoCommand}
	}
	r := plain(ctx, script, timeout)
	report(log, script, timeout, r, ok...)
	return r
}
