package config

import (
	"strings"
	"testing"
)

func TestParseDuration(t *testing.T) {
	for expr, want := range map[string]string{
		"10": "10", "10m": "600", "1d12h": "129600", "1d12h30m": "131400", "1y": "31557600.0", "1mo": "2629800.0",
		"1M": "60", "1MO": "2629800.0", "1y6mo30w15d12h35m25s": "66821725.0", "1 hour 30 min": "5400", "1h+30m": "5400",
		"1h*2": "7200", "90m/2": "2700.0", "1.5h": "5400.0", ".5h": "1800.0", "-1": "-1", "-1h": "-3600", "1year-6mo": "15778800.0",
		"1 year + 1 month - 1 week + 1 day": "33669000.0", "1ye -2mo -3we -4da -5ho -6mi -7se": "24119633.0",
		"2*.5y+1*1mo-3*1/3w+2/2d-(2*12h3*20m80s) ": "33578920.0",
		"(1h+2)*3": "10806", "10//3": "3", "10%3": "1", "1_000": "1000", "5 5": "10", "1d 1": "86401", "1h30": "3630",
		"3week2": "1814402", "1h\n30m": "5400", " 5 ": "5", "1s 2s 3s": "6", "\n5m": "300", "2**-1": "0.5", "-2**2": "-4",
		"-7//2": "-4", "-7%3": "2", "2**10": "1024", "0": "0", "00": "0", "1.": "1.0", "1e": "",
		"abc": "", "h": "", "": "", "1x": "", "1ms": "", "1 wk": "", "01": "", "0x10": "", "1e3": "", "1h;2": "", "5 5 5": "",
		"1,5": "", "1/0": "", "1//0": "", "9**99": "", "99999999999999999999": "", "__import__('os')": "", "1_": "", "1__0": "", "(1": "",
		"-9223372036854775807-2": "", strings.Repeat("(", 400) + "1": "", strings.Repeat("1", 2000): "", "1.0**9999*10.0**308*10**308": "",
	} {
		got, err := ParseDuration(expr)
		switch {
		case want == "" && err == nil:
			t.Errorf("%q = %v, want an error", expr, got)
		case want != "" && err != nil:
			t.Errorf("%q: %v, want %s", expr, err, want)
		case want != "" && got.String() != want:
			t.Errorf("%q = %v, want %s", expr, got, want)
		}
	}
}

func TestDurationErrorNamesTheWord(t *testing.T) {
	_, err := ParseDuration("abc")
	if want := "name 'abc' is not defined"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, seed := range []string{"1d12h", "(1h+2)*3", "2**3**4", "1y 6mo", "-.5h", "5 5 5", "1_000//7%3", "\xff", "9e9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, expr string) {
		s, err := ParseDuration(expr)
		if err == nil && s.String() == "" {
			t.Errorf("%q prints nothing", expr)
		}
	})
}
