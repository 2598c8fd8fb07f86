"""Calls on PostgreSQL over a network of 2 ms each way: round trips, and one slow restaurant.

Run ``python -m benchmarks.network`` at the project's root.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from time import monotonic, perf_counter
from typing import Any, Final

import psycopg

from benchmarks.bar import HEADING, Bar, Note
from benchmarks.durable import (
    FIRST_NIGHT,
    database,
    fact,
    furnished_with,
    in_rounds,
    opened,
    parties,
    pub,
    server,
    url,
    warm,
)
from tests.database.furnished import LOGIN
from tests.sql.delay import DelayingProxy, url_at

ONE_WAY_SECONDS: Final = 0.002
ROOM, SLOW = "room", "slow"
CALLERS: Final = 20
PATIENCE_SECONDS: Final = 60


def delay(line: Any, port: int) -> None:
    """Delay what clients and a server say, in a process of its own, until told to end."""
    with DelayingProxy(port, ONE_WAY_SECONDS) as proxy:
        line.send(proxy.port)
        line.recv()


@contextmanager
def delaying_process() -> Iterator[int]:
    """Give the port of a proxy in a process of its own: it takes no time of the client's."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=delay, args=(there, server().port))
    process.start()
    try:
        yield here.recv()
    finally:
        here.send(None)
        process.join()


# ---- round trips


def trips(template: str) -> Iterator[Bar]:
    """Count the round trips of calls at the proxy."""
    with (
        database(template) as name,
        DelayingProxy(server().port, ONE_WAY_SECONDS) as proxy,
        opened(proxy.url(name, LOGIN)) as engine,
    ):
        desk = engine.desk(ROOM)
        warm(desk)
        request, *_, other = parties(40, skipped_nights=9)
        holds = [desk.hold(request) for _ in range(2)]
        booking = desk.book(other)
        calls: dict[str, tuple[int, Callable[[], object]]] = {
            "quote": (1, lambda: desk.quote(request)),
            "find_booking": (1, lambda: desk.find_booking(booking.id)),
            "house": (1, desk.house),
            "versions": (1, desk.versions),
            "day": (1, lambda: desk.day(FIRST_NIGHT.date())),
            "availability of an evening": (
                1,
                lambda: desk.availability(FIRST_NIGHT.date(), [2, 4, 6]),
            ),
            "hold": (2, lambda: desk.hold(request)),
            "confirm": (2, lambda: desk.confirm(holds.pop().id)),
            "book": (2, lambda: desk.book(request)),
            "cancel": (2, lambda: desk.cancel(booking.id)),
        }
        for called, (most, call) in calls.items():
            before = proxy.round_trips
            call()
            yield fact(f"round trips of {called}", proxy.round_trips - before, at_most=most)


def hold_in_trips(template: str, *, number: int, rounds: int) -> Iterator[Bar]:
    """Compare the time of a hold and of a quote with that of the smallest statement."""
    with (
        database(template) as name,
        delaying_process() as port,
        opened(url_at(port, name, LOGIN)) as engine,
    ):
        desk = engine.desk(ROOM)
        warm(desk)
        requests, asked = parties(number * rounds), parties(number)
        plain = psycopg.connect(
            host="127.0.0.1", port=port, user=LOGIN, dbname=name, sslmode="disable",
            gssencmode="disable", autocommit=True,
        )  # fmt: skip

        def timed(call: Callable[[int], object]) -> float:
            begun = perf_counter()
            for place in range(number):
                call(place)
            return perf_counter() - begun

        with plain:
            sides = {
                "trip": lambda: timed(lambda _: plain.execute("SELECT 1").fetchone()),
                "hold": lambda: timed(lambda _: desk.hold(requests.pop())),
                "quote": lambda: timed(lambda place: desk.quote(asked[place])),
            }
            found = in_rounds(sides, rounds)
        yield Bar("hold / a round trip", found["hold"], found["trip"], number, at_most=2.4)
        yield Bar("quote / a round trip", found["quote"], found["trip"], number)


# ---- one slow restaurant


@contextmanager
def locked(name: str) -> Iterator[Any]:
    """Have somebody hold the lock of the slow restaurant."""
    with server().connect(name) as rival:
        rival.execute("BEGIN")
        rival.execute("SELECT 1 FROM fourtop.restaurants WHERE id = %s FOR UPDATE", [SLOW])
        yield rival
        rival.execute("ROLLBACK")


def stalls(template: str, *, number: int, rounds: int) -> Iterator[Bar]:
    """Compare a quote while 20 callers wait for another restaurant with one that is alone."""
    with database(template) as name, opened(url(name), lock_timeout_seconds=600) as engine:
        desk, slow = engine.desk(ROOM), engine.desk(SLOW)
        warm(desk)
        warm(slow)
        requests = parties(number)

        def quotes() -> float:
            begun = perf_counter()
            for request in requests:
                desk.quote(request)
            return perf_counter() - begun

        def beside() -> float:
            with ThreadPoolExecutor(CALLERS) as threads:
                with locked(name) as rival:
                    begun = [threads.submit(slow.versions) for _ in range(CALLERS)]
                    assert all(each.result() for each in begun), "every thread has begun"
                    calls = [threads.submit(slow.hold, requests[0]) for _ in range(CALLERS)]
                    wait_for_a_waiter(rival)
                    seconds = quotes()
                for call in calls:
                    slow.release_hold(call.result(PATIENCE_SECONDS).id)
            return seconds

        found = in_rounds({"alone": quotes, "beside": beside}, rounds)
    title = f"quote while {CALLERS} callers wait for a locked restaurant / alone"
    yield Bar(title, found["beside"], found["alone"], number, at_most=3)


def wait_for_a_waiter(rival: psycopg.Connection[Any]) -> None:
    """Wait until somebody waits for the lock of a session."""
    deadline = monotonic() + PATIENCE_SECONDS
    blocked = "SELECT 1 FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid))"
    while rival.execute(blocked, [rival.info.backend_pid]).fetchone() is None:
        assert monotonic() < deadline


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Count round trips, and compare the times."""
    number, rounds = (10, 3) if is_quick else (40, 9)
    with furnished_with([pub(ROOM), pub(SLOW)]) as template:
        yield Note(f"  {ONE_WAY_SECONDS * 1000:g} ms each way")
        yield from trips(template)
        yield from hold_in_trips(template, number=number, rounds=rounds)
        yield from stalls(template, number=number, rounds=rounds)


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
