package cli

import (
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"

	"gaol/internal/control/serve"
)

// share lets the members of a group ask the server at socket, without being able to change anything. A folder that keeps everybody
// out lets the group through.
func share(socket, group string) error {
	g, err := user.LookupGroup(group)
	if err != nil {
		return fmt.Errorf("readonlygroup = %s: %w; name a group of this machine", group, err)
	}
	gid, err := strconv.Atoi(g.Gid)
	if err != nil {
		return fmt.Errorf("readonlygroup = %s: its number is %q", group, g.Gid)
	}
	if err := serve.ShareWith(socket, gid); err != nil {
		return err
	}
	return openFolder(filepath.Dir(socket), gid)
}

// openFolder lets a group through a folder that is closed to others; what lies in it stays hidden.
func openFolder(dir string, gid int) error {
	const through, throughForGroup = 0o001, 0o010
	info, err := os.Stat(dir)
	if err != nil || info.Mode()&through != 0 {
		return err
	}
	if err := os.Chown(dir, -1, gid); err != nil {
		return err
	}
	return os.Chmod(dir, info.Mode().Perm()|throughForGroup)
}
