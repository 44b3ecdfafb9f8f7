package server

import (
	"gaol/internal/config"
	"gaol/internal/control"
	"gaol/internal/filter/ignore"
	"gaol/internal/jail"
)

// The limits of an ignorecache that does not say (jail.conf(5)).
const (
	cacheCount = 100
	cacheTime  = 300 // seconds
)

// setIgnoreCache reads key="<ip>",max-count=100,max-time=5m; an empty text switches the cache off.
func setIgnoreCache(s *jail.Settings, text string) error {
	s.Ignore.Cache = nil
	if text == "" {
		return nil
	}
	_, params, err := config.ParseDefinition("cache[" + text + "]")
	if err != nil {
		return control.ValueError(err.Error())
	}
	c := &ignore.Cache{MaxCount: cacheCount, MaxTime: cacheTime}
	for name, value := range params.All() {
		if err := setCacheParam(c, name, value); err != nil {
			return err
		}
	}
	if c.Key == "" {
		return control.KeyError("key")
	}
	s.Ignore.Cache = c
	return nil
}

func setCacheParam(c *ignore.Cache, name, value string) error {
	switch name {
	case "key":
		c.Key = value
	case "max-count":
		n, err := integer(value)
		c.MaxCount = n
		return err
	case "max-time":
		t, err := seconds(value)
		c.MaxTime = t.Float64()
		return err
	default:
		return control.ValueError("ignorecache has no parameter " + name + "; known are key, max-count, max-time")
	}
	return nil
}

func getIgnoreCache(j *jail.Jail) any {
	c := j.Settings().Ignore.Cache
	if c == nil {
		return nil
	}
	return []any{c.Key, c.MaxCount, int64(c.MaxTime)}
}
