package config

import "testing"

func TestDurations(t *testing.T) {
	for expr, want := range map[string]string{
		"10": "10", "10m": "600", "1d12h": "129600", "1d12h30m": "131400", "1y": "31557600.0", "1mo": "2629800.0",
		"1M": "60", "1MO": "2629800.0", "1y6mo30w15d12h35m25s": "66821725.0", "1 hour 30 min": "5400", "1h+30m": "5400",
		"1h*2": "7200", "90m/2": "2700.0", "1.5h": "5400.0", ".5h": "1800.0", "-1": "-1", "-1h": "-3600",
		"1year-6mo": "15778800.0", "1 year + 1 month - 1 week + 1 day": "33669000.0",
		"1ye -2mo -3we -4da -5ho -6mi -7se":        "24119633.0",
		"2*.5y+1*1mo-3*1/3w+2/2d-(2*12h3*20m80s) ": "33578920.0", "(1h+2)*3": "10806", "10//3": "3", "10%3": "1",
		"1_000": "1000", "5 5": "10", "1d 1": "86401", "1h30": "3630", "3week2": "1814402", "1h\n30m": "5400", " 5 ": "5",
		"10 20 30": "60", "1s 2s 3s": "6", "2**10": "1024", "-2**2": "-4", "-7//2": "-4", "-7%3": "2", "1w 2d": "777600",
		"1y6mo15d5h30m": "48652200.0", "2y 12mon 30d 10h 60m": "97304400.0", "3 * 2": "6", "1d+12h": "129600",
	} {
		got, err := ParseDuration(expr)
		if err != nil || got.String() != want {
			t.Errorf("%q = %v, %v; want %s", expr, got, err, want)
		}
	}
	for _, expr := range []string{
		"abc", "h", "", "1x", "1ms", "1 wk", "01", "0x10", "1e3", "1h;2", "5 5 5", "1,5", "1/0", "9**99", "((1)", "1..2", "1__0",
	} {
		if got, err := ParseDuration(expr); err == nil {
			t.Errorf("%q = %v, want an error", expr, got)
		}
	}
	if _, err := ParseDuration("abc"); err == nil || err.Error() != "name 'abc' is not defined" {
		t.Errorf("abc: %v", err)
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"1d12h", "((((1", "9**9**9", "1 2 3", "-+-1", "5%0", "é1s", "9223372036854775807+1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if v, err := ParseDuration(s); err == nil && v.String() == "" {
			t.Error("no error and no number")
		}
	})
}
