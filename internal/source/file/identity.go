package file

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"hash"
	"io"
	"os"
	"syscall"
)

// An identity tells a file from every other that exists at the same time.
type identity struct {
	dev, ino uint64
}

// A look is what stat says about a file.
type look struct {
	identity
	size  int64
	mtime int64 // nanoseconds
}

// lookOf reads the parts of info that matter here.
func lookOf(info os.FileInfo) look {
	l := look{size: info.Size(), mtime: info.ModTime().UnixNano()}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		l.identity = identity{uint64(st.Dev), st.Ino}
	}
	return l
}

// maxFirstLine bounds what is read for a fingerprint: a file without any line end must not be read to its end each time.
const maxFirstLine = 1 << 20

// fingerprint returns the digest of a file's first line, line end included, as hex; it is empty while that line is
// incomplete. NUL bytes in front of the line do not count (the hole of a truncated file changes its size).
func fingerprint(r body, digest hash.Hash) (string, error) {
	off, found, err := scan(r, 0, 1, true, firstText)
	if !found {
		return "", err
	}
	buf := make([]byte, 4096)
	for end := off + maxFirstLine; off < end; {
		n, err := r.ReadAt(buf, off)
		if i := bytes.IndexByte(buf[:n], '\n'); i >= 0 {
			digest.Write(buf[:i+1])
			return hex.EncodeToString(digest.Sum(nil)), nil
		}
		if err == io.EOF {
			return "", nil
		}
		if err != nil {
			return "", err
		}
		digest.Write(buf[:n])
		off += int64(n)
	}
	return "", nil
}

// firstLine returns the SHA-1 fingerprint of r.
func firstLine(r body) (string, error) { return fingerprint(r, sha1.New()) }

// sameFirstLine reports whether r begins with the line that stored is the fingerprint of. Rows of the positions table that are
// 32 digits long hold MD5, all others SHA-1.
func sameFirstLine(r body, stored string) bool {
	if stored == "" {
		return false
	}
	digest := sha1.New()
	if len(stored) == 2*md5.Size {
		digest = md5.New()
	}
	got, err := fingerprint(r, digest)
	return err == nil && got == stored
}
