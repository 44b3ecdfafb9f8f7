package cli

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"gaol/internal/cli/client"
	"gaol/internal/config"
	"gaol/pack"
)

const configureUsage = `usage: gaol config init [DIR]                     write the built-in configuration to DIR, /etc/fail2ban by default
       gaol config check [-c DIR] [--json]        look for mistakes that are read without a word
       gaol config explain [-c DIR] [JAIL]        show each value in force, where it is written and what it overrides
`

// configure is `gaol config`.
func configure(_ context.Context, argv []string, _ io.Reader, stdout, stderr io.Writer) int {
	if len(argv) == 0 {
		fmt.Fprint(stderr, configureUsage)
		return 2
	}
	flags := flag.NewFlagSet("gaol config", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(stderr, configureUsage) }
	dir := flags.String("c", "", "")
	asJSON := flags.Bool("json", false, "")
	if flags.Parse(argv[1:]) != nil {
		return 2
	}
	switch args := flags.Args(); {
	case argv[0] == "init" && len(args) < 2:
		return configInit(append(args, client.DefaultConf)[0], stdout, stderr)
	case argv[0] == "check" && len(args) == 0:
		return configCheck(*dir, *asJSON, stdout, stderr)
	case argv[0] == "explain" && len(args) < 2:
		return configExplain(*dir, append(args, "")[0], stdout, stderr)
	}
	flags.Usage()
	return 2
}

// readAll reads a configuration for looking at it; an error has been printed.
func readAll(dir string, stderr io.Writer) (*config.Config, bool) {
	c, err := config.Read(config.Options{
		Source: client.DefaultSource(dir), Version: client.EmulatedVersion, AllowNoLogs: true,
		Compile: compileJail, Journal: preferJournal, CheckServer: checkServer,
	})
	if err != nil {
		fmt.Fprintf(stderr, "%v\n%s", err, config.Advice(err))
	}
	return c, err == nil
}

// configCheck prints findings, one a line with its hint below, and fails if any of them is an error.
func configCheck(dir string, asJSON bool, stdout, stderr io.Writer) int {
	c, ok := readAll(dir, stderr)
	if !ok {
		return failed
	}
	findings := config.Check(c)
	if asJSON {
		out := json.NewEncoder(stdout)
		out.SetIndent("", "  ")
		if out.Encode(append([]config.Finding{}, findings...)) != nil {
			return failed
		}
	}
	code := 0
	for _, f := range findings {
		if f.Severity == "error" {
			code = failed
		}
		if !asJSON {
			fmt.Fprintf(stdout, "%s: %s\n", f.Severity, client.FindingText(f))
		}
	}
	return code
}

func configExplain(dir, jail string, stdout, stderr io.Writer) int {
	c, ok := readAll(dir, stderr)
	if !ok {
		return failed
	}
	if err := config.Explain(stdout, c, jail); err != nil {
		fmt.Fprintln(stderr, "gaol config explain:", err)
		return failed
	}
	return 0
}

// configInit writes the built-in configuration to dir. Files that are there stay as they are.
func configInit(dir string, stdout, stderr io.Writer) int {
	err := fs.WalkDir(pack.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dir, path)
		if d.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		return writeNew(to, path, stdout)
	})
	if err != nil {
		fmt.Fprintln(stderr, "gaol config init:", err)
		return failed
	}
	return 0
}

// writeNew writes one file of the pack, unless there is one.
func writeNew(to, path string, stdout io.Writer) error {
	content, err := fs.ReadFile(pack.FS(), path)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if os.IsExist(err) {
		fmt.Fprintf(stdout, "%s is there already, left as it is\n", to)
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := f.Write(content); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
