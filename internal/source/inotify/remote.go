package inotify

import (
	"os"

	"golang.org/x/sys/unix"
)

// IsRemote reports whether f is on a file system where somebody else can write without our kernel hearing of it, so that
// inotify says nothing: then only looking again and again helps.
func IsRemote(f *os.File) bool {
	var st unix.Statfs_t
	return unix.Fstatfs(int(f.Fd()), &st) == nil && isRemoteType(uint32(st.Type))
}

// IsRemoteDir is IsRemote for a directory.
func IsRemoteDir(path string) bool {
	var st unix.Statfs_t
	return unix.Statfs(path, &st) == nil && isRemoteType(uint32(st.Type))
}

func isRemoteType(t uint32) bool {
	switch t {
	case unix.NFS_SUPER_MAGIC, unix.SMB_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.FUSE_SUPER_MAGIC,
		unix.V9FS_MAGIC, unix.CEPH_SUPER_MAGIC, unix.AFS_SUPER_MAGIC, unix.AFS_FS_MAGIC, unix.CODA_SUPER_MAGIC, vboxsfMagic:
		return true
	}
	return false
}

const vboxsfMagic = 0x786f4256
