package client

import (
	"os"
	"strings"
)

// utf8Locale reports whether text may hold more than ASCII. A locale that nobody chose counts as UTF-8.
func utf8Locale() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		locale := os.Getenv(name)
		if locale == "" {
			continue
		}
		if locale == "C" || locale == "POSIX" {
			return true
		}
		_, charset, _ := strings.Cut(locale, ".")
		charset, _, _ = strings.Cut(charset, "@")
		return strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
	}
	return true
}
