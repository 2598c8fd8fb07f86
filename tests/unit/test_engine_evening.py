"""The evening around a party: the stays that decide between tables which fit alike."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from fourtop import (
    Desk,
    ManualClock,
    Occasion,
    Planning,
    Quote,
    ServicePeriod,
    Weights,
    Window,
    Zone,
    ZoneRule,
    sketch_floor,
)
from fourtop.engine.admission import Admission
from fourtop.engine.candidacy import Candidacy
from fourtop.engine.checks.house import check_hours
from fourtop.engine.checks.tables import check_tables
from fourtop.engine.compiled_house import compile_house
from fourtop.model.calendar import Calendar
from fourtop.ports import Need, Scope, Store, View
from tests.evening import (
    STAFF,
    a_house,
    at,
    booked,
    change,
    held,
    open_desk,
    party_size,
    window,
)

FLOOR = sketch_floor({"1": 4, "2": 4, "3": 4})
# Every party stays 90 minutes, from 17:00 to 23:00.
DINNER = ServicePeriod("dinner", "17:00", "23:00")


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, a_house(FLOOR, periods=[DINNER]), actor=STAFF)


def quoted(desk: Desk, size: int = 4, text: str = "19:00", **wishes: object) -> Quote:
    answer = desk.quote(party_size(size, text, **wishes))
    assert isinstance(answer, Quote)
    return answer


def terms(quote: Quote) -> dict[str, tuple[Any, Any]]:
    return {term.name: (term.amount, term.cost) for term in quote.plan.score.terms}


def test_the_score_is_in_seat_minutes_with_every_term(desk: Desk) -> None:
    found = quoted(desk, 3)
    # From 17:00 to 19:00 and from 20:30 to 23:00 the four seats stand empty.
    assert terms(found) == {
        "overage": (1, 90),
        "table_count": (1, 0),
        "adjacency": (0, 0),
        "fragmentation": (0, 0),
        "scarcity": (pytest.approx(1 / 3), 0),
        "wishes": (0, 0),
        "joins_closed": (0, 0),
        "dead_time": (0, 0),
        "idle_time": (4 * 270, pytest.approx(4 * 270 / 5)),
        "parties_starved": (0, 0),
    }
    assert found.plan.score.total == pytest.approx(306)


def test_a_party_sits_where_little_time_is_left_over(desk: Desk) -> None:
    booked(desk, 4, "17:30", tables=["2"])
    assert quoted(desk).plan.tables == ("2",)
    # An hour before it is of no use to any party: a dead hour costs five times an idle one.
    assert quoted(desk, text="20:00").plan.tables == ("1",)
    assert terms(quoted(desk, text="20:00", tables=("2",)))["dead_time"] == (4 * 60, 4 * 60)
    assert quoted(desk, text="20:30").plan.tables == ("2",)


def test_the_next_stay_counts_as_the_one_before(desk: Desk) -> None:
    booked(desk, 4, "20:30", tables=["3"])
    assert quoted(desk).plan.tables == ("3",)
    assert quoted(desk, text="18:00").plan.tables == ("1",)
    assert terms(quoted(desk, text="18:00", tables=("3",)))["dead_time"] == (4 * 60, 4 * 60)


def test_the_time_before_now_is_over(desk: Desk, clock: ManualClock) -> None:
    booked(desk, 4, "17:30", tables=["2"])
    clock.move_to(at("19:00"))
    assert terms(quoted(desk))["idle_time"] == (4 * 150, pytest.approx(120))
    assert quoted(desk).plan.tables == ("1",)


def test_a_hold_is_a_stay_and_a_dead_one_is_none(desk: Desk, clock: ManualClock) -> None:
    held(desk, 4, "17:30", tables=["2"])
    assert quoted(desk).plan.tables == ("2",)
    clock.advance(seconds=601)
    assert quoted(desk).plan.tables == ("1",)


def test_a_block_is_a_stay(desk: Desk) -> None:
    desk.block(window("20:30", "23:00"), tables=["3"], reason="paint")
    assert quoted(desk).plan.tables == ("3",)


def test_a_party_that_moves_leaves_its_own_stay_out(desk: Desk) -> None:
    booking = booked(desk, 4, "17:30")
    booked(desk, 4, "17:30", tables=["2"])
    assert booking.tables == ("1",)
    # Beside its old stay table 1 would be as good as table 2.
    assert desk.reschedule(booking.id, change(4, "19:00")).tables == ("2",)
    assert terms(quoted(desk, text="20:30"))["idle_time"][0] == 4 * 60


def test_every_command_chooses_as_the_quote(desk: Desk) -> None:
    booked(desk, 4, "17:30", tables=["2"])
    hold = held(desk, 4)
    assert hold.tables == ("2",)
    booking = desk.confirm(hold.id)
    assert booking.tables == ("2",)
    booked(desk, 4, "20:30", tables=["3"])
    assert booked(desk, 4).tables == ("3",)
    assert desk.reschedule(booking.id, change(4, "18:55")).tables == ("1",)


def test_a_join_is_closed_only_while_the_neighbour_is_free(store: Store) -> None:
    floor = sketch_floor({"1": 4, "2": 4, "3": 4, "4": 2}, joins=["1-2", "2-3"])
    desk = open_desk(store, a_house(floor), actor=STAFF)
    # 1 and 3 close one join each, 2 two.
    assert terms(quoted(desk))["joins_closed"] == (1, pytest.approx(0.75 * 90))
    assert terms(quoted(desk, tables=("2",)))["joins_closed"] == (2, pytest.approx(1.5 * 90))
    booked(desk, 4, tables=["1"])
    booked(desk, 4, tables=["3"])
    assert terms(quoted(desk))["joins_closed"] == (0, 0)


def test_no_join_is_closed_where_tables_are_never_joined(store: Store) -> None:
    floor = sketch_floor({"1": 4, "2": 4}, joins=["1-2"])
    desk = open_desk(store, a_house(floor, planning=Planning(max_tables=1)))
    assert terms(quoted(desk))["joins_closed"] == (0, 0)


def test_a_zone_with_a_turn_time_of_its_own_has_stays_of_its_own(store: Store) -> None:
    floor = sketch_floor({"1": 4, "2": 4}).with_zone(Zone("attic", "Attic"))
    floor = floor.with_table(attrs.evolve(floor.tables[1], zone_id="attic"))
    attic = ZoneRule("attic", turn_bands=[(None, 60)])
    desk = open_desk(store, a_house(floor, periods=[DINNER], zone_rules=[attic]), actor=STAFF)
    booked(desk, 4, "20:00", tables=["2"])
    found = quoted(desk, 3)
    # There a party leaves at eight, and no minute is idle before the next one.
    assert (found.plan.tables, terms(found)["overage"]) == (("2",), (1, 60))
    assert terms(found)["idle_time"][0] == 4 * 120
    assert terms(quoted(desk, 3, tables=("1",)))["overage"] == (1, 90)
    only = sketch_floor({"2": 4}).with_zone(Zone("attic", "Attic"))
    only = only.with_table(attrs.evolve(only.tables[0], zone_id="attic")).without_zone("main")
    alone = a_house(only, name="alone", periods=[DINNER], zone_rules=[attic])
    assert terms(quoted(open_desk(store, alone), 3))["overage"] == (1, 60)


def test_case_13_sorting_unjoinable_tables_first_is_a_term(store: Store) -> None:
    floor = sketch_floor({"1": 4, "2": 4, "3": 4, "4": 4}, joins=["1-2", "1-3", "2-3"])
    desk = open_desk(store, a_house(floor))
    assert booked(desk, 4).tables == ("4",)
    assert booked(desk, 8).tables == ("1", "2")


def test_finding_04_two_four_four_four_seat_two_four_four_four(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 2, "2": 4, "3": 4, "4": 4})))
    assert booked(desk, 2).tables == ("1",)
    assert [booked(desk, 4).tables for _ in range(3)] == [("2",), ("3",), ("4",)]


def test_case_48_a_gap_costs_and_is_never_a_hidden_no(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor({"1": 4}), periods=[DINNER]), actor=STAFF)
    booked(desk, 4, "17:30")
    slots = desk.availability(at("19:00").date(), 4).slots
    starts = [f"{slot.start:%H:%M}" for slot in slots if slot.refusal is None]
    assert starts[0] == "19:00"
    assert {"19:15", "19:30", "20:00"} <= set(starts)
    # A quarter of an hour behind the first party is dead, and the start is on offer all the same.
    assert terms(quoted(desk, text="19:15"))["dead_time"] == (4 * 15, 4 * 15)
    assert booked(desk, 4, "19:15").tables == ("1",)


def test_weights_of_the_static_order_read_no_evening(store: Store) -> None:
    planning = Planning(weights=Weights.reference())
    desk = open_desk(store, a_house(FLOOR, planning=planning), actor=STAFF)
    booked(desk, 4, "17:30", tables=["2"])
    found = quoted(desk, 3)
    assert (found.plan.tables, len(found.plan.score.terms)) == (("1",), 6)
    assert found.plan.score.total == pytest.approx(5 + 22 / 3)


def test_availability_shows_what_can_be_booked(desk: Desk) -> None:
    booked(desk, 4, "17:30", tables=["2"])
    for slot in desk.availability(at("19:00").date(), (2, 4), spots_limit=1).slots:
        answer = desk.quote(party_size(slot.party_size, f"{slot.start:%H:%M}"))
        assert isinstance(answer, Quote) == slot.is_bookable


def test_the_shortest_stay_is_of_all_parties_of_a_period() -> None:
    bands = [(2, 75), (None, 105)]
    plain = ServicePeriod("dinner", "17:00", "23:00", buffer_after_minutes=10)
    attic = ZoneRule("main", turn_bands=[(None, 45)])
    menus = [Occasion("menu", [(None, 120)]), Occasion("bar", [(None, 50)])]
    offered = attrs.evolve(plain, occasions=["menu", "bar"])
    for house, minutes in (
        (a_house(periods=[plain], turn_bands=[]), 90),
        (a_house(periods=[plain], turn_bands=bands), 75),
        (a_house(periods=[attrs.evolve(plain, turn_bands=[(None, 60)])], turn_bands=bands), 60),
        (a_house(periods=[plain], turn_bands=bands, zone_rules=[attic]), 45),
        (a_house(periods=[offered], occasions=menus, turn_bands=bands), 50),
    ):
        calendar = Calendar(house.restaurant, house.policy)
        found = calendar.shortest_stay_us(house.policy.periods[0])
        assert found == (minutes + 10) * 60_000_000


def test_a_caller_that_has_not_loaded_the_evening_uses_the_static_order(
    store: Store, desk: Desk
) -> None:
    booked(desk, 4, "17:30", tables=["2"])
    request, compiled = party_size(4), compile_house(desk.house(), None)

    def chosen(view: View) -> tuple[str, ...]:
        candidacy = Candidacy(Admission(view, compiled, STAFF), request)
        assert check_hours(candidacy) is None
        assert check_tables(candidacy) is None
        return candidacy.plans[0].tables

    def asked(loaded: Window) -> tuple[str, ...]:
        return store.read(Scope(desk.restaurant_id, windows=(loaded,)), chosen)

    assert asked(window("19:00", "20:30")) == ("1",)
    assert asked(window("17:00", "23:00")) == ("2",)


def test_an_admission_asks_for_the_rest_of_the_evening(store: Store, desk: Desk) -> None:
    compiled = compile_house(desk.house(), None)

    def missing(view: View) -> tuple[Window, ...]:
        found = Admission(view, compiled, STAFF).admit(party_size(4))
        return found.scope.windows if isinstance(found, Need) else ()

    loaded = Scope(desk.restaurant_id, windows=(window("19:00", "20:30"),))
    assert store.read(loaded, missing) == (window("17:00", "23:00"),)
