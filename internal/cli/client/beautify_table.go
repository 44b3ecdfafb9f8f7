package client

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"gaol/internal/pickle"
)

// A statisticsRow is a jail in the table: its backend, and failures and bans, current and total.
type statisticsRow struct {
	jail, backend string
	counts        [4]string
}

// statisticsTable prints a dict of jail → [backend, (failed now, failed ever), (banned now, banned ever)].
func statisticsTable(value any, rich bool) (string, bool) {
	jails, ok := value.(*pickle.Dict)
	if !ok {
		return "", false
	}
	if jails.Len() == 0 {
		return "No jails found.", true
	}
	var rows []statisticsRow
	for name, v := range jails.All() {
		row, ok := statisticsOf(pickle.Str(name), v)
		if !ok {
			return "", false
		}
		rows = append(rows, row)
	}
	return drawTable(rows, rich), true
}

// oneJailTable prints the table for a single jail.
func oneJailTable(jail string, value any, rich bool) (string, bool) {
	row, ok := statisticsOf(jail, value)
	if !ok {
		return "", false
	}
	return drawTable([]statisticsRow{row}, rich), true
}

func statisticsOf(jail string, v any) (statisticsRow, bool) {
	parts, ok := items(v)
	if !ok || len(parts) != 3 {
		return statisticsRow{}, false
	}
	backend, ok := parts[0].(string)
	row := statisticsRow{jail: jail, backend: backend}
	for i, part := range parts[1:] {
		counts, isList := items(part)
		if !ok || !isList || len(counts) != 2 {
			return statisticsRow{}, false
		}
		row.counts[2*i], row.counts[2*i+1] = pickle.Str(counts[0]), pickle.Str(counts[1])
	}
	return row, true
}

// drawTable draws the table in Unicode's box signs, or in the nearest ASCII.
func drawTable(rows []statisticsRow, rich bool) string {
	w := widthsOf(rows)
	failures, bans := w.counts[0]+3+w.counts[1], w.counts[2]+3+w.counts[3]
	line := strings.Repeat("═", w.jail+2) + "╬" + strings.Repeat("═", w.backend+2) + "╬" +
		strings.Repeat("═", failures+2) + "╬" + strings.Repeat("═", bans+2)
	blank := statisticsRow{counts: [4]string{"cur", "tot", "cur", "tot"}}
	lines := []string{
		fmt.Sprintf(" %-*s ║ %-*s ║ %-*s ║ %-*s", w.jail, "", w.backend, "", failures, "Filter", bans, "Actions"),
		fmt.Sprintf(" %-*s ║ %-*s ╟%s╫%s", w.jail, "Jail", w.backend, "Backend",
			strings.Repeat("─", failures+2), strings.Repeat("─", bans+2)),
		w.row(blank),
		line,
	}
	for _, row := range rows {
		lines = append(lines, w.row(row))
	}
	lines = append(lines, strings.ReplaceAll(line, "╬", "╩"))
	table := strings.Join(lines, "\n")
	if !rich {
		table = strings.NewReplacer("║", "|", "│", "|", "╟", "|", "╬", "x", "╫", "x", "╩", "-", "═", "-", "─", "-").Replace(table)
	}
	return table
}

// tableWidths are the widths of the table's columns in letters.
type tableWidths struct {
	jail, backend int
	counts        [4]int
}

func widthsOf(rows []statisticsRow) tableWidths {
	w := tableWidths{jail: 8, backend: 8, counts: [4]int{3, 3, 3, 3}}
	for _, r := range rows {
		w.jail = max(w.jail, utf8.RuneCountInString(r.jail))
		w.backend = max(w.backend, utf8.RuneCountInString(r.backend))
		for i, c := range r.counts {
			w.counts[i] = max(w.counts[i], len(c))
		}
	}
	return w
}

func (w *tableWidths) row(r statisticsRow) string {
	return fmt.Sprintf(" %-*s ║ %-*s ║ %*s │ %*s ║ %*s │ %*s", w.jail, r.jail, w.backend, r.backend,
		w.counts[0], r.counts[0], w.counts[1], r.counts[1], w.counts[2], r.counts[2], w.counts[3], r.counts[3])
}
