"""The reference's cases of availability and of creating a booking under caps (§9.14).

Dinner from 17:00 to 22:00, at most 40 covers and 20 parties. The cases of retrying a database are
tests of a database, in ``tests/sql/test_fault.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import pytest

from fourtop import (
    AlternativeTerms,
    Availability,
    CapacityRule,
    Code,
    Desk,
    Engine,
    House,
    ManualClock,
    Refused,
    ServicePeriod,
    Slot,
    StoreUnavailable,
    Usage,
    sketch_floor,
)
from fourtop.ports import Scope, Store
from tests.evening import FRIDAY, a_house, at, booked, open_desk, party_size

DINNER = ServicePeriod("dinner", "17:00", "22:00", last_seating_minutes=90, overrun_allowed=True)
LUNCH = ServicePeriod("lunch", "11:00", "15:00", last_seating_minutes=90, overrun_allowed=True)


def hall(*rules: CapacityRule, periods: Sequence[ServicePeriod] = (DINNER,)) -> House:
    """A house where tables are never short."""
    tables: dict[str, Any] = {str(number): 4 for number in range(1, 31)}
    return a_house(sketch_floor(tables | {"hall": 100}), periods=periods, capacity_rules=rules)


def standard() -> House:
    return hall(CapacityRule(max_covers=40, max_parties=20))


def book_all(desk: Desk, parties: Sequence[int], text: str = "19:00") -> None:
    for size in parties:
        booked(desk, size, text)


def at_seven(desk: Desk, size: int) -> tuple[Slot, Usage]:
    shown = desk.availability(FRIDAY, size, at=at("19:00"))
    (slot,) = shown.slots
    return slot, usage_of(shown, "dinner")


def usage_of(shown: Availability, period: str) -> Usage:
    return next(usage for usage in shown.usage if usage.period == period)


# ---- availability --------------------------------------------------------------------------------


def test_reference_twelve_of_forty_covers_leave_28_and_are_30_percent(store: Store) -> None:
    desk = open_desk(store, standard())
    book_all(desk, [4, 6, 2])
    slot, usage = at_seven(desk, 4)
    assert slot.is_bookable
    assert (usage.booked_covers, usage.available_covers, usage.utilisation_percent) == (12, 28, 30)


def test_reference_38_of_forty_covers_refuse_four(store: Store) -> None:
    desk = open_desk(store, standard())
    book_all(desk, [2] * 19)
    slot, usage = at_seven(desk, 4)
    assert slot.refusal is not None
    assert slot.refusal.code is Code.CAPACITY_EXCEEDED
    assert (
        str(slot.refusal) == "dinner on 2026-05-01 is limited to 40 covers; 38 booked, 4 asked for"
    )
    assert (usage.booked_covers, usage.utilisation_percent) == (38, 95)


def test_reference_without_a_rule_a_hundred_may_come(store: Store) -> None:
    desk = open_desk(store, hall())
    slot, usage = at_seven(desk, 100)
    assert slot.is_bookable
    assert (usage.max_covers, usage.max_parties) == (None, None)
    assert (usage.available_covers, usage.utilisation_percent) == (None, None)


def test_reference_six_of_ten_covers_refuse_five(store: Store) -> None:
    desk = open_desk(store, hall(CapacityRule(max_covers=10)))
    book_all(desk, [6])
    slot, _ = at_seven(desk, 5)
    assert slot.refusal is not None
    assert (
        str(slot.refusal) == "dinner on 2026-05-01 is limited to 10 covers; 6 booked, 5 asked for"
    )


def test_reference_five_of_five_parties_refuse_one_more(store: Store) -> None:
    desk = open_desk(store, hall(CapacityRule(max_parties=5)))
    book_all(desk, [2] * 5)
    slot, usage = at_seven(desk, 2)
    assert slot.refusal is not None
    assert (
        str(slot.refusal) == "dinner on 2026-05-01 is limited to 5 parties; 5 booked, 1 asked for"
    )
    assert (usage.booked_parties, usage.max_parties) == (5, 5)


def test_reference_the_period_of_the_start_counts(store: Store) -> None:
    rules = (
        CapacityRule(max_covers=20, period="lunch"),
        CapacityRule(max_covers=40, period="dinner"),
    )
    desk = open_desk(store, hall(*rules, periods=(LUNCH, DINNER)))
    book_all(desk, [4, 4], "12:30")
    shown = desk.availability(FRIDAY, 2, at=at("19:00"))
    assert [slot.period for slot in shown.slots] == ["dinner"]
    assert [(usage.period, usage.booked_covers, usage.max_covers) for usage in shown.usage] == [
        ("lunch", 8, 20),
        ("dinner", 0, 40),
    ]


def test_reference_exactly_forty_covers_are_allowed(store: Store) -> None:
    desk = open_desk(store, standard())
    book_all(desk, [4] * 9)
    slot, usage = at_seven(desk, 4)
    assert slot.is_bookable
    assert (usage.booked_covers, usage.available_covers) == (36, 4)
    assert slot.spots == 1


def test_reference_cancelled_and_no_shows_do_not_count(store: Store, clock: ManualClock) -> None:
    desk = open_desk(store, standard())
    desk.cancel(booked(desk, 4).id)
    gone = booked(desk, 4)
    clock.move_to(at("19:15"))
    desk.no_show(gone.id)
    assert at_seven(desk, 4)[1].booked_covers == 0


# ---- alternatives and utilisation ----------------------------------------------------------------


def test_reference_section_9_14_alternatives_of_a_free_evening_are_the_nearest(
    store: Store,
) -> None:
    desk = open_desk(store, standard())
    found = desk.alternatives(party_size(4)).found
    assert 1 <= len(found) <= 5
    assert all(desk.quote(each.request) for each in found)
    assert {at("18:45"), at("19:15")} <= {each.start for each in found}


def test_reference_section_9_14_a_full_evening_has_no_alternative_and_says_why(
    store: Store,
) -> None:
    desk = open_desk(store, standard())
    book_all(desk, [4] * 10)
    answer = desk.alternatives(party_size(4))
    assert answer.found == ()
    assert {each.refusal.code for each in answer.rejected} == {Code.CAPACITY_EXCEEDED}


def test_reference_section_9_14_at_most_three_alternatives_are_found(store: Store) -> None:
    desk = open_desk(store, standard())
    assert len(desk.alternatives(party_size(4), AlternativeTerms(limit=3)).found) == 3


@pytest.mark.parametrize(
    ("parties", "percent", "free"), [([4, 6, 2], 30, 28), ([2] * 19, 95, 2), ([4] * 6, 60, 16)]
)
def test_reference_section_9_14_utilisation_of_a_period(
    store: Store, parties: list[int], percent: int, free: int
) -> None:
    desk = open_desk(store, standard())
    book_all(desk, parties)
    (dinner,) = desk.utilisation(FRIDAY).periods
    assert (dinner.utilisation_percent, dinner.usage.available_covers) == (percent, free)
    assert not dinner.is_overbooked


def test_reference_section_6_2_a_period_above_its_cap_is_overbooked(store: Store) -> None:
    desk = open_desk(store, standard())
    book_all(desk, [4] * 10)
    rules = [CapacityRule(max_covers=39)]
    desk.edit_policy(lambda policy: attrs.evolve(policy, capacity_rules=rules))
    assert desk.utilisation(FRIDAY).is_overbooked
    (dinner,) = desk.utilisation(FRIDAY).periods
    assert (dinner.is_overbooked, dinner.utilisation_percent) == (True, 103)


# ---- create --------------------------------------------------------------------------------------


def test_reference_a_booking_that_was_created_tells_the_use_with_it(store: Store) -> None:
    desk = open_desk(store, standard())
    book_all(desk, [4] * 5)
    made = desk.book(party_size(4))
    usage = made.receipt.usage
    assert usage is not None
    assert (usage.booked_covers, usage.utilisation_percent) == (24, 60)
    assert not made.replayed


def test_reference_a_booking_over_the_cap_tells_what_is_left(store: Store) -> None:
    desk = open_desk(store, standard())
    book_all(desk, [2] * 19)
    with pytest.raises(Refused) as caught:
        desk.book(party_size(4))
    facts = caught.value.refusal.reasons[0].details
    assert (facts["limit"], facts["booked"], facts["requested"]) == (40, 38, 4)
    assert (caught.value.code, caught.value.http_status) == (Code.CAPACITY_EXCEEDED, 409)
    assert not caught.value.is_retryable
    assert at_seven(desk, 4)[1].available_covers == 2
    assert booked(desk, 2).party_size == 2


def test_reference_a_table_that_was_just_booked_is_a_conflict_that_may_pass(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 4}), periods=(DINNER,)))
    booked(desk, 4)
    with pytest.raises(Refused) as caught:
        desk.book(party_size(4))
    assert (caught.value.code, caught.value.http_status) == (Code.TABLES_TAKEN, 409)
    assert caught.value.is_retryable


@attrs.define
class Away:
    """A store that cannot be reached."""

    tries: int = 0

    def add_restaurant(self, house: House) -> None:
        """Take nothing in."""

    def remove_restaurant(self, scope: Scope, check: Any) -> None:
        raise StoreUnavailable(f"no connection for {scope.restaurant_id} and {check!r:.0}")

    def restaurant_ids(self) -> tuple[str, ...]:
        return ()

    def events(self, restaurant_id: str) -> tuple[Any, ...]:
        raise StoreUnavailable(f"no connection for {restaurant_id}")

    def events_after(self, restaurant_id: str, sequence: int | None, limit: int) -> Any:
        raise StoreUnavailable(f"no connection for {restaurant_id}, {sequence}, {limit}")

    def read(self, scope: Scope, ask: Any) -> Any:
        raise StoreUnavailable(f"no connection for {scope.restaurant_id} and {ask!r:.0}")

    def transact(self, scope: Scope, decide: Any) -> Any:
        self.tries += 1
        raise StoreUnavailable(f"no connection for {scope.restaurant_id} and {decide!r:.0}")


def test_reference_a_store_that_is_away_is_an_error_and_never_a_full_house() -> None:
    store = Away()
    desk = Engine(store).add_restaurant(standard())
    with pytest.raises(StoreUnavailable) as caught:
        desk.availability(FRIDAY, 4)
    assert (caught.value.http_status, caught.value.is_retryable) == (503, True)
    with pytest.raises(StoreUnavailable):
        desk.book(party_size(4))
    assert store.tries == 1
