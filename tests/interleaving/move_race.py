"""Duels about moves that make room: a rival wants the room, or the party stays, or goes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fourtop import (
    Booking,
    Desk,
    EventType,
    Hold,
    HoldEnded,
    Move,
    Quote,
    Refused,
    StaleVersion,
    sketch_floor,
)
from fourtop.testing.interleavings import Interleaving, Scheduler
from tests.evening import a_house, booked, party_size
from tests.interleaving.race import Calls, Duel, Scene, at_six, owners, won_and_lost


def _two_in_the_way(desk: Desk) -> dict[str, Any]:
    """A party of two at a four beside a free two; the other four is taken."""
    booked(desk, 4, tables=["3"], booking_id="four")
    booked(desk, 2, booking_id="two")
    desk.move([Move("two", ["2"])])
    answer = desk.quote(party_size(4), moves=1)
    assert isinstance(answer, Quote)
    assert answer.reseating is not None
    return {"reseating": answer.reseating}


def _book_with_moves_and_book(scene: Scene, _: Scheduler) -> Calls:
    return {
        "moves": lambda: scene.desk.book(party_size(4), moves=scene.found, key="m"),
        "rival": lambda: scene.desk.book(party_size(2)),
    }


def _room_for_one(run: Interleaving[Scene]) -> None:
    desk = run.scene.desk
    won, lost = won_and_lost(run, Booking)
    if won.party_size == 2:
        assert isinstance(lost, StaleVersion)
        assert owners(desk) == [("1", won.id), ("2", "two"), ("3", "four")]
    else:
        assert isinstance(lost, Refused)
        assert owners(desk) == [("1", "two"), ("2", won.id), ("3", "four")]
        again = desk.book(party_size(4), moves=run.scene.found, key="m")
        assert (again, again.replayed) == (won, True)
        kinds = [event.type for event in run.scene.store.events("house")[-3:]]
        assert kinds.count(EventType.ASSIGNMENT_SYNC) == 2


def _two_with_moves(scene: Scene, _: Scheduler) -> Calls:
    moves = scene.found
    return {name: lambda: scene.desk.book(party_size(4), moves=moves) for name in ("a", "b")}


def _one_moves_the_other_party(run: Interleaving[Scene]) -> None:
    won, lost = won_and_lost(run, Booking)
    assert isinstance(lost, StaleVersion)
    assert owners(run.scene.desk) == [("1", "two"), ("2", won.id), ("3", "four")]


def _hold_with_moves_and_pin(scene: Scene, _: Scheduler) -> Calls:
    return {
        "moves": lambda: scene.desk.hold(party_size(4), moves=scene.found),
        "pin": lambda: scene.desk.pin("two"),
    }


def _held_or_pinned_in_the_way(run: Interleaving[Scene]) -> None:
    desk, moves = run.scene.desk, run.answers["moves"]
    assert isinstance(run.answers["pin"], Booking)
    two = desk.get_booking("two")
    assert two.is_pinned
    if isinstance(moves, Hold):
        assert owners(desk) == [("1", "two"), ("2", moves.id), ("3", "four")]
    else:
        assert isinstance(moves, StaleVersion)
        assert owners(desk) == [("2", "two"), ("3", "four")]


def _book_with_moves_and_seat(scene: Scene, _: Scheduler) -> Calls:
    return {
        "moves": lambda: scene.desk.book(party_size(4), moves=scene.found),
        "seat": lambda: scene.desk.seat("two"),
    }


def _seated_where_it_is(run: Interleaving[Scene]) -> None:
    """A party that has sat down stays; one that was moved first sits down at its new table."""
    desk, moves = run.scene.desk, run.answers["moves"]
    two = run.answers["seat"]
    assert isinstance(two, Booking)
    assert desk.get_booking("two") == two
    if isinstance(moves, Booking):
        assert two.tables == ("1",)
        assert owners(desk) == [("1", "two"), ("2", moves.id), ("3", "four")]
    else:
        assert isinstance(moves, StaleVersion)
        assert owners(desk) == [("2", "two"), ("3", "four")]


def _with_a_hold(desk: Desk) -> dict[str, Any]:
    """A hold that has moved the party of two."""
    _two_in_the_way(desk)
    return {"hold": desk.hold(party_size(4), moves=1)}


def _confirm_and_release(scene: Scene, _: Scheduler) -> Calls:
    return {
        "confirm": lambda: scene.desk.confirm(scene.hold_id, booking_id="new"),
        "release": lambda: scene.desk.release_hold(scene.hold_id),
    }


def _moved_either_way(run: Interleaving[Scene]) -> None:
    """The party stays where the hold has moved it, whether the newcomer comes or not."""
    desk, confirm = run.scene.desk, run.answers["confirm"]
    others = [each for each in owners(desk) if each[1] != "new"]
    assert others == [("1", "two"), ("3", "four")]
    if isinstance(confirm, Booking):
        assert desk.get_booking("new").tables == ("2",)
    else:
        assert isinstance(confirm, HoldEnded)
        assert desk.find_booking("new") is None


THREE_TABLES: Final = a_house(sketch_floor({"1": 2, "2": 4, "3": 4}))
MOVE_DUELS: Final[Mapping[str, Duel]] = {
    "book with moves x book": Duel(
        THREE_TABLES, _book_with_moves_and_book, _room_for_one, _two_in_the_way, runs=8
    ),
    "book with moves x book with moves": Duel(
        THREE_TABLES, _two_with_moves, _one_moves_the_other_party, _two_in_the_way, runs=8
    ),
    "hold with moves x pin": Duel(
        THREE_TABLES, _hold_with_moves_and_pin, _held_or_pinned_in_the_way, _two_in_the_way, runs=8
    ),
    "book with moves x seat": Duel(
        THREE_TABLES,
        _book_with_moves_and_seat,
        _seated_where_it_is,
        _two_in_the_way,
        then=at_six,
        runs=8,
    ),
    "confirm after moves x release": Duel(
        THREE_TABLES, _confirm_and_release, _moved_either_way, _with_a_hold, runs=8
    ),
}
