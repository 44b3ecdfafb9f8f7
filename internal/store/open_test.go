package store

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gaol/internal/ban"
)

// withoutStamps replaces times in backup names and the directory.
func withoutStamps(lines []string, dir string) []string {
	stamp := regexp.MustCompile(`\.\d{8}-\d{6}`)
	out := []string{}
	for _, l := range lines {
		out = append(out, strings.ReplaceAll(stamp.ReplaceAllString(l, ".STAMP"), dir, "DIR"))
	}
	return out
}

func TestNewDatabase(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made too")
	path := filepath.Join(dir, "odd ?name#%41.sqlite3")
	s, j := openAt(t, path)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode() != 0o600 || info.Size() == 0 {
		t.Errorf("file has mode %v and %d bytes, want 0600 and content", info.Mode(), info.Size())
	}
	wantRows(t, s, `SELECT * FROM fail2banDb`, "4")
	wantRows(t, s, `PRAGMA journal_mode`, "delete")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"INFO Connected to fail2ban persistent database 'DIR/odd ?name#%41.sqlite3'",
		"WARN New database created. Version '4'",
		"INFO Connection to database closed.",
	}
	if diff := cmp.Diff(want, withoutStamps(j.lines(), dir)); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("left in the directory: %v, %v", files, err)
	}
}

func TestNewerDatabaseIsRefused(t *testing.T) {
	path := fileIn(t)
	s, _ := openAt(t, path)
	if _, err := s.db.Exec(`UPDATE fail2banDb SET version = 5`); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	log, _ := newLog()
	if _, err := Open(t.Context(), path, log); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v, want ErrNewer with the path", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was changed (%v)", err)
	}
}

func TestUnusablePath(t *testing.T) {
	dir := t.TempDir()
	for _, path := range []string{dir, filepath.Join(dir, "no", "such", "file")} {
		log, _ := newLog()
		if s, err := Open(t.Context(), path, log); err == nil {
			s.Close()
			t.Errorf("%s was opened", path)
		}
	}
}

func TestRubbishIsPutAside(t *testing.T) {
	path := fileIn(t)
	rubbish := bytes.Repeat([]byte("this is no database\n"), 1000)
	if err := os.WriteFile(path, rubbish, 0o600); err != nil {
		t.Fatal(err)
	}
	s, j := openAt(t, path)
	add(t, s, "sshd", banOf("192.0.2.1", now))
	wantRows(t, s, `SELECT ip FROM bips`, "192.0.2.1")
	dir := filepath.Dir(path)
	want := []string{
		"ERROR Error opening fail2ban persistent database 'DIR/f2b.sqlite3': file is not a database (26)",
		"INFO Trying to repair database DIR/f2b.sqlite3",
		"INFO   Database backup created: DIR/f2b.sqlite3.STAMP",
		"INFO   Repair seems to be failed, restored 0 byte(s).",
		"ERROR   Error repairing of fail2ban database 'DIR/f2b.sqlite3': Recreate ...",
		"INFO Connected to fail2ban persistent database 'DIR/f2b.sqlite3'",
		"WARN New database created. Version '4'",
	}
	if diff := cmp.Diff(want, withoutStamps(j.lines(), dir)); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	backup, err := filepath.Glob(path + ".*")
	if err != nil || len(backup) != 1 {
		t.Fatalf("backups %v, %v, want one", backup, err)
	}
	if kept, err := os.ReadFile(backup[0]); err != nil || !bytes.Equal(kept, rubbish) {
		t.Errorf("the backup is not the old file (%v)", err)
	}
}

