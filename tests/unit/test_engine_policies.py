"""Policies that guests meet: notice, horizon, start times, exceptions, zones, stays and holds."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import attrs
import pytest

from fourtop import (
    GUEST,
    Actor,
    BookingChange,
    BookingRequest,
    BookingWindow,
    CapacityRule,
    Code,
    CountedIds,
    DateException,
    Desk,
    Engine,
    HoldLimit,
    HoldRules,
    House,
    InvalidInput,
    ManualClock,
    Quote,
    Refusal,
    Refused,
    ServicePeriod,
    ZoneRule,
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
    open_desk,
    party_size,
    rows_of,
    snapshot,
)

SATURDAY: Final = date(2026, 5, 2)
LUNCH_AND_DINNER: Final = (
    ServicePeriod("lunch", "12:00", "15:00", last_seating_minutes=60),
    ServicePeriod("dinner", "17:00", "23:00"),
)


def opened(store: Store, actor: Actor = GUEST, **policy: Any) -> Desk:
    return open_desk(store, a_house(**policy), actor=actor)


def as_staff(store: Store, desk: Desk) -> Desk:
    return Engine(store, ids=CountedIds("s")).desk(desk.restaurant_id, actor=STAFF)


def refusal_of(desk: Desk, request: BookingRequest) -> tuple[Code, dict[str, Any]]:
    """The decisive reason of a quote, which book and hold give as well, changing nothing."""
    found = desk.quote(request)
    assert isinstance(found, Refusal)
    for command in (desk.book, desk.hold):
        before = desk.versions()
        with pytest.raises(Refused) as caught:
            command(request)
        assert caught.value.refusal.reasons[0].code is found.code
        assert desk.versions() == before
    return found.code, dict(found.reasons[0].details)


def slots(desk: Desk, on: date = FRIDAY, size: int = 2) -> list[str]:
    return [f"{each.start:%H:%M}" for each in desk.availability(on, size).slots]


# ---- notice and horizon --------------------------------------------------------------------------


def test_case_38_one_minute_ahead_and_years_ahead_are_refused(store: Store) -> None:
    desk = opened(store, booking_windows=[BookingWindow(notice_minutes=120, horizon_days=60)])
    far = BookingRequest(2, at("19:00", FRIDAY + timedelta(days=61)))
    code, facts = refusal_of(desk, far)
    assert (code, facts["horizon_days"], facts["opens"]) == (Code.BEYOND_HORIZON, 60, "2026-05-02")
    assert isinstance(
        desk.quote(BookingRequest(2, at("19:00", FRIDAY + timedelta(days=60)))), Quote
    )


def test_case_38_the_notice_counts_from_now_to_the_start(store: Store, clock: ManualClock) -> None:
    desk = opened(store, booking_windows=[BookingWindow(notice_minutes=120)])
    clock.move_to(at("17:00"))
    assert isinstance(desk.quote(party_size(2)), Quote)
    clock.advance(seconds=1)
    code, facts = refusal_of(desk, party_size(2))
    assert (code, facts["notice_minutes"]) == (Code.NOTICE_TOO_SHORT, 120)
    assert facts["earliest"] == "2026-05-01T19:00:01+00:00"
    shown = desk.availability(FRIDAY, 2, at=at("19:00")).slots[0]
    assert shown.refusal is not None
    assert shown.refusal.code is Code.NOTICE_TOO_SHORT


def test_case_38_the_first_window_that_fits_channel_and_size_applies(
    store: Store, clock: ManualClock
) -> None:
    windows = [
        BookingWindow(channel="phone"),
        BookingWindow(notice_minutes=1_440, min_party=5),
        BookingWindow(notice_minutes=60),
    ]
    desk = opened(store, booking_windows=windows, channels=["phone"])
    clock.move_to(at("18:15"))
    assert isinstance(desk.quote(party_size(6, channel="phone")), Quote)
    assert refusal_of(desk, party_size(6))[1]["notice_minutes"] == 1_440
    assert refusal_of(desk, party_size(4))[1]["notice_minutes"] == 60
    assert isinstance(desk.quote(party_size(4, "19:15")), Quote)


def test_a_party_that_no_booking_window_fits_has_neither_notice_nor_horizon(
    store: Store, clock: ManualClock
) -> None:
    windows = [BookingWindow(notice_minutes=120, horizon_days=1, min_party=5)]
    desk = opened(store, booking_windows=windows)
    clock.move_to(at("18:59"))
    far = at("19:00", FRIDAY + timedelta(days=300))
    for start in (at("19:00"), far):
        assert isinstance(desk.quote(BookingRequest(4, start)), Quote)
    assert refusal_of(desk, party_size(5))[0] is Code.NOTICE_TOO_SHORT
    assert refusal_of(desk, BookingRequest(5, far))[0] is Code.BEYOND_HORIZON


def test_case_38_staff_are_not_bound_and_a_hold_keeps_its_promise(
    store: Store, clock: ManualClock
) -> None:
    desk = opened(store, booking_windows=[BookingWindow(notice_minutes=60, horizon_days=0)])
    assert as_staff(store, desk).book(BookingRequest(2, at("19:00", SATURDAY))).tables
    clock.move_to(at("17:59"))
    hold = held(desk, 2)
    clock.move_to(at("18:01"))
    assert desk.confirm(hold.id).tables == hold.tables


def test_an_unknown_channel_is_an_error_that_names_the_known_ones(store: Store) -> None:
    desk = opened(store, channels=["online", "phone"])
    before = snapshot(store, desk)
    for call in (desk.quote, desk.hold, desk.book):
        with pytest.raises(InvalidInput) as caught:
            call(party_size(2, channel="fax"))
        assert (caught.value.field, caught.value.rule) == (
            "channel",
            "must be one of online, phone, walk_in",
        )
    assert snapshot(store, desk) == before
    assert isinstance(desk.quote(party_size(2, channel="walk_in")), Quote)


# ---- start times ---------------------------------------------------------------------------------


@pytest.mark.parametrize("start", ["19:07", "19:00:01"])
def test_finding_12_guests_are_held_to_the_start_times_on_offer(store: Store, start: str) -> None:
    desk = opened(store)
    code, facts = refusal_of(desk, BookingRequest(2, at(start)))
    assert code is Code.NOT_A_START_TIME
    assert facts["nearest"] == ["2026-05-01T19:00+00:00", "2026-05-01T19:15+00:00"]


def test_finding_12_staff_may_step_off_the_start_times(store: Store) -> None:
    desk = opened(store, actor=STAFF)
    assert booked(desk, 2, "19:07").stay.dining.start == at("19:07")


def test_finding_12_a_start_that_is_switched_off_is_neither_shown_nor_booked(store: Store) -> None:
    dinner = ServicePeriod("dinner", "17:00", "23:00", closed_starts=["19:00", "19:15"])
    desk = opened(store, periods=[dinner])
    shown = slots(desk)
    assert "19:00" not in shown
    assert "19:15" not in shown
    code, facts = refusal_of(desk, party_size(2))
    assert (code, facts["nearest"]) == (
        Code.NOT_A_START_TIME,
        ["2026-05-01T18:45+00:00", "2026-05-01T19:30+00:00"],
    )
    for each in shown:
        assert isinstance(desk.quote(party_size(2, each)), Quote)


def test_finding_12_a_period_has_a_raster_of_its_own(store: Store) -> None:
    dinner = ServicePeriod("dinner", "17:00", "23:00", interval_minutes=40, last_start="19:00")
    desk = opened(store, periods=[dinner])
    assert slots(desk) == ["17:00", "17:40", "18:20", "19:00"]
    assert refusal_of(desk, party_size(2, "17:15"))[0] is Code.NOT_A_START_TIME


def test_finding_12_a_guest_keeps_the_start_that_staff_gave(store: Store) -> None:
    desk = opened(store)
    booking = booked(as_staff(store, desk), 2, "19:07")
    smaller = desk.reschedule(booking.id, BookingChange(party_size=1))
    assert smaller.party_size == 1
    with pytest.raises(Refused) as caught:
        desk.reschedule(booking.id, BookingChange(start=at("19:08")))
    assert caught.value.code is Code.NOT_A_START_TIME


# ---- exceptions ----------------------------------------------------------------------------------


def test_finding_08_closing_lunch_keeps_dinner_and_its_cap(store: Store) -> None:
    desk = opened(
        store,
        periods=LUNCH_AND_DINNER,
        capacity_rules=[CapacityRule(max_covers=4, period="dinner")],
        exceptions=[DateException("2026-05-01", "lunch", closed=True)],
    )
    assert {slot.period for slot in desk.availability(FRIDAY, 2).slots} == {"dinner"}
    assert refusal_of(desk, party_size(2, "12:30"))[0] is Code.OUTSIDE_SERVICE_HOURS
    booked(desk, 4)
    code, facts = refusal_of(desk, party_size(1))
    assert (code, facts["period"], facts["limit"]) == (Code.CAPACITY_EXCEEDED, "dinner", 4)
    assert {slot.period for slot in desk.availability(SATURDAY, 2).slots} == {"lunch", "dinner"}


def test_finding_08_an_exception_moves_hours_and_raster_and_nothing_else(store: Store) -> None:
    dinner = attrs.evolve(LUNCH_AND_DINNER[1], turn_bands=[(None, 60)], buffer_after_minutes=15)
    exception = DateException(
        "2026-05-01", "dinner", start="18:00", end="21:00", last_start="19:30", interval_minutes=45
    )
    desk = opened(store, periods=[LUNCH_AND_DINNER[0], dinner], exceptions=[exception])
    evening = [slot for slot in desk.availability(FRIDAY, 2).slots if slot.period == "dinner"]
    assert [f"{slot.start:%H:%M}" for slot in evening] == ["18:00", "18:45", "19:30"]
    booking = booked(desk, 2, "18:45")
    assert rows_of(desk, booking.id) == [("1", "18:45", "20:00")]
    assert slots(desk, SATURDAY)[-1] == "21:00"


def test_finding_08_every_service_of_a_date_may_be_closed(store: Store) -> None:
    desk = opened(store, exceptions=[DateException("2026-05-01", closed=True)])
    assert refusal_of(desk, party_size(2))[0] is Code.CLOSED
    assert desk.availability(FRIDAY, 2).slots == ()


# ---- stays of their own length -------------------------------------------------------------------


def test_a_guest_asks_for_a_length_within_the_bounds_and_staff_for_any(store: Store) -> None:
    desk = opened(store, guest_stay=(60, 120))
    booking = desk.book(party_size(2, minutes=120), booking_id="b1")
    assert booking.stay.dining.minutes == 120
    code, facts = refusal_of(desk, party_size(2, minutes=121))
    assert code is Code.STAY_OUT_OF_BOUNDS
    assert (facts["minimum_minutes"], facts["maximum_minutes"]) == (60, 120)
    staff = as_staff(store, desk)
    assert staff.book(party_size(2, "17:00", minutes=240)).stay.dining.minutes == 240


def test_a_guest_keeps_a_length_that_staff_gave_and_takes_no_other(store: Store) -> None:
    desk = opened(store, guest_stay=(60, 120))
    staff = as_staff(store, desk)
    booking = staff.book(party_size(2, minutes=240), booking_id="b1")
    assert desk.reschedule(booking.id, BookingChange(party_size=1)).stay.dining.minutes == 240
    with pytest.raises(Refused) as caught:
        desk.reschedule(booking.id, BookingChange(minutes=239))
    assert caught.value.code is Code.STAY_OUT_OF_BOUNDS


def test_a_hold_of_a_length_that_staff_gave_is_confirmed_by_a_guest_after_an_edit(
    store: Store,
) -> None:
    desk = opened(store)
    hold = as_staff(store, desk).hold(party_size(2, minutes=240))
    desk.edit_policy(lambda policy: attrs.evolve(policy, past_grace_minutes=6))
    assert desk.confirm(hold.id).stay.dining.minutes == 240


def test_without_bounds_guests_ask_for_no_length(store: Store) -> None:
    code, facts = refusal_of(opened(store), party_size(2, minutes=90))
    assert (code, facts["maximum_minutes"]) == (Code.STAY_OUT_OF_BOUNDS, None)


@pytest.mark.parametrize("minutes", [0, 2_000, -1, 601, True, 1.5])
def test_a_stay_of_no_possible_length_is_an_error(minutes: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        party_size(2, minutes=minutes)
    assert caught.value.field == "minutes"


# ---- holds ---------------------------------------------------------------------------------------


def test_finding_15_replacements_do_not_lengthen_the_life_of_a_hold(
    store: Store, clock: ManualClock
) -> None:
    desk = opened(store)
    hold = first = held(desk, 2)
    for _ in range(3):
        clock.advance(seconds=170)
        hold = desk.replace_hold(hold.id, party_size(2))
        assert hold.life_start_us == first.created_us
    assert hold.expires_at - first.created_at == timedelta(seconds=600)
    with pytest.raises(HoldLimit) as caught:
        desk.extend_hold(hold.id, seconds=1)
    assert (caught.value.limit, caught.value.maximum) == ("lifetime_seconds", 600)
    with pytest.raises(HoldLimit):
        desk.replace_hold(hold.id, party_size(2), ttl_seconds=180)
    clock.advance(seconds=60)
    last = desk.replace_hold(hold.id, party_size(2))
    assert last.expires_at == hold.expires_at


def test_case_24_a_house_allows_holds_for_a_payment_page(store: Store, clock: ManualClock) -> None:
    rules = HoldRules(ttl_seconds=1_800, max_lifetime_seconds=3_600)
    desk = opened(store, holds=rules)
    hold = held(desk, 2)
    clock.advance(seconds=1_799)
    longer = desk.extend_hold(hold.id, seconds=1_800)
    assert longer.expires_at - longer.created_at == timedelta(seconds=3_600)
    with pytest.raises(HoldLimit):
        desk.extend_hold(hold.id, seconds=1)
    clock.advance(seconds=1_800)
    assert desk.confirm(hold.id).tables == hold.tables


def test_case_24_the_default_house_allows_600_seconds(store: Store) -> None:
    desk = opened(store)
    with pytest.raises(InvalidInput) as caught:
        held(desk, 2, ttl_seconds=1_800)
    assert caught.value.rule == "must be a whole number from 30 to 600"


# ---- zones ---------------------------------------------------------------------------------------


def two_zones(**policy: Any) -> House:
    """A two in the main room, and two fours on the terrace."""
    floor = sketch_floor({"1": 2, "8": (4, "Terrace"), "9": (4, "Terrace")}, joins=["8-9"])
    return a_house(floor, **policy)


SUMMER: Final = ZoneRule("terrace", season=("05-01", "09-30"))


@pytest.mark.parametrize(("day", "is_open"), [("2027-04-30", False), ("2027-05-01", True)])
def test_case_39_a_terrace_is_open_in_its_season(store: Store, day: str, *, is_open: bool) -> None:
    desk = open_desk(store, two_zones(zone_rules=[SUMMER]))
    found = desk.quote(BookingRequest(4, at("19:00", date.fromisoformat(day))))
    assert isinstance(found, Quote) is is_open
    if isinstance(found, Refusal):
        assert found.code is Code.ZONE_CLOSED
        assert found.reasons[0].details["zone"] == "terrace"


def test_case_39_a_zone_that_closes_early_cuts_the_stay_and_then_refuses(store: Store) -> None:
    rule = ZoneRule("terrace", start="12:00", end="20:30")
    desk = open_desk(store, two_zones(zone_rules=[rule]))
    booking = booked(desk, 4, "19:15")
    assert rows_of(desk, booking.id) == [("8", "19:15", "20:30")]
    assert booking.stay.is_clamped
    inside = booked(desk, 2, "19:15", tables=["1"])
    assert rows_of(desk, inside.id) == [("1", "19:15", "20:45")]
    code, facts = refusal_of(desk, party_size(4, "20:00"))
    assert (code, facts["dwell_minutes"]) == (Code.DWELL_BELOW_MINIMUM, 30)
    assert refusal_of(desk, party_size(4, "20:30"))[0] is Code.ZONE_OUTSIDE_HOURS


def test_case_39_a_zone_has_a_stay_of_its_own(store: Store) -> None:
    rule = ZoneRule("terrace", turn_bands=[(None, 45)])
    desk = open_desk(store, two_zones(zone_rules=[rule]))
    outside, inside = booked(desk, 4), booked(desk, 2, tables=["1"])
    assert rows_of(desk, outside.id) == [("8", "19:00", "19:45")]
    assert rows_of(desk, inside.id) == [("1", "19:00", "20:30")]
    follower = desk.book(party_size(4, "19:45", tables=["8"]))
    assert follower.stay.turn_minutes == 45


def test_case_39_a_bar_seats_parties_after_the_last_seating_of_the_house(store: Store) -> None:
    rule = ZoneRule("terrace", last_start="22:15")
    desk = open_desk(store, two_zones(zone_rules=[rule]))
    assert slots(desk, size=2)[-1] == "22:15"
    booking = booked(desk, 2, "21:30")
    assert booking.tables == ("8",)
    with pytest.raises(Refused) as caught:
        desk.book(party_size(2, "21:30", tables=["1"]))
    assert caught.value.code is Code.LAST_SEATING_PASSED
    assert refusal_of(desk, party_size(2, "22:30"))[0] in {
        Code.LAST_SEATING_PASSED,
        Code.NOT_A_START_TIME,
    }


def test_case_39_a_closed_zone_binds_staff_and_named_tables(store: Store) -> None:
    desk = open_desk(store, two_zones(zone_rules=[ZoneRule("terrace", closed=True)]), actor=STAFF)
    assert refusal_of(desk, party_size(4))[0] is Code.ZONE_CLOSED
    assert refusal_of(desk, party_size(4, tables=["8"]))[0] is Code.ZONE_CLOSED
    assert desk.availability(FRIDAY, 4, at=at("19:00")).slots[0].spots == 0


def test_case_39_a_zone_that_closes_between_hold_and_confirm_is_named(store: Store) -> None:
    desk = open_desk(store, two_zones())
    hold = held(desk, 4)
    desk.edit_policy(lambda policy: policy.with_rule(ZoneRule("terrace", closed=True)))
    with pytest.raises(Refused) as caught:
        desk.confirm(hold.id)
    assert caught.value.code is Code.ZONE_CLOSED


def test_case_39_the_rules_of_a_weekday_count_by_the_service_date(store: Store) -> None:
    late = ServicePeriod("late", "22:00", "03:00", last_start="01:00")
    rule = ZoneRule("terrace", start="20:00", end="02:00", weekdays=["friday"])
    desk = open_desk(store, two_zones(periods=[late], zone_rules=[rule]))
    after_midnight = BookingRequest(4, at("00:30", SATURDAY))
    assert booked(desk, 4, "22:00").tables == ("8",)
    found = desk.book(after_midnight)
    assert (found.stay.service_date, f"{found.stay.dining.end:%H:%M}") == (FRIDAY, "02:00")
    saturday = BookingRequest(4, at("22:00", SATURDAY))
    assert refusal_of(desk, saturday)[0] is Code.ZONE_CLOSED


def test_what_is_shown_in_a_house_with_zones_is_bookable(store: Store) -> None:
    rules = [ZoneRule("terrace", start="18:00", end="20:30", turn_bands=[(None, 60)])]
    desk = open_desk(store, two_zones(zone_rules=rules))
    booked(desk, 4, "19:00")
    for size in (1, 2, 4, 6):
        for slot in desk.availability(FRIDAY, size).slots:
            found = desk.quote(BookingRequest(size, slot.start))
            assert isinstance(found, Quote) is slot.is_bookable, slot
            if isinstance(found, Refusal):
                assert slot.refusal == found
