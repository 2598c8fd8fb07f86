"""Quotes and availability, also of services that are longer than the day of a start."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    Area,
    BookingChange,
    BookingRequest,
    CapacityRule,
    Code,
    Desk,
    InvalidInput,
    ManualClock,
    NotFound,
    Preference,
    Quote,
    Refusal,
    Refused,
    ServicePeriod,
    Versions,
    Zone,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import (
    FRIDAY,
    STAFF,
    a_house,
    at,
    booked,
    held,
    one_table,
    open_desk,
    party_size,
    snapshot,
    window,
)


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, actor=STAFF)


def quoted(desk: Desk, request: BookingRequest) -> Quote:
    answer = desk.quote(request)
    assert isinstance(answer, Quote)
    return answer


# ---- quotes --------------------------------------------------------------------------------------


def test_a_quote_is_the_best_plan_and_the_next_best(desk: Desk) -> None:
    answer = quoted(desk, party_size(4))
    assert answer.plan.tables == ("3",)
    assert [plan.tables for plan in answer.others] == [("4",), ("1", "2"), ("5",), ("3", "4")]
    assert answer.stay.occupied == window("19:00", "20:30")
    assert answer.versions == Versions(floor=1, policy=1, occupancy=0)
    scores = [answer.plan.score.total, *(plan.score.total for plan in answer.others)]
    assert scores == sorted(scores)


def test_a_quote_of_named_tables_is_of_these_alone(desk: Desk) -> None:
    answer = quoted(desk, party_size(4, tables=["3", "4"]))
    assert (answer.plan.tables, answer.plan.seats, answer.plan.slack, answer.others) == (
        ("3", "4"),
        8,
        4,
        (),
    )


def test_a_quote_tells_the_use_of_its_service_without_the_party(desk: Desk) -> None:
    booked(desk, 4)
    held(desk, 2)
    usage = quoted(desk, party_size(6)).usage
    assert (usage.period, usage.service_date, usage.booked_covers, usage.booked_parties) == (
        "dinner",
        FRIDAY,
        6,
        2,
    )


def test_a_quote_changes_nothing(store: Store, desk: Desk) -> None:
    before = snapshot(store, desk)
    quoted(desk, party_size(4))
    desk.availability(FRIDAY, range(1, 9))
    assert snapshot(store, desk) == before


def test_a_quote_of_an_unknown_table_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.quote(party_size(4, tables=["nowhere"]))


def test_conditions_are_met_or_named(store: Store) -> None:
    floor = sketch_floor(
        {
            "1": {"capacity": 4, "seating": "booth"},
            "2": {"capacity": 4, "zone": "Terrace", "features": {"step-free"}},
        }
    )
    zone = next(zone for zone in floor.zones if zone.id == "terrace")
    floor = floor.with_zone(Zone(zone.id, zone.name, order=zone.order, area="outdoor"))
    desk = open_desk(store, a_house(floor))
    for must, table in (
        (Preference(zones=["terrace"]), "2"),
        (Preference(seatings=["booth"]), "1"),
        (Preference(areas=[Area.OUTDOOR]), "2"),
        (Preference(features=["step-free"]), "2"),
    ):
        assert quoted(desk, party_size(4, must=must)).plan.tables == (table,)
        assert quoted(desk, party_size(4, wish=must)).plan.tables == (table,)
    refused = desk.quote(party_size(4, must=Preference(zones=["terrace"], seatings=["booth"])))
    assert isinstance(refused, Refusal)
    assert refused.code is Code.NO_TABLES_MATCH
    assert refused.reasons[0].details["conditions"] == ["seatings", "zones"]


def test_the_desk_knows_for_whom_it_acts(desk: Desk) -> None:
    assert (desk.restaurant_id, desk.actor) == ("house", STAFF)


# ---- availability --------------------------------------------------------------------------------


def test_starts_on_offer_are_by_start_then_size(desk: Desk) -> None:
    shown = desk.availability(FRIDAY, [4, 2, 4])
    asked = [(f"{slot.start:%H:%M}", slot.party_size) for slot in shown.slots]
    assert asked[:4] == [("17:00", 2), ("17:00", 4), ("17:15", 2), ("17:15", 4)]
    assert asked[-1] == ("21:00", 4)
    assert len(asked) == 34
    assert shown.on == FRIDAY
    assert shown.bookable() == shown.slots


def test_each_slot_tells_why_not(desk: Desk, clock: ManualClock) -> None:
    booked(desk, 6, "19:00")
    clock.move_to(at("17:30"))
    text: Any = "2026-05-01"
    found = desk.availability(text, [6, 9, 40])
    slots = {(f"{slot.start:%H:%M}", slot.party_size): slot for slot in found.slots}
    codes = {name: slot.refusal.code for name, slot in slots.items() if slot.refusal is not None}
    assert codes["17:15", 6] is Code.BOOKING_IN_PAST
    assert codes["19:00", 9] is Code.ADJACENCY_MISMATCH
    assert codes["19:00", 40] is Code.PARTY_NEVER_FITS
    assert ("17:30", 6) not in codes
    assert slots["19:00", 6].spots == 1
    booked(desk, 6, "19:00")
    (slot,) = desk.availability(FRIDAY, 6, at=at("19:00")).slots
    assert slot.refusal is not None
    assert slot.refusal.code is Code.TABLES_TAKEN
    assert slot.refusal.reasons[0].details["in_the_way"][0]["table_id"] == "5"
    assert slot.spots == 0


def test_a_start_off_the_raster_may_be_asked_for(desk: Desk) -> None:
    (slot,) = desk.availability(FRIDAY, 2, at="2026-05-01T19:07").slots
    assert (slot.start, slot.is_bookable, slot.period) == (at("19:07"), True, "dinner")


def test_a_start_of_another_day_is_no_start_of_this_one(store: Store, desk: Desk) -> None:
    for start in (
        at("19:00") + timedelta(days=40),
        at("23:59") - timedelta(days=1),
        at("00:00") + timedelta(days=1),
    ):
        with pytest.raises(InvalidInput) as caught:
            desk.availability(FRIDAY, 2, at=start)
        assert caught.value.field == "at"
    night = ServicePeriod("night", "20:00", "04:00", last_seating_minutes=90)
    late = open_desk(store, a_house(name="Late", periods=[night]))
    (slot,) = late.availability(FRIDAY, 2, at=at("01:00") + timedelta(days=1)).slots
    assert slot.is_bookable
    # It lies on the date, though in the service of the night before.
    (slot,) = late.availability(FRIDAY, 2, at=at("01:00")).slots
    assert slot.period == "night"


def test_a_start_outside_hours_is_shown_with_its_reason(desk: Desk) -> None:
    (slot,) = desk.availability(FRIDAY, 2, at=at("15:00")).slots
    assert slot.refusal is not None
    assert (slot.period, slot.refusal.code, slot.spots) == (None, Code.OUTSIDE_SERVICE_HOURS, 0)


def test_a_closed_day_offers_nothing(desk: Desk) -> None:
    desk.edit_policy(lambda policy: attrs.evolve(policy, closures=["2026-05-01"]))
    shown = desk.availability(FRIDAY, 2)
    assert (shown.slots, shown.usage) == ((), ())


def test_a_restaurant_that_takes_nobody_shows_why(desk: Desk) -> None:
    desk.edit_restaurant(lambda restaurant: attrs.evolve(restaurant, active=False))
    codes = {
        slot.refusal.code for slot in desk.availability(FRIDAY, 2).slots if slot.refusal is not None
    }
    assert codes == {Code.RESTAURANT_INACTIVE}


def test_spots_are_counted_as_far_as_asked(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({str(number): 2 for number in range(30)})))

    def spots(limit: int) -> int:
        return desk.availability(FRIDAY, 2, at=at("19:00"), spots_limit=limit).slots[0].spots

    assert (spots(1), spots(20), spots(100)) == (1, 20, 30)


def test_combining_two_tables_lowers_the_spots_of_small_parties(desk: Desk) -> None:
    def spots() -> int:
        return desk.availability(FRIDAY, 2, at=at("19:00")).slots[0].spots

    before = spots()
    booked(desk, 4, tables=["1", "2"])
    assert (before, spots()) == (5, 3)


# ---- services longer than the day around a start -------------------------------------------------


@pytest.fixture
def round_the_clock(store: Store) -> Desk:
    """The desk of a house with one service of 24 hours from six o'clock and ten covers."""
    period = ServicePeriod("always", "06:00", "06:00", last_seating_minutes=90)
    house = a_house(periods=[period], capacity_rules=[CapacityRule(max_covers=10, period="always")])
    return open_desk(store, house)


