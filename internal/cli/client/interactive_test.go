package client

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplitLine(t *testing.T) {
	tests := []struct {
		name, line string
		want       []string
		err        error
	}{
		{"empty", " \t", nil, nil},
		{"words", " status  sshd ", []string{"status", "sshd"}, nil},
		{"single quotes keep everything", `echo 'a "b" \c'`, []string{"echo", `a "b" \c`}, nil},
		{"double quotes keep all but their escapes", `echo "a 'b' \" \\ \c"`, []string{"echo", `a 'b' " \ \c`}, nil},
		{"backslash", `echo a\ b\"`, []string{"echo", `a b"`}, nil},
		{"parts of one word", `a'b'"c"d`, []string{"abcd"}, nil},
		{"empty word", `echo ''`, []string{"echo", ""}, nil},
		{"open quotation", "status 'x", nil, errNoQuotation},
		{"open double quotation", `status "x\"`, nil, errNoQuotation},
		{"backslash at the end", `status \`, nil, errNoEscaped},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := splitLine(tt.line)
			if diff := cmp.Diff(tt.want, got); diff != "" || err != tt.err {
				t.Errorf("error %v, want %v; (-want +got):\n%s", err, tt.err, diff)
			}
		})
	}
}

func FuzzSplitLine(f *testing.F) {
	f.Add(`set sshd addfailregex "^x 'y' \"z\" <HOST>$" \ a`)
	f.Fuzz(func(t *testing.T, line string) {
		words, err := splitLine(line)
		if err == nil && len(strings.Join(words, "")) > len(line) {
			t.Errorf("%q became longer: %q", line, words)
		}
	})
}
