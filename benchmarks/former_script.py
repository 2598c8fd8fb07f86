"""Measure one revision of fourtop on PostgreSQL; it runs in a process of its own.

It works with the benchmarks of the present revision and with those of 75e9276, whose results are
wrapped. ``former.py`` puts the revision on the path.
"""

from __future__ import annotations

import gc
import json
import sys
from time import thread_time
from typing import Any

from benchmarks.durable import database, furnished_with, opened, parties, pub, server, url, warm
from benchmarks.rush import BARE, LOBBY, ROOM, Trial, house


def pairs(number: int) -> float:
    """Return the seconds of the client's processor for some pairs of hold and confirmation."""
    with furnished_with([pub("room"), pub("lobby")]) as name, opened(url(name)) as engine:
        warm(engine.desk("lobby"))
        desk: Any = engine.desk("room")
        requests = parties(number)
        desk.quote(requests[0])
        gc.collect()
        begun = thread_time()
        for request in requests:
            held = desk.hold(request)
            desk.confirm(getattr(held, "hold", held).id)
        return thread_time() - begun


def rush(rounds: int) -> list[float]:
    """Return the seconds in which 160 bookers were answered, round by round."""
    with furnished_with([house(LOBBY), house(ROOM)]) as template, database("template0") as bare:
        server().execute(BARE, database=bare)
        trial = Trial(template, bare, None)
        return [trial.book().seconds for _ in range(rounds)]


if __name__ == "__main__":
    name, argument = json.loads(sys.argv[1])
    print(json.dumps({"pairs": pairs, "rush": rush}[name](argument)))
