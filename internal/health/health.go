// Package health judges whether a log and the filter that reads it fit each other.
//
// In go the tallies that a filter makes of batches, one source at a time, and when they came. Out come two kinds of news: that the
// dates of a log are some quarters of an hour off, as those of another time zone are (Skew), and that a filter is deaf to its log,
// because it finds no dates in it or knows none of its lines (Watch).
//
// It never looks into a line, keeps no more than two of them for show, logs nothing and changes nothing. What it costs is a few additions
// a batch.
package health
