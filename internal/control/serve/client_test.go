package serve

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gaol/internal/control"
	"gaol/internal/pickle"
)

func TestCallGivesUpInTime(t *testing.T) {
	path := start(t, &Server{Handler: func(ctx context.Context, _ []any, _ control.Peer) (any, error) {
		<-ctx.Done()
		return nil, nil
	}})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := client(t, path).Call(ctx, []any{"ping"}); !errors.Is(err, control.ErrTimeout) {
		t.Errorf("got %v, want ErrTimeout", err)
	}
}

func TestCallRefusesTheEndMarkInAnArgument(t *testing.T) {
	c := client(t, start(t, &Server{Handler: echo}))
	if _, err := c.Call(t.Context(), []any{"echo", "a" + control.EndMark + "b"}); err == nil {
		t.Error("no error")
	}
	if got, err := c.Call(t.Context(), []any{"echo"}); err != nil || pickle.Repr(got) != "['echo']" {
		t.Errorf("the connection is broken: %v, %v", got, err)
	}
}

func TestWaitingIsToldOfASlowServer(t *testing.T) {
	release := make(chan struct{})
	path := start(t, &Server{Handler: func(_ context.Context, cmd []any, _ control.Peer) (any, error) {
		if len(cmd) > 1 {
			<-release
		}
		return "done", nil
	}})
	c := client(t, path)
	waited := 0
	c.Waiting = func() {
		if waited++; waited == 3 {
			close(release)
		}
	}
	if got, err := c.Call(t.Context(), []any{"slowly", "please"}); got != "done" || err != nil || waited < 3 {
		t.Errorf("got %v, %v after %d waits, want done after 3", got, err, waited)
	}
}

func TestLongRequestWaitsForAServerThatIsSlowToRead(t *testing.T) {
	var size atomic.Int64
	path := start(t, &Server{Handler: func(_ context.Context, cmd []any, _ control.Peer) (any, error) {
		size.Store(int64(len(cmd[1].(string))))
		return nil, nil
	}})
	long := strings.Repeat("x", 4<<20) // much more than a socket holds
	if _, err := client(t, path).Call(t.Context(), []any{"echo", long}); err != nil || size.Load() != int64(len(long)) {
		t.Errorf("%d bytes came, %v, want %d", size.Load(), err, len(long))
	}
}

func TestLongReplyComesWhole(t *testing.T) {
	want := make([]any, 50_000)
	for i := range want {
		want[i] = "2001:db8::1"
	}
	path := start(t, &Server{Handler: func(context.Context, []any, control.Peer) (any, error) { return want, nil }})
	got, err := client(t, path).Call(t.Context(), []any{"list"})
	if err != nil || pickle.Repr(got) != pickle.Repr(want) {
		t.Errorf("another list: %v", err)
	}
}
