package date

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestCalendarAgreesWithTime(t *testing.T) {
	end := time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	for at := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC); !at.After(end); at = at.AddDate(0, 0, 1+at.Year()/2100) {
		n := at.Unix() / daySeconds
		if at.Unix()%daySeconds != 0 {
			t.Fatalf("%v is no midnight", at)
		}
		year, month, day := dateOf(n)
		if year != at.Year() || month != int(at.Month()) || day != at.Day() || days(year, month, day) != n {
			t.Fatalf("%v: got %d-%d-%d, %d days", at, year, month, day, days(year, month, day))
		}
		if want := int(at.Weekday()+6) % 7; weekday(n) != want {
			t.Fatalf("%v: got weekday %d, want %d", at, weekday(n), want)
		}
		if want := time.Date(year, at.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day(); monthDays(year, month) != want {
			t.Fatalf("%v: got %d days in the month, want %d", at, monthDays(year, month), want)
		}
	}
}

func load(t *testing.T, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestWallAgreesWithTime(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Zurich", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "Australia/Lord_Howe", "Pacific/Apia"} {
		w := wall{loc: load(t, name)}
		r := rand.New(rand.NewPCG(1, 1))
		u := int64(0)
		for range 20000 {
			switch r.IntN(3) {
			case 0:
				u = r.Int64N(4e9) - 1e9
			default:
				u += r.Int64N(7200) - 3600
			}
			_, offset := time.Unix(u, 0).In(w.loc).Zone()
			civil := u + int64(offset)
			if got := w.at(u); got != civil {
				t.Fatalf("%s: at %d the wall shows %d, want %d", name, u, got, civil)
			}
			// A time on the wall means this moment, or another one at which the wall shows the same.
			back := w.unix(civil, u)
			if back != u && w.at(back) != civil || back != u && distance(back, u) > 24*3600 {
				t.Fatalf("%s: %d on the wall means %d, want %d", name, civil, back, u)
			}
		}
	}
}

func TestWallWhereTheClockChanges(t *testing.T) {
	w := wall{loc: load(t, "Europe/Zurich")}
	at := func(text string) int64 {
		moment, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return moment.Unix()
	}
	const far = 0
	for _, c := range []struct {
		text string
		now  int64
		want int64
	}{
		{"2005-03-27 01:59", far, at("2005-03-27 00:59")},
		{"2005-03-27 02:30", far, at("2005-03-27 01:30")}, // skipped: 03:30 summer time
		{"2005-03-27 03:00", far, at("2005-03-27 01:00")},
		{"2005-10-30 01:59", far, at("2005-10-29 23:59")},
		{"2005-10-30 02:30", at("2005-10-30 00:31"), at("2005-10-30 00:30")}, // twice: the nearer one
		{"2005-10-30 02:30", at("2005-10-30 01:29"), at("2005-10-30 01:30")},
		{"2005-10-30 03:00", far, at("2005-10-30 02:00")},
	} {
		if got := w.unix(at(c.text), c.now); got != c.want {
			t.Errorf("%s: got %d, want %d", c.text, got, c.want)
		}
	}
}