def early(size: int) -> BookingRequest:
    return BookingRequest(size, at("12:15"))


def late(size: int) -> BookingRequest:
    return BookingRequest(size, at("04:00") + timedelta(days=1))


def test_a_service_is_counted_as_a_whole_by_every_command(round_the_clock: Desk) -> None:
    desk = round_the_clock
    first = desk.book(early(4))
    hold = desk.hold(late(4))
    assert quoted(desk, early(2)).usage.booked_covers == 8
    for attempt in (
        lambda: desk.book(late(3)),
        lambda: desk.book(early(3)),
        lambda: desk.hold(late(3)),
        lambda: desk.hold(early(3)),
        lambda: desk.replace_hold(hold.id, early(7)),
        lambda: desk.reschedule(first.id, BookingChange(party_size=7, start=late(7).start)),
    ):
        with pytest.raises(Refused) as caught:
            attempt()
        assert caught.value.code is Code.CAPACITY_EXCEEDED
    assert desk.replace_hold(hold.id, early(6)).party_size == 6
    assert desk.reschedule(first.id, BookingChange(start=late(4).start)).party_size == 4
    with pytest.raises(Refused):
        desk.book(early(1))


def test_a_service_without_caps_is_counted_as_a_whole_too(round_the_clock: Desk) -> None:
    desk = round_the_clock
    desk.edit_policy(lambda policy: attrs.evolve(policy, capacity_rules=[]))
    desk.book(early(4))
    assert quoted(desk, late(4)).usage.booked_covers == 4
    usage = desk.book(late(4)).receipt.usage
    assert usage is not None
    assert usage.booked_covers == 8


def test_a_drifted_hold_is_quoted_anew_against_the_whole_service(round_the_clock: Desk) -> None:
    desk = round_the_clock
    desk.book(early(4))
    hold = desk.hold(late(4))
    desk.edit_floor(
        lambda floor: floor.with_table(attrs.evolve(floor.get_table(hold.tables[0]), capacity=5))
    )
    assert desk.confirm(hold.id, requote=True).party_size == 4


def test_the_latest_start_of_all_is_judged_like_any(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    assert quoted(
        desk, BookingRequest(2, datetime(2198, 12, 31, 19, tzinfo=at("19:00").tzinfo))
    ).plan.tables == ("1",)
