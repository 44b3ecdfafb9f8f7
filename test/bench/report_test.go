package main

import "testing"

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{3}, 3},
		{[]float64{9, 1, 2}, 2},
		{[]float64{4, 1, 2, 9}, 3},
	} {
		if got := median(c.values); got != c.want {
			t.Errorf("median(%v) = %v, want %v", c.values, got, c.want)
		}
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 0.00123: "0.0012", 0.0456: "0.0456", 1.234: "1.23", 12.34: "12.3", 123.4: "123", 1234: "1,230", 2_345_678: "2,350,000",
	} {
		if got := number(v); got != want {
			t.Errorf("number(%v) = %s, want %s", v, got, want)
		}
	}
}

func TestTable(t *testing.T) {
	var r report
	ours, peer := &side{name: "ours"}, &side{name: "peer"}
	r.figure("ping", milliseconds, 0.005).add(ours, 0.004, 0.002, 0.003)
	r.figure("ping", milliseconds, 0.005).add(peer, 0.06)
	r.figure("speed", linesPerSec, 2e6).add(ours, 1e6)
	r.figure("speed", linesPerSec, 2e6).add(peer, 5e4)
	want := `| what | Gaol | Fail2Ban | times better | goal |
|---|---:|---:|---:|---:|
| ping | 3.00 ms (3) | 60.0 ms (1) | 20.0 | ≤ 5.00 ms, met |
| speed | 1,000,000 lines/s (1) | 50,000 lines/s (1) | 20.0 | ≥ 2,000,000 lines/s, **missed** |
`
	if got := r.markdown(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestChoose(t *testing.T) {
	chosen, err := choose([]string{"regex", "commands"})
	if err != nil || len(chosen) != 2 || chosen[0].name != "commands" || chosen[1].name != "regex" {
		t.Errorf("chose %v, %v", chosen, err)
	}
	if _, err := choose([]string{"nosuch"}); err == nil {
		t.Error("an unknown name is no error")
	}
}
