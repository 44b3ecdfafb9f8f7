package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/addr"
	"gaol/internal/ban"
	"gaol/internal/ticket"
)

const now = ticket.Unix(1700000000)

var banPosition = ticket.Position{Offset: 425, Hash: "bc39b0532419a4e9b44527dcdffae907805e3a3c"}

// A journal collects log lines: "LEVEL text".
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) lines() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return strings.Split(strings.TrimSuffix(j.text.String(), "\n"), "\n")
}

func newLog() (*slog.Logger, *journal) {
	j := &journal{}
	return slog.New(plainHandler{j}), j
}

type plainHandler struct{ *journal }

func (plainHandler) Enabled(context.Context, slog.Level) bool { return true }
func (h plainHandler) WithAttrs([]slog.Attr) slog.Handler     { return h }
func (h plainHandler) WithGroup(string) slog.Handler          { return h }
func (h plainHandler) Handle(_ context.Context, r slog.Record) error {
	_, err := fmt.Fprintf(h, "%s %s\n", r.Level, r.Message)
	return err
}

// openAt opens path with jails sshd and web and closes it at the end of the test.
func openAt(t testing.TB, path string) (*Store, *journal) {
	t.Helper()
	log, j := newLog()
	s, err := Open(t.Context(), path, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	for _, jail := range []string{"sshd", "web"} {
		if err := s.AddJails(jail); err != nil {
			t.Fatal(err)
		}
	}
	return s, j
}

func fileIn(t testing.TB) string { return filepath.Join(t.TempDir(), "f2b.sqlite3") }

func banOf(who string, at ticket.Unix) *ticket.Ban {
	return &ticket.Ban{
		Failure: ticket.Failure{ID: parseID(who), Time: at, Whole: true, Matches: []ticket.Match{{After: "line of " + who}}},
		BanTime: ticket.Default, Count: 1, Failures: 3,
	}
}

func add(t testing.TB, s *Store, jail string, b *ticket.Ban) {
	t.Helper()
	if err := s.AddBan(jail, b, 600); err != nil {
		t.Fatal(err)
	}
}

// query gives rows as text, columns joined by "|".
func query(t testing.TB, s *Store, q string, args ...any) []string {
	t.Helper()
	s.Flush()
	rows, err := s.db.Query(q, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for rows.Next() {
		values, into := make([]any, len(cols)), make([]any, len(cols))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		texts := make([]string, len(cols))
		for i, v := range values {
			switch v := v.(type) {
			case nil:
			case []byte:
				texts[i] = string(v)
			case float64:
				texts[i] = strconv.FormatFloat(v, 'f', -1, 64)
			default:
				texts[i] = fmt.Sprint(v)
			}
		}
		out = append(out, strings.Join(texts, "|"))
	}
	return out
}

func wantRows(t testing.TB, s *Store, q string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), query(t, s, q)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", q, diff)
	}
}

func TestRowsOfABan(t *testing.T) {
	s, _ := openAt(t, fileIn(t))
	b := banOf("2001:DB8::5", now+0.5)
	b.Failures = 3
	add(t, s, "sshd", b)
	b2 := banOf("wörd\xff", now+1.5)
	b2.BanTime, b2.Count = 1200.25, 4
	add(t, s, "web", b2)
	data := func(who string) string { return `{"matches": ["line of ` + who + `"], "failures": 3}` }
	wantRows(t, s, `SELECT *, typeof(timeofban), typeof(bantime), typeof(data) FROM bans`,
		"sshd|2001:db8::5|1700000000|600|1|"+data("2001:DB8::5")+"|integer|integer|blob",
		"web|wörd\uFFFD|1700000002|1200.25|4|"+data("wörd\uFFFD")+"|integer|real|blob")
	wantRows(t, s, `SELECT ip, jail, timeofban, bantime, bancount FROM bips ORDER BY jail`,
		"2001:db8::5|sshd|1700000000|600|1", "wörd\uFFFD|web|1700000002|1200.25|4")
}

