"""Random patterns, random texts, and what this Python's re makes of them.

usage: differential.py SEED COUNT

Prints one JSON list for each of COUNT patterns: [pattern, flags, texts, answers]. An
answer is null for no match, else the spans of all groups in bytes. Texts on which
Python takes longer than a third of a second are left out. Patterns that Python
refuses are printed too: [pattern, flags, message, position].
"""
import json
import random
import re
import signal
import sys
import warnings
from re import _parser

warnings.simplefilter("ignore")

TEXTS = 12
ALPHABET = "aaab b1:.-_\"[]/\n=xyK\u00e9 \u0130\u017f\u20ac"
LITERALS = "aabbb1:.-x\"=k \u00e9s"
SETS = [r"\d", r"\w", r"\s", r"\S", r"\W", r"\D", ".", "[ab]", "[^a]", '[^"]', "[a-z1]",
        r"[\w\-.]", r"[^\]\s]", "[^[]", r"[\s:]", "[\u00e9a]", r"[^\W\d]", "[]a]",
        "[^\u00e9]", r"[\x61-\x63]", "[b-]", r"[\u0130-\u20ac]", "[kS]"]
EDGES = [r"\b", r"\B", "$", "^", r"\Z", r"\A"]
PLAIN = ["*", "+", "?", "*?", "+?", "??"]
COUNTED = ["{2}", "{1,3}", "{0,2}", "{2,}", "{,2}", "{1,3}?", "{2,}?", "{0,40}", "{3,50}?"]
POSSESSIVE = ["*+", "++", "?+", "{1,2}+"]
FLAGS = [(re.I, 0.12), (re.M, 0.12), (re.S, 0.06), (re.X, 0.05), (re.A, 0.05)]


class Slow(Exception):
    pass


def give_up(*_):
    raise Slow


class Pattern:
    """One random pattern: groups are numbered as they open."""

    def __init__(self, rnd, possessive_groups):
        self.rnd = rnd
        self.possessive_groups = possessive_groups
        self.opened = 0
        self.closed = []
        self.behind = 0

    def pick(self, *choices):
        return self.rnd.choice(choices)

    def literal(self):
        return re.escape(self.rnd.choice(LITERALS))

    def capture(self, depth):
        self.opened += 1
        number = self.opened
        body = self.alternatives(depth - 1)
        self.closed.append(number)
        head = "?P<n%d>" % number if self.rnd.random() < 0.5 else ""
        return "(%s%s)" % (head, body)

    def look_behind(self):
        part = lambda: self.pick("a", "b", ":", r"\w", r"\s", "[ab]1", "^", r"\b", "(?:a|b)")
        return "(?<%s%s)" % (self.pick("=", "!"), part())

    def reference(self):
        number = self.rnd.choice(self.closed)
        return r"(?:\%d)" % number

    def condition(self, depth):
        number = self.rnd.choice(self.closed)
        yes, no = self.sequence(depth - 1), self.sequence(depth - 1)
        return self.pick("(?(%d)%s|%s)" % (number, yes, no), "(?(%d)%s)" % (number, yes))

    def scoped(self, depth):
        flags = self.pick("i", "s", "m", "a", "i-s", "-i", "is", "x")
        return "(?%s:%s)" % (flags, self.alternatives(depth - 1))

    def atom(self, depth):
        r = self.rnd.random()
        if depth <= 0 or r < 0.32:
            return self.literal()
        if r < 0.52:
            return self.rnd.choice(SETS)
        if r < 0.66:
            return self.capture(depth)
        if r < 0.78:
            return "(?:%s)" % self.alternatives(depth - 1)
        if r < 0.82:
            return "(?=%s)" % self.alternatives(depth - 1)
        if r < 0.86:
            return "(?!%s)" % self.alternatives(depth - 1)
        if r < 0.89:
            return self.look_behind()
        if r < 0.915 and self.closed:
            return self.reference()
        if r < 0.94 and self.closed:
            return self.condition(depth)
        if r < 0.96:
            return self.scoped(depth)
        if r < 0.975:
            return "(?>%s)" % self.alternatives(depth - 1)
        return self.rnd.choice(EDGES)

    def quantified(self, atom):
        if atom in EDGES or self.rnd.random() < 0.55:
            return atom
        r = self.rnd.random()
        kinds = PLAIN if r < 0.7 else COUNTED if r < 0.9 else POSSESSIVE
        if kinds is POSSESSIVE and atom.startswith("(") and not self.possessive_groups:
            kinds = PLAIN
        return atom + self.rnd.choice(kinds)

    def sequence(self, depth):
        return "".join(self.quantified(self.atom(depth)) for _ in range(self.rnd.randint(1, 5)))

    def alternatives(self, depth):
        n = self.rnd.choice([1, 1, 1, 2, 3])
        parts = [self.sequence(depth) for _ in range(n)]
        if self.rnd.random() < 0.05:
            parts.append("")
        return "|".join(parts)


