"""Duels of staff who move several parties at once: all of a command happens, or nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fourtop import (
    Booking,
    BookingStatus,
    Code,
    Desk,
    IllegalTransition,
    Move,
    Refused,
    sketch_floor,
)
from fourtop.testing.interleavings import Interleaving, Scheduler
from tests.evening import a_house, booked, party_size
from tests.interleaving.race import Calls, Duel, Scene, owners, sorted_out

NAMES: Final = ("a", "b", "c")
BEFORE: Final = [("1", "a"), ("2", "b"), ("3", "c")]
THREE: Final = a_house(sketch_floor(dict.fromkeys("123", 4)))
FOUR: Final = a_house(sketch_floor(dict.fromkeys("1234", 4)))


def _with_parties(desk: Desk) -> dict[str, Any]:
    for name, table in zip(NAMES, "123", strict=True):
        booked(desk, 4, tables=[table], booking_id=name)
    return {}


def _seats(run: Interleaving[Scene]) -> list[tuple[str, str]]:
    """Return the tables and their parties, the same in the bookings and in the occupancy."""
    desk = run.scene.desk
    found = owners(desk)
    for table, name in found:
        assert desk.get_booking(name).tables == (table,)
    return found


# ---- swap x swap


def _two_swaps(scene: Scene, _: Scheduler) -> Calls:
    return {
        "a and b": lambda: scene.desk.swap("a", "b"),
        "b and c": lambda: scene.desk.swap("b", "c"),
    }


def _both_swapped(run: Interleaving[Scene]) -> None:
    assert all(isinstance(each, tuple) for each in run.answers.values())
    # One after the other, in either order.
    assert _seats(run) in (
        [("1", "b"), ("2", "c"), ("3", "a")],
        [("1", "c"), ("2", "a"), ("3", "b")],
    )
    assert [run.scene.desk.get_booking(name).version for name in NAMES] == [2, 3, 2]


# ---- ring x cancel


def _ring_and_cancel(scene: Scene, _: Scheduler) -> Calls:
    ring = [Move("a", ["2"]), Move("b", ["3"]), Move("c", ["1"])]
    return {
        "ring": lambda: scene.desk.move(ring),
        "cancel": lambda: scene.desk.cancel("b"),
    }


def _all_of_the_ring_or_none(run: Interleaving[Scene]) -> None:
    ring, cancelled = run.answers["ring"], run.answers["cancel"]
    assert isinstance(cancelled, Booking)
    assert cancelled.status is BookingStatus.CANCELLED
    if isinstance(ring, tuple):
        assert _seats(run) == [("1", "c"), ("2", "a")]
    else:
        assert isinstance(ring, IllegalTransition)
        assert _seats(run) == [("1", "a"), ("3", "c")]


# ---- chain x book


def _chain_and_book(scene: Scene, _: Scheduler) -> Calls:
    chain = [Move("a", ["4"]), Move("b", ["1"]), Move("c", ["2"])]
    return {
        "chain": lambda: scene.desk.move(chain),
        "book": lambda: scene.desk.book(party_size(4)),
    }


def _all_of_the_chain_or_none(run: Interleaving[Scene]) -> None:
    won, lost = sorted_out(run, Booking)
    assert len(won) == 1, "the newcomer finds a table in either order"
    new = won[0].id
    if isinstance(lost[0], tuple):
        assert _seats(run) == [("1", "b"), ("2", "c"), ("3", new), ("4", "a")]
    else:
        assert isinstance(lost[0], Refused)
        assert lost[0].code is Code.ALLOCATIONS_OVERLAP
        assert _seats(run) == [*BEFORE, ("4", new)]


STAFF_DUELS: Final[Mapping[str, Duel]] = {
    "swap x swap": Duel(THREE, _two_swaps, _both_swapped, _with_parties, runs=8),
    "ring x cancel": Duel(THREE, _ring_and_cancel, _all_of_the_ring_or_none, _with_parties, runs=8),
    "chain x book": Duel(FOUR, _chain_and_book, _all_of_the_chain_or_none, _with_parties, runs=8),
}
