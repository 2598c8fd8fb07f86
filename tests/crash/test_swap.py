"""Staff that are killed in the middle of a swap or a ring of moves, by SIGKILL."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import pytest

from fourtop import Booking, Desk, Engine, ManualClock, Move, sketch_floor
from fourtop.storage.sql import SqlStore
from tests.crash.client import SLOWEST_SECONDS
from tests.crash.fuse import Fuse
from tests.database.furnished import LOGIN, postgresql_database, sqlite_url
from tests.database.session import cluster
from tests.evening import STAFF, a_house, at, booked, rows_of
from tests.load.crowd import PRELOADED

NAMES: Final = ("a", "b", "c")
PINNED: Final = "pinned"
# Before some statements of a command, before its commit, and after it.
FUSES: Final = (0, 2, 4, 6, 8, 30, None)


@pytest.fixture(params=["postgresql", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "night.db")
        return
    with postgresql_database() as name:
        yield cluster().url(name, user=LOGIN)


Call = Callable[[], tuple[Booking, ...]]


def swap(desk: Desk, key: str) -> Call:
    return lambda: desk.swap("a", "b", key=key)


def ring(desk: Desk, key: str) -> Call:
    """Return the moves of each party to the table that the next one has now."""
    tables = [desk.get_booking(name).tables for name in NAMES]
    targets = zip(NAMES, [*tables[1:], tables[0]], strict=True)
    moves = [Move(name, target) for name, target in targets]
    return lambda: desk.move(moves, key=key)


def die_in(
    line: Connection, url: str, command: Callable[[Desk, str], Call], key: str, fuse: Fuse
) -> None:
    """Give a command that ends this process."""
    with SqlStore(fuse.engine(url), clock=ManualClock(at("12:00"))) as store:
        desk = Engine(store).desk("house", actor=STAFF)
        # The first command of a process prepares what the later ones use.
        assert desk.audit().is_clean
        call = command(desk, key)
        line.send("ready")
        fuse.light()
        call()


def killed(url: str, command: Callable[[Desk, str], Call], key: str, statement: int | None) -> None:
    """Give a command in a process that is killed in the middle of it."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    ours, theirs = context.Pipe()
    arguments = (theirs, url, command, key, Fuse(0, statement))
    process = context.Process(target=die_in, args=arguments, daemon=True)
    process.start()
    assert ours.recv() == "ready"
    process.join(SLOWEST_SECONDS)
    assert process.exitcode == -signal.SIGKILL
    process.close()


def seats(desk: Desk) -> list[str]:
    """Return the table of each party, the same in its booking and in the occupancy."""
    found = []
    for name in (*NAMES, PINNED):
        (table,) = desk.get_booking(name).tables
        assert [row[0] for row in rows_of(desk, name)] == [table]
        found.append(table)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("command", [swap, ring], ids=lambda each: each.__name__)
def test_a_command_that_is_killed_moves_all_parties_or_none(
    url: str, command: Callable[[Desk, str], Call]
) -> None:
    with SqlStore(url, clock=ManualClock(at("12:00"))) as store:
        house = a_house(sketch_floor(dict.fromkeys("1234", 4)))
        desk = Engine(store).add_restaurant(house, actor=STAFF)
        for name, table in zip((*NAMES, PINNED), "1234", strict=True):
            booked(desk, 4, tables=[table], booking_id=name)
        desk.pin(PINNED)
        before = ["1", "2", "3", "4"]
        for number, statement in enumerate(FUSES):
            killed(url, command, f"k{number}", statement)
            after = seats(desk)
            is_done = statement is None
            assert (after != before) is is_done, "it has moved all parties or none"
            if command is swap or not is_done:
                # One retry with the key settles it. A ring names other tables once it is done.
                again = command(desk, f"k{number}")()
                assert again[0].replayed is is_done
            before = seats(desk)
            assert not is_done or before == after
            assert sorted(before) == ["1", "2", "3", "4"]
            assert before[-1] == "4", "a pinned party stays"
            assert desk.audit().is_clean
