package cli

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"gaol/pack"
)

// configure is `gaol config`.
func configure(_ context.Context, argv []string, _ io.Reader, stdout, stderr io.Writer) int {
	if len(argv) > 0 && argv[0] == "init" && len(argv) < 3 {
		dir := defaultConf
		if len(argv) == 2 {
			dir = argv[1]
		}
		return configInit(dir, stdout, stderr)
	}
	fmt.Fprintf(stderr, "usage: gaol config init [DIR]   write the built-in configuration to DIR, %s by default\n", defaultConf)
	return 2
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
