package config

// ReadOnlyGroup returns the group whose members may ask a server but change nothing: readonlygroup in the [Definition] of
// fail2ban.conf or fail2ban.local, "" where it is not set. The option is ours; the original passes over it.
func ReadOnlyGroup(o Options) (string, error) {
	r := newReader(o)
	set, err := r.load("fail2ban")
	if err != nil || set == nil {
		return "", err
	}
	found, err := r.read(set, definitionSection, []option{{"readonlygroup", textKind, ""}}, nil)
	if err != nil {
		return "", err
	}
	return textOf(found, "readonlygroup"), nil
}
