"""Caps: covers and parties of a service, which rule counts, and what counts towards it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from fourtop import (
    Booking,
    BookingRequest,
    CapacityRule,
    Code,
    Desk,
    ManualClock,
    Quote,
    Refusal,
    Refused,
    ServicePeriod,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import (
    FRIDAY,
    MONTH,
    a_house,
    at,
    booked,
    change,
    held,
    open_desk,
    party_size,
    window,
)


@pytest.fixture
def desk(store: Store) -> Desk:
    """The desk of a house with twenty tables for four, for lunch and dinner."""
    periods = [
        ServicePeriod("lunch", "12:00", "15:00", last_seating_minutes=90),
        ServicePeriod("dinner", "17:00", "23:00"),
    ]
    return open_desk(
        store, a_house(sketch_floor({str(number): 4 for number in range(1, 21)}), periods=periods)
    )


def cap(desk: Desk, *rules: CapacityRule) -> None:
    desk.edit_policy(lambda policy: attrs.evolve(policy, capacity_rules=rules))


def room(desk: Desk, size: int, text: str = "19:00") -> int:
    """How many parties of a size are taken until one is refused for the caps."""
    for count in range(40):
        try:
            held(desk, size, text)
        except Refused as refused:
            if refused.code is not Code.CAPACITY_EXCEEDED:
                raise
            return count
    raise AssertionError("no cap was met")


# ---- which rule counts ---------------------------------------------------------------------------

ANY = CapacityRule(max_parties=1)
PERIOD = CapacityRule(max_parties=2, period="dinner")
WEEKDAY = CapacityRule(max_parties=3, weekday="friday")
WEEKDAY_AND_PERIOD = CapacityRule(max_parties=4, weekday="friday", period="dinner")
DATE = CapacityRule(max_parties=5, on="2026-05-01")
DATE_AND_PERIOD = CapacityRule(max_parties=6, on="2026-05-01", period="dinner")
ALL = [ANY, PERIOD, WEEKDAY, WEEKDAY_AND_PERIOD, DATE, DATE_AND_PERIOD]


@pytest.mark.parametrize("most", range(len(ALL)))
def test_the_most_specific_rule_wins(desk: Desk, most: int) -> None:
    cap(desk, *ALL[: most + 1])
    assert room(desk, 1) == ALL[most].max_parties


def test_a_rule_for_another_period_day_or_date_does_not_count(desk: Desk) -> None:
    others = (
        CapacityRule(max_parties=0, period="lunch"),
        CapacityRule(max_parties=0, weekday="saturday"),
        CapacityRule(max_parties=0, on="2026-05-02"),
    )
    cap(desk, *others)
    assert held(desk, 4).party_size == 4
    with pytest.raises(Refused):
        held(desk, 4, "12:30")


def test_the_caps_on_covers_and_on_parties_are_found_apart(desk: Desk) -> None:
    cap(desk, CapacityRule(max_covers=9), CapacityRule(max_parties=3, on="2026-05-01"))
    assert (room(desk, 4), room(desk, 1)) == (2, 1)


def test_a_rule_of_a_later_kind_overrides_a_more_specific_one(desk: Desk) -> None:
    event = CapacityRule(max_covers=8, kind="event")
    cap(desk, DATE_AND_PERIOD, CapacityRule(max_covers=40, on="2026-05-01"), event)
    assert room(desk, 4) == 2
    emergency = CapacityRule(max_covers=0, kind="emergency")
    cap(desk, DATE_AND_PERIOD, event, emergency)
    assert room(desk, 1) == 0


def test_a_rule_counts_each_service_of_the_day_for_itself(desk: Desk) -> None:
    cap(desk, CapacityRule(max_covers=8))
    assert (room(desk, 4, "12:30"), room(desk, 4)) == (2, 2)


# ---- what counts ---------------------------------------------------------------------------------


def test_exactly_the_cap_is_taken(desk: Desk) -> None:
    cap(desk, CapacityRule(max_covers=10, max_parties=3))
    assert room(desk, 4) == 2
    assert held(desk, 2).party_size == 2
    quoted = desk.quote(party_size(1))
    assert isinstance(quoted, Refusal)
    assert [reason.details["unit"] for reason in quoted.reasons] == ["covers", "parties"]


def test_a_cap_of_zero_takes_nobody(desk: Desk) -> None:
    cap(desk, CapacityRule(max_covers=0))
    assert room(desk, 1) == 0
    shown = desk.availability(FRIDAY, 2)
    assert (len(shown.slots), shown.bookable()) == (24, ())
    assert shown.usage[0].utilisation_percent is None


def due(desk: Desk) -> Booking:
    """A party that was expected a quarter of an hour ago."""
    request = party_size(4, "17:00", past_reason="late")
    return desk.book(request)


COUNTED: dict[str, tuple[Callable[[Desk], object], int]] = {
    "a booking": (lambda desk: booked(desk, 4), 4),
    "a booking without tables": (lambda desk: desk.book(party_size(4), tables="later"), 4),
    "a live hold": (lambda desk: held(desk, 4), 4),
    "a booking with its hold": (
        lambda desk: held(desk, 4, booking_id=desk.book(party_size(4), tables="later").id),
        4,
    ),
    "a confirmed hold": (lambda desk: desk.confirm(held(desk, 4).id), 4),
    "a party that sits": (lambda desk: desk.seat(due(desk).id), 4),
    "a party that has left": (lambda desk: desk.complete(desk.seat(due(desk).id).id), 4),
    "a cancelled booking": (lambda desk: desk.cancel(booked(desk, 4).id), 0),
    "a no-show": (lambda desk: desk.no_show(due(desk).id), 0),
    "a released hold": (lambda desk: desk.release_hold(held(desk, 4).id), 0),
    "a replaced hold": (lambda desk: desk.replace_hold(held(desk, 4).id, party_size(3)), 3),
    "a booking at lunch": (lambda desk: booked(desk, 4, "12:30"), 0),
    "a block": (
        lambda desk: desk.block(window("19:00", "20:00"), tables=["20"], reason="paint"),
        0,
    ),
}


@pytest.mark.parametrize("name", COUNTED)
def test_what_counts_towards_a_cap(desk: Desk, clock: ManualClock, name: str) -> None:
    cap(desk, CapacityRule(max_covers=10))
    if name in ("a party that sits", "a party that has left", "a no-show"):
        clock.move_to(at("17:15"))
    happens, counted = COUNTED[name]
    happens(desk)
    quoted = desk.quote(party_size(1))
    assert isinstance(quoted, Quote)
    assert quoted.usage.booked_covers == counted
    desk.book(party_size(10 - counted), tables="later")
    with pytest.raises(Refused) as caught:
        desk.book(party_size(1), tables="later")
    assert caught.value.refusal.reasons[0].details["booked"] == 10


def test_a_hold_for_a_booking_is_the_same_party(desk: Desk) -> None:
    cap(desk, CapacityRule(max_covers=4, max_parties=1))
    booking = desk.book(party_size(4), tables="later")
    hold = held(desk, 4, booking_id=booking.id)
    hold = desk.replace_hold(hold.id, party_size(4, tables=["7"]))
    assert desk.confirm(hold.id).tables == ("7",)


def test_a_hold_that_is_quoted_anew_for_its_booking_is_the_same_party(desk: Desk) -> None:
    cap(desk, CapacityRule(max_covers=4, max_parties=1))
    booking = desk.book(party_size(4), tables="later")
    hold = held(desk, 4, booking_id=booking.id)
    desk.edit_floor(
        lambda floor: floor.with_table(attrs.evolve(floor.get_table(hold.tables[0]), capacity=5))
    )
    assert desk.confirm(hold.id, requote=True).id == booking.id


def test_a_booking_that_is_named_when_a_hold_is_quoted_anew_is_the_same_party(desk: Desk) -> None:
    booking = desk.book(party_size(4), tables="later")
    hold = held(desk, 4)
    cap(desk, CapacityRule(max_covers=4, max_parties=1))
    desk.edit_floor(
        lambda floor: floor.with_table(attrs.evolve(floor.get_table(hold.tables[0]), capacity=5))
    )
    assert desk.confirm(hold.id, booking_id=booking.id, requote=True).id == booking.id


def test_a_dead_hold_does_not_count(desk: Desk, clock: ManualClock) -> None:
    cap(desk, CapacityRule(max_covers=4))
    hold = held(desk, 4)
    with pytest.raises(Refused):
        held(desk, 1)
    clock.move_to(hold.expires_at)
    assert held(desk, 4).party_size == 4


def test_the_night_before_counts_for_itself(store: Store) -> None:
    night = ServicePeriod("night", "22:00", "04:00", last_start="02:00", overrun_allowed=True)
    desk = open_desk(store, a_house(periods=[night], capacity_rules=[CapacityRule(max_parties=1)]))
    late = BookingRequest(2, at("01:00", FRIDAY.replace(day=2)))
    desk.hold(late)
    with pytest.raises(Refused):
        held(desk, 2, "22:00")
    tomorrow = BookingRequest(2, at("22:00", FRIDAY.replace(day=2)))
    assert desk.hold(tomorrow).party_size == 2


# ---- a cap refuses only a rise -------------------------------------------------------------------


@pytest.fixture
def lowered(desk: Desk) -> Desk:
    """The desk after two parties of four were booked and the cap was lowered to four covers."""
    for name in ("b1", "b2"):
        desk.book(party_size(4), booking_id=name)
    cap(desk, CapacityRule(max_covers=4, max_parties=1))
    return desk


def test_who_already_counts_may_come_though_the_cap_sank(lowered: Desk, clock: ManualClock) -> None:
    assert lowered.reschedule("b1", change(4, "20:00")).version == 2
    clock.move_to(at("19:00"))
    assert lowered.seat("b2").party_size == 4


@pytest.mark.parametrize("size", [1, 3, 4])
def test_finding_07_a_counted_party_may_keep_or_lower_its_number(lowered: Desk, size: int) -> None:
    assert lowered.reschedule("b1", change(size)).party_size == size


def test_finding_07_a_cap_refuses_only_a_rise(lowered: Desk) -> None:
    before = lowered.bookings(MONTH)
    with pytest.raises(Refused) as caught:
        lowered.reschedule("b1", change(5))
    (reason,) = caught.value.refusal.reasons
    facts = {name: reason.details[name] for name in ("unit", "limit", "booked", "requested")}
    assert facts == {"unit": "covers", "limit": 4, "booked": 4, "requested": 5}
    assert lowered.bookings(MONTH) == before


def test_finding_07_a_party_of_another_service_raises_the_count(lowered: Desk) -> None:
    booked(lowered, 1, "12:30")
    with pytest.raises(Refused):
        lowered.reschedule("b1", change(4, "12:30"))


def test_finding_07_a_counted_party_may_fill_the_cap_exactly(desk: Desk) -> None:
    for name in ("b1", "b2"):
        desk.book(party_size(2), booking_id=name)
    cap(desk, CapacityRule(max_covers=6))
    assert desk.reschedule("b1", change(4)).party_size == 4
    with pytest.raises(Refused):
        desk.reschedule("b2", change(3))


def test_finding_07_a_counted_booking_gets_its_tables_under_a_lowered_cap(desk: Desk) -> None:
    for name in ("b1", "b2", "b3"):
        desk.book(party_size(4), booking_id=name, tables="later")
    cap(desk, CapacityRule(max_covers=0, max_parties=0))
    hold = held(desk, 4, booking_id="b1")
    hold = desk.replace_hold(hold.id, party_size(4, tables=["7"]))
    assert desk.confirm(hold.id).tables == ("7",)
    held(desk, 4, booking_id="b2")
    # Another hold for it ends with the change, and counts no more than the booking did.
    assert desk.reschedule("b2", change(2)).party_size == 2
    with pytest.raises(Refused):
        held(desk, 1)


def test_finding_07_a_party_that_does_not_count_yet_raises_the_count(desk: Desk) -> None:
    hold = held(desk, 4)
    cap(desk, CapacityRule(max_covers=3))
    with pytest.raises(Refused):
        desk.replace_hold(hold.id, party_size(4))
    assert desk.replace_hold(hold.id, party_size(3)).party_size == 3


def test_spots_stop_at_the_caps(desk: Desk) -> None:
    def spots(size: int, **rule: Any) -> int:
        cap(desk, CapacityRule(**rule))
        (slot,) = desk.availability(FRIDAY, size, at=at("19:00")).slots
        return slot.spots

    assert spots(4, max_covers=10) == 2
    assert spots(4, max_parties=3) == 3
    assert spots(4, max_covers=10, max_parties=1) == 1
    assert spots(4, max_covers=1_000) == 20
    booked(desk, 4)
    assert spots(4, max_covers=10) == 1
