package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// A firewall hears what the kernel announces about nftables, which is also what iptables and its rules are made of on Debian.
type firewall struct {
	conn     *netlink.Conn
	elements int // in all sets, since listening began
}

func listen() (*firewall, error) {
	conn, err := netlink.Dial(unix.NETLINK_NETFILTER, nil)
	if err != nil {
		return nil, err
	}
	err = errors.Join(conn.JoinGroup(unix.NFNLGRP_NFTABLES), conn.SetOption(netlink.NoENOBUFS, true), conn.SetReadBuffer(64<<20))
	if err != nil {
		conn.Close()
		return nil, err
	}
	return &firewall{conn: conn}, nil
}

func (f *firewall) close() { f.conn.Close() }

// awaitAddress waits until the kernel announces a rule or a set element with an address, and returns when that was.
func (f *firewall) awaitAddress(ctx context.Context, a netip.Addr) (time.Time, error) {
	want := a.AsSlice()
	found := false
	err := f.hear(ctx, func(m netlink.Message) bool {
		switch kindOf(m) {
		case unix.NFT_MSG_NEWRULE, unix.NFT_MSG_NEWSETELEM:
			found = found || bytes.Contains(m.Data, want)
		}
		return found
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("no ban of %s in the kernel: %w", a, err)
	}
	return time.Now(), nil
}

// awaitElements waits until enough says yes to the number of set elements, and returns when that was.
func (f *firewall) awaitElements(ctx context.Context, enough func(int) bool) (time.Time, error) {
	if enough(f.elements) {
		return time.Now(), nil
	}
	err := f.hear(ctx, func(m netlink.Message) bool {
		switch kindOf(m) {
		case unix.NFT_MSG_NEWSETELEM:
			f.elements += countElements(m)
		case unix.NFT_MSG_DELSETELEM:
			f.elements -= countElements(m)
		}
		return enough(f.elements)
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("%d addresses in the kernel: %w", f.elements, err)
	}
	return time.Now(), nil
}

// kindOf returns the sort of nftables message that m is, -1 for others.
func kindOf(m netlink.Message) int {
	if m.Header.Type>>8 != unix.NFNL_SUBSYS_NFTABLES {
		return -1
	}
	return int(m.Header.Type & 0xff)
}

// patience bounds how long anything may take to reach the kernel.
const patience = 10 * time.Minute

// hear passes messages to done until it says yes. All messages of one packet are passed on.
func (f *firewall) hear(ctx context.Context, done func(netlink.Message) bool) error {
	end := time.Now().Add(patience)
	for {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Now().After(end) {
			return fmt.Errorf("gave up after %s", patience)
		}
		f.conn.SetReadDeadline(time.Now().Add(time.Second))
		messages, err := f.conn.Receive()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			continue
		}
		if err != nil {
			return err
		}
		finished := false
		for _, m := range messages {
			finished = done(m) || finished
		}
		if finished {
			return nil
		}
	}
}

// countElements returns how many addresses a message about set elements names. An interval's end is none.
func countElements(m netlink.Message) int {
	const header = 4 // family, version, resource id
	if len(m.Data) < header {
		return 0
	}
	outer, err := netlink.NewAttributeDecoder(m.Data[header:])
	if err != nil {
		return 0
	}
	n := 0
	for outer.Next() {
		if outer.Type() != unix.NFTA_SET_ELEM_LIST_ELEMENTS {
			continue
		}
		outer.Nested(func(list *netlink.AttributeDecoder) error {
			for list.Next() {
				list.Nested(func(element *netlink.AttributeDecoder) error {
					n += isAddress(element)
					return nil
				})
			}
			return nil
		})
	}
	return n
}

func isAddress(element *netlink.AttributeDecoder) int {
	element.ByteOrder = binary.BigEndian
	for element.Next() {
		if element.Type() == unix.NFTA_SET_ELEM_FLAGS && element.Uint32()&unix.NFT_SET_ELEM_INTERVAL_END != 0 {
			return 0
		}
	}
	return 1
}
