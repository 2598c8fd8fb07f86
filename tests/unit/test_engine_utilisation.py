"""Utilisation: covers and parties per service and per slot, seat-hours and turns; rotations."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    BookingRequest,
    CapacityRule,
    Desk,
    InvalidInput,
    ManualClock,
    PacingRule,
    PeriodUtilisation,
    Refusal,
    Relaxation,
    ServicePeriod,
    SlotUtilisation,
    TurnBand,
    Utilisation,
    ZoneRule,
    estimate_rotations,
    sketch_floor,
    sketch_house,
)
from fourtop.formats.results import to_data
from fourtop.model.receipt import PacingUsage
from fourtop.ports import Store
from tests.evening import (
    FRIDAY,
    STAFF,
    a_house,
    at,
    booked,
    five_tables,
    held,
    one_table,
    open_desk,
    party_size,
    window,
)


def staff_desk(store: Store, **how: Any) -> Desk:
    return open_desk(store, a_house(**how), actor=STAFF)


def dinner(desk: Desk) -> PeriodUtilisation:
    found = desk.utilisation(FRIDAY).find_period("dinner")
    assert found is not None
    return found


def slot_at(desk: Desk, text: str) -> SlotUtilisation:
    return next(each for each in dinner(desk).slots if each.start == at(text))


# ---- covers and parties


def test_a_service_has_its_covers_parties_and_percentage(store: Store) -> None:
    desk = open_desk(store, a_house(capacity_rules=[CapacityRule(max_covers=40, max_parties=20)]))
    for size in (4, 6, 2):
        booked(desk, size)
    found = dinner(desk)
    assert (found.usage.booked_covers, found.usage.booked_parties) == (12, 3)
    assert (found.usage.max_covers, found.usage.max_parties) == (40, 20)
    assert (found.utilisation_percent, found.is_overbooked) == (30, False)


def test_a_percentage_is_rounded_half_up_and_needs_a_cap(store: Store) -> None:
    desk = open_desk(store, a_house(capacity_rules=[CapacityRule(max_parties=8)]))
    booked(desk, 2)
    assert dinner(desk).utilisation_percent == 13
    assert dinner(open_desk(store, a_house(name="Free"))).utilisation_percent is None


def test_each_service_of_a_date_comes_in_order_at_one_version(store: Store) -> None:
    periods = [ServicePeriod("dinner", "17:00", "23:00"), ServicePeriod("lunch", "11:00", "15:00")]
    desk = open_desk(store, a_house(periods=periods))
    booked(desk, 2, "12:30")
    found = desk.utilisation(FRIDAY)
    assert [(each.period, each.usage.booked_covers) for each in found.periods] == [
        ("lunch", 2),
        ("dinner", 0),
    ]
    assert found.versions == desk.versions()
    assert found.find_period("breakfast") is None


def test_a_service_over_its_cap_is_overbooked(store: Store) -> None:
    desk = staff_desk(store, capacity_rules=[CapacityRule(max_covers=6)])
    booked(desk, 6)
    assert not desk.utilisation(FRIDAY).is_overbooked
    desk.book(party_size(4, relax=[Relaxation.CAPACITY]))
    found = desk.utilisation(FRIDAY)
    assert found.is_overbooked
    assert (found.periods[0].utilisation_percent, found.periods[0].is_overbooked) == (167, True)
    assert "overbooked" in repr(found)
    assert "overbooked" in repr(found.periods[0])


def test_a_service_with_too_many_parties_is_overbooked(store: Store) -> None:
    desk = staff_desk(store, capacity_rules=[CapacityRule(max_parties=1)])
    booked(desk, 6)
    desk.book(party_size(4, relax=[Relaxation.CAPACITY]))
    assert (dinner(desk).utilisation_percent, dinner(desk).is_overbooked) == (200, True)


def test_live_holds_count_and_cancelled_bookings_do_not(store: Store) -> None:
    desk = open_desk(store)
    desk.cancel(booked(desk, 2).id)
    held(desk, 4)
    assert dinner(desk).usage.booked_covers == 4
    assert (slot_at(desk, "19:00").covers, slot_at(desk, "19:00").parties) == (4, 1)
    assert dinner(desk).seat_hours_used == 0


# ---- slots


def test_a_slot_counts_those_who_sit_down_in_it_and_those_who_are_there(store: Store) -> None:
    desk = staff_desk(store)
    booked(desk, 4, "19:00")
    booked(desk, 2, "19:10")
    found = dinner(desk)
    assert len(found.slots) == 24
    assert found.slots[-1].end == at("23:00")
    seven, later = slot_at(desk, "19:00"), slot_at(desk, "19:15")
    assert (seven.covers, seven.parties, seven.present_covers) == (6, 2, 6)
    assert (later.covers, later.parties, later.present_covers) == (0, 0, 6)
    assert slot_at(desk, "20:30").present_covers == 2
    assert sum(each.covers for each in found.slots) == found.usage.booked_covers
    assert (seven.utilisation_percent, seven.is_overbooked) == (None, False)
    assert repr(seven) == "<SlotUtilisation 19:00 6 covers in 2 parties>"


def test_a_slot_shows_the_pacing_of_its_interval(store: Store) -> None:
    desk = staff_desk(store, pacing_rules=[PacingRule(30, max_covers=8, max_parties=1)])
    booked(desk, 4, "19:00")
    desk.book(party_size(6, "19:15", relax=[Relaxation.CAPACITY]))
    for text in ("19:00", "19:15"):
        slot = slot_at(desk, text)
        (pacing,) = slot.pacing
        assert (pacing.booked_covers, pacing.max_covers) == (10, 8)
        assert (slot.utilisation_percent, slot.is_overbooked) == (125, True)
    assert slot_at(desk, "19:30").utilisation_percent == 0
    assert dinner(desk).is_overbooked
    assert not dinner(desk).usage.is_overbooked
    assert repr(slot_at(desk, "19:15")).endswith("6 covers in 1 party, 125 %, overbooked>")


def test_an_interval_with_too_many_parties_is_overbooked() -> None:
    usage = PacingUsage(0, 1, "start", 2, 2, max_parties=1)  # type: ignore[arg-type]  # Not read.
    assert usage.is_overbooked
    assert not attrs.evolve(usage, max_parties=2).is_overbooked


def test_the_last_slot_ends_with_the_service(store: Store) -> None:
    period = ServicePeriod("dinner", "17:00", "18:20", interval_minutes=30, last_seating_minutes=0)
    desk = open_desk(store, a_house(periods=[period]))
    ends = [f"{each.end:%H:%M}" for each in dinner(desk).slots]
    assert ends == ["17:30", "18:00", "18:20"]


# ---- seat-hours and turns


def test_seat_hours_are_people_at_tables_of_the_seats_on_offer(store: Store) -> None:
    desk = staff_desk(
        store, floor=sketch_floor({"1": 4, "2": 4, "3": {"capacity": 9, "active": False}})
    )
    booked(desk, 3)
    booked(desk, 2, "21:00")
    found = dinner(desk)
    assert (found.seat_hours_offered, found.seat_hours_used) == (48.0, 7.5)
    assert found.seat_percent == 16
    assert (found.turns, found.turns_per_table) == ({"1": 2, "2": 0}, 1.0)


def test_a_block_and_a_closed_zone_offer_no_seats(store: Store) -> None:
    floor = sketch_floor({"1": 4, "2": (2, "Terrace"), "3": (2, "Bar"), "4": (2, "Cellar")})
    rules = [
        ZoneRule("terrace", start="16:00", end="20:00"),
        ZoneRule("bar", closed=True),
        ZoneRule("cellar", turn_bands=[(None, 60)]),
    ]
    desk = staff_desk(store, floor=floor, zone_rules=rules)
    assert dinner(desk).seat_hours_offered == 4 * 6 + 2 * 3 + 2 * 6
    desk.block(window("19:00", "21:00"), tables=["1", "2", "3"], reason="paint")
    assert dinner(desk).seat_hours_offered == 4 * 4 + 2 * 2 + 2 * 6


def test_hours_of_a_zone_that_miss_the_service_offer_nothing(store: Store) -> None:
    floor = sketch_floor({"1": 4, "2": (2, "Terrace")})
    desk = staff_desk(
        store, floor=floor, zone_rules=[ZoneRule("terrace", start="11:00", end="15:00")]
    )
    assert dinner(desk).seat_hours_offered == 24


def test_without_tables_there_is_no_seat_to_take(store: Store) -> None:
    floor = sketch_floor({"1": {"capacity": 4, "out_of_service": True}})
    found = dinner(open_desk(store, a_house(floor)))
    assert (found.seat_hours_offered, found.seat_percent, found.turns_per_table) == (0, None, 0)


def test_a_table_out_of_service_keeps_its_turns(store: Store) -> None:
    desk = staff_desk(store)
    made = booked(desk, 6)
    (table_id,) = made.tables
    desk.edit_floor(
        lambda floor: attrs.evolve(
            floor,
            tables=[
                attrs.evolve(each, out_of_service=each.id == table_id) for each in floor.tables
            ],
        )
    )
    desk.block(window("17:00", "18:00"), tables=[table_id], reason="wobbles")
    assert dinner(desk).turns[table_id] == 1
    assert dinner(desk).seat_hours_offered == 12 * 6


def test_an_early_leaver_uses_less_and_an_overstay_more(store: Store, clock: ManualClock) -> None:
    desk = staff_desk(store)
    early, late = booked(desk, 2, "17:00"), booked(desk, 4, "17:00")
    clock.move_to(at("17:00"))
    desk.seat(early.id)
    desk.seat(late.id)
    clock.move_to(at("18:00"))
    desk.complete(early.id)
    assert dinner(desk).seat_hours_used == 2 * 1 + 4 * 1.5
    clock.move_to(at("19:00"))
    assert dinner(desk).seat_hours_used == 2 * 1 + 4 * 2
    assert slot_at(desk, "18:45").present_covers == 4


# ---- dates


def test_a_closed_date_says_so(store: Store) -> None:
    desk = open_desk(store, a_house(closures=[FRIDAY]))
    found = desk.utilisation(FRIDAY)
    assert isinstance(found.closed, Refusal)
    assert (found.periods, repr(found)) == ((), "<Utilisation on 2026-05-01, closed>")
    assert desk.rotations(FRIDAY).closed == found.closed
    assert repr(desk.rotations(FRIDAY)) == "<Rotations on 2026-05-01, closed>"


@pytest.mark.parametrize("day", ["tomorrow", 5, None])
def test_another_thing_than_a_date_is_refused(store: Store, day: Any) -> None:
    desk = open_desk(store)
    for call in (desk.utilisation, desk.rotations):
        with pytest.raises(InvalidInput):
            call(day)


def test_where_the_clocks_go_back_each_party_counts_once(store: Store) -> None:
    night = date(2026, 10, 25)
    periods = [
        ServicePeriod("night", "00:00", "01:30", last_seating_minutes=0),
        ServicePeriod("late", "01:30", "05:00", last_seating_minutes=0),
    ]
    house = a_house(periods=periods, turn_minutes=45)
    restaurant = attrs.evolve(house.restaurant, timezone="Europe/London")
    desk = open_desk(store, attrs.evolve(house, restaurant=restaurant), actor=STAFF)
    starts = [slot.start for slot in desk.availability(night, 2).bookable()]
    for start in starts[::3]:
        desk.book(attrs.evolve(party_size(2), start=start))
    found: Utilisation = desk.utilisation(night)
    for each in found.periods:
        assert sum(slot.covers for slot in each.slots) == each.usage.booked_covers
    assert sum(each.usage.booked_covers for each in found.periods) == 2 * len(starts[::3])
    assert sum(sum(each.turns.values()) for each in found.periods) == len(starts[::3])


def test_utilisation_is_plain_data_and_a_table(store: Store) -> None:
    desk = staff_desk(store, pacing_rules=[PacingRule(15, max_covers=3)])
    desk.book(party_size(4, relax=[Relaxation.CAPACITY]))
    found = desk.utilisation(FRIDAY)
    data = json.loads(json.dumps(to_data(found)))
    (told,) = data["periods"]
    assert told["usage"]["booked_covers"] == 4
    assert (told["seat_hours_used"], told["seat_percent"]) == (6.0, 6)
    assert (told["is_overbooked"], told["utilisation_percent"]) == (True, None)
    assert told["turns_per_table"] == 0.2
    slot = next(each for each in told["slots"] if each["start"] == "2026-05-01T19:00:00+00:00")
    assert (slot["utilisation_percent"], slot["is_overbooked"]) == (133, True)
    html = found._repr_html_()
    assert "133 %" in html
    assert "overbooked" in html
    assert repr(found.periods[0]) == (
        "<PeriodUtilisation dinner on 2026-05-01, 4 covers, 1 party, overbooked,"
        " 6.0 of 108.0 seat-hours>"
    )


# ---- rotations


def test_rotations_are_those_of_the_largest_party_of_each_table(store: Store) -> None:
    floor = sketch_floor(
        {
            "1": {"capacity": 4, "max_party": 2},
            "2": {"capacity": 2, "max_party": 6},
            "3": {"capacity": 2, "min_party": 3, "max_party": 4},
            "4": {"capacity": 4, "out_of_service": True},
        }
    )
    desk = staff_desk(store, floor=floor)
    found = desk.rotations(FRIDAY)
    period = found.find_period("dinner")
    assert period is not None
    # At 17:00, 18:30 and 20:00; the last start is at 21:00.
    assert {each.table_id: (each.party_size, each.parties) for each in period.tables} == {
        "1": (2, 3),
        "2": (2, 3),
        "3": (2, 0),
    }
    assert (period.parties, period.covers) == (6, 12)
    assert found.find_period("lunch") is None
    assert period.find_table("4") is None
    assert repr(period.find_table("1")) == "<TableRotations table 1: 3 × 2>"
    assert repr(period) == "<PeriodRotations dinner on 2026-05-01, 6 parties, 12 covers>"
    assert "Rotations on 2026-05-01" in found._repr_html_()
    assert found == estimate_rotations(desk.house(), FRIDAY)


def test_rotations_follow_the_stay_and_the_hours_of_the_zone() -> None:
    floor = sketch_floor({"1": 4, "2": (4, "Terrace"), "3": (4, "Bar")})
    rules = [
        ZoneRule("terrace", turn_bands=[TurnBand(None, 45)]),
        ZoneRule("bar", start="18:00", end="20:00"),
    ]
    (period,) = estimate_rotations(a_house(floor, zone_rules=rules), FRIDAY).periods
    # In the bar the second stay is cut to half an hour, which is less than the least dwell.
    assert [each.parties for each in period.tables] == [3, 6, 1]


def test_rotations_are_what_can_be_booked_one_after_another(store: Store) -> None:
    for turn in (50, 75, 90, 120):
        plain = sketch_house(
            f"H{turn}",
            one_table(),
            timezone="UTC",
            periods={"lunch": "11:00-15:00", "dinner": "17:00-23:00"},
            turn_minutes=turn,
        )
        desk = open_desk(store, plain, actor=STAFF)
        day, counted = FRIDAY + timedelta(days=1), dict[str, int]()
        for slot in desk.availability(day, 4).slots:
            request = BookingRequest(4, slot.start)
            if desk.quote(request):
                made = desk.book(request)
                counted[made.stay.period] = counted.get(made.stay.period, 0) + 1
        rotations = desk.rotations(day)
        assert {each.period: each.parties for each in rotations.periods} == counted


def test_a_date_of_text_is_taken(store: Store) -> None:
    desk = open_desk(store, a_house(five_tables()))
    assert desk.utilisation("2026-05-01").on == FRIDAY  # type: ignore[arg-type]  # As a service.
    assert FRIDAY + timedelta(days=1) == desk.rotations(FRIDAY + timedelta(days=1)).on