func TestRestoreRoundTrip(t *testing.T) {
	path := fileIn(t)
	s, _ := openAt(t, path)
	b := banOf("job7", now)
	b.IP = parseID("192.0.2.9")
	b.Matches = []ticket.Match{{Before: "<1>", Date: "Nov 22", After: " x"}, {After: "y"}}
	b.Fields = ticket.Fields{{Name: "user", Value: "root"}, {Name: "users", Value: ticket.Set{"a", ticket.Tuple{nil, "b"}, "c"}}}
	b.Count = 2
	add(t, s, "web", b)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, _ = openAt(t, path)
	got, err := s.Restore("web", now+10, ban.Settings{BanTime: 600})
	if err != nil {
		t.Fatal(err)
	}
	want := *b
	want.BanTime, want.Restored = 600, true
	if diff := cmp.Diff([]*ticket.Ban{&want}, got, plain); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, err := s.Restore("sshd", now, ban.Settings{BanTime: 600}); len(got) != 0 || err != nil {
		t.Errorf("another jail restores %v, %v", got, err)
	}
}

func TestRestoreCutsBanTimes(t *testing.T) {
	forever := float64(ticket.Forever)
	tests := []struct {
		name     string
		settings ban.Settings
		want     map[string]float64 // by id: a had 600 s, p was permanent, m of unknown length
	}{
		{"shorter today", ban.Settings{BanTime: 300}, map[string]float64{"a": 300, "p": 300, "m": 300}},
		{"longer today", ban.Settings{BanTime: 3600}, map[string]float64{"a": 600, "p": 3600, "m": 3600}},
		{"without end today", ban.Settings{BanTime: forever}, map[string]float64{"a": 600, "p": forever, "m": forever}},
		{"so short that they are over", ban.Settings{BanTime: 10}, map[string]float64{}},
		{"increment without cap", ban.Settings{BanTime: 10, Increment: true}, map[string]float64{"a": 600, "p": forever}},
		{"increment, no cap by NaN", ban.Settings{BanTime: 100, Increment: true, MaxTime: math.NaN()}, map[string]float64{"a": 600, "p": forever, "m": 100}},
		{"increment with cap", ban.Settings{BanTime: 100, Increment: true, MaxTime: 120}, map[string]float64{"a": 120, "p": 120, "m": 100}},
	}
	s, _ := openAt(t, memory)
	for who, banTime := range map[string]float64{"a": 600, "p": forever, "m": unknownBanTime} {
		b := banOf(who, now-20)
		b.BanTime = banTime
		add(t, s, "sshd", b)
	}
	over := banOf("over", now-700)
	add(t, s, "sshd", over)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bans, err := s.Restore("sshd", now, tt.settings)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]float64{}
			for _, b := range bans {
				got[b.ID.String()] = b.BanTime
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestRestoreSkipsWhatItCannotRead(t *testing.T) {
	s, j := openAt(t, memory)
	for _, row := range []string{
		`'192.0.2.1', 'sshd', 1700000000, 600, 1, 'no json'`,
		`'192.0.2.2', 'sshd', 'yesterday', -1, 1, NULL`,
		`'192.0.2.3', 'sshd', 1700000000.7, 600, 'x', NULL`,
		`'192.0.2.4', 'sshd', 1700000000.7, 600, 1, NULL`,
	} {
		if _, err := s.db.Exec(`INSERT INTO bips (ip, jail, timeofban, bantime, bancount, data) VALUES (` + row + `)`); err != nil {
			t.Fatal(err)
		}
	}
	bans, err := s.Restore("sshd", now, ban.Settings{BanTime: 600})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range bans {
		got = append(got, fmt.Sprint(b.ID, " ", b.TimeText()))
	}
	if diff := cmp.Diff([]string{"192.0.2.1 1700000000", "192.0.2.4 1700000000.7"}, got); diff != "" {
		t.Errorf("restored (-want +got):\n%s", diff)
	}
	if log := strings.Join(j.lines(), "\n"); !strings.Contains(log, "ERROR json loads failed") || !strings.Contains(log, "ERROR skip a stored ban") {
		t.Errorf("log is silent:\n%s", log)
	}
}

func TestKnown(t *testing.T) {
	who := parseID("192.0.2.1")
	for _, loaded := range []bool{false, true} { // before and after the index is in memory
		t.Run(fmt.Sprint("index loaded ", loaded), func(t *testing.T) {
			s, _ := openAt(t, memory)
			if loaded {
				s.Known("sshd", who, false)
			}
			first, second, other := banOf("192.0.2.1", now), banOf("192.0.2.1", now+700.6), banOf("192.0.2.1", now+100)
			second.Count, second.BanTime, other.Count = 2, 1200, 5
			add(t, s, "sshd", first)
			add(t, s, "sshd", second)
			add(t, s, "web", other)
			check := func(jail string, overall bool, want Known, wantOK bool) {
				t.Helper()
				if got, ok := s.Known(jail, who, overall); got != want || ok != wantOK {
					t.Errorf("Known(%s, overall %v) = %+v, %v, want %+v, %v", jail, overall, got, ok, want, wantOK)
				}
			}
			check("sshd", false, Known{2, now + 701, 1200}, true)
			check("web", false, Known{5, now + 100, 600}, true)
			check("nosuch", false, Known{}, false)
			check("nosuch", true, Known{7, now + 701, 1200}, true)
			if err := s.ForgetBans("sshd", []addr.ID{who})(); err != nil {
				t.Fatal(err)
			}
			check("sshd", false, Known{}, false)
			check("sshd", true, Known{5, now + 100, 600}, true)
			if err := s.DeleteAll("web")(); err != nil {
				t.Fatal(err)
			}
			check("web", true, Known{}, false)
			wantRows(t, s, `SELECT ip FROM bans UNION ALL SELECT ip FROM bips`)
		})
	}
}

func TestDeleteBansWithinANetwork(t *testing.T) {
	s, _ := openAt(t, memory)
	for _, who := range []string{"198.51.100.7", "198.51.100.128", "198.51.100.16/28", "word"} {
		add(t, s, "sshd", banOf(who, now))
		add(t, s, "web", banOf(who, now))
	}
	s.Known("sshd", parseID("word"), false)
	if err := s.ForgetBans("sshd", []addr.ID{parseID("198.51.100.0/25"), parseID("word"), parseID("absent")})(); err != nil {
		t.Fatal(err)
	}
	wantRows(t, s, `SELECT ip FROM bips WHERE jail = 'sshd'`, "198.51.100.128")
	wantRows(t, s, `SELECT ip FROM bans WHERE jail = 'sshd'`, "198.51.100.128")
	wantRows(t, s, `SELECT count(*) FROM bips WHERE jail = 'web'`, "4")
	if _, ok := s.Known("sshd", parseID("198.51.100.7"), false); ok {
		t.Error("still known after the unban of its network")
	}
}

func TestMerged(t *testing.T) {
	s, _ := openAt(t, memory)
	s.SetMaxMatches(3)
	lines := func(at ticket.Unix, lines ...string) *ticket.Ban {
		b := banOf("192.0.2.1", at)
		b.Matches, b.Failures = nil, len(lines)
		for _, l := range lines {
			b.Matches = append(b.Matches, ticket.Match{After: l})
		}
		return b
	}
	add(t, s, "sshd", lines(now, "a", "b"))
	add(t, s, "web", lines(now+5, "w"))
	add(t, s, "sshd", lines(now+10, "c", "d"))
	add(t, s, "sshd", banOf("192.0.2.2", now))
	if _, err := s.db.Exec(`INSERT INTO bans VALUES ('web', '192.0.2.1', 1, 600, 1, '{}')`); err != nil {
		t.Fatal(err)
	}
	if matches, failures := s.Merged(parseID("192.0.2.1"), "sshd"); matches != "b\nc\nd" || failures != 4 {
		t.Errorf("Merged in sshd = %q, %d", matches, failures)
	}
	if matches, failures := s.Merged(parseID("192.0.2.1"), ""); matches != "w\nc\nd" || failures != 6 {
		t.Errorf("Merged in all = %q, %d", matches, failures)
	}
	if matches, failures := s.Merged(parseID("192.0.2.77"), ""); matches != "" || failures != 0 {
		t.Errorf("Merged of nobody = %q, %d", matches, failures)
	}
}

func TestPositions(t *testing.T) {
	path := fileIn(t)
	s, _ := openAt(t, path)
	if p, err := s.Position("sshd", "/var/log/a"); p != (ticket.Position{}) || err != nil {
		t.Errorf("unknown file: %v, %v", p, err)
	}
	want := banPosition
	for _, p := range []ticket.Position{{Offset: 1}, want} {
		if err := s.SavePosition("sshd", "/var/log/a", p); err != nil {
			t.Fatal(err)
		}
	}
	if p, err := s.Position("sshd", "/var/log/a"); p != want || err != nil {
		t.Errorf("before the commit: %v, %v, want %v", p, err, want)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s, _ = openAt(t, path)
	if p, err := s.Position("sshd", "/var/log/a"); p != want || err != nil {
		t.Errorf("after opening again: %v, %v, want %v", p, err, want)
	}
	wantRows(t, s, `SELECT * FROM logs`, "sshd|/var/log/a|"+want.Hash+"|425")
}

func TestJails(t *testing.T) {
	path := fileIn(t)
	s, _ := openAt(t, path)
	wantRows(t, s, `SELECT * FROM jails`, "sshd|1", "web|1")
	if err := s.DisableJails("web"); err != nil {
		t.Fatal(err)
	}
	wantRows(t, s, `SELECT * FROM jails`, "sshd|1", "web|0")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	log, _ := newLog()
	s, err := Open(t.Context(), path, log)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	wantRows(t, s, `SELECT * FROM jails`, "sshd|0", "web|0")
}

func TestPurge(t *testing.T) {
	s, _ := openAt(t, memory)
	long, forever := banOf("long", now-5000), banOf("forever", now-1e6)
	long.BanTime, forever.BanTime = 2000, ticket.Forever
	add(t, s, "sshd", long)
	add(t, s, "sshd", forever)
	add(t, s, "sshd", banOf("short", now-5000))
	add(t, s, "sshd", banOf("fresh", now-10))
	add(t, s, "web", banOf("short", now-5000))
	for _, path := range []string{"/a", "/b"} {
		if err := s.SavePosition("web", path, ticket.Position{Offset: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.DisableJails("web"); err != nil {
		t.Fatal(err)
	}
	s.SetPurgeAge(-1)
	if err := s.Purge(now); err != nil {
		t.Fatal(err)
	}
	wantRows(t, s, `SELECT count(*) FROM bans`, "5")
	s.SetPurgeAge(1000)
	if err := s.Purge(now); err != nil {
		t.Fatal(err)
	}
	wantRows(t, s, `SELECT ip FROM bans`, "fresh")
	wantRows(t, s, `SELECT ip FROM bips ORDER BY ip`, "forever", "fresh", "long")
	wantRows(t, s, `SELECT name FROM jails`, "sshd")
	wantRows(t, s, `SELECT * FROM logs`)
	if _, ok := s.Known("sshd", parseID("short"), false); ok {
		t.Error("a purged ban is still known")
	}
}

func TestBanOfAnUnknownJailHarmsNoOther(t *testing.T) {
	s, j := openAt(t, memory)
	add(t, s, "sshd", banOf("192.0.2.1", now))
	add(t, s, "nosuch", banOf("192.0.2.2", now))
	add(t, s, "sshd", banOf("192.0.2.3", now))
	wantRows(t, s, `SELECT ip FROM bips`, "192.0.2.1", "192.0.2.3")
	if log := strings.Join(j.lines(), "\n"); !strings.Contains(log, "ERROR cannot store the ban of 192.0.2.2 in nosuch") {
		t.Errorf("log is silent:\n%s", log)
	}
}

func TestFullDiskIsReportedOnce(t *testing.T) {
	s, j := openAt(t, fileIn(t))
	pages := query(t, s, `PRAGMA page_count`)[0]
	if _, err := s.db.Exec(`PRAGMA max_page_count = ` + pages); err != nil {
		t.Fatal(err)
	}
	big := banOf("192.0.2.1", now)
	big.Matches[0].After = strings.Repeat("x", 10_000)
	for range 5 {
		add(t, s, "sshd", big)
		s.Flush()
	}
	if err := s.ForgetBans("sshd", []addr.ID{big.ID})(); err != nil {
		t.Errorf("a change that needs no room: %v", err)
	}
	if _, err := s.db.Exec(`PRAGMA max_page_count = 100000`); err != nil {
		t.Fatal(err)
	}
	add(t, s, "sshd", big)
	wantRows(t, s, `SELECT count(*) FROM bans`, "1")
	var said []string
	for _, l := range j.lines() {
		if strings.Contains(l, "written") || strings.Contains(l, "cannot") {
			said = append(said, l)
		}
	}
	if len(said) != 2 || !strings.HasPrefix(said[0], "ERROR cannot write to database") || !strings.Contains(said[0], "full") ||
		!strings.HasSuffix(said[1], "can be written again, 5 changes are missing in it") {
		t.Errorf("log:\n%s", strings.Join(said, "\n"))
	}
}

func TestReaderOfTheLiveFileOnlyDelays(t *testing.T) {
	path := fileIn(t)
	s, j := openAt(t, path)
	reader, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	tx, err := reader.Begin()
	if err != nil {
		t.Fatal(err)
	}
	var jails int
	if err := tx.QueryRow(`SELECT count(*) FROM jails`).Scan(&jails); err != nil || jails != 2 {
		t.Fatalf("the reader sees %d jails, %v", jails, err)
	}
	release := time.AfterFunc(200*time.Millisecond, func() { _ = tx.Rollback() })
	defer release.Stop()
	add(t, s, "sshd", banOf("192.0.2.1", now))
	wantRows(t, s, `SELECT ip FROM bips`, "192.0.2.1")
	if len(j.lines()) != 2 {
		t.Errorf("log %q", j.lines())
	}
}

func TestClosedStoreRefuses(t *testing.T) {
	s, _ := openAt(t, memory)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.AddBan("sshd", banOf("192.0.2.1", now), 600); err == nil {
		t.Error("AddBan on a closed store")
	}
	if err := s.AddJails("x"); err == nil {
		t.Error("AddJails on a closed store")
	}
	s.Flush()
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func TestConcurrentUse(t *testing.T) {
	s, _ := openAt(t, fileIn(t))
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 100 {
				b := banOf(fmt.Sprintf("10.0.%d.%d", w, i), now)
				if err := s.AddBan("sshd", b, 600); err != nil {
					t.Error(err)
				}
				if k, ok := s.Known("sshd", b.ID, i%2 == 0); !ok || k.Count != 1 {
					t.Errorf("Known right after AddBan = %+v, %v", k, ok)
				}
				if i%20 == 0 {
					s.Merged(b.ID, "")
				}
			}
		})
	}
	wg.Wait()
	wantRows(t, s, `SELECT count(*) FROM bips`, "400")
}

func fillDirect(t testing.TB, s *Store, n int) {
	t.Helper()
	for i := range n {
		b := banOf(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), now)
		b.Matches = []ticket.Match{{Date: "2026-11-22T06:58:05", After: " login failure for root from 192.0.2.10"}, {After: "2026-11-22T06:58:05 login failure for root from 192.0.2.10"}}
		b.Fields = ticket.Fields{{Name: "user", Value: "root"}, {Name: "ip4", Value: b.ID.String()}}
		add(t, s, "sshd", b)
	}
	s.Flush()
}

func BenchmarkAdd100000(b *testing.B) {
	for b.Loop() {
		s, _ := openAt(b, fileIn(b))
		fillDirect(b, s, 100_000)
	}
}

func BenchmarkRestore(b *testing.B) {
	for _, n := range []int{20_000, 150_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			path := fileIn(b)
			s, _ := openAt(b, path)
			fillDirect(b, s, n)
			if err := s.Close(); err != nil {
				b.Fatal(err)
			}
			info, err := os.Stat(path)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(info.Size())/1e6, "MB")
			for b.Loop() { // opening included: that is what a restart waits for
				s, _ := openAt(b, path)
				bans, err := s.Restore("sshd", now+1, ban.Settings{BanTime: 600})
				if err != nil || len(bans) != n {
					b.Fatal(len(bans), err)
				}
				if err := s.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// One ban and its commit, as a client that waits for the reply sees it.
func BenchmarkAcknowledgedBan(b *testing.B) {
	s, _ := openAt(b, fileIn(b))
	t := banOf("192.0.2.1", now)
	for b.Loop() {
		add(b, s, "sshd", t)
		s.Flush()
	}
}

func BenchmarkKnown(b *testing.B) {
	s, _ := openAt(b, memory)
	fillDirect(b, s, 20_000)
	who := parseID("10.0.1.1")
	for b.Loop() {
		s.Known("sshd", who, false)
	}
}
