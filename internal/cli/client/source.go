package client

import (
	"errors"
	"io/fs"
	"os"
	"path"

	"gaol/internal/config"
	"gaol/pack"
)

// BuiltIn is printed where the path of a configuration directory would be.
const BuiltIn = "(built-in)"

// DefaultSource is the configuration that holds when -c DIR was not given (dir is ""), or DIR: /etc/fail2ban, and where there is none,
// be the folder there or not, the pack inside the program.
func DefaultSource(dir string) config.Source {
	if dir != "" {
		return config.Dir(dir)
	}
	if IsConfigured(DefaultConf) {
		return config.Dir(DefaultConf)
	}
	return config.Embedded(pack.FS(), BuiltIn)
}

// IsConfigured reports whether dir holds a configuration, which begins with fail2ban.conf or fail2ban.local. Who may not look into it
// shall hear so, and not get another one.
func IsConfigured(dir string) bool {
	for _, name := range []string{"fail2ban.conf", "fail2ban.local"} {
		if _, err := os.Stat(path.Join(dir, name)); err == nil || errors.Is(err, fs.ErrPermission) {
			return true
		}
	}
	return false
}

// ConfigOptions says where the configuration is and what the command line says about it.
func (o *Options) ConfigOptions() config.Options {
	return config.Options{
		Source: DefaultSource(o.Conf), Socket: o.Socket, PidFile: o.PidFile,
		LogLevel: o.LogLevel, LogTarget: o.LogTarget, SyslogSocket: o.SyslogSocket,
		Version: EmulatedVersion, Verbosity: o.Verbosity,
	}
}
