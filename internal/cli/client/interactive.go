package client

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
)

// prompt reads commands from stdin until exit or quit. A command that fails does not end it; the end of the input does, which
// counts as a failure.
func (c *commander) prompt(ctx context.Context) int {
	c.linger()
	c.prompting = true
	fmt.Fprintf(c.stdout, "%s\n\n", about())
	lines := c.readLines(ctx)
	for {
		fmt.Fprint(c.stdout, "fail2ban> ")
		select {
		case <-ctx.Done():
			return failed
		case line, ok := <-lines:
			if !ok {
				fmt.Fprintln(c.stdout)
				c.log.Error("EOF when reading a line")
				return failed
			}
			if line = strings.TrimSpace(line); line == "exit" || line == "quit" {
				return 0
			}
			c.doLine(ctx, line)
		}
	}
}

// readLines delivers stdin line by line, and closes the channel at its end. The goroutine stays behind when ctx ends
// while stdin is silent; the program ends then.
func (c *commander) readLines(ctx context.Context) <-chan string {
	lines := make(chan string)
	go func() {
		defer close(lines)
		for in := bufio.NewReader(c.stdin); ; {
			line, err := in.ReadString('\n')
			if err != nil && line == "" {
				return
			}
			select {
			case lines <- line:
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}

func (c *commander) doLine(ctx context.Context, line string) {
	if line == "help" {
		printUsage(c.stdout, Name, true)
		return
	}
	words, err := splitLine(line)
	if err != nil {
		c.log.Error(err.Error())
		return
	}
	if len(words) > 0 {
		c.do(ctx, words)
	}
}

// What can be wrong with a line.
var (
	errNoQuotation = errors.New("No closing quotation") //nolint:staticcheck // a text that is known
	errNoEscaped   = errors.New("No escaped character") //nolint:staticcheck // a text that is known
)

// splitLine splits a line into words as a POSIX shell does, without expanding anything.
func splitLine(line string) ([]string, error) {
	var words []string
	for {
		line = strings.TrimLeft(line, " \t\r\n")
		if line == "" {
			return words, nil
		}
		word, rest, err := firstWord(line)
		if err != nil {
			return nil, err
		}
		words = append(words, word)
		line = rest
	}
}

// firstWord reads the word at the beginning of line, with its quotes and backslashes resolved.
func firstWord(line string) (word, rest string, err error) {
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		switch c := line[i]; c {
		case ' ', '\t', '\r', '\n':
			return b.String(), line[i:], nil
		case '\\':
			if i++; i == len(line) {
				return "", "", errNoEscaped
			}
			b.WriteByte(line[i])
		case '\'', '"':
			inside, n, err := quotedPart(line[i:])
			if err != nil {
				return "", "", err
			}
			b.WriteString(inside)
			i += n - 1
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), "", nil
}

// quotedPart reads the quotation at the beginning of s; n is its length. In double quotes a backslash escapes a quote
// and a backslash.
func quotedPart(s string) (inside string, n int, err error) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[0]:
			return b.String(), i + 1, nil
		case s[i] == '\\' && s[0] == '"' && i+1 < len(s) && (s[i+1] == '"' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		default:
			b.WriteByte(s[i])
		}
	}
	return "", 0, errNoQuotation
}
