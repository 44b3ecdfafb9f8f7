package date

import (
	"errors"
	"testing"
)

func TestParseZone(t *testing.T) {
	for tz, want := range map[string]int{
		"UTC": 0, "Z": 0, "CET": 3600, "CET+0130": 9000, "UTC-0430": -16200, "+0130": 5400, "+01:30": 5400, "-01": -3600,
		"A+01": 7200, "EASST": -18000, "NPT": 345 * 60, "+0199": 9540, "-19:59": -71940, "+01١٢": 72 * 60,
	} {
		if got, err := ParseZone(tz); err != nil || got != want {
			t.Errorf("%s: got %d, %v, want %d", tz, got, err, want)
		}
	}
	for _, tz := range []string{"", "foo", "cet", "AB", "ABCDEF", "+1", "+2000", "CET+1", "CET ", " CET", "ChST", "+01:", "+01:3", "+013", "+01305", "Europe/Zurich", "+0:130", "+-01", "01"} {
		want := "Unknown or unsupported time zone: '" + tz + "'"
		if got, err := ParseZone(tz); err == nil || err.Error() != want {
			t.Errorf("%q: got %d, %v, want %s", tz, got, err, want)
		}
	}
	for _, tz := range []string{"FOO", "BST", "ABCDE+01"} {
		_, err := ParseZone(tz)
		var unknown *UnknownZoneError
		if !errors.As(err, &unknown) || err.Error() != "'"+tz[:len(unknown.Name)]+"'" {
			t.Errorf("%s: got %v", tz, err)
		}
	}
}
