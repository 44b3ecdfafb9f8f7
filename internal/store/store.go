// Package store keeps bans and reading positions in the original's SQLite file (schema 4), so that the original can take over
// at any time and tools that read the file go on working.
//
// In go bans as they are made or lifted and places in log files; out come the bans to restore after a start, what is known
// of an offender from earlier, and where to read on. The package never decides who is banned or for how long.
//
// Writes take their turn in one queue and are committed by one goroutine, whatever has gathered in one transaction, synced
// to disk: 2 to 15 ms from the call. What was committed survives a kill and a power cut. AddBan and SavePosition return
// before that; a caller that promises something to somebody calls Flush first. As the order is kept, a position is never
// stored without the bans before it. Reads see everything written before them.
//
// A database that cannot be written (full disk) is reported once and stops nothing: bans go on, only what happens until it
// can be written again is missing in it.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// Defaults of the settings.
const (
	DefaultMaxMatches = 10
	DefaultPurgeAge   = 24 * 60 * 60
)

// ErrNewer is why a file of a later version is refused.
var ErrNewer = errors.New("database is of a newer version than this program knows")

var errClosed = errors.New("database is closed")

// A Store is an open database. It is safe for concurrent use.
type Store struct {
	path string // as given
	db   *sql.DB
	log  *slog.Logger

	maxMatches atomic.Int64
	purgeAge   atomic.Uint64 // bits of a float64

	queue   chan change
	pending atomic.Int64 // changes in the queue or in the transaction at work
	closing sync.RWMutex // held for reading while something enters the queue
	closed  bool         // guarded by closing
	done    chan struct{}

	insert  statements
	known   index
	writing condition
}

// Open opens the database at path, creates it (mode 0600, its directory too) or brings it to the present version, and marks
// all jails as disabled. ":memory:" keeps everything in memory.
//
// A malformed file is put aside, what can be read of it is saved, and work goes on with that; all is logged. An error means
// that there is no database: ErrNewer for a file of a later version, or that the file cannot be opened at all.
func Open(ctx context.Context, path string, log *slog.Logger) (*Store, error) {
	db, err := open(ctx, path, log)
	if isMalformed(err) {
		log.Error(fmt.Sprintf("Error opening fail2ban persistent database '%s': %v", path, err))
		if err := repair(ctx, path, log); err != nil {
			return nil, fmt.Errorf("put the malformed database %s aside: %w", path, err)
		}
		db, err = open(ctx, path, log)
	}
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	s := &Store{
		path: path, db: db, log: log,
		queue: make(chan change, queueSize), done: make(chan struct{}),
	}
	s.SetMaxMatches(DefaultMaxMatches)
	s.SetPurgeAge(DefaultPurgeAge)
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), db.Close())
	}
	go s.write()
	return s, nil
}

func (s *Store) prepare(ctx context.Context) error {
	if _, err := s.db.ExecContext(ctx, `UPDATE jails SET enabled = 0 WHERE enabled <> 0`); err != nil {
		return err
	}
	return s.insert.prepare(ctx, s.db)
}

// Close writes what is still queued and closes the file. Later calls of other methods fail or do nothing.
func (s *Store) Close() error {
	s.closing.Lock()
	if s.closed {
		s.closing.Unlock()
		return nil
	}
	s.closed = true
	close(s.queue)
	s.closing.Unlock()
	<-s.done
	err := s.db.Close()
	s.log.Info("Connection to database closed.")
	return err
}

// SetMaxMatches sets how many of a ban's lines are stored; 0 stores none.
func (s *Store) SetMaxMatches(n int) { s.maxMatches.Store(int64(max(0, n))) }

// MaxMatches returns how many of a ban's lines are stored.
func (s *Store) MaxMatches() int { return int(s.maxMatches.Load()) }

// SetPurgeAge sets how many seconds old Purge lets bans become; a negative age keeps them for ever.
func (s *Store) SetPurgeAge(seconds float64) { s.purgeAge.Store(math.Float64bits(seconds)) }

// PurgeAge returns how many seconds old Purge lets bans become.
func (s *Store) PurgeAge() float64 { return math.Float64frombits(s.purgeAge.Load()) }

// backupName returns the name under which path is put aside now.
func backupName(path string) string { return path + "." + time.Now().UTC().Format("20060102-150405") }
