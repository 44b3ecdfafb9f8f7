package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"

	"gaol/internal/addr"
	"gaol/internal/ticket"
)

// statements are those that a flood of bans repeats.
type statements struct {
	ban, bip *sql.Stmt
}

func (p *statements) prepare(ctx context.Context, db *sql.DB) (err error) {
	p.ban, err = db.PrepareContext(ctx, `INSERT INTO bans (jail, ip, timeofban, bantime, bancount, data) VALUES (?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	p.bip, err = db.PrepareContext(ctx, `INSERT OR REPLACE INTO bips (jail, ip, timeofban, bantime, bancount, data) VALUES (?, ?, ?, ?, ?, ?)`)
	return err
}

// AddBan stores a ban of jail, whose own ban time is jailBanTime, in the history and as the latest of its id. It keeps
// nothing of b. An error means that the store is closed.
func (s *Store) AddBan(jail string, b *ticket.Ban, jailBanTime float64) error {
	row := s.newRow(jail, b, jailBanTime)
	enqueue := func() error {
		return s.enqueue(change{what: "the ban of " + b.ID.String() + " in " + jail, apply: row.write})
	}
	return s.known.change(enqueue, row.index)
}

// A Row is a ban on its way into the database. Whoever asks what is known of its id hears of it already.
type Row struct {
	ID     addr.ID
	store  *Store
	jail   string
	known  Known
	values []any
}

func (s *Store) newRow(jail string, b *ticket.Ban, jailBanTime float64) *Row {
	duration := b.Duration(jailBanTime)
	when, count := math.RoundToEven(float64(b.Time)), max(1, b.Count)
	return &Row{
		ID: b.ID, store: s, jail: jail,
		known:  Known{Count: count, Last: ticket.Unix(when), BanTime: duration},
		values: []any{jail, idText(b.ID), int64(when), number(duration), count, appendData(nil, b, s.MaxMatches())},
	}
}

func (r *Row) index(x *index) { x.put(r.jail, r.ID, r.known) }

func (r *Row) write(tx *sql.Tx) error {
	if _, err := tx.Stmt(r.store.insert.ban).Exec(r.values...); err != nil {
		return err
	}
	_, err := tx.Stmt(r.store.insert.bip).Exec(r.values...)
	return err
}

// number stores whole seconds as an integer, as the original does.
func number(seconds float64) any {
	if seconds == math.Trunc(seconds) && math.Abs(seconds) < 1<<53 {
		return int64(seconds)
	}
	return seconds
}

// idText is how an id stands in the database. Text of a log may hold anything, but the original cannot read what is not UTF-8.
func idText(id addr.ID) string { return strings.ToValidUTF8(id.String(), "\uFFFD") }

// ForgetBans forgets all bans of these ids in jail, and of every id within those that are networks. What it returns waits until that
// is committed.
func (s *Store) ForgetBans(jail string, ids []addr.ID) (wait func() error) {
	apply := func(tx *sql.Tx) error {
		for _, id := range ids {
			if err := deleteBans(tx, jail, id); err != nil {
				return fmt.Errorf("forget %s: %w", id, err)
			}
		}
		return nil
	}
	return s.delete(jail, change{apply: apply}, func(x *index) {
		for _, id := range ids {
			x.remove(jail, id)
		}
	})
}

// DeleteAll forgets all bans of jail. What it returns waits until that is committed.
func (s *Store) DeleteAll(jail string) (wait func() error) {
	apply := func(tx *sql.Tx) error {
		return errors.Join(empty(tx, "bips", jail), empty(tx, "bans", jail))
	}
	return s.delete(jail, change{apply: apply, unchecked: true}, func(x *index) { x.removeAll(jail) })
}

// empty deletes the rows of jail from table, to whose rows no others refer. Where there are no rows of other jails and foreign keys are
// not checked, SQLite drops the table's pages, instead of the rows one by one from each of its indices.
func empty(tx *sql.Tx, table, jail string) error {
	var others bool
	if err := tx.QueryRow(`SELECT EXISTS (SELECT 1 FROM `+table+` WHERE jail < ? OR jail > ?)`, jail, jail).Scan(&others); err != nil {
		return err
	}
	if !others {
		_, err := tx.Exec(`DELETE FROM ` + table)
		return err
	}
	_, err := tx.Exec(`DELETE FROM `+table+` WHERE jail = ?`, jail)
	return err
}

// delete makes a change that takes rows away, in the index at once. What it returns waits for the commit.
func (s *Store) delete(jail string, c change, forget func(*index)) (wait func() error) {
	done := make(chan error, 1)
	c.what, c.done = "unbans in "+jail, done
	enqueue := func() error { return s.enqueue(c) }
	if err := s.known.change(enqueue, forget); err != nil {
		return func() error { return err }
	}
	return func() error { return <-done }
}

func deleteBans(tx *sql.Tx, jail string, id addr.ID) error {
	names := []string{idText(id)}
	if isNetwork(id) {
		within, err := idsWithin(tx, jail, id)
		if err != nil {
			return err
		}
		names = append(names, within...)
	}
	for _, name := range names {
		if _, err := tx.Exec(`DELETE FROM bips WHERE jail = ? AND ip = ?`, jail, name); err != nil {
			return err
		}
		if _, err := tx.Exec(`DELETE FROM bans WHERE jail = ? AND ip = ?`, jail, name); err != nil {
			return err
		}
	}
	return nil
}

func isNetwork(id addr.ID) bool {
	_, single := id.Addr()
	return !single && id.Family() != addr.None
}

// idsWithin returns the ids with bans in jail that network covers.
func idsWithin(tx *sql.Tx, jail string, network addr.ID) ([]string, error) {
	rows, err := tx.Query(`SELECT ip FROM bips WHERE jail = ?1 UNION SELECT ip FROM bans WHERE jail = ?1 AND ip IS NOT NULL`, jail)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		if id, err := addr.Parse(name); err == nil && network.Covers(id) {
			names = append(names, name)
		}
	}
	return names, rows.Err()
}
