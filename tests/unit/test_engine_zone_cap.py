"""Caps of zones: a full zone keeps its tables from further parties."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    Booking,
    BookingRequest,
    CapacityRule,
    Code,
    Desk,
    InvalidInput,
    Preference,
    Proof,
    Quote,
    Refusal,
    Refused,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import FRIDAY, a_house, at, booked, change, held, open_desk, party_size, snapshot

TERRACE = Preference(zones={"terrace"})
ANY_TABLE = Preference()


@pytest.fixture
def desk(store: Store) -> Desk:
    """The desk of a house with three tables inside and three on the terrace, for four each."""
    tables = {str(number): 4 for number in range(1, 4)}
    outside = {f"T{number}": (4, "Terrace") for number in range(1, 4)}
    return open_desk(store, a_house(sketch_floor({**tables, **outside})))


def cap(desk: Desk, *rules: CapacityRule) -> None:
    desk.edit_policy(lambda policy: attrs.evolve(policy, capacity_rules=rules))


def outside(desk: Desk, size: int, text: str = "19:00", **how: Any) -> Booking:
    return desk.book(party_size(size, text, must=TERRACE), **how)


def test_a_full_zone_is_left_out(desk: Desk) -> None:
    cap(desk, CapacityRule(max_covers=5, zone="terrace"))
    assert outside(desk, 4).tables == ("t1",)
    assert booked(desk, 4).tables == ("1",)
    quoted = desk.quote(party_size(2, must=TERRACE))
    assert isinstance(quoted, Refusal)
    assert quoted.code is Code.ZONE_CAPACITY_EXCEEDED
    assert quoted.proof is Proof.RULE
    assert str(quoted.reasons[0]) == (
        "zone terrace is limited to 5 covers for dinner on 2026-05-01; 4 booked, 2 asked for"
    )
    # Exactly full is allowed.
    assert outside(desk, 1).tables == ("t2",)
    assert {booked(desk, 4).tables for _ in range(2)} == {("2",), ("3",)}
    last = desk.quote(party_size(4))
    assert isinstance(last, Refusal)
    assert last.code is Code.ZONE_CAPACITY_EXCEEDED


def test_a_zone_counts_parties_of_the_whole_service(desk: Desk) -> None:
    cap(desk, CapacityRule(max_parties=2, zone="terrace"))
    outside(desk, 2, "17:00")
    outside(desk, 2, "21:00")
    assert booked(desk, 2).tables == ("1",)
    with pytest.raises(Refused) as caught:
        booked(desk, 2, tables=["t3"])
    assert [reason.code for reason in caught.value.refusal.reasons] == [Code.ZONE_CAPACITY_EXCEEDED]


def test_a_zone_is_capped_besides_the_service(desk: Desk) -> None:
    cap(
        desk,
        CapacityRule(max_covers=8),
        CapacityRule(max_covers=4, zone="terrace"),
        CapacityRule(max_covers=6, zone="main"),
    )
    outside(desk, 4)
    quoted = desk.quote(party_size(4))
    assert isinstance(quoted, Quote)
    assert quoted.plan.tables == ("1",)
    booked(desk, 2)
    refused = desk.quote(party_size(3))
    assert isinstance(refused, Refusal)
    assert refused.code is Code.CAPACITY_EXCEEDED


def test_a_party_is_refused_where_every_zone_is_full(desk: Desk) -> None:
    cap(desk, CapacityRule(max_parties=0, zone="main"), CapacityRule(max_parties=1, zone="terrace"))
    held(desk, 2, tables=["t1"])
    for tables in ("now", "later"):
        with pytest.raises(Refused) as caught:
            desk.book(party_size(2), tables=tables)
        codes = [reason.code for reason in caught.value.refusal.reasons]
        assert codes == [Code.ZONE_CAPACITY_EXCEEDED] * 2
        assert [each.details["zone"] for each in caught.value.refusal.reasons] == [
            "main",
            "terrace",
        ]


def test_a_party_without_tables_counts_in_no_zone(desk: Desk) -> None:
    cap(desk, CapacityRule(max_parties=1, zone="terrace"))
    waiting = desk.book(party_size(2), tables="later")
    hold = desk.hold(party_size(2, must=TERRACE), booking_id=waiting.id)
    assert not desk.quote(party_size(2, must=TERRACE))
    desk.release_hold(hold.id)
    assert desk.quote(party_size(2, must=TERRACE))


def test_a_zone_refuses_at_every_door(store: Store, desk: Desk) -> None:
    inside = booked(desk, 4)
    hold = held(desk, 4, "17:00", tables=["2"])
    outside(desk, 2)
    cap(desk, CapacityRule(max_covers=4, zone="terrace"))
    before = snapshot(store, desk)
    request = party_size(4, must=TERRACE)
    calls = (
        lambda: desk.hold(request),
        lambda: desk.book(request),
        lambda: desk.book(party_size(4, tables=["t2"])),
        lambda: desk.replace_hold(hold.id, request),
        lambda: desk.reschedule(inside.id, change(4, must=TERRACE)),
    )
    for call in calls:
        with pytest.raises(Refused) as caught:
            call()
        assert caught.value.code is Code.ZONE_CAPACITY_EXCEEDED
    (slot,) = desk.availability(FRIDAY, 4, must=TERRACE, at=at("19:00")).slots
    assert slot.refusal == desk.quote(request)
    assert snapshot(store, desk) == before


def test_spots_stop_at_the_cap_of_each_zone(desk: Desk) -> None:
    cap(desk, CapacityRule(max_covers=8, zone="terrace"), CapacityRule(max_parties=1, zone="main"))
    (slot,) = desk.availability(FRIDAY, 4, at=at("19:00")).slots
    assert slot.spots == 3
    outside(desk, 2)
    assert desk.availability(FRIDAY, 4, at=at("19:00")).slots[0].spots == 2


def test_finding_07_a_zone_refuses_only_a_rise(desk: Desk) -> None:
    first, second = outside(desk, 3), outside(desk, 3)
    inside = booked(desk, 2)
    cap(desk, CapacityRule(max_covers=3, max_parties=1, zone="terrace"))
    assert desk.reschedule(first.id, change(2, "20:00", must=TERRACE)).tables == ("t1",)
    with pytest.raises(Refused):
        desk.reschedule(second.id, change(4, must=TERRACE))
    with pytest.raises(Refused):
        desk.reschedule(inside.id, change(1, must=TERRACE))
    # To leave the zone is no rise, and there it is free for none yet.
    assert desk.reschedule(second.id, change(4, must=ANY_TABLE)).tables in (("2",), ("3",))


def test_a_party_in_a_zone_may_not_grow_above_its_cap(desk: Desk) -> None:
    booking = outside(desk, 2)
    cap(desk, CapacityRule(max_covers=3, zone="terrace"))
    assert desk.resize(booking.id, 3).party_size == 3
    with pytest.raises(Refused) as caught:
        desk.resize(booking.id, 4)
    assert caught.value.code is Code.ZONE_CAPACITY_EXCEEDED
    desk.cancel(booking.id)
    outside(desk, 2)
    with pytest.raises(Refused):
        desk.undo(booking.id)


def test_a_party_without_tables_may_grow_though_a_zone_is_full(desk: Desk) -> None:
    waiting = desk.book(party_size(2), tables="later")
    cap(desk, CapacityRule(max_parties=0, zone="terrace"))
    assert desk.resize(waiting.id, 4).party_size == 4
    cap(desk, CapacityRule(max_parties=0, zone="terrace"), CapacityRule(max_covers=5, zone="main"))
    with pytest.raises(Refused) as caught:
        desk.resize(waiting.id, 6)
    assert caught.value.code is Code.ZONE_CAPACITY_EXCEEDED


def test_a_zone_is_free_on_the_dates_without_a_cap(desk: Desk) -> None:
    cap(desk, CapacityRule(max_parties=0, zone="terrace", on="2026-05-02"))
    assert outside(desk, 2).tables == ("t1",)
    saturday = BookingRequest(2, at("19:00", FRIDAY + timedelta(days=1)), must=TERRACE)
    refused = desk.quote(saturday)
    assert isinstance(refused, Refusal)
    assert refused.code is Code.ZONE_CAPACITY_EXCEEDED


def test_the_most_specific_cap_of_a_zone_counts(desk: Desk) -> None:
    cap(
        desk,
        CapacityRule(max_parties=3, zone="terrace"),
        CapacityRule(max_parties=0, zone="terrace", on="2026-05-02"),
        CapacityRule(max_parties=1, zone="terrace", weekday="friday"),
        CapacityRule(max_covers=3, zone="terrace", kind="event"),
    )
    with pytest.raises(Refused):
        outside(desk, 4)
    outside(desk, 2)
    with pytest.raises(Refused):
        outside(desk, 1)


def test_a_cap_of_an_unknown_zone_changes_nothing(store: Store, desk: Desk) -> None:
    before = snapshot(store, desk)
    with pytest.raises(InvalidInput):
        cap(desk, CapacityRule(max_parties=1, zone="roof"))
    assert snapshot(store, desk) == before
