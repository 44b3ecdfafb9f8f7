"""The regexes of an installed Fail2Ban, its sample lines, and what this Python makes of them.

usage: stock.py PEER

PEER is a directory with bin/fail2ban-client and the unpacked package in root/. All
filters are read by that program, in every mode and log type. Prints JSON lines: first
the list of texts, then for each regex [pattern, flags, {text number: spans}, [numbers
of texts that took too long]].
"""
import ast
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings

warnings.simplefilter("ignore")

MODES = ["", "normal", "ddos", "extra", "aggressive"]
TYPES = ["", "short", "journal", "rfc5424"]

IP4 = r"(?:::f{4,6}:)?(?P<ip4>(?:\d{1,3}\.){3}\d{1,3})"
IP6 = r"(?P<ip6>(?:[\da-fA-F]{1,4}::?|:){1,7}(?:[\da-fA-F]{1,4}|(?<=:):))"
DNS = r"(?P<dns>[-\w.^]*\w)"
CIDR = r"(?P<cidr>\d+)"
ADDR = r"\[?(?:%s|%s)\]?" % (IP4, IP6)
TAGS = {
    "HOST": r"(?:%s|%s)" % (ADDR, DNS),
    "SUBNET": r"\[?(?:%s|%s)(?:/%s)?\]?" % (IP4, IP6, CIDR),
    "F-ID/": r"(?P<fid>\S+)",
    "F-PORT/": r"(?P<fport>\w+)",
}
for name, text in (("IP4", IP4), ("IP6", IP6), ("DNS", DNS), ("CIDR", CIDR), ("ADDR", ADDR)):
    TAGS[name] = TAGS["F-%s/" % name] = text

DATES = re.compile(
    r"\[?(?:\w{3} )?\w{3} +\d+ [\d:]{8}(?:[.,]\d+)?(?: \d{4})?\]?|"
    r"\[?\d{4}[-/.]\d\d[-/.]\d\d[T ][\d:]{8}(?:[.,]\d+)?(?:Z| ?[-+]\d\d:?\d\d)?\]?|"
    r"\[\d\d/\w{3}/\d{4}:[\d:]{8} [-+]\d{4}\]|\d{10}(?:\.\d+)?")


class Slow(Exception):
    pass


def give_up(*_):
    raise Slow


def configuration(peer, directory):
    shutil.copytree(os.path.join(peer, "root/etc/fail2ban"), directory)
    shutil.rmtree(os.path.join(directory, "jail.d"))
    with open(os.path.join(directory, "jail.conf"), "w") as f:
        f.write("[INCLUDES]\n")
    with open(os.path.join(directory, "jail.local"), "w") as f:
        f.write("[DEFAULT]\nbackend = polling\nlogpath = /dev/null\naction =\n")
        for n, path in enumerate(sorted(glob.glob(os.path.join(directory, "filter.d/*.conf")))):
            name = os.path.basename(path)[:-5]
            if name == "common" or name.endswith("-common"):
                continue
            for mode in MODES:
                for kind in TYPES:
                    f.write("[j%d%s%s]\nenabled = true\nfilter = %s[%s]\n" % (
                        n, mode, kind, name, ",".join(filter(None, [mode and "mode=" + mode, kind and "logtype=" + kind]))))


def commands(peer):
    with tempfile.TemporaryDirectory() as top:
        directory = os.path.join(top, "conf")
        configuration(peer, directory)
        out = subprocess.run([os.path.join(peer, "bin/fail2ban-client"), "-c", directory, "-d"],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True).stdout
    return [ast.literal_eval(line) for line in out.splitlines() if line.startswith("[")]


def expand(regex):
    """Tags become groups, and flags at the start of a group belong to the group."""
    opened = set()
    lines = 0

    def tag(match):
        nonlocal lines
        close, name = match.group(1), match.group(2)
        if name in TAGS:
            return TAGS[name]
        if name == "SKIPLINES":
            lines += 1
            return r"(?P<skiplines%d>(?:(?:.*\n)*?))" % lines
        if name.startswith("F-"):
            if close:
                return ")" if name in opened else match.group(0)
            opened.add(name)
            group = name[2:].lower()
            return "(?P<%s>" % {"id": "fid", "port": "fport"}.get(group, group)
        return match.group(0)

    regex = re.sub(r"<(/?)([\w-]+/?)>", tag, regex)
    return re.sub(r"\((?:\?:)?\(\?(\w+)\)", r"(?\1:", regex)


def regexes(peer):
    found = {}
    lines = {}
    for command in commands(peer):
        if len(command) < 4 or command[0] not in ("set", "multi-set"):
            continue
        jail, what, value = command[1:4]
        if what == "maxlines":
            lines[jail] = value
        if what in ("prefregex", "addfailregex", "addignoreregex"):
            many = value if isinstance(value, list) else [value]
            flags = re.M if what == "addfailregex" and lines.get(jail, 1) > 1 else 0
            for regex in many:
                found[expand(regex), int(flags)] = True
    return list(found)


def texts(peer):
    found = {}
    for path in sorted(glob.glob(os.path.join(peer, "root/usr/lib/python3/dist-packages/fail2ban/tests/files/logs/**"), recursive=True)):
        if os.path.isdir(path):
            continue
        with open(path, encoding="utf-8", errors="replace") as f:
            lines = [line for line in f.read().split("\n") if line.strip() and not line.startswith("# ")]
        before = ""
        for line in lines:
            cut = DATES.sub("", line, count=1) + "\n"
            found[line + "\n"] = found[cut] = found[cut.lstrip()] = found[before + cut] = True
            before = cut
    return list(found)


def spans(regex, text, offsets):
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        match = regex.search(text)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    if match is None:
        return None
    return [offsets[x] if x >= 0 else -1 for span in match.regs for x in span]


def main():
    peer = sys.argv[1]
    signal.signal(signal.SIGALRM, give_up)
    lines = texts(peer)
    print(json.dumps(lines))
    offsets = []
    for line in lines:
        at = [0]
        for c in line:
            at.append(at[-1] + len(c.encode()))
        offsets.append(at)
    for pattern, flags in regexes(peer):
        regex = re.compile(pattern, flags)
        found, slow = {}, []
        for i, line in enumerate(lines):
            if len(slow) > 10:
                slow.append(i)
                continue
            try:
                bounds = spans(regex, line, offsets[i])
            except Slow:
                slow.append(i)
                continue
            if bounds:
                found[i] = bounds
        print(json.dumps([pattern, flags, found, slow]))


if __name__ == "__main__":
    main()
