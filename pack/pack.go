// Package pack holds the configuration that ships inside the program: it serves where no configuration directory exists,
// and `gaol config init` writes it out.
//
// Out comes a file system in the layout of /etc/fail2ban. File names, sections, options and parameters are those that users
// know, so that their .local files fit on top. The package never reads anything from the system.
package pack

import (
	"embed"
	"io/fs"
)

//go:embed all:etc
var files embed.FS

// FS returns the configuration, rooted where /etc/fail2ban would be.
func FS() fs.FS {
	sub, err := fs.Sub(files, "etc")
	if err != nil {
		panic(err) // the embedded folder is called etc
	}
	return sub
}
