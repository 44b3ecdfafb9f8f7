"""Counts failures with the original's own table, for comparison with ours.

Reads one history per line, {"maxretry", "findtime", "maxmatches", "steps": [[id, time, lines, count, observed], ...]};
writes for each the list of its steps' results: the count, or [count, time, failures, lines] where the step made a ticket due.
A step of kind [null, time] cleans up. An observed step reports the object of the step before it once more.
"""
import json
import sys

from fail2ban.server.failmanager import FailManager, FailManagerEmpty
from fail2ban.server.ticket import FailTicket

for raw in sys.stdin:
    history = json.loads(raw)
    table = FailManager()
    table.setMaxRetry(history["maxretry"])
    table.setMaxTime(history["findtime"])
    table.maxMatches = history["maxmatches"]
    results, ticket = [], None
    for step in history["steps"]:
        if step[0] is None:
            table.cleanup(step[1])
            results.append(table.size())
            continue
        name, when, lines, count, observed = step
        if not observed:
            ticket = FailTicket(name, when, lines)
        total = table.getFailTotal()
        retry = table.addFailure(ticket, count, observed)
        if table.getFailTotal() == total:  # observed, and no longer pending: the answer is the ticket's own old count
            results.append(0)
            continue
        try:
            due = table.toBan(name) if retry >= history["maxretry"] else None
        except FailManagerEmpty:
            due = None
        results.append(retry if due is None else
                       [retry, due.getTime(), due.getAttempt(), due.getMatches()])
    results.append(table.getFailTotal())
    print(json.dumps(results))
