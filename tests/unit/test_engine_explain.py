"""Explain: every reason, and for each kind the cheapest change that turns the answer."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    GUEST,
    BookingChange,
    CapacityRule,
    ChangeKind,
    Code,
    Desk,
    EventType,
    InvalidInput,
    ManualClock,
    Occasion,
    Preference,
    Quote,
    Receipt,
    Refusal,
    Refused,
    Relaxation,
    ServicePeriod,
    WalkIn,
    sketch_floor,
)
from fourtop.formats.results import to_data
from fourtop.ports import Store
from tests.evening import (
    STAFF,
    a_house,
    at,
    booked,
    five_tables,
    held,
    one_table,
    open_desk,
    party_size,
    snapshot,
)

TWO_FOURS = {"4a": 4, "4b": 4}


def staff_desk(store: Store, **how: Any) -> Desk:
    return open_desk(store, a_house(**how), actor=STAFF)


# ---- changes


def test_a_yes_is_explained_by_its_quote(store: Store) -> None:
    desk = staff_desk(store)
    explained = desk.explain(party_size(4))
    assert explained
    assert explained.quote == desk.quote(party_size(4))
    assert (explained.refusal, explained.changes, explained.is_proven) == (None, (), True)
    assert str(explained) == "Yes, 4 people can sit at table 3 on Friday 1 May at 19:00."


def test_the_nearest_starts_before_and_after_are_found(store: Store) -> None:
    desk = staff_desk(store, floor=one_table())
    booked(desk, 4, "19:00")
    explained = desk.explain(party_size(4, "19:30"))
    assert not explained
    starts = {change.kind: change.request.start for change in explained.changes}
    assert starts[ChangeKind.EARLIER] == at("17:30")
    assert starts[ChangeKind.LATER] == at("20:30")
    assert explained.refusal is not None
    (rival,) = explained.refusal.reasons[0].details["in_the_way"]
    assert rival["end"] == at("20:30").isoformat()
    assert "20:30 works, at table 1" in str(explained)
    assert "table 1: booking n1 until 20:30" in str(explained)


def test_finding_05_taken_tables_list_every_rival(store: Store) -> None:
    desk = staff_desk(store, floor=one_table(), turn_minutes=60)
    first, second = booked(desk, 4, "18:30"), booked(desk, 4, "19:30")
    for request in (party_size(4), party_size(4, tables=["1"])):
        refusal = desk.quote(request)
        assert isinstance(refusal, Refusal)
        rivals = refusal.reasons[0].details["in_the_way"]
        assert [each["owner_id"] for each in rivals] == [first.id, second.id]


def test_the_largest_party_that_works_is_found(store: Store) -> None:
    desk = staff_desk(store, floor=one_table(4))
    change = desk.explain(party_size(6)).find_change("party_size")
    assert change is not None
    assert (change.request.party_size, str(change)) == (4, "4 people could sit at table 1")


def test_the_covers_that_a_party_needs_are_told(store: Store) -> None:
    desk = staff_desk(store, capacity_rules=[CapacityRule(max_covers=9)])
    booked(desk, 6)
    change = desk.explain(party_size(4)).find_change(ChangeKind.CAPACITY)
    assert change is not None
    assert str(change) == "10 instead of 9 covers would be enough"
    assert change.request.relax == (Relaxation.CAPACITY,)


def test_tables_that_need_not_touch_are_found(store: Store) -> None:
    desk = staff_desk(store, floor=sketch_floor(TWO_FOURS))
    change = desk.explain(party_size(8)).find_change("adjacency")
    assert change is not None
    assert str(change) == "tables 4a and 4b would do if they need not touch"


def test_a_table_for_larger_parties_is_found(store: Store) -> None:
    floor = sketch_floor({"1": {"capacity": 6, "min_party": 4}})
    change = staff_desk(store, floor=floor).explain(party_size(2)).find_change("min_party")
    assert change is not None
    assert change.tables == ("1",)


def test_the_condition_to_drop_is_named(store: Store) -> None:
    floor = five_tables()
    floor = floor.with_table(attrs.evolve(floor.get_table("1"), features={"window", "quiet"}))
    floor = floor.with_table(attrs.evolve(floor.get_table("3"), features={"quiet"}))
    desk = staff_desk(store, floor=floor)
    request = party_size(4, must=Preference(features={"window", "quiet"}))
    change = desk.explain(request).find_change("conditions")
    assert change is not None
    assert change.details == {"dropped": {"features": ["window"]}}
    assert str(change) == "without features window, table 3 would do"


def test_all_conditions_are_dropped_where_no_single_one_is_enough(store: Store) -> None:
    floor = sketch_floor(
        {
            "1": {"capacity": 4, "features": ["window", "quiet"]},
            "2": {"capacity": 4, "zone": "bar", "features": ["loud"]},
        }
    )
    desk = staff_desk(store, floor=floor)
    booked(desk, 4, tables=["1"])
    zones = {floor.get_table("1").zone_id}
    request = party_size(4, must=Preference(features={"quiet"}, zones=zones))
    change = desk.explain(request).find_change("conditions")
    assert change is not None
    assert (change.request.must, change.tables) == (Preference(), ("2",))
    assert change.details == {"dropped": {"features": ["quiet"], "zones": sorted(zones)}}


@pytest.mark.parametrize(
    ("bounds", "minutes"), [((60, 120), 60), ((30, 50), 50), ((61, 120), None), (None, None)]
)
def test_a_guest_learns_of_a_shorter_stay_within_the_bounds_of_guests(
    store: Store, bounds: tuple[int, int] | None, minutes: int | None
) -> None:
    desk = open_desk(store, a_house(one_table(), guest_stay=bounds), actor=GUEST)
    booked(desk, 4, "20:00")
    change = desk.explain(party_size(4, "19:00")).find_change("stay")
    assert (None if change is None else change.details["minutes"]) == minutes


def test_named_tables_have_no_change_where_no_others_are_free(store: Store) -> None:
    desk = staff_desk(store, floor=one_table())
    booked(desk, 4)
    explained = desk.explain(party_size(4, tables=["1"]))
    assert explained.find_change("tables") is None
    assert explained.is_proven


def test_another_occasion_is_found(store: Store) -> None:
    occasions = [Occasion("meal", [(None, 120)]), Occasion("drinks", [(None, 60)])]
    period = ServicePeriod("dinner", "17:00", "23:00", occasions=["meal", "drinks"])
    desk = staff_desk(store, floor=one_table(), occasions=occasions, periods=[period])
    desk.book(party_size(4, "20:00", occasion="meal"))
    change = desk.explain(party_size(4, "19:00", occasion="meal")).find_change("occasion")
    assert change is not None
    assert change.request.occasion == "drinks"


def test_other_tables_than_the_named_ones_are_found(store: Store) -> None:
    desk = staff_desk(store)
    booked(desk, 4, tables=["3"])
    change = desk.explain(party_size(4, tables=["3"])).find_change("tables")
    assert change is not None
    assert change.tables == ("4",)


def test_a_refusal_names_the_reasons_of_all_checks(store: Store) -> None:
    desk = staff_desk(store, floor=one_table(), capacity_rules=[CapacityRule(max_covers=4)])
    booked(desk, 4)
    refusal = desk.quote(party_size(2))
    assert isinstance(refusal, Refusal)
    codes = [reason.code for reason in refusal.reasons]
    assert codes == [Code.CAPACITY_EXCEEDED, Code.TABLES_TAKEN]
    assert desk.explain(party_size(2)).refusal == refusal


def test_a_closed_day_has_no_change(store: Store) -> None:
    desk = staff_desk(store, closures=["2026-05-01"])
    explained = desk.explain(party_size(2))
    assert [change.kind for change in explained.changes] == []
    assert str(explained).splitlines() == [
        "No table for 2 people on Friday 1 May at 19:00:",
        "- closed on 2026-05-01",
        "No single change would help.",
    ]


def test_a_search_that_ended_at_its_bound_says_so_and_denies_no_change(store: Store) -> None:
    desk = staff_desk(store, floor=one_table())
    booked(desk, 4, "19:00")
    found = desk.explain(party_size(4, "19:30"))
    bound = "The search ended at its bound: there may be further changes."
    some_changes = attrs.evolve(found, is_proven=False)
    no_change = attrs.evolve(found, is_proven=False, changes=())
    assert str(some_changes) == f"{found}\n{bound}"
    answer, what_works, _ = str(some_changes).partition("\nWhat would work:")
    assert what_works
    assert str(no_change) == f"{answer}\n{bound}"


def test_a_booking_that_is_left_out_is_not_in_the_way(store: Store) -> None:
    desk = staff_desk(store, floor=one_table())
    booking = booked(desk, 4)
    assert not desk.explain(party_size(4, "19:30"))
    assert desk.explain(party_size(4, "19:30"), exclude=booking.id)


def test_an_explanation_changes_nothing(store: Store) -> None:
    desk = staff_desk(store, floor=one_table())
    booked(desk, 4)
    before = snapshot(store, desk)
    explained = desk.explain(party_size(8, "19:30"))
    assert snapshot(store, desk) == before
    assert explained.versions == desk.versions()


def test_an_explanation_is_plain_data_and_html(store: Store) -> None:
    desk = staff_desk(store, floor=one_table())
    booked(desk, 4)
    explained = desk.explain(party_size(4, "19:30"))
    data = json.loads(json.dumps(to_data(explained)))
    assert [each["kind"] for each in data["changes"]] == ["earlier", "later"]
    assert data["refusal"]["code"] == "TABLES_TAKEN"
    assert "20:30 works" in explained._repr_html_()
    assert repr(explained) == "<Explanation no: TABLES_TAKEN, 2 changes>"


def test_a_guest_learns_of_rules_but_may_not_lift_them(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor(TWO_FOURS)), actor=GUEST)
    change = desk.explain(party_size(8)).find_change("adjacency")
    assert change is not None
    before = snapshot(store, desk)
    for refused in (desk.quote, desk.hold, desk.book):
        with pytest.raises(InvalidInput) as caught:
            refused(change.request)
        assert caught.value.field == "relax"
    assert snapshot(store, desk) == before


# ---- the ladder


def test_rules_are_lifted_only_after_a_refusal_and_reported(store: Store) -> None:
    desk = staff_desk(store, floor=sketch_floor(TWO_FOURS))
    relax = ["min_party", "adjacency"]
    usual = desk.book(party_size(4, "17:00", relax=relax))
    assert usual.receipt.relaxed == ()
    quote = desk.quote(party_size(8, relax=relax))
    assert isinstance(quote, Quote)
    assert (quote.relaxed, quote.plan.tables) == ((Relaxation.ADJACENCY,), ("4a", "4b"))
    hold = desk.hold(party_size(8, relax=relax))
    assert (hold.tables, hold.receipt.relaxed) == (("4a", "4b"), (Relaxation.ADJACENCY,))
    desk.release_hold(hold.id)
    booking = desk.book(party_size(8, relax=relax))
    assert booking.receipt.relaxed == (Relaxation.ADJACENCY,)
    told = [
        event.data.get("relaxed")
        for event in store.events(desk.restaurant_id)
        if event.type in (EventType.HOLD_CREATED, EventType.BOOKING_CREATED)
    ]
    assert told == [None, ["adjacency"], ["adjacency"]]
    assert desk.audit().is_clean


def test_a_change_lifts_the_rules_that_a_new_booking_may_lift(store: Store) -> None:
    floor = sketch_floor(TWO_FOURS)
    desk = staff_desk(store, floor=floor, capacity_rules=[CapacityRule(max_covers=7)])
    desk.book(party_size(4), booking_id="b1")
    with pytest.raises(Refused) as caught:
        desk.reschedule("b1", BookingChange(party_size=8))
    assert caught.value.code is Code.CAPACITY_EXCEEDED
    relax = [Relaxation.CAPACITY, "adjacency"]
    # A quote that leaves the booking out says what the change will do.
    quote = desk.quote(party_size(8, relax=relax), exclude="b1")
    assert isinstance(quote, Quote)
    lifting = BookingChange(party_size=8, relax=relax)
    changed = desk.reschedule("b1", lifting, key="k")
    assert (changed.tables, changed.receipt.relaxed) == (quote.plan.tables, quote.relaxed)
    assert changed.receipt.relaxed == (Relaxation.CAPACITY, Relaxation.ADJACENCY)
    replayed = desk.reschedule("b1", lifting, key="k")
    assert replayed.receipt.relaxed == changed.receipt.relaxed
    told = [
        event.data.get("relaxed")
        for event in store.events(desk.restaurant_id)
        if event.type is EventType.BOOKING_RESCHEDULED
    ]
    assert told == [["capacity", "adjacency"]]
    assert desk.get_booking("b1").receipt == Receipt()
    # A relaxation is for one change: the booking keeps none.
    with pytest.raises(Refused):
        desk.reschedule("b1", BookingChange(start=at("20:00")))
    assert desk.reschedule("b1", BookingChange(start=at("20:00"), relax=relax)).version == 3
    assert desk.audit().is_clean


def test_a_change_that_needs_no_rule_lifted_reports_none(store: Store) -> None:
    desk = staff_desk(store, floor=sketch_floor(TWO_FOURS))
    booking = desk.book(party_size(4), booking_id="b1")
    same = desk.reschedule("b1", BookingChange(relax=["adjacency"]))
    assert (same, same.version) == (booking, 1)
    named = desk.reschedule("b1", BookingChange(reference="R-1", relax=["adjacency"]))
    assert (named.tables, named.receipt.relaxed) == (booking.tables, ())
    moved = desk.reschedule("b1", BookingChange(start=at("20:00"), relax=["adjacency"]))
    assert moved.receipt.relaxed == ()


def test_a_guest_may_not_lift_a_rule_for_a_change(store: Store) -> None:
    desk = open_desk(store, a_house(sketch_floor(TWO_FOURS)), actor=GUEST)
    booked(desk, 4, booking_id="b1")
    before = snapshot(store, desk)
    for change in (
        BookingChange(party_size=8, relax=["adjacency"]),
        BookingChange(relax=["capacity"]),
    ):
        with pytest.raises(InvalidInput, match="relax: only staff may lift rules") as caught:
            desk.reschedule("b1", change)
        assert caught.value.field == "relax"
    with pytest.raises(InvalidInput, match="relax: only staff may lift rules"):
        desk.walk_in(WalkIn(2, relax=["capacity"]))
    with pytest.raises(InvalidInput, match="relax: must be one of adjacency, min_party, capacity"):
        BookingChange(relax=["hours"])
    assert snapshot(store, desk) == before


def test_a_party_at_the_door_has_the_rules_lifted_that_a_booking_has(
    store: Store, clock: ManualClock
) -> None:
    desk = staff_desk(store, floor=sketch_floor(TWO_FOURS))
    clock.move_to(at("19:00"))
    with pytest.raises(Refused):
        desk.walk_in(WalkIn(8))
    seated = desk.walk_in(WalkIn(8, relax=["capacity", "adjacency"]))
    assert (seated.tables, seated.receipt.relaxed) == (("4a", "4b"), (Relaxation.ADJACENCY,))


def test_rules_are_lifted_in_order_and_together_where_one_is_not_enough(store: Store) -> None:
    floor = sketch_floor({"1": {"capacity": 4, "min_party": 3}})
    desk = staff_desk(store, floor=floor, capacity_rules=[CapacityRule(max_covers=1)])
    for relax in (("min_party", "capacity"), ("capacity", "adjacency", "min_party")):
        quote = desk.quote(party_size(2, relax=relax))
        assert isinstance(quote, Quote)
        assert set(quote.relaxed) >= {Relaxation.MIN_PARTY, Relaxation.CAPACITY}
    assert isinstance(desk.quote(party_size(2, relax=["capacity"])), Refusal)


def test_a_relaxed_hold_is_confirmed_by_the_rules_that_it_was_made_with(store: Store) -> None:
    desk = staff_desk(store, capacity_rules=[CapacityRule(max_covers=1)])
    hold = desk.hold(party_size(4, relax=["capacity"]))
    table = desk.house().floor.get_table("5")
    desk.edit_floor(lambda floor: floor.with_table(attrs.evolve(table, notes="wobbly")))
    assert desk.confirm(hold.id).tables == hold.tables


def test_a_relaxation_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(InvalidInput) as caught:
        party_size(2, relax=["hours"])
    assert caught.value.field == "relax"


def test_a_refusal_after_the_ladder_is_that_of_the_plain_request(store: Store) -> None:
    desk = staff_desk(store, floor=one_table())
    booked(desk, 4)
    with pytest.raises(Refused) as caught:
        held(desk, 4)
    with pytest.raises(Refused) as relaxed:
        desk.hold(party_size(4, relax=list(Relaxation)))
    assert relaxed.value.refusal == caught.value.refusal


# ---- availability


def test_finding_11_availability_asks_for_the_occasion(store: Store) -> None:
    occasions = [Occasion("meal", [(None, 120)]), Occasion("drinks", [(None, 60)])]
    period = ServicePeriod("dinner", "17:00", "23:00", occasions=["drinks", "meal"])
    desk = staff_desk(store, floor=one_table(), occasions=occasions, periods=[period])
    desk.book(party_size(4, "20:00"))
    shown = {
        occasion: desk.availability(
            at("19:00").date(), 4, occasion=occasion, at="2026-05-01T19:00"
        ).bookable()
        for occasion in ("drinks", "meal")
    }
    assert [len(slots) for slots in shown.values()] == [1, 0]
    with pytest.raises(Refused):
        desk.book(party_size(4, occasion="meal"))
    assert desk.book(party_size(4, occasion="drinks")).tables == ("1",)


def test_finding_11_availability_and_quote_leave_a_booking_out(store: Store) -> None:
    desk = staff_desk(store, floor=one_table(), capacity_rules=[CapacityRule(max_covers=4)])
    booking = booked(desk, 4)
    request = party_size(4, "20:00")
    (slot,) = desk.availability(at("19:00").date(), 4, at="2026-05-01T20:00").slots
    assert not slot.is_bookable
    assert isinstance(desk.quote(request), Refusal)
    found = desk.availability(at("19:00").date(), 4, at="2026-05-01T20:00", exclude=booking.id)
    assert found.slots[0].is_bookable
    assert isinstance(desk.quote(request, exclude=booking.id), Quote)
    moved = desk.reschedule(booking.id, BookingChange(start=at("20:00")))
    assert moved.start == at("20:00")


def test_finding_11_a_closed_date_says_so(store: Store) -> None:
    desk = staff_desk(store, closures=["2026-05-01"])
    found = desk.availability(at("19:00").date(), 2)
    assert found.slots == ()
    assert found.closed is not None
    assert found.closed.code is Code.CLOSED
    assert "closed" in repr(found)
    open_day = desk.availability(at("19:00").date() + timedelta(days=1), 2)
    assert open_day.closed is None


def test_a_wrong_argument_of_an_availability_is_named(store: Store) -> None:
    desk = staff_desk(store)
    for wrong in ({"spots_limit": 0}, {"must": "window"}, {"minutes": 0}, {"exclude": "a b"}):
        with pytest.raises(InvalidInput) as caught:
            desk.availability(at("19:00").date(), 2, **wrong)
        assert caught.value.field == next(iter(wrong))
