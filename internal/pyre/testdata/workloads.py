"""The regexes of a few filters of an installed Fail2Ban, as that reads them.

usage: workloads.py PEER FILTER...

PEER is as for stock.py; a FILTER is a name with options, as in a jail's filter option.
Prints for each a JSON line [prefregex or "", [failregex, ...]], with tags expanded.
"""
import ast
import json
import os
import subprocess
import sys
import tempfile

import stock


def main():
    peer, filters = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as directory:
        os.symlink(os.path.abspath(os.path.join(peer, "root/etc/fail2ban/filter.d")), os.path.join(directory, "filter.d"))
        os.mkdir(os.path.join(directory, "action.d"))
        for name in ("fail2ban.conf", "jail.conf"):
            open(os.path.join(directory, name), "w").close()
        with open(os.path.join(directory, "jail.local"), "w") as f:
            f.write("[DEFAULT]\nbackend = polling\nlogpath = /dev/null\naction =\n")
            for n, name in enumerate(filters):
                f.write("[j%d]\nenabled = true\nfilter = %s\n" % (n, name))
        out = subprocess.run([os.path.join(peer, "bin/fail2ban-client"), "-c", directory, "-d"],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True).stdout
    found = [["", []] for _ in filters]
    for line in out.splitlines():
        command = ast.literal_eval(line)
        if len(command) < 4 or command[0] not in ("set", "multi-set"):
            continue
        jail, what, value = command[1:4]
        if what == "prefregex":
            found[int(jail[1:])][0] = stock.expand(value)
        if what == "addfailregex":
            many = value if isinstance(value, list) else [value]
            found[int(jail[1:])][1] += [stock.expand(r) for r in many]
    for f in found:
        print(json.dumps(f))


main()