class Sampler:
    """Makes texts that a pattern might match, from its syntax tree."""

    def __init__(self, rnd, pattern, flags):
        self.rnd = rnd
        self.tree = _parser.parse(pattern, flags)
        self.groups = {}

    def sample(self):
        self.groups = {}
        return self.walk(self.tree)

    def walk(self, tree):
        return "".join(getattr(self, str(op).lower(), self.nothing)(arg) for op, arg in tree)

    def nothing(self, _):
        return ""

    def any(self, _):
        return self.rnd.choice(ALPHABET)

    def literal(self, code):
        c = chr(code)
        return c if self.rnd.random() < 0.9 else c.swapcase()[:1]

    def not_literal(self, code):
        return self.rnd.choice(ALPHABET.replace(chr(code), ""))

    def __getattr__(self, op):  # two operators have the names of keywords
        if op in ("in", "assert"):
            return self.member if op == "in" else self.look
        raise AttributeError(op)

    def member(self, items):
        if str(items[0][0]) == "NEGATE":
            return self.rnd.choice(ALPHABET)
        op, arg = self.rnd.choice(items)
        if str(op) == "LITERAL":
            return chr(arg)
        if str(op) == "RANGE":
            return chr(self.rnd.choice(arg))
        fits = {"CATEGORY_DIGIT": "1\u0661", "CATEGORY_SPACE": " \n\x1c", "CATEGORY_WORD": "ab_K1\u00e9"}
        return self.rnd.choice(fits.get(str(arg), ".:a "))

    def branch(self, arg):
        return self.walk(self.rnd.choice(arg[1]))

    def subpattern(self, arg):
        text = self.walk(arg[-1])
        self.groups[arg[0]] = text
        return text

    def atomic_group(self, tree):
        return self.walk(tree)

    def look(self, arg):
        return self.walk(arg[1]) if self.rnd.random() < 0.3 else ""

    def groupref(self, number):
        return self.groups.get(number, "")

    def groupref_exists(self, arg):
        number, yes, no = arg
        return self.walk(yes) if number in self.groups else self.walk(no or [])

    def max_repeat(self, arg):
        low, high, tree = arg
        count = low + self.rnd.choice([0, 0, 1, 1, 2, 3])
        return "".join(self.walk(tree) for _ in range(min(count, high)))

    min_repeat = possessive_repeat = max_repeat

    def text(self):
        """A sample with a few random changes, or anything."""
        if self.rnd.random() < 0.25:
            return "".join(self.rnd.choice(ALPHABET) for _ in range(self.rnd.randint(0, 16)))
        text = self.sample()[:60]
        for _ in range(self.rnd.choice([0, 0, 0, 1, 2])):
            at = self.rnd.randint(0, len(text))
            text = text[:at] + self.rnd.choice(["", self.rnd.choice(ALPHABET)]) + text[at + self.rnd.randint(0, 1):]
        return self.rnd.choice(["", "", "a", "b\n"]) + text


def search(regex, text, start, end):
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        return regex.search(text, start, end)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def answers(rnd, regex):
    sampler = Sampler(rnd, regex.pattern, regex.flags)
    texts, found = [], []
    for _ in range(TEXTS):
        text = sampler.text() + rnd.choice(["", "\n"])
        start, end = 0, len(text)
        if rnd.random() < 0.2:
            start, end = sorted([rnd.randint(0, end), rnd.randint(0, end)])
        try:
            match = search(regex, text, start, end)
        except (Slow, SystemError):  # some 3.11 fail over possessive groups
            continue
        offset = [0]
        for c in text:
            offset.append(offset[-1] + len(c.encode()))
        texts.append([text, offset[start], offset[end]])
        found.append(match and [offset[x] if x >= 0 else -1 for span in match.regs for x in span])
    return texts, found


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    rnd = random.Random(seed)
    signal.signal(signal.SIGALRM, give_up)
    # 3.11.4 and older match possessive groups wrongly (their issue 106052).
    possessive_groups = sys.version_info >= (3, 11, 5)
    for _ in range(count):
        depth = rnd.choice([1, 2, 2, 3])
        text = rnd.choice(["^", "", ""]) + Pattern(rnd, possessive_groups).alternatives(depth)
        text += rnd.choice(["", "", "$"])
        if rnd.random() < 0.04:  # break something
            at = rnd.randrange(len(text))
            text = text[:at] + rnd.choice("()[]{}*+?|\\^") + text[at + 1:]
        flags = 0
        for flag, chance in FLAGS:
            if rnd.random() < chance:
                flags |= flag
        try:
            regex = re.compile(text, flags)
        except re.error as refused:
            print(json.dumps([text, int(flags), refused.msg, -1 if refused.pos is None else refused.pos]))
            continue
        print(json.dumps([text, int(flags), *answers(rnd, regex)]))


main()
