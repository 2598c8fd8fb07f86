"""Spots of a start: what does not depend on the size of the party is asked once."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

import attrs
import pytest

from fourtop import (
    BookingRequest,
    BookingWindow,
    CapacityRule,
    Code,
    Desk,
    Engine,
    FeedTerms,
    House,
    ManualClock,
    MemoryStore,
    PacingRule,
    Preference,
    Refusal,
    Refused,
    Slot,
    sketch_floor,
)
from fourtop.engine import composition
from fourtop.engine.candidacy import Candidacy, Check, Reads
from fourtop.engine.composition import CHECKS
from fourtop.planner import Evening, Planner, PlanRequest
from tests.evening import FRIDAY, NOW, a_house, at, booked, held, one_table, open_desk, party_size
from tests.live import seated, staff_at

SIZES: Final = range(1, 9)


def a_desk(**policy: Any) -> Desk:
    desk = open_desk(MemoryStore(ManualClock(NOW)), a_house(**policy))
    for size, time in ((2, "18:00"), (4, "18:30"), (6, "19:00"), (2, "19:15"), (4, "20:00")):
        with suppress(Refused):
            booked(desk, size, time)
    held(desk, 2, "20:30")
    return desk


@pytest.mark.parametrize(
    "policy",
    [
        {},
        {"capacity_rules": (CapacityRule(max_covers=22),)},
        {"pacing_rules": (PacingRule(30, max_covers=6),)},
        {
            "booking_windows": (
                BookingWindow(notice_minutes=450, min_party=5),
                BookingWindow(notice_minutes=60),
            )
        },
    ],
)
@pytest.mark.parametrize("wish", [Preference(), Preference(zones=["main"])])
def test_all_sizes_at_once_get_the_slots_of_each_size_alone(
    policy: dict[str, Any], wish: Preference
) -> None:
    desk = a_desk(**policy)
    together = desk.availability(FRIDAY, SIZES, wish=wish).slots
    alone = [slot for size in SIZES for slot in desk.availability(FRIDAY, size, wish=wish).slots]
    assert sorted(together, key=lambda slot: (slot.party_size, slot.start_us)) == alone
    assert {slot.is_bookable for slot in together} == {True, False}


def test_a_check_that_does_not_ask_the_size_runs_until_a_party_has_passed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: dict[str, list[int]] = {"sizes": [], "starts": []}

    def no_couples(candidacy: Candidacy) -> Refusal | None:
        size = candidacy.party.party_size
        asked["sizes"].append(size)
        return Refusal.by_rule(Code.PARTY_NEVER_FITS, party_size=2) if size <= 2 else None

    def note_start(candidacy: Candidacy) -> Refusal | None:
        asked["starts"].append(candidacy.party.party_size)
        return None

    rules = (
        Check("couples", Reads.NOTHING, no_couples),
        Check("noted", Reads.NOTHING, note_start, asks_size=False),
    )
    monkeypatch.setattr(composition, "CHECKS", (*CHECKS[:4], *rules, *CHECKS[4:]))
    desk = open_desk(MemoryStore(ManualClock(NOW)))
    slots = desk.availability(FRIDAY, range(1, 6), at="2026-05-01T19:00").slots
    assert [slot.is_bookable for slot in slots] == [False, False, True, True, True]
    assert asked == {"sizes": [1, 2, 3, 4, 5], "starts": [3]}


def test_a_start_that_is_past_is_refused_for_every_size() -> None:
    desk = a_desk()
    late = Engine(MemoryStore(ManualClock(at("19:10")))).add_restaurant(desk.house())
    slots = late.availability(FRIDAY, (2, 4), at="2026-05-01T18:00").slots
    assert [slot.refusal.code for slot in slots if slot.refusal is not None] == [
        Code.BOOKING_IN_PAST
    ] * 2


def test_parties_of_one_start_share_the_rows_in_their_way_and_own_their_lists() -> None:
    desk = open_desk(MemoryStore(ManualClock(NOW)), a_house(one_table()))
    booking = booked(desk, 4)
    slots = desk.availability(FRIDAY, (1, 2), at="2026-05-01T19:30").slots
    refusals = [slot.refusal for slot in slots if slot.refusal is not None]
    rows = [refusal.reasons[0].details["in_the_way"] for refusal in refusals]
    assert [[row["owner_id"] for row in each] for each in rows] == [[booking.id]] * 2
    assert rows[0] == rows[1]
    assert rows[0] is not rows[1]
    assert rows[0][0] is not rows[1][0]


def without_costs(desk: Desk, **terms: Any) -> list[Slot]:
    """The slots as the checks find them for each party by itself."""
    slots = desk.availability(FRIDAY, SIZES, costs=True, **terms).slots
    return [attrs.evolve(slot, cost=None) for slot in slots]


def a_long_evening() -> House:
    """Large parties have no time for their stay at the last starts, and ten fit no table."""
    house = a_house(turn_bands=((2, 60), (None, 180)))
    periods = [attrs.evolve(each, min_dwell_minutes=150) for each in house.policy.periods]
    return attrs.evolve(house, policy=attrs.evolve(house.policy, periods=periods))


def test_a_size_goes_its_own_way_in_stay_and_tables_only() -> None:
    desk = open_desk(MemoryStore(ManualClock(NOW)), a_long_evening())
    for size, time in ((4, "18:00"), (4, "18:30"), (6, "19:00"), (8, "20:00"), (2, "20:30")):
        with suppress(Refused):
            booked(desk, size, time)
    slots = desk.availability(FRIDAY, SIZES).slots
    assert list(slots) == without_costs(desk)
    codes = {slot.refusal.code for slot in slots if slot.refusal is not None}
    assert codes == {Code.TABLES_TAKEN, Code.DWELL_BELOW_MINIMUM}


def test_a_promise_is_asked_for_each_size() -> None:
    desk = open_desk(MemoryStore(ManualClock(NOW)), a_house(one_table()))
    desk.book(party_size(4), tables="later")
    slots = desk.availability(FRIDAY, SIZES).slots
    assert list(slots) == without_costs(desk)
    assert Code.TABLES_PROMISED in {slot.refusal.code for slot in slots if slot.refusal is not None}


def test_a_booking_that_is_left_out_leaves_its_tables_free_at_every_start() -> None:
    desk = open_desk(MemoryStore(ManualClock(NOW)), a_house(one_table()))
    booking = booked(desk, 4)
    assert not all(slot.is_bookable for slot in desk.availability(FRIDAY, 4).slots)
    assert all(slot.is_bookable for slot in desk.availability(FRIDAY, 4, exclude=booking.id).slots)


def test_a_hold_that_has_expired_leaves_its_tables_free_at_every_start(clock: ManualClock) -> None:
    desk = open_desk(MemoryStore(clock), a_house(one_table()))
    hold = held(desk, 4)
    assert not all(slot.is_bookable for slot in desk.availability(FRIDAY, 4).slots)
    clock.move_to(hold.expires_at)
    assert all(slot.is_bookable for slot in desk.availability(FRIDAY, 4).slots)


def test_two_answers_do_not_share_the_values_of_a_refusal() -> None:
    desk = open_desk(MemoryStore(ManualClock(NOW)), a_house(one_table()))
    booked(desk, 4)
    first, second = (desk.availability(FRIDAY, (2, 3, 99)).slots for _ in range(2))
    assert first == second
    refusals = [slot.refusal for slot in first if slot.refusal is not None]
    assert {each.code for each in refusals} == {Code.TABLES_TAKEN, Code.PARTY_NEVER_FITS}
    for refusal in refusals:
        for reason in refusal.reasons:
            for value in reason.details.values():
                if isinstance(value, list):
                    value.clear()
    assert desk.availability(FRIDAY, (2, 3, 99)).slots == second


def test_a_party_that_stays_too_long_is_in_the_way_of_each_start_alike(clock: ManualClock) -> None:
    desk = staff_at(MemoryStore(clock), after=15)
    booked(desk, 2, "20:30", booking_id="b")
    seated(desk, clock)
    clock.move_to(at("19:40"))
    slots = [each for each in desk.availability(FRIDAY, 2).slots if each.start > at("19:40")]
    assert [slot.refusal for slot in slots] == [
        desk.quote(BookingRequest(2, slot.start)) for slot in slots
    ]
    details = [slot.refusal.reasons[0].details for slot in slots if slot.refusal is not None]
    owners = ["".join(row["owner_id"] for row in each["in_the_way"]) for each in details]
    # The table of the late party may be free again at 20:10.
    assert owners == ["ab", "ab", "b", "b", "b", "b"]


def test_each_length_of_a_feed_has_checks_of_its_own() -> None:
    desk = open_desk(MemoryStore(ManualClock(NOW)), a_house(guest_stay=(60, 90)))
    terms = FeedTerms(FRIDAY, 1, (2, 4), minutes=(60, 120))
    cells = desk.feed(terms).cells
    assert {cell.minutes: cell.spots_open > 0 for cell in cells[:4]} == {60: True, 120: False}


# ---- the evening around a party


def test_a_refusal_does_not_read_the_evening() -> None:
    planner = Planner(sketch_floor({"1": 2, "2": 4}), a_house().policy.planning)

    def unread() -> Evening | None:
        raise AssertionError("the evening was read")

    assert isinstance(planner.choose(PlanRequest(2), 0, (), unread), Refusal)
    assert planner.plans(PlanRequest(2), 0, 3, (), unread) == ()
    with pytest.raises(AssertionError, match="was read"):
        planner.choose(PlanRequest(2), 0b11, (), unread)
    with pytest.raises(AssertionError, match="was read"):
        planner.plans(PlanRequest(2), 0b11, 3, (), unread)


def test_a_ranking_keeps_a_count_for_each_limit() -> None:
    planner = Planner(sketch_floor({"1": 2, "2": 2, "3": 4}), a_house().policy.planning)
    for _ in range(2):
        for limit, expected in ((1, 1), (2, 2), (9, 3)):
            assert planner.count(PlanRequest(2), 0b111, limit) == expected
        assert planner.count(PlanRequest(2), 0b101, 9) == 2
