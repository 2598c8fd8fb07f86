"""What the search for moves reads: parties beyond the service, promises, and no more than needed.

A decision may ask a store for more records three times. These tests have houses where it would
have asked more often.
"""

from __future__ import annotations

from typing import Final

import pytest

from fourtop import (
    BookingRow,
    BookingStatus,
    CapacityRule,
    Desk,
    Engine,
    Floor,
    Move,
    Proof,
    ServicePeriod,
    Table,
    Zone,
    sketch_floor,
)
from fourtop.engine import reseat_problem
from fourtop.model.window import MICROSECONDS_PER_MINUTE
from fourtop.ports import Store
from tests.evening import STAFF, a_house, at, open_desk, party_size, window
from tests.unit.reseat_case import quoted, refused, reseated, seated_at

# Each overlaps the next one, at the tables in turn, across three services.
CHAIN: Final = (("13:45", "1"), ("15:00", "2"), ("16:15", "1"), ("17:00", "2"))


def open_all_day(store: Store) -> Desk:
    """Three services in a row, whose parties may stay beyond the end."""
    bounds = (("lunch", "12:00", "15:00"), ("tea", "15:00", "18:00"), ("dinner", "18:00", "23:00"))
    periods = [
        ServicePeriod(key, start, end, overrun_allowed=True, last_seating_minutes=0)
        for key, start, end in bounds
    ]
    floor = sketch_floor({"1": 2, "2": 4, "3": 4})
    return open_desk(store, a_house(floor, periods=periods), actor=STAFF)


def chained(desk: Desk) -> None:
    """Parties of two, each in the way of the next one; one of four has the other table."""
    seated_at(desk, 4, "3", "17:30")
    for start, table in reversed(CHAIN):
        seated_at(desk, 2, table, start, booking_id=f"at-{start.replace(':', '')}")


def cold(desk: Desk, store: Store) -> Desk:
    """The desk of a process that has not seen the house yet."""
    return Engine(store).desk(desk.restaurant_id, actor=STAFF)


@pytest.mark.parametrize("moves", [3, 4, 5])
def test_a_chain_of_parties_reaches_back_through_services(store: Store, moves: int) -> None:
    desk = open_all_day(store)
    chained(desk)
    request = party_size(4, "18:00")
    found = quoted(desk, request, moves)
    assert found.reseating is not None
    assert [str(each) for each in found.reseating.moves] == [
        "at-1500 from 2 to 3",
        "at-1615 from 1 to 2",
        "at-1700 from 2 to 1",
    ]
    assert quoted(cold(desk, store), request, moves) == found
    assert cold(desk, store).book(request, moves=moves).tables == ("2",)
    assert desk.audit().is_clean


def test_a_chain_is_found_beside_a_party_that_waits_in_the_service_before(store: Store) -> None:
    desk = open_all_day(store)
    chained(desk)
    waits = BookingRow(id="x", party_size=2, start=at("17:00"), status=BookingStatus.PENDING)
    desk.import_bookings([waits])
    request = party_size(4, "18:00")
    found = reseated(cold(desk, store), request, 5)
    assert [each.booking_id for each in found.moves] == ["at-1500", "at-1615", "at-1700"]
    assert cold(desk, store).book(request, moves=5).tables == ("2",)
    assert desk.audit().is_clean


def test_a_chain_that_leaves_the_read_proves_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_all_day(store)
    chained(desk)
    desk.block(window("12:00", "17:30"), tables=["3"], reason="a loose leg")
    request, hour_us = party_size(4, "18:00"), 60 * MICROSECONDS_PER_MINUTE
    assert len(reseated(desk, request, 5).moves) == 4
    monkeypatch.setattr(reseat_problem, "_BESIDE_US", 0)
    monkeypatch.setattr(reseat_problem, "_BEFORE_US", 2 * hour_us)
    # The read begins at 16:00, and the party of 15:00 would have to move.
    assert refused(desk, request, 5).proof is Proof.NOT_PROVEN


# ---- promises


def test_moves_at_several_times_ask_for_all_promises_at_once(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor(dict.fromkeys("12345678", 4))), actor=STAFF)
    moves = []
    for number, start in enumerate(("17:00", "18:30", "20:00", "21:00"), 1):
        booking = seated_at(desk, 4, str(number), start)
        desk.book(party_size(4, start), tables="later")
        moves.append(Move(booking.id, ["8"]) if number < 4 else Move(booking.id, ["7"]))
    assert [each.tables for each in desk.move(moves)] == [("8",), ("8",), ("8",), ("7",)]


@pytest.mark.parametrize("process", ["same", "other"])
def test_moves_beside_promises_are_found_and_made(store: Store, process: str) -> None:
    """The cap of a zone makes parties move whose times are apart, each with promises beside it."""
    zones = [Zone("in", "In"), Zone("out", "Out", order=1)]
    tables = [Table("1", "1", 4, "in"), *(Table(each, each, 2, "out") for each in "2345")]
    house = a_house(
        Floor(tables, zones=zones), capacity_rules=[CapacityRule(max_covers=5, zone="in")]
    )
    desk = open_desk(store, house, actor=STAFF)
    for start in ("17:00", "20:30"):
        seated_at(desk, 2, "1", start)
    for start in ("17:15", "18:45", "20:45"):
        desk.book(party_size(2, start), tables="later")
    request = party_size(4, "18:45")
    found = reseated(desk if process == "same" else cold(desk, store), request, 3)
    assert [each.before for each in found.moves] == [("1",), ("1",)]
    other = desk if process == "same" else cold(desk, store)
    taken = other.hold(request, moves=found)
    assert taken.tables == ("1",)
    assert desk.audit().is_clean
