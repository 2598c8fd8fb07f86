"""Lookahead: a plan that leaves a waiting party without tables costs more, and stays a plan."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    Availability,
    BookingRequest,
    BookingRow,
    BookingStatus,
    Desk,
    ManualClock,
    Override,
    Planning,
    Quote,
    ServicePeriod,
    WaitlistTerms,
    WalkInRule,
    Weights,
    Window,
    Zone,
    ZoneRule,
    sketch_floor,
)
from fourtop.engine import lookahead
from fourtop.engine.admission import Admission
from fourtop.engine.candidacy import Candidacy
from fourtop.engine.checks.house import check_hours
from fourtop.engine.checks.tables import check_tables
from fourtop.engine.compiled_house import compile_house
from fourtop.engine.lookahead import MAX_PARTIES, Lookahead
from fourtop.engine.promises import Part, Promise
from fourtop.errors import Code
from fourtop.planner import Planner, PlanRequest
from fourtop.ports import Scope, Store, View
from tests.evening import (
    FRIDAY,
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

# A party of two gets the table for four, unless that is the last one for a party of four. In the
# default order "big" is the best table: it has no time beside the stay.
FLOOR = sketch_floor({"big": 4, "small": {"capacity": 6, "min_party": 2, "max_party": 3}})
PENALTY = 100 * 90


def waiting(desk: Desk, size: int = 4, text: str = "19:00", **terms: Any) -> str:
    """Put a party on the waitlist; return its booking."""
    found = {name: at(each) for name, each in terms.items()}
    return desk.join_waitlist(party_size(size, text), WaitlistTerms(**found)).id


def plans(desk: Desk, size: int = 2, text: str = "19:00", **wishes: Any) -> dict[str, float]:
    """Return the plans of a party in order, each with the cost of the parties that it starves."""
    answer = desk.quote(party_size(size, text, **wishes))
    assert isinstance(answer, Quote), answer
    found = (answer.plan, *answer.others)
    return {"+".join(plan.tables): plan.score.cost("parties_starved") for plan in found}


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, a_house(FLOOR), actor=STAFF)


def test_without_a_waiting_party_no_plan_starves_any(desk: Desk) -> None:
    assert plans(desk) == {"big": 0, "small": 0}
    quote = desk.quote(party_size(2))
    assert isinstance(quote, Quote)
    last = quote.plan.score.terms[-1]
    assert (last.name, last.amount, last.cost) == ("parties_starved", 0, 0)


def test_a_plan_that_starves_a_waiting_party_costs_more(desk: Desk) -> None:
    waiting(desk)
    assert plans(desk) == {"small": 0, "big": PENALTY}
    quote = desk.quote(party_size(2, tables=["big"]))
    assert isinstance(quote, Quote)
    term = quote.plan.score.terms[-1]
    assert (term.name, term.amount, term.cost) == ("parties_starved", 1, PENALTY)


def test_a_plan_that_starves_a_waiting_party_stays_bookable(desk: Desk) -> None:
    waiting(desk)
    assert booked(desk, 2).tables == ("small",)
    assert plans(desk) == {"big": PENALTY}
    assert booked(desk, 2).tables == ("big",)
    # The party that waits can have no table any more: nothing is taken from it.
    assert desk.offer(FRIDAY) is None


def test_every_command_spares_a_waiting_party(desk: Desk) -> None:
    waiting(desk)
    hold = held(desk, 2)
    assert hold.tables == ("small",)
    booking = desk.confirm(hold.id)
    desk.unassign(booking.id)
    assert desk.hold(party_size(2), booking_id=booking.id).tables == ("small",)
    later = desk.book(party_size(2, "21:00"))
    assert later.tables == ("big",)
    desk.cancel(booking.id)
    assert desk.reschedule(later.id, change(2)).tables == ("small",)


def test_a_party_is_not_spared_for_itself(desk: Desk) -> None:
    booking_id = waiting(desk)
    assert desk.hold(party_size(4), booking_id=booking_id).tables == ("big",)


def test_an_offered_party_has_its_tables(store: Store) -> None:
    floor = sketch_floor({"big": 4, "other": 4, "small": {"capacity": 6, "max_party": 3}})
    desk = open_desk(store, a_house(floor), actor=STAFF)
    waiting(desk)
    offer = desk.offer(FRIDAY)
    assert offer is not None
    left = ({"big", "other"} - set(offer.hold.tables)).pop()
    assert plans(desk)[left] == 0


def test_an_offer_that_expires_leaves_the_party_waiting(store: Store, clock: ManualClock) -> None:
    desk = open_desk(store, a_house(FLOOR), actor=STAFF)
    waiting(desk)
    assert desk.offer(FRIDAY) is not None
    assert plans(desk) == {"small": 0}
    clock.advance(minutes=11)
    assert plans(desk) == {"small": 0, "big": PENALTY}


def test_parties_count_one_by_one(store: Store) -> None:
    floor = sketch_floor({"a": 4, "b": 2}, joins=["a-b"])
    desk = open_desk(store, a_house(floor, planning=Planning(slack_budget=2)), actor=STAFF)
    for size in (6, 5, 3):
        waiting(desk, size)
    # The four is needed by all three; the two only by the pair of tables.
    assert plans(desk) == {"b": 2 * PENALTY, "a": 3 * PENALTY}


def test_a_party_waits_until_its_time_is_over(desk: Desk, clock: ManualClock) -> None:
    waiting(desk, until="18:00")
    clock.move_to(at("18:00"))
    assert plans(desk)["big"] == PENALTY
    clock.move_to(at("18:00") + timedelta(microseconds=1))
    assert plans(desk)["big"] == 0


@pytest.mark.parametrize(
    ("text", "costs"), [("17:30", 0), ("17:45", PENALTY), ("20:15", PENALTY), ("20:30", 0)]
)
def test_a_stay_that_touches_that_of_the_party_takes_nothing(
    desk: Desk, text: str, costs: float
) -> None:
    waiting(desk)
    assert plans(desk, text=text)["big"] == costs


def test_a_flexible_party_is_starved_if_no_start_is_left(desk: Desk) -> None:
    waiting(desk, text="19:00", earliest="18:00", latest="20:30")
    # It can still come at 20:30.
    assert plans(desk)["big"] == 0
    booked(desk, 4, "20:30", tables=["big"])
    assert plans(desk)["big"] == PENALTY
    # At 18:45 nothing but 17:00 is free before, which it does not take.
    assert plans(desk, text="18:45")["big"] == PENALTY
    assert plans(desk, text="17:00")["big"] == 0


def test_starts_more_than_two_hours_away_do_not_count(store: Store) -> None:
    house = a_house(FLOOR, turn_minutes=150, periods=[ServicePeriod("dinner", "15:00", "23:00")])
    desk = open_desk(store, house, actor=STAFF)
    waiting(desk, text="19:00")
    assert plans(desk, text="17:00")["big"] == 100 * 150
    assert plans(desk, text="16:45")["big"] == 0


@pytest.mark.parametrize("status", ["pending", "priority_waitlist"])
def test_a_booking_that_lost_its_tables_is_spared(
    desk: Desk, clock: ManualClock, status: str
) -> None:
    row = BookingRow(id="x", party_size=4, start=at("19:00"), status=BookingStatus(status))
    desk.import_bookings([row])
    assert plans(desk) == {"small": 0, "big": PENALTY}
    # Until it counts as a party that did not come.
    grace = desk.house().policy.seating.no_show_after_minutes
    clock.move_to(at("19:00") + timedelta(minutes=grace))
    assert plans(desk, text="20:00")["big"] == PENALTY
    clock.advance(seconds=1)
    assert plans(desk, text="20:00")["big"] == 0


def test_a_closed_house_takes_nothing_from_a_party(desk: Desk) -> None:
    waiting(desk, text="20:45")
    lunch = ServicePeriod("dinner", "17:00", "23:00", last_start="20:30")
    desk.edit_policy(lambda policy: attrs.evolve(policy, periods=[lunch]))
    assert plans(desk, text="20:00")["big"] == 0


def test_a_guest_on_the_waitlist_has_no_table_for_walk_ins(store: Store) -> None:
    house = a_house(FLOOR, walk_in_rules=[WalkInRule(tables=["big"])])
    desk = open_desk(store, house, actor=STAFF)
    waiting(desk, 2)
    # The party can have the small one only.
    assert plans(desk) == {"big": 0, "small": PENALTY}


def test_each_zone_has_the_stays_of_its_turn_times(store: Store) -> None:
    attic = ZoneRule("attic", turn_bands=[(None, 60)])
    floor = sketch_floor({"big": 4, "high": 4}).with_zone(Zone("attic", "Attic"))
    floor = floor.with_table(attrs.evolve(floor.tables[1], zone_id="attic"))
    desk = open_desk(store, a_house(floor, zone_rules=[attic]), actor=STAFF)
    waiting(desk, text="20:00")
    assert plans(desk) == {"high": 0, "big": 0}
    booked(desk, 4, "20:00", tables=["big"])
    # At the other table of the attic the party would leave at eight.
    assert plans(desk) == {"high": 0}
    assert plans(desk, text="19:15") == {"high": 100 * 60}


def test_the_reference_weights_add_five_hundred(store: Store) -> None:
    planning = Planning(weights=Weights.reference())
    desk = open_desk(store, a_house(FLOOR, planning=planning), actor=STAFF)
    before = desk.quote(party_size(2))
    assert isinstance(before, Quote)
    assert [term.name for term in before.plan.score.terms][-1] == "wishes"
    waiting(desk, text="20:00", earliest="19:30", latest="20:00")
    assert plans(desk) == {"small": 0, "big": 500}
    after = desk.quote(party_size(2))
    assert isinstance(after, Quote)
    costs = {plan.tables: plan.score.total for plan in (before.plan, *before.others)}
    for plan in (after.plan, *after.others):
        assert plan.score.total == costs[plan.tables] + plan.score.cost("parties_starved")


def test_a_caller_that_has_not_loaded_the_starts_uses_the_static_order(store: Store) -> None:
    house = a_house(FLOOR, planning=Planning(weights=Weights.reference()))
    desk = open_desk(store, house, actor=STAFF)
    waiting(desk, text="20:00")
    compiled = compile_house(desk.house(), None)

    def chosen(view: View) -> tuple[str, ...]:
        candidacy = Candidacy(Admission(view, compiled, STAFF), party_size(2))
        assert check_hours(candidacy) is None
        assert check_tables(candidacy) is None
        return candidacy.plans[0].tables

    def asked(loaded: Window) -> tuple[str, ...]:
        return store.read(Scope(desk.restaurant_id, windows=(loaded,)), chosen)

    assert asked(window("19:00", "20:30")) == ("big",)
    assert asked(window("19:00", "21:30")) == ("small",)


def test_a_stay_that_ends_beyond_the_horizon_is_left_out(store: Store) -> None:
    period = ServicePeriod("dinner", "10:00", "03:00", buffer_after_minutes=120)
    desk = open_desk(store, a_house(FLOOR, turn_minutes=600, periods=[period]), actor=STAFF)
    waiting(desk, text="14:00")
    # The party would keep its tables until 02:00, and the horizon ends at 01:00.
    assert plans(desk, text="12:00")["big"] == 0
    assert plans(desk, text="13:00")["big"] > 0


def test_starts_near_each_other_see_the_same_waiting_party(desk: Desk) -> None:
    waiting(desk, text="19:00")
    found = desk.offers(party_size(2), flexible_minutes=30).found
    assert len(found) > 1
    assert {each.quote.plan.tables for each in found} == {("small",)}


def test_a_weight_of_zero_looks_at_no_party(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = attrs.evolve(Weights(), parties_starved=0)
    desk = open_desk(store, a_house(FLOOR, planning=Planning(weights=weights)), actor=STAFF)
    waiting(desk)
    monkeypatch.setattr(lookahead, "_starts", None)
    assert plans(desk) == {"big": 0, "small": 0}


def test_a_promised_party_is_kept_before_a_waiting_one(desk: Desk) -> None:
    waiting(desk)
    promised = desk.book(party_size(4), tables="later")
    assert plans(desk) == {"small": 0}
    override = Override(Code.TABLES_PROMISED, "They sit outside.")
    request = BookingRequest(2, at("19:00"), tables=["big"], overrides=[override])
    quote = desk.quote(request)
    assert isinstance(quote, Quote)
    assert quote.plan.score.cost("parties_starved") == PENALTY
    assert promised.tables == ()


def test_a_party_that_waits_changes_no_availability(desk: Desk) -> None:
    def seen() -> Availability:
        return desk.availability(FRIDAY, [2, 4])

    before = seen()
    waiting(desk)
    assert [(each.spots, each.refusal) for each in seen().slots] == [
        (each.spots, each.refusal) for each in before.slots
    ]


def test_the_longest_waiting_parties_count(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_PARTIES == 20
    monkeypatch.setattr(lookahead, "MAX_PARTIES", 2)
    for _ in range(3):
        waiting(desk)
    assert plans(desk)["big"] == 2 * PENALTY


SIZES = (("x", 8), ("y", 4), ("z", 5))


def test_on_a_floor_with_too_many_sets_a_search_answers() -> None:
    floor = sketch_floor({"a": 2, "b": 2, "c": 4}, joins=["a-b", "b-c"])
    planner = Planner(floor, Planning(), max_sets=0)
    ask = PlanRequest(8)
    span = window("19:00", "20:30")
    parties = [(Promise(name, PlanRequest(size), (Part(0b111, span),)),) for name, size in SIZES]
    ahead = Lookahead(planner, ((0b111, span),), tuple(parties))
    assert [ahead.starved(mask) for mask in (0b001, 0b100)] == [1, 2]
    assert planner.is_seatable(ask, 0b111, 500)
    # A search that meets its bound has found nothing.
    assert not planner.is_seatable(ask, 0b111, 1)


def test_the_cost_of_a_start_leaves_the_waiting_parties_out(desk: Desk) -> None:
    desk.block(window("17:00", "23:00"), tables=["small"], reason="paint")

    def cost() -> float:
        (offered,) = desk.offers(party_size(2), flexible_minutes=0).found
        return offered.cost.wasted_covers

    before = cost()
    waiting(desk)
    assert plans(desk) == {"big": PENALTY}
    assert cost() == pytest.approx(before)
