"""Cases from the field about windows: 3, 4, 7 and 8."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs
import pytest

from fourtop import (
    AmbiguousTime,
    BookingRequest,
    Code,
    Desk,
    Engine,
    House,
    InUse,
    ManualClock,
    Move,
    NonexistentTime,
    Policy,
    Refused,
    ServicePeriod,
    Slot,
    Window,
    sketch_house,
)
from fourtop.ports import Store
from tests.evening import (
    FRIDAY,
    STAFF,
    a_house,
    at,
    booked,
    change,
    held,
    import_rows,
    one_table,
    open_desk,
    rows_of,
    window,
)

TICK = timedelta(microseconds=1)
LONDON = ZoneInfo("Europe/London")


def is_free(desk: Desk, start: datetime, end: datetime) -> bool:
    """Whether the only table may be blocked then, which is left as it was."""
    try:
        made = desk.block(Window(start, end), tables=["1"], reason="trial")
    except Refused:
        return False
    desk.unblock(made.id)
    return True


# ---- 3: two instants sampled ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (at("18:00"), at("22:00")),
        (at("19:10"), at("19:20")),
        (at("18:30"), at("19:30")),
        (at("19:30"), at("20:30")),
        (at("19:00"), at("20:00")),
        (at("19:00"), at("19:00") + TICK),
        (at("20:00") - TICK, at("21:00")),
        (at("18:00"), at("19:00") + TICK),
        (at("19:30"), at("19:30") + TICK),
    ],
    ids=[
        "it lies inside",
        "it contains",
        "straddling its start",
        "straddling its end",
        "equal",
        "its first microsecond",
        "its last microsecond",
        "one microsecond into it",
        "one microsecond within it",
    ],
)
def test_case_3_two_instants_sampled_miss_nothing(
    store: Store, start: datetime, end: datetime
) -> None:
    desk = open_desk(store, a_house(one_table()))
    import_rows(desk, ("b1", 4, "19:00", "20:00", "1"))
    assert not is_free(desk, start, end)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (at("18:00"), at("19:00")),
        (at("20:00"), at("21:00")),
        (at("20:00"), at("20:00") + TICK),
        (at("19:00") - TICK, at("19:00")),
    ],
    ids=[
        "touching its start",
        "touching its end",
        "the microsecond after",
        "the microsecond before",
    ],
)
def test_case_3_two_instants_sampled_and_touching_is_free(
    store: Store, start: datetime, end: datetime
) -> None:
    desk = open_desk(store, a_house(one_table()))
    import_rows(desk, ("b1", 4, "19:00", "20:00", "1"))
    assert is_free(desk, start, end)


def test_case_3_a_short_stay_inside_a_long_one_is_seen_by_the_offer_too(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    import_rows(desk, ("b1", 4, "19:30", "19:31", "1"))
    shown = {f"{slot.start:%H:%M}": slot.is_bookable for slot in desk.availability(FRIDAY, 4).slots}
    assert (shown["18:00"], shown["18:15"], shown["19:30"], shown["19:45"]) == (
        True,
        False,
        False,
        True,
    )


# ---- 4: the caller's duration --------------------------------------------------------------------


@pytest.fixture
def by_size() -> House:
    """One table, where two stay an hour and four stay two."""
    house = sketch_house(
        "House",
        one_table(),
        timezone="UTC",
        periods={"dinner": "17:00-23:00"},
        turn_minutes={2: 60, None: 120},
    )
    assert house.policy.turn_bands
    return house


def test_case_4_the_callers_duration_is_its_own(store: Store, by_size: House) -> None:
    desk = open_desk(store, by_size)
    hold = held(desk, 4)
    assert rows_of(desk, hold.id) == [("1", "19:00", "21:00")]
    with pytest.raises(Refused):
        held(desk, 2, "20:30")
    assert held(desk, 2, "18:00").stay.occupied == window("18:00", "19:00")
    with pytest.raises(Refused):
        held(desk, 4, "17:00", tables=["1"])


def test_case_4_the_callers_duration_is_not_taken_for_the_one_who_is_there(
    store: Store, by_size: House
) -> None:
    desk = open_desk(store, by_size)
    booked(desk, 2)
    assert held(desk, 4, "20:00").stay.occupied == window("20:00", "22:00")
    with pytest.raises(Refused):
        held(desk, 4, "17:15")


def test_case_4_a_confirmed_stay_keeps_its_length_when_the_rules_change(
    store: Store, by_size: House
) -> None:
    desk = open_desk(store, by_size)
    booking = booked(desk, 4)
    desk.edit_policy(lambda policy: attrs.evolve(policy, turn_bands=[(None, 60)]))
    assert rows_of(desk, booking.id) == [("1", "19:00", "21:00")]
    with pytest.raises(Refused):
        held(desk, 4, "20:00")


# ---- 7: one kernel for all paths -----------------------------------------------------------------


def with_buffers(policy: Policy) -> Policy:
    periods = [
        attrs.evolve(each, buffer_before_minutes=5, buffer_after_minutes=10)
        for each in policy.periods
    ]
    return attrs.evolve(policy, periods=periods)


def shown(desk: Desk, start: datetime, size: int = 4) -> Slot:
    (slot,) = desk.availability(FRIDAY, size, at=start).slots
    return slot


@pytest.mark.parametrize("command", ["hold", "book"])
def test_case_7_buffers_are_kept_on_write_as_on_display(store: Store, command: str) -> None:
    desk = open_desk(store, a_house(one_table()), actor=STAFF)
    desk.edit_policy(with_buffers)
    booking = booked(desk, 4, "18:00")
    assert rows_of(desk, booking.id) == [("1", "17:55", "19:40")]
    early, first = at("19:44"), at("19:45")
    assert (shown(desk, early).is_bookable, shown(desk, first).is_bookable) == (False, True)
    with pytest.raises(Refused):
        getattr(desk, command)(BookingRequest(4, early))
    getattr(desk, command)(BookingRequest(4, first))
    assert desk.audit().is_clean


def test_case_7_buffers_of_a_confirmed_hold_stay(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    desk.edit_policy(with_buffers)
    booking = desk.confirm(held(desk, 4, "18:00").id)
    assert rows_of(desk, booking.id) == [("1", "17:55", "19:40")]


@pytest.mark.parametrize("command", ["hold", "book"])
@pytest.mark.parametrize("start", ["2026-05-01T22:30", "2026-05-02T00:30", "2026-05-02T01:00"])
def test_case_7_an_overnight_service_is_the_same_in_availability_and_hold(
    store: Store, command: str, start: str
) -> None:
    house = a_house(
        one_table(), periods=[ServicePeriod("late", "22:00", "03:00", last_start="01:00")]
    )
    desk = open_desk(store, house)
    when = datetime.fromisoformat(start).replace(tzinfo=UTC)
    slots = {slot.start: slot for slot in desk.availability(FRIDAY, 4).slots}
    assert slots[when].is_bookable
    assert slots[when].period == "late"
    made = getattr(desk, command)(BookingRequest(4, when))
    stay = made.stay
    assert (stay.service_date, stay.dining.start) == (FRIDAY, when)
    slots = {slot.start: slot for slot in desk.availability(FRIDAY, 4).slots}
    assert not slots[when].is_bookable


def test_case_7_after_the_last_seating_of_the_night_both_refuse_alike(store: Store) -> None:
    house = a_house(
        one_table(), periods=[ServicePeriod("late", "22:00", "03:00", last_start="01:00")]
    )
    desk = open_desk(store, house)
    late = datetime(2026, 5, 2, 1, 15, tzinfo=UTC)
    slot = shown(desk, late)
    assert slot.refusal is not None
    with pytest.raises(Refused) as caught:
        desk.hold(BookingRequest(4, late))
    assert caught.value.refusal == slot.refusal
    assert caught.value.code is Code.LAST_SEATING_PASSED


def test_case_7_an_edit_of_the_staff_is_checked_for_conflicts(store: Store) -> None:
    desk = open_desk(store)
    first = booked(desk, 4, tables=["3"])
    second = booked(desk, 4, tables=["4"])
    with pytest.raises(Refused) as caught:
        desk.move([Move(second.id, ["3"])])
    assert caught.value.code is Code.ALLOCATIONS_OVERLAP
    with pytest.raises(Refused) as caught:
        desk.reschedule(second.id, change(4, "19:30", tables=["3"]))
    (way,) = caught.value.refusal.reasons[0].details["in_the_way"]
    assert way["owner_id"] == first.id
    assert desk.get_booking(second.id) == second


def test_case_7_an_edit_of_the_staff_is_checked_for_holds(store: Store) -> None:
    desk = open_desk(store)
    booking = booked(desk, 4, tables=["4"])
    hold = held(desk, 4, tables=["3"])
    for attempt in (
        lambda: desk.move([Move(booking.id, ["3"])]),
        lambda: desk.reschedule(booking.id, change(4, "20:00", tables=["3"])),
        lambda: desk.block(window("19:30", "20:00"), tables=["3"], reason="wobbly"),
    ):
        with pytest.raises(Refused) as caught:
            attempt()
        assert caught.value.code is Code.HOLD_CONFLICT
        (way,) = caught.value.refusal.reasons[0].details["in_the_way"]
        assert way["owner_id"] == hold.id


# ---- 8: the last hour of daylight saving ---------------------------------------------------------


def night(zone: str, start: str, end: str, turn_minutes: int = 60) -> House:
    house = sketch_house("House", one_table(), timezone=zone, periods={"night": f"{start}-{end}"})
    periods = [attrs.evolve(house.policy.periods[0], last_seating_minutes=turn_minutes)]
    return attrs.evolve(house, policy=Policy(periods, turn_bands=[(None, turn_minutes)]))


@pytest.fixture
def winter(clock: ManualClock) -> ManualClock:
    """A clock before all nights of the year in which clocks change."""
    clock.move_to(datetime(2026, 1, 1, tzinfo=UTC))
    return clock


@pytest.mark.usefixtures("winter")
@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 10, 25), 5), (date(2026, 3, 29), 3), (date(2026, 10, 24), 4)],
    ids=["fall back", "spring forward", "any night"],
)
def test_case_8_the_last_hour_of_daylight_saving_has_no_reversed_and_no_wrong_length(
    store: Store, day: date, hours: int
) -> None:
    desk = Engine(store).add_restaurant(night("Europe/London", "00:00", "04:00"))
    slots = desk.availability(day, 2).slots
    starts = [slot.start for slot in slots]
    assert starts == sorted(set(starts))
    assert starts[-1] - starts[0] == timedelta(hours=hours - 1)
    assert len(starts) == 4 * (hours - 1) + 1
    for start in starts:
        hold = desk.hold(BookingRequest(2, start))
        assert hold.stay.dining.end - hold.stay.dining.start == timedelta(hours=1)
        desk.release_hold(hold.id)


@pytest.mark.usefixtures("winter")
def test_case_8_the_hour_that_happens_twice_holds_two_parties(store: Store) -> None:
    desk = Engine(store).add_restaurant(night("Europe/London", "00:00", "04:00"))
    first = datetime(2026, 10, 25, 1, tzinfo=LONDON, fold=0)
    second = datetime(2026, 10, 25, 1, tzinfo=LONDON, fold=1)
    early = desk.hold(BookingRequest(2, first))
    late = desk.hold(BookingRequest(2, second))
    assert early.stay.dining.end == late.stay.dining.start
    with pytest.raises(AmbiguousTime) as caught:
        desk.availability(date(2026, 10, 25), 2, at="2026-10-25T01:00")
    assert caught.value.candidates == ("2026-10-25T01:00:00+01:00", "2026-10-25T01:00:00+00:00")


@pytest.mark.usefixtures("winter")
def test_case_8_the_hour_that_is_skipped_is_refused_and_the_next_valid_time_is_named(
    store: Store,
) -> None:
    desk = Engine(store).add_restaurant(night("Europe/London", "00:00", "04:00"))
    with pytest.raises(NonexistentTime) as caught:
        desk.availability(date(2026, 3, 29), 2, at="2026-03-29T01:30")
    assert caught.value.next_valid == "2026-03-29T02:00:00+01:00"
    with pytest.raises(NonexistentTime):
        BookingRequest(2, datetime(2026, 3, 29, 1, 30, tzinfo=LONDON))


def test_case_8_a_new_zone_does_not_silently_move_the_bookings_ahead(store: Store) -> None:
    desk = open_desk(store)
    booking = booked(desk, 4)
    with pytest.raises(InUse) as caught:
        desk.edit_restaurant(lambda restaurant: attrs.evolve(restaurant, timezone="Europe/London"))
    assert (caught.value.kind, caught.value.id) == ("timezone", "UTC")
    assert booking.id in caught.value.by
    assert desk.house().restaurant.timezone == "UTC"


def test_case_8_a_new_zone_is_taken_where_nobody_is_ahead(store: Store, clock: ManualClock) -> None:
    desk = open_desk(store)
    booking = booked(desk, 4)
    held(desk, 4)
    clock.move_to(at("23:30"))
    house = desk.edit_restaurant(
        lambda restaurant: attrs.evolve(restaurant, timezone="Europe/London")
    )
    assert house.restaurant.timezone == "Europe/London"
    assert desk.get_booking(booking.id).start == at("19:00")
