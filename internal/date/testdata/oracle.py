# Asks an installed fail2ban for its answers about dates. One JSON object a line on stdin:
#   {"tz": "UTC", "now": 1124013600, "logtimezone": "", "datepattern": "", "lines": ["..."]}
# and one a line on stdout: {"rows": [null | [date, epoch, "before|after", name] | "error text"],
#   "pattern": [pattern, name], "order": [[name, hits, distance]...]}, or {"error": "..."} when the settings are refused.
# FAIL2BAN=<directory that holds the fail2ban package>
import json
import logging
import os
import sys
import time

sys.path.insert(0, os.environ["FAIL2BAN"])
sys.dont_write_bytecode = True
logging.disable(logging.CRITICAL)

from fail2ban.server.filter import Filter
from fail2ban.server.mytime import MyTime


def row(detector, line):
    try:
        match, template = detector.matchTime(line)
        if not match:
            return None
        text = line[match.start(1):match.end(1)]
        value = detector.getTime(text, (match, template))
        return [text, value and value[0], line[:match.start(1)] + "|" + line[match.end(1):], template.name]
    except Exception as failure:
        return "%s: %s" % (type(failure).__name__, failure)


def answer(case):
    os.environ["TZ"] = case.get("tz") or "UTC"
    time.tzset()
    MyTime.setTime(case.get("now"))
    flt = Filter(None, useDns="no")
    try:
        if case.get("logtimezone"):
            flt.setLogTimeZone(case["logtimezone"])
        if case.get("datepattern"):
            flt.setDatePattern(case["datepattern"])
    except Exception as failure:
        return {"error": str(failure)}
    rows = [row(flt.dateDetector, line) for line in case["lines"]]
    order = [[t.name, t.hits, t.distance] for t in flt.dateDetector.templates]
    return {"rows": rows, "pattern": flt.getDatePattern(), "order": order}


# A process of its own for each case: fail2ban keeps templates, and whether they ever matched, for all filters of a process.
for text in sys.stdin:
    child = os.fork()
    if child == 0:
        print(json.dumps(answer(json.loads(text))), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
