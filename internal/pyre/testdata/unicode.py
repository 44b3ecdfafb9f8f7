"""What this Python takes for digits, white space and word characters, which characters
are equal without case, and some names.

usage: unicode.py

Prints JSON lines: [class, [[first, last], ...]], then [character, its equals], then
[name, character].
"""
import json
import re
import sys
import unicodedata

EVERYTHING = [chr(c) for c in range(sys.maxunicode + 1) if not 0xD800 <= c <= 0xDFFF]


def ranges(chars):
    out = []
    for c in map(ord, chars):
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


def main():
    text = "".join(EVERYTHING)
    for kind in ("\\d", "\\s", "\\w"):
        print(json.dumps([kind, ranges(re.findall(kind, text))]))
    cased = [c for c in EVERYTHING if c.lower() != c or c.upper() != c]
    joined = "".join(cased)
    for c in cased:
        print(json.dumps([c, "".join(re.findall("(?i)" + c, joined))]))
    for c in range(0x21, 0x1F000, 97):
        name = unicodedata.name(chr(c), "")
        if name and not name.startswith("HANGUL SYLLABLE"):
            print(json.dumps([name, chr(c)]))


main()
