package ticket

import "testing"

func TestDurationText(t *testing.T) {
	tests := []struct {
		seconds float64
		want    string
	}{
		{0, "0"},
		{59, "59s"},
		{60, "1m"},
		{61, "1m 1s"},
		{3594, "59m 54s"},
		{3595, "1h"},
		{5651, "1h 34m"},
		{33523, "9h 18m"},
		{86394, "23h 59m"},
		{86399, "24h"},
		{86400, "1d"},
		{90000, "1d 1h"},
		{604769, "6d 23h 59m"},
		{604771, "7d"},
		{604800, "1w"},
		{31534199, "52w 23h"},
		{31535999, "52w 1d"},
		{31536000, "1y"},
		{1e9, "31y 37w"},
		{-5, "-5s"},
		{1200.0014, "20m"},
	}
	for _, tt := range tests {
		if got := DurationText(tt.seconds); got != tt.want {
			t.Errorf("DurationText(%v) = %q, want %q", tt.seconds, got, tt.want)
		}
	}
}
