"""Broken patterns, and what this Python says about them.

usage: refusals.py SEED COUNT

Prints one JSON list for each pattern: [pattern, flags, message, position]; the message
is null for a pattern that is accepted, the position -1 where Python gives none.
"""
import json
import random
import re
import sys
import warnings

warnings.simplefilter("ignore")

PIECES = [
    "a", "b", "\u00e9", " ", "#", "\n", "-", ",", "1", "}", "]", ":", "=", "!", "<", ">", "'", "P", "?", "|", ")", "(", "[", "{", "*", "+",
    ".", "^", "$", "\\", "\\b", "\\w", "\\1", "\\2", "\\9", "\\12", "\\377", "\\400", "\\08", "\\x4", "\\x41", "\\u12", "\\u0041", "\\U00110000",
    "\\U00000041", "\\N", "\\N{", "\\N{EM DASH}", "\\N{no such}", "\\q", "\\Q", "\\e", "\\_", "\\-", "{2}", "{2,1}", "{,3}", "{3,}", "{}", "{a}",
    "{99999999999}", "{1,4294967295}", "(?", "(?:", "(?=", "(?!", "(?<", "(?<=", "(?<!", "(?>", "(?#", "(?#x)", "(?P", "(?P<", "(?P<n>", "(?P<n>a)",
    "(?P<1>", "(?P<a b>", "(?P=", "(?P=n)", "(?P=m)", "(?P=n", "(?P>", "(?(", "(?(1)", "(?(2)a|b)", "(?(n)a)", "(?(n)a|b|c)", "(?(0)a)", "(?(x y)a)",
    "(?( 1 )a)", "(?(1_0)a)", "(?(-1)a)", "(?(99)a)", "(?i)", "(?x)", "(?ms)", "(?a)", "(?u)", "(?L)", "(?t)", "(?i:", "(?i-s:", "(?-", "(?-i", "(?-i:",
    "(?i-i:", "(?au:", "(?-a:", "(?iz", "(?i!", "(?z)", "(?s-t:", "(?t:", "()", "(a)", "(?:a)", "[a", "[]", "[^]", "[z-a]", "[a-\\w]", "[\\w-a]", "[a-",
    "[\\8]", "[\\400]", "[\\x]", "[\\q]", "[a-z]", "[[:x:]]", "[^\\W]", "a*", "a+?", "a?+", "a**", "(?<=a*)", "(?<=a|bc)", "(?<=a{2})", "(?<!(a)\\1)",
]


def refusal(pattern, flags):
    try:
        re.compile(pattern, flags)
    except re.error as e:
        return e.msg, -1 if e.pos is None else e.pos
    except (OverflowError, ValueError) as e:
        return str(e), -1
    return None, -1


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    rnd = random.Random(seed)
    for _ in range(count):
        pattern = "".join(rnd.choice(PIECES) for _ in range(rnd.randint(1, 6)))
        if rnd.random() < 0.3:
            pattern = "(%s)" % pattern
        flags = rnd.choice([0, 0, 0, re.X, re.I, re.A])
        print(json.dumps([pattern, int(flags), *refusal(pattern, flags)]))


main()
