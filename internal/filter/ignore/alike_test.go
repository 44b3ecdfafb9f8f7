package ignore

import (
	"testing"

	"gaol/internal/ticket"
)

func TestAlike(t *testing.T) {
	rules := func(s Settings, change func(*Env)) *Rules {
		env := Env{Log: discard(), Expand: func(text string, _ *ticket.Failure) string { return text }}
		if change != nil {
			change(&env)
		}
		r, err := New(s, env)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	asks := func(env *Env) { env.Command = func(*ticket.Failure) (int, error) { return 1, nil } }
	list := []string{"192.0.2.0/24", "198.51.100.7", "2001:db8::/32", "0.0.0.0/0"}
	for _, tt := range []struct {
		name string
		a, b *Rules
		want bool
	}{
		{"none", rules(Settings{}, nil), rules(Settings{}, nil), true},
		{"the same list", rules(Settings{IPs: list}, nil), rules(Settings{IPs: list}, nil), true},
		{"one more", rules(Settings{IPs: list}, nil), rules(Settings{IPs: list[:3]}, nil), false},
		{"a network for an address", rules(Settings{IPs: []string{"0.0.0.0/0"}}, nil), rules(Settings{IPs: []string{"0.0.0.0"}}, nil), false},
		{"other addresses", rules(Settings{IPs: []string{"192.0.2.1"}}, nil), rules(Settings{IPs: []string{"192.0.2.2"}}, nil), false},
		{"ignoreself", rules(Settings{Self: true}, nil), rules(Settings{}, nil), false},
		{"both ignoreself", rules(Settings{Self: true}, nil), rules(Settings{Self: true}, nil), true},
		{"a command", rules(Settings{}, asks), rules(Settings{}, asks), false},
		{"a file", rules(Settings{IPs: []string{"file:/nowhere"}}, nil), rules(Settings{IPs: []string{"file:/nowhere"}}, nil), false},
		{"a name", rules(Settings{IPs: []string{"host.example"}}, nil), rules(Settings{IPs: []string{"host.example"}}, nil), false},
		{"a cache", rules(Settings{Cache: &Cache{Key: "<ip>"}}, nil), rules(Settings{Cache: &Cache{Key: "<ip>"}}, nil), false},
	} {
		if got := tt.a.Alike(tt.b); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
		if got := tt.a.Alike(tt.a); got != tt.a.IsPlain() {
			t.Errorf("%s: like itself is %v", tt.name, got)
		}
	}
}