func TestDamagedFileIsSalvaged(t *testing.T) {
	path := fileIn(t)
	s, _ := openAt(t, path)
	fillDirect(t, s, 2000)
	if err := s.SavePosition("sshd", "/var/log/a", banPosition); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for page := len(raw) / 4096 / 2; page < len(raw)/4096/2+6; page++ {
		copy(raw[page*4096:], bytes.Repeat([]byte{0xa5}, 4096))
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	s, j := openAt(t, path)
	log := strings.Join(j.lines(), "\n")
	if !strings.Contains(log, "is malformed") || !strings.Contains(log, "Repair seems to be successful, restored") {
		t.Errorf("log:\n%s", log)
	}
	bans, err := s.Restore("sshd", now, ban.Settings{BanTime: 600})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of 2000 bans and %s of 2000 rows of history saved", len(bans), query(t, s, `SELECT count(*) FROM bans`)[0])
	if len(bans) < 1000 {
		t.Errorf("only %d of 2000 bans were saved", len(bans))
	}
	if p, err := s.Position("sshd", "/var/log/a"); p != banPosition || err != nil {
		t.Errorf("position %v, %v", p, err)
	}
	wantRows(t, s, `PRAGMA integrity_check`, "ok")
	wantRows(t, s, `PRAGMA foreign_key_check`)
}

// oldSchema returns the tables of an old version, as far as the migration cares.
func oldSchema(version int) []string {
	tables := []string{
		versionTable, jailsTable, logsTable,
		`CREATE TABLE bans (jail TEXT NOT NULL, ip TEXT, timeofban INTEGER NOT NULL, data JSON, FOREIGN KEY (jail) REFERENCES jails (name))`,
		`CREATE INDEX bans_ip ON bans (ip)`,
		`CREATE INDEX logs_path ON logs (path)`,
	}
	switch version {
	case 1:
		tables[2] = `CREATE TABLE logs (jail TEXT NOT NULL, path TEXT, firstlinemd5 TEXT, lastfilepos INTEGER DEFAULT 0,
			FOREIGN KEY (jail) REFERENCES jails (name) ON DELETE CASCADE, UNIQUE (jail, path))`
	case 3:
		tables[3] = bansTable
	}
	return tables
}

func TestMigration(t *testing.T) {
	for version := 1; version <= 3; version++ {
		t.Run(fmt.Sprint("from version ", version), func(t *testing.T) {
			path := fileIn(t)
			bantime := "-2"
			if version == 3 {
				bantime = "600"
			}
			makeOld(t, path, version)
			old, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			s, j := openAt(t, path)
			wantRows(t, s, `SELECT * FROM fail2banDb`, "4")
			wantRows(t, s, `SELECT * FROM logs`, "sshd|/var/log/a|d41d8cd98f00b204e9800998ecf8427e|7")
			wantRows(t, s, `SELECT * FROM bans`,
				"sshd|192.0.2.1|1388009243|"+bantime+`|1|{"matches": ["b\n"], "failures": 2}`,
				"sshd|192.0.2.1|1388009242.25|"+bantime+`|1|{"matches": ["a\n"], "failures": 0}`)
			wantRows(t, s, `SELECT * FROM bips`, "192.0.2.1|sshd|1388009243|"+bantime+`|1|{"matches": ["b\n"], "failures": 2}`)
			wantRows(t, s, `SELECT name FROM sqlite_master WHERE name LIKE '%old%'`)
			wantRows(t, s, `SELECT count(*) FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL`, "8")
			wantRows(t, s, `PRAGMA foreign_key_check`)
			log := withoutStamps(j.lines(), filepath.Dir(path))
			want := []string{
				"INFO Connected to fail2ban persistent database 'DIR/f2b.sqlite3'",
				fmt.Sprintf("INFO Upgrade database: DIR/f2b.sqlite3.STAMP from version '%d'", version),
				"INFO   Database backup created: DIR/f2b.sqlite3.STAMP",
				fmt.Sprintf("WARN Database updated from '%d' to '4'", version),
			}
			if diff := cmp.Diff(want, log); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
			backups, err := filepath.Glob(path + ".*")
			if err != nil || len(backups) != 1 {
				t.Fatalf("backups %v, %v, want one", backups, err)
			}
			if kept, err := os.ReadFile(backups[0]); err != nil || !bytes.Equal(kept, old) {
				t.Errorf("the backup is not the old file (%v)", err)
			}
		})
	}
}

// makeOld writes a database of an old version with one file and two bans.
func makeOld(t *testing.T, path string, version int) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	statements := append(oldSchema(version),
		fmt.Sprintf(`INSERT INTO fail2banDb VALUES (%d)`, version),
		`INSERT INTO jails (name) VALUES ('sshd')`,
		`INSERT INTO logs VALUES ('sshd', '/var/log/a', 'd41d8cd98f00b204e9800998ecf8427e', 7)`)
	columns, values := "jail, ip, timeofban, data", ""
	if version == 3 {
		columns, values = columns+", bantime, bancount", ", 600, 1"
	}
	for _, row := range []string{`1388009243, '{"matches": ["b\n"], "failures": 2}'`, `1388009242.25, '{"matches": ["a\n"], "failures": 0}'`} {
		statements = append(statements, fmt.Sprintf(`INSERT INTO bans (%s) VALUES ('sshd', '192.0.2.1', %s%s)`, columns, row, values))
	}
	for _, q := range statements {
		if _, err := db.Exec(q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
}
