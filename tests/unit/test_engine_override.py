"""Overrides: staff break a rule of the house for one booking, with a reason that is recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs
import pytest

from fourtop import (
    Actor,
    Booking,
    BookingChange,
    CapacityRule,
    Code,
    Desk,
    Engine,
    EventType,
    Floor,
    InvalidInput,
    Join,
    KeptApart,
    ManualClock,
    Move,
    Override,
    Planning,
    Policy,
    Preference,
    Quote,
    Refusal,
    Refused,
    Selection,
    Table,
    WalkIn,
    Zone,
    ZoneRule,
    dumps_house,
    loads_house,
)
from fourtop.formats.results import dumps_result, loads_result
from fourtop.ports import Store
from tests.evening import (
    NOW,
    STAFF,
    a_house,
    at,
    booked,
    one_table,
    open_desk,
    party_size,
    snapshot,
    table_rows,
)

TWO_ROOMS: Final = (
    Override("ZONE_MISMATCH", "The choir fills both rooms"),
    Override("ADJACENCY_MISMATCH", "Tables of both rooms"),
)
CAP: Final = (Override("CAPACITY_EXCEEDED", "The mayor"),)
CHAIR: Final = (Override("PARTY_ABOVE_MAXIMUM", "One more chair"),)


def two_rooms() -> Floor:
    """Two joined fours and a single four in the hall; two fours on the balcony."""
    zones = ["hall", "hall", "hall", "balcony", "balcony"]
    return Floor(
        [Table(str(n), str(n), 4, zone) for n, zone in enumerate(zones, 1)],
        zones=[Zone("hall", "Hall"), Zone("balcony", "Balcony")],
        joins=[Join(("1", "2"))],
    )


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, a_house(two_rooms()), actor=STAFF)


def refused(call: Callable[[], Any]) -> list[Code]:
    with pytest.raises(Refused) as caught:
        call()
    return [each.code for each in caught.value.refusal.reasons]


# ---- at every door -------------------------------------------------------------------------------


def test_a_quote_a_hold_and_a_booking_take_the_same_overrides(desk: Desk) -> None:
    bare = party_size(8, tables=["3", "4"])
    wanted = bare.replaced(overrides=TWO_ROOMS)
    refusal = desk.quote(bare)
    assert isinstance(refusal, Refusal)
    assert [each.code for each in refusal.reasons] == [
        Code.ZONE_MISMATCH,
        Code.ADJACENCY_MISMATCH,
    ]
    assert refused(lambda: desk.hold(bare)) == [each.code for each in refusal.reasons]
    quote = desk.quote(wanted)
    assert isinstance(quote, Quote)
    assert quote.broken == (Code.ZONE_MISMATCH, Code.ADJACENCY_MISMATCH)
    assert (quote.plan.tables, quote.plan.seats) == (("3", "4"), 8)
    assert desk.explain(wanted)
    hold = desk.hold(wanted)
    assert (hold.overrides, hold.tables) == (TWO_ROOMS, ("3", "4"))
    assert desk.find_hold(hold.id) == hold
    other = desk.replace_hold(hold.id, wanted.replaced(tables=["3", "5"]))
    booking = desk.confirm(other.id)
    assert (booking.overrides, booking.tables) == (TWO_ROOMS, ("3", "5"))
    assert desk.get_booking(booking.id) == booking
    assert desk.audit().is_clean


def test_what_is_not_overridden_is_still_refused_and_changes_nothing(
    desk: Desk, store: Store
) -> None:
    request = party_size(9, tables=["3", "4"], overrides=TWO_ROOMS)
    before = snapshot(store, desk)
    assert refused(lambda: desk.book(request)) == [Code.PARTY_ABOVE_MAXIMUM]
    assert snapshot(store, desk) == before
    booking = desk.book(request.replaced(overrides=[*CHAIR, *TWO_ROOMS]))
    assert booking.overrides == (*CHAIR, *TWO_ROOMS)


def test_an_override_never_overrides_occupancy(desk: Desk) -> None:
    booked(desk, 4, tables=["4"])
    request = party_size(8, tables=["3", "4"], overrides=TWO_ROOMS)
    assert refused(lambda: desk.book(request)) == [Code.ALLOCATIONS_OVERLAP]


def test_an_override_that_was_not_needed_is_reported_and_not_kept(desk: Desk) -> None:
    request = party_size(4, tables=["3"], overrides=CHAIR)
    hold = desk.hold(request)
    assert (hold.overrides, hold.receipt.unneeded) == ((), (Code.PARTY_ABOVE_MAXIMUM,))
    made = desk.book(party_size(4, tables=["4"], overrides=CHAIR))
    assert (made.overrides, made.receipt.unneeded) == ((), (Code.PARTY_ABOVE_MAXIMUM,))
    later = desk.reschedule(made.id, BookingChange(start=at("20:00"), overrides=CHAIR))
    assert (later.overrides, later.receipt.unneeded) == ((), (Code.PARTY_ABOVE_MAXIMUM,))
    assert desk.get_booking(made.id).receipt.unneeded == ()


def test_a_walk_in_may_break_a_rule(desk: Desk, clock: ManualClock) -> None:
    clock.move_to(at("19:00"))
    walk_in = WalkIn(5, tables=["3"])
    assert refused(lambda: desk.walk_in(walk_in)) == [Code.PARTY_ABOVE_MAXIMUM]
    party = desk.walk_in(attrs.evolve(walk_in, overrides=CHAIR))
    assert (party.party_size, party.overrides) == (5, CHAIR)


def test_a_cap_is_overridden_for_one_booking(store: Store) -> None:
    rules = [CapacityRule(max_covers=4)]
    desk = open_desk(store, a_house(two_rooms(), capacity_rules=rules), actor=STAFF)
    booked(desk, 4)
    assert refused(lambda: desk.book(party_size(2))) == [Code.CAPACITY_EXCEEDED]
    made = desk.book(party_size(2, overrides=CAP))
    waits = desk.book(party_size(2, overrides=CAP), tables="later")
    assert made.overrides == waits.overrides == CAP
    # The booking counts already: a later time of the service raises nothing.
    assert desk.reschedule(made.id, BookingChange(start=at("20:00"))).overrides == CAP
    assert refused(lambda: desk.resize(made.id, 4)) == [Code.CAPACITY_EXCEEDED]


def test_a_zone_is_overridden_only_where_no_other_table_is_left(store: Store) -> None:
    rules = [ZoneRule("balcony", closed=True)]
    desk = open_desk(store, a_house(two_rooms(), zone_rules=rules), actor=STAFF)
    opened = (Override("ZONE_CLOSED", "We open the balcony for them"),)
    assert desk.book(party_size(4, overrides=opened)).overrides == ()
    for table in ("1", "2", "3"):
        if all(row.resource_id != table for row in table_rows(desk)):
            booked(desk, 4, tables=[table])
    assert Code.ZONE_CLOSED in refused(lambda: desk.book(party_size(4)))
    made = desk.book(party_size(4, overrides=opened))
    assert (made.tables, made.overrides) == (("4",), opened)
    named = desk.book(party_size(4, tables=["5"], overrides=opened))
    assert named.overrides == opened
    assert refused(lambda: desk.book(party_size(4, overrides=opened))) == [Code.TABLES_TAKEN]


def test_tables_of_two_zones_are_kept_for_the_longer_stay(store: Store) -> None:
    rules = [ZoneRule("balcony", turn_bands=[(None, 120)])]
    desk = open_desk(store, a_house(two_rooms(), zone_rules=rules), actor=STAFF)
    booking = desk.book(party_size(8, tables=["3", "4"], overrides=TWO_ROOMS))
    assert booking.stay.turn_minutes == 120
    assert {row.window.minutes for row in table_rows(desk)} == {120}


# ---- what a booking keeps ------------------------------------------------------------------------


def choir(desk: Desk) -> Booking:
    return desk.book(party_size(8, tables=["3", "4"], overrides=TWO_ROOMS), booking_id="choir")


def test_the_overrides_of_tables_stand_as_long_as_the_booking_has_them(desk: Desk) -> None:
    choir(desk)
    later = desk.reschedule("choir", BookingChange(start=at("20:00")))
    assert (later.tables, later.overrides) == (("3", "4"), TWO_ROOMS)
    fewer = desk.reschedule("choir", BookingChange(party_size=7))
    assert (fewer.tables, fewer.overrides) == (("3", "4"), TWO_ROOMS)
    other = desk.reschedule("choir", BookingChange(tables=["1", "2"]))
    assert (other.tables, other.overrides) == (("1", "2"), ())
    assert refused(lambda: desk.reschedule("choir", BookingChange(tables=["3", "4"]))) == [
        Code.ZONE_MISMATCH,
        Code.ADJACENCY_MISMATCH,
    ]


def test_a_larger_party_needs_a_new_override_of_its_size(desk: Desk) -> None:
    made = desk.book(party_size(5, tables=["3"], overrides=CHAIR))
    assert refused(lambda: desk.resize(made.id, 6)) == [Code.PARTY_ABOVE_MAXIMUM]
    larger = BookingChange(party_size=6)
    assert refused(lambda: desk.reschedule(made.id, larger)) == [Code.PARTY_ABOVE_MAXIMUM]
    two = (Override("PARTY_ABOVE_MAXIMUM", "Two more chairs"),)
    six = desk.reschedule(made.id, attrs.evolve(larger, overrides=two))
    assert six.overrides == two
    later = desk.reschedule(made.id, BookingChange(start=at("20:00")))
    assert (later.tables, later.overrides) == (("3",), two)


def test_a_party_of_two_rooms_may_shrink_by_one(desk: Desk) -> None:
    made = desk.book(party_size(8, tables=["3", "4"], overrides=TWO_ROOMS))
    assert desk.resize(made.id, 7).overrides == TWO_ROOMS


def test_a_change_of_overrides_alone_changes_nothing(desk: Desk, store: Store) -> None:
    made = choir(desk)
    before = snapshot(store, desk)
    assert desk.reschedule("choir", BookingChange(overrides=CHAIR)) == made
    assert snapshot(store, desk) == before


def test_tables_that_a_move_broke_a_rule_for_are_promised(desk: Desk) -> None:
    booked(desk, 8, booking_id="b1")
    (moved,) = desk.move([Move("b1", ["3", "4"], overrides=TWO_ROOMS)])
    assert (moved.overrides, moved.names_tables) == (TWO_ROOMS, True)
    later = desk.reschedule("b1", BookingChange(start=at("20:00")))
    assert (later.tables, later.overrides) == (("3", "4"), TWO_ROOMS)
    (back,) = desk.move([Move("b1", ["1", "2"])])
    assert back.overrides == ()


def test_a_confirmation_after_an_edit_obeys_the_overrides(desk: Desk) -> None:
    hold = desk.hold(party_size(8, tables=["3", "4"], overrides=TWO_ROOMS))
    desk.edit_policy(lambda policy: attrs.evolve(policy, past_grace_minutes=9))
    assert desk.confirm(hold.id, requote=True).overrides == TWO_ROOMS


def test_a_pending_booking_gets_the_overrides_of_its_hold(store: Store) -> None:
    rules = [CapacityRule(max_covers=4)]
    desk = open_desk(store, a_house(two_rooms(), capacity_rules=rules), actor=STAFF)
    desk.book(party_size(8, overrides=CAP), tables="later", booking_id="b1")
    wanted = party_size(8, tables=["3", "4"], overrides=TWO_ROOMS)
    hold = desk.hold(wanted, booking_id="b1")
    assert desk.confirm(hold.id).overrides == (*CAP, *TWO_ROOMS)


def test_a_zone_that_closes_after_the_hold_is_refused_unless_overridden(store: Store) -> None:
    desk = open_desk(store, a_house(two_rooms()), actor=STAFF)
    opened = (Override("ZONE_CLOSED", "They may sit there"),)
    holds = [desk.hold(party_size(4, tables=[table])) for table in ("4", "5")]
    closed = [ZoneRule("balcony", closed=True)]
    desk.edit_policy(lambda policy: attrs.evolve(policy, zone_rules=closed))
    assert refused(lambda: desk.confirm(holds[0].id)) == [Code.ZONE_CLOSED]
    desk.release_hold(holds[0].id)
    hold = desk.hold(party_size(4, tables=["4"], overrides=opened))
    desk.edit_policy(lambda policy: attrs.evolve(policy, past_grace_minutes=9))
    assert desk.confirm(hold.id).overrides == opened


# ---- moves obey the rules of tables --------------------------------------------------------------


def test_a_move_into_a_closed_zone_is_refused_and_can_be_overridden(store: Store) -> None:
    rules = [ZoneRule("balcony", closed=True)]
    desk = open_desk(store, a_house(two_rooms(), zone_rules=rules), actor=STAFF)
    booked(desk, 4, tables=["3"], booking_id="b1")
    assert refused(lambda: desk.move([Move("b1", ["4"])])) == [Code.ZONE_CLOSED]
    opened = [Override("ZONE_CLOSED", "The quiet room")]
    (moved,) = desk.move([Move("b1", ["4"], overrides=opened)])
    assert moved.tables == ("4",)


def test_a_move_into_a_full_zone_is_refused_but_a_swap_is_not(store: Store) -> None:
    rules = [CapacityRule(max_covers=4, zone="balcony"), CapacityRule(max_covers=8, zone="hall")]
    desk = open_desk(store, a_house(two_rooms(), capacity_rules=rules), actor=STAFF)
    booked(desk, 4, tables=["3"], booking_id="b1")
    booked(desk, 4, tables=["4"], booking_id="b2")
    booked(desk, 4, tables=["1"], booking_id="b3")
    assert refused(lambda: desk.move([Move("b1", ["5"])])) == [Code.ZONE_CAPACITY_EXCEEDED]
    # Both zones are full before and after.
    assert [each.tables for each in desk.swap("b1", "b2")] == [("4",), ("3",)]


def test_a_move_asks_no_rules_of_a_service_that_is_gone(store: Store) -> None:
    rules = [ZoneRule("balcony", closed=True)]
    desk = open_desk(store, a_house(two_rooms(), zone_rules=rules), actor=STAFF)
    booked(desk, 4, tables=["3"], booking_id="b1")
    desk.edit_policy(lambda policy: attrs.evolve(policy, periods=[]))
    (moved,) = desk.move([Move("b1", ["4"])])
    assert moved.tables == ("4",)


# ---- who may, and how it is recorded -------------------------------------------------------------


def test_a_guest_may_override_nothing(desk: Desk, store: Store) -> None:
    booked(desk, 4, tables=["3"], booking_id="b1")
    guest = Engine(store).desk(desk.restaurant_id, actor=Actor("g7", "guest"))
    request = party_size(5, tables=["4"], overrides=CHAIR)
    hold = desk.hold(party_size(4, tables=["5"]))
    before = snapshot(store, desk)
    calls: list[Callable[[], Any]] = [
        lambda: guest.quote(request),
        lambda: guest.explain(request),
        lambda: guest.book(request),
        lambda: guest.hold(request),
        lambda: guest.replace_hold(hold.id, request),
        lambda: guest.walk_in(WalkIn(5, tables=["4"], overrides=CHAIR)),
        lambda: guest.reschedule("b1", BookingChange(party_size=5, overrides=CHAIR)),
        lambda: guest.move([Move("b1", ["4"], overrides=CHAIR)]),
    ]
    for call in calls:
        with pytest.raises(InvalidInput) as caught:
            call()
        assert (caught.value.field, caught.value.rule) == (
            "overrides",
            "must be left to the staff",
        )
    assert snapshot(store, desk) == before


def test_a_guest_may_reschedule_what_staff_have_overridden(desk: Desk, store: Store) -> None:
    choir(desk)
    guest = Engine(store).desk(desk.restaurant_id, actor=Actor("g7", "guest"))
    later = guest.reschedule("choir", BookingChange(start=at("20:00")))
    assert (later.tables, later.overrides) == (("3", "4"), TWO_ROOMS)


def test_a_rule_of_tables_is_overridden_only_for_named_tables() -> None:
    for make in (
        lambda: party_size(5, overrides=CHAIR),
        lambda: WalkIn(5, overrides=CHAIR),
    ):
        with pytest.raises(InvalidInput) as caught:
            make()
        assert caught.value.field == "overrides"
    assert party_size(5, overrides=CAP).overrides == CAP


def test_events_name_the_rules_and_never_the_reasons(desk: Desk, store: Store) -> None:
    hold = desk.hold(party_size(8, tables=["3", "4"], overrides=TWO_ROOMS))
    booking = desk.confirm(hold.id)
    desk.reschedule(booking.id, BookingChange(start=at("20:00")))
    rules = ["ZONE_MISMATCH", "ADJACENCY_MISMATCH"]
    told = {each.type for each in store.events(desk.restaurant_id) if "overrides" in each.data}
    assert told == {
        EventType.HOLD_CREATED,
        EventType.HOLD_CONFIRMED,
        EventType.BOOKING_CREATED,
        EventType.ASSIGNMENT_SYNC,
        EventType.BOOKING_RESCHEDULED,
    }
    for event in store.events(desk.restaurant_id):
        assert event.data.get("overrides", rules) == rules
        assert "choir" not in str(event.data)


def test_a_stored_result_keeps_the_overrides(desk: Desk) -> None:
    made = desk.book(party_size(8, tables=["3", "4"], overrides=TWO_ROOMS), key="k1")
    again = desk.book(party_size(8, tables=["3", "4"], overrides=TWO_ROOMS), key="k1")
    assert (again, again.replayed) == (made, True)
    assert loads_result(dumps_result(made)) == made


# ---- the slack budget of the staff ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("slack_budget", "staff_max_slack", "expected"),
    [(4, None, []), (4, 2, [Code.SLACK_EXCEEDED]), (2, 4, []), (2, None, [Code.SLACK_EXCEEDED])],
)
def test_staff_have_a_slack_budget_of_their_own(
    store: Store, slack_budget: int, staff_max_slack: int | None, expected: list[Code]
) -> None:
    planning = Planning(slack_budget=slack_budget, staff_max_slack=staff_max_slack)
    house = a_house(two_rooms(), planning=planning)
    assert loads_house(dumps_house(house)) == house
    desk = open_desk(store, house, actor=STAFF)
    answer = desk.quote(party_size(5, tables=["1", "2"]))
    codes = [each.code for each in answer.reasons] if isinstance(answer, Refusal) else []
    assert codes == expected
    # The staff of a house that chooses by itself are bound by the budget of the house.
    chosen = desk.quote(party_size(5))
    assert isinstance(chosen, Quote) is (slack_budget == 4)
    guest = Engine(store).desk(desk.restaurant_id)
    answer = guest.quote(party_size(5, tables=["1", "2"]))
    assert isinstance(answer, Quote) is (slack_budget == 4)


def test_availability_and_search_know_no_overrides(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()), actor=STAFF)
    slots = desk.availability(NOW.date(), 5, at=at("19:00")).slots
    assert all(slot.refusal is not None for slot in slots)


def test_a_condition_that_staff_override_still_binds_the_next_change(desk: Desk) -> None:
    condition = Preference(zones={"balcony"})
    agreed = (Override("NO_TABLES_MATCH", "They agreed"),)
    made = desk.book(party_size(4, tables=["3"], must=condition, overrides=agreed))
    assert made.overrides == agreed
    later = BookingChange(start=at("20:00"))
    assert refused(lambda: desk.reschedule(made.id, later)) == [Code.NO_TABLES_MATCH]
    moved = desk.reschedule(made.id, BookingChange(start=at("20:00"), overrides=agreed))
    assert moved.overrides == agreed


# ---- distances -----------------------------------------------------------------------------------


def test_a_distance_is_overridden_at_every_door(store: Store) -> None:
    close = (Override("TABLES_TOO_CLOSE", "They know each other"),)
    floor = attrs.evolve(two_rooms(), kept_apart=[KeptApart(("3", "4"))])
    desk = open_desk(store, a_house(floor), actor=STAFF)
    booked(desk, 4, tables=["3"], booking_id="b1")
    request = party_size(4, tables=["4"])
    assert refused(lambda: desk.book(request)) == [Code.TABLES_TOO_CLOSE]
    found = desk.validate(Selection(["4"], request=request))
    assert [each.check for each in found.errors] == ["distance"]
    made = desk.book(request.replaced(overrides=close))
    assert made.overrides == close
    far = booked(desk, 4, "21:00", tables=["5"], booking_id="b2")
    booked(desk, 4, "21:00", tables=["3"])
    assert refused(lambda: desk.move([Move(far.id, ["4"])])) == [Code.TABLES_TOO_CLOSE]
    (moved,) = desk.move([Move(far.id, ["4"], overrides=close)])
    assert (moved.tables, moved.overrides, moved.receipt.unneeded) == (("4",), close, ())
    # The distance counts again at another time.
    later = BookingChange(start=at("20:45"))
    desk.reschedule(far.id, BookingChange(tables=["4"], overrides=close))
    assert refused(lambda: desk.reschedule(far.id, later)) == [Code.TABLES_TOO_CLOSE]


def test_a_move_asks_no_rules_of_a_service_that_takes_the_party_no_longer(store: Store) -> None:
    rules = [ZoneRule("balcony", closed=True)]
    desk = open_desk(store, a_house(two_rooms(), zone_rules=rules), actor=STAFF)
    booked(desk, 4, "20:00", tables=["3"], booking_id="b1")

    def earlier(policy: Policy) -> Policy:
        (dinner,) = policy.periods
        return attrs.evolve(policy, periods=[attrs.evolve(dinner, last_start="19:00")])

    desk.edit_policy(earlier)
    (moved,) = desk.move([Move("b1", ["4"])])
    assert moved.tables == ("4",)
