"""Eight processes that want one table at one time, again and again: how long the unlucky ones wait.

Run ``python -m benchmarks.hot_slot`` at the project's root.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from statistics import median
from time import perf_counter
from typing import Any, Final

from benchmarks.bar import HEADING, Bar, Note
from benchmarks.durable import (
    CLIENTS,
    FIRST_NIGHT,
    crowd,
    database,
    fact,
    furnished_with,
    opened,
    percentile,
    pub,
    server,
    url,
    warm,
)
from fourtop import BookingRequest, Desk, Refused

LOBBIES: Final = [f"lobby-{number}" for number in range(CLIENTS)]
ROOM: Final = "room"
WISH: Final = BookingRequest(2, FIRST_NIGHT, tables=["0"])

_DEADLOCKS: Final = "SELECT deadlocks FROM pg_stat_database WHERE datname = %s"


def want(desk: Desk) -> str:
    """Want the table; give it back if it was to be had. Say what came of it."""
    try:
        desk.release_hold(desk.hold(WISH).id)
    except Refused:
        return "refused"
    except Exception as error:  # noqa: BLE001  # Whatever surfaces is counted by its name.
        return type(error).__name__
    return "held"


def want_often(address: str, lobby: str, times: int, meet: Any) -> list[tuple[str, float]]:
    """Ask for it as one of several processes; return each answer and its seconds."""
    with opened(address) as engine:
        warm(engine.desk(lobby))
        desk = engine.desk(ROOM)
        desk.quote(WISH)
        meet()
        answered = []
        for _ in range(times):
            begun = perf_counter()
            what = want(desk)
            answered.append((what, perf_counter() - begun))
        return answered


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Compare the longest waits in the throng with the usual one without."""
    times, rounds = (30, 2) if is_quick else (150, 7)
    usual, longest, of_winners = [], [], []
    answers: Counter[str] = Counter()
    deadlocks = 0
    with furnished_with(pub(each) for each in (ROOM, *LOBBIES)) as template:
        for _ in range(rounds):
            with database(template) as name:
                (alone,) = crowd().do(want_often, [(url(name), LOBBIES[0], times)])
            with database(template) as name:
                throng = crowd().do(want_often, [(url(name), lobby, times) for lobby in LOBBIES])
                ((found,),) = server().execute(_DEADLOCKS, name)
            deadlocks += found
            answered = [each for some in throng for each in some]
            answers.update(what for what, _ in answered)
            usual.append(median(seconds for _, seconds in alone))
            longest.append(percentile((seconds for _, seconds in answered), 0.99))
            of_winners.append(
                percentile((seconds for what, seconds in answered if what == "held"), 0.99)
            )
    yield Bar(
        f"hot slot, {CLIENTS} processes, hold and release: p99 / median alone",
        longest,
        usual,
        at_most=25,
    )
    yield Bar("  of those who got it: p99 / median alone", of_winners, usual)
    surfaced = answers.total() - answers["held"] - answers["refused"]
    yield fact("  errors that surfaced", surfaced, at_most=0)
    yield fact("  deadlocks, as the server counts them", deadlocks, at_most=0)
    yield Note(
        f"  answers: {', '.join(f'{name} {count}' for name, count in sorted(answers.items()))}"
    )


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
