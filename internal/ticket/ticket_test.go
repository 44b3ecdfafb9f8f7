package ticket

import (
	"testing"
	"time"
)

func TestTimeText(t *testing.T) {
	for _, c := range []struct {
		f    Failure
		want string
	}{
		{Failure{Time: 1795330859}, "1795330859.0"},
		{Failure{Time: 1795330859, Whole: true}, "1795330859"},
		{Failure{Time: 1795330659.5181746}, "1795330659.5181746"},
	} {
		if got := c.f.TimeText(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestUnixKeepsMicroseconds(t *testing.T) {
	at := time.Date(2026, 11, 22, 6, 58, 5, 123456000, time.UTC)
	if got := At(at).Time(); !got.Equal(at) {
		t.Errorf("got %v, want %v", got, at)
	}
}

func TestEndOfABan(t *testing.T) {
	b := Ban{Failure: Failure{Time: 1000}, BanTime: Default}
	if end, ends := b.End(600); end != 1600 || !ends {
		t.Errorf("with the jail's time: %v, %v", end, ends)
	}
	if _, ends := b.End(Forever); ends {
		t.Error("a jail that bans for ever has bans that end")
	}
	b.BanTime = 5
	if end, ends := b.End(Forever); end != 1005 || !ends {
		t.Errorf("with its own time: %v, %v", end, ends)
	}
}

func TestFields(t *testing.T) {
	f := Fields{}.With("user", "bob").With("port", nil).With("user", "ann")
	if f.Text("user") != "ann" || len(f) != 2 {
		t.Errorf("With replaces: %v", f)
	}
	if g := f.Without("user"); len(g) != 1 || g[0].Name != "port" || len(f) != 2 {
		t.Errorf("Without removes from a copy: %v, %v", g, f)
	}
}
