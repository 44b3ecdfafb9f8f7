package journal

import "context"

func (r *Reader) stream(ctx context.Context, subs []*Subscription, from uint64) {}
