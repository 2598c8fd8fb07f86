"""Changes of bookings: what they keep, what they refuse, and when they change nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import attrs
import pytest

from fourtop import (
    Actor,
    Area,
    Booking,
    BookingChange,
    BookingRequest,
    Code,
    Desk,
    Engine,
    EventType,
    Floor,
    HoldMismatch,
    IllegalTransition,
    InvalidInput,
    Join,
    ManualClock,
    Move,
    NotFound,
    Override,
    Preference,
    Refused,
    StaleVersion,
    Table,
    Zone,
)
from fourtop.ports import Store
from tests.evening import STAFF, a_house, at, booked, open_desk, party_size, rows_of, snapshot

STEP_FREE: Final = Preference(features={"step-free"})
AGREED: Final = (Override("NO_TABLES_MATCH", "The guest agreed"),)
LONG: Final = Preference(areas={Area.INDOOR})


def two_floors() -> Floor:
    """Two step-free fours that can be joined, and a four, a six and a two up the stairs."""
    low, high = {"step-free"}, frozenset[str]()
    return Floor(
        [
            Table("1", "1", 4, "down", features=low),
            Table("2", "2", 4, "down", features=low),
            Table("3", "3", 4, "up", features=high),
            Table("4", "4", 6, "up", features=high),
            Table("5", "5", 2, "up", features=high),
        ],
        zones=[Zone("down", "Down"), Zone("up", "Up")],
        joins=[Join(("1", "2"))],
    )


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, a_house(two_floors(), channels=["phone"]), actor=STAFF)


def step_free(desk: Desk, booking_id: str = "b1", text: str = "19:00", **more: Any) -> Booking:
    return desk.book(party_size(4, text, must=STEP_FREE, **more), booking_id=booking_id)


# ---- what a change keeps -------------------------------------------------------------------------


def test_finding_03_a_reschedule_keeps_the_conditions(desk: Desk) -> None:
    first = step_free(desk)
    blocked = [booked(desk, 4, "20:30", tables=[each]) for each in ("1", "2")]
    assert len(blocked) == 2
    with pytest.raises(Refused) as caught:
        desk.reschedule("b1", BookingChange(start=at("20:30")))
    assert caught.value.code is Code.TABLES_TAKEN
    assert desk.get_booking("b1") == first
    free = desk.reschedule("b1", BookingChange(start=at("20:30"), must=Preference()))
    assert (free.tables, free.must) == (("3",), Preference())


def test_finding_03_a_promised_table_stays_promised_when_the_party_shrinks(desk: Desk) -> None:
    booked(desk, 6, tables=["4"], booking_id="b1")
    fewer = desk.reschedule("b1", BookingChange(party_size=3))
    assert (fewer.tables, fewer.names_tables) == (("4",), True)
    later = desk.reschedule("b1", BookingChange(start=at("20:00")))
    assert (later.tables, later.names_tables) == (("4",), True)
    free = desk.reschedule("b1", BookingChange(tables=()))
    assert (free.tables, free.names_tables) == (("3",), False)


def test_finding_03_a_promised_table_that_is_too_small_is_not_taken_away(desk: Desk) -> None:
    booked(desk, 4, tables=["3"], booking_id="b1")
    before = desk.get_booking("b1")
    with pytest.raises(Refused) as caught:
        desk.reschedule("b1", BookingChange(party_size=5))
    assert caught.value.code is Code.PARTY_ABOVE_MAXIMUM
    assert desk.get_booking("b1") == before


def test_a_change_keeps_all_that_it_does_not_give(desk: Desk) -> None:
    asked = party_size(
        4, must=STEP_FREE, wish=LONG, channel="phone", minutes=90, reference="R-7", tables=["2"]
    )
    before = desk.book(asked, booking_id="b1")
    after = desk.reschedule("b1", BookingChange(start=at("20:00")))
    kept = ("must", "wish", "channel", "minutes", "reference", "names_tables", "tables", "occasion")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert (before.local_start, after.local_start) == (
        "2026-05-01T19:00+00:00",
        "2026-05-01T20:00+00:00",
    )


def test_a_guest_keeps_the_length_that_staff_gave_and_sets_no_other(
    desk: Desk, store: Store
) -> None:
    desk.book(party_size(4, minutes=45), booking_id="b1")
    guest = Engine(store).desk(desk.restaurant_id, actor=Actor("g7", "guest"))
    later = guest.reschedule("b1", BookingChange(start=at("20:00")))
    assert (later.minutes, later.stay.dining.minutes) == (45, 45)
    with pytest.raises(Refused) as caught:
        guest.reschedule("b1", BookingChange(start=at("19:00"), minutes=60))
    assert caught.value.code is Code.STAY_OUT_OF_BOUNDS


def test_a_late_change_of_the_size_keeps_the_start(desk: Desk, clock: ManualClock) -> None:
    step_free(desk)
    clock.move_to(at("19:20"))
    fewer = desk.reschedule("b1", BookingChange(party_size=3))
    assert (fewer.party_size, fewer.start, fewer.past_reason) == (3, at("19:00"), None)
    with pytest.raises(Refused) as caught:
        desk.reschedule("b1", BookingChange(start=at("19:10")))
    assert caught.value.code is Code.BOOKING_IN_PAST


def test_a_field_that_is_given_as_nothing_is_nothing(desk: Desk) -> None:
    asked = party_size(4, must=STEP_FREE, wish=LONG, channel="phone", reference="R-7", tables=["2"])
    desk.book(asked, booking_id="b1")
    nothing = BookingChange(
        must=Preference(), wish=Preference(), channel=None, reference=None, tables=(), minutes=None
    )
    after = desk.reschedule("b1", nothing)
    assert (after.must, after.wish) == (Preference(), Preference())
    assert (after.channel, after.reference, after.names_tables) == (None, None, False)


def test_a_new_reference_moves_nothing_and_asks_no_rule(desk: Desk, store: Store) -> None:
    before = step_free(desk)
    desk.edit_restaurant(lambda each: attrs.evolve(each, active=False))
    occupied = desk.allocations(before.stay.occupied)
    after = desk.reschedule("b1", BookingChange(reference="R-9"))
    assert (after.reference, after.version, after.tables) == ("R-9", 2, before.tables)
    assert desk.allocations(before.stay.occupied) == occupied
    assert store.events(desk.restaurant_id)[-1].type is EventType.BOOKING_RESCHEDULED


def test_a_change_that_keeps_tables_and_window_keeps_the_rows(desk: Desk, store: Store) -> None:
    before = step_free(desk)
    rows = desk.allocations(before.stay.occupied)
    after = desk.reschedule("b1", BookingChange(tables=before.tables))
    assert after.names_tables
    assert desk.allocations(before.stay.occupied) == rows
    assert after.assignment == before.assignment
    assert store.events(desk.restaurant_id)[-1].type is EventType.BOOKING_RESCHEDULED


def test_the_local_time_changes_only_with_the_start(desk: Desk) -> None:
    first = step_free(desk)
    desk.edit_restaurant(lambda each: attrs.evolve(each, name="Another"))
    same = desk.reschedule("b1", BookingChange(party_size=3))
    assert same.local_start == first.local_start
    other = desk.reschedule("b1", BookingChange(start=at("19:30:30")))
    assert other.local_start == "2026-05-01T19:30:30+00:00"


def test_tables_cannot_be_promised_to_a_booking_without_tables(desk: Desk, store: Store) -> None:
    desk.book(party_size(4, must=STEP_FREE), booking_id="b1", tables="later")
    before = snapshot(store, desk)
    with pytest.raises(IllegalTransition, match="given named tables"):
        desk.reschedule("b1", BookingChange(tables=["1"]))
    assert snapshot(store, desk) == before
    assert desk.reschedule("b1", BookingChange(start=at("20:00"))).must == STEP_FREE


# ---- a change of nothing -------------------------------------------------------------------------


def test_finding_10_the_same_reschedule_again_changes_nothing(desk: Desk, store: Store) -> None:
    step_free(desk)
    change = BookingChange(start=at("20:00"), party_size=3)
    once = desk.reschedule("b1", change)
    before = snapshot(store, desk)
    assert desk.reschedule("b1", change) == once
    assert desk.reschedule("b1", BookingChange()) == once
    assert snapshot(store, desk) == before


def test_finding_10_with_a_key_a_change_of_nothing_writes_its_result_alone(
    desk: Desk, store: Store
) -> None:
    once = step_free(desk)
    before = snapshot(store, desk)
    first = desk.reschedule("b1", BookingChange(party_size=4), key="k1")
    assert (first, first.replayed) == (once, False)
    assert snapshot(store, desk) == before
    desk.reschedule("b1", BookingChange(start=at("20:00")))
    again = desk.reschedule("b1", BookingChange(party_size=4), key="k1")
    assert (again, again.replayed) == (once, True)


def test_a_change_of_nothing_keeps_the_holds(desk: Desk) -> None:
    desk.book(party_size(4), booking_id="b1", tables="later")
    hold = desk.hold(party_size(4), booking_id="b1")
    desk.reschedule("b1", BookingChange(party_size=4))
    assert desk.find_hold(hold.id) == hold
    desk.reschedule("b1", BookingChange(party_size=3))
    assert desk.find_hold(hold.id) is None


def test_finding_10_in_a_batch_the_moves_that_change_nothing_are_left_out(
    desk: Desk, store: Store
) -> None:
    booked(desk, 4, tables=["1"], booking_id="b1")
    booked(desk, 4, tables=["2"], booking_id="b2")
    events = len(store.events(desk.restaurant_id))
    one, two = desk.move([Move("b1", ["1"]), Move("b2", ["3"])])
    assert (one.version, two.version, two.tables) == (1, 2, ("3",))
    assert len(store.events(desk.restaurant_id)) == events + 1
    with pytest.raises(Refused) as caught:
        desk.move([Move("b1", ["1"]), Move("b2", ["1"])])
    assert caught.value.code is Code.ALLOCATIONS_OVERLAP


# ---- moves obey the conditions -------------------------------------------------------------------


def test_finding_03_a_move_refuses_tables_that_break_a_condition(desk: Desk, store: Store) -> None:
    step_free(desk)
    before = snapshot(store, desk)
    with pytest.raises(Refused) as caught:
        desk.move([Move("b1", ["3"])])
    (reason,) = caught.value.refusal.reasons
    assert reason.code is Code.NO_TABLES_MATCH
    assert reason.details["wanted"] == {"features": ["step-free"]}
    assert snapshot(store, desk) == before


def test_finding_03_a_swap_and_a_chain_obey_the_conditions(desk: Desk) -> None:
    step_free(desk, tables=["1"])
    booked(desk, 4, tables=["3"], booking_id="b2")
    for moves in (
        [Move("b1", ["3"]), Move("b2", ["1"])],
        [Move("b2", ["2"]), Move("b1", ["3"])],
    ):
        with pytest.raises(Refused) as caught:
            desk.move(moves)
        assert caught.value.code is Code.NO_TABLES_MATCH
    both = desk.move([Move("b1", ["2"]), Move("b2", ["1"])])
    assert [each.tables for each in both] == [("2",), ("1",)]


def test_staff_override_a_condition_with_a_reason(desk: Desk, store: Store) -> None:
    step_free(desk)
    (moved,) = desk.move([Move("b1", ["3"], overrides=AGREED)])
    assert (moved.tables, moved.must, moved.overrides) == (("3",), STEP_FREE, AGREED)
    data = store.events(desk.restaurant_id)[-1].data
    assert (data["overrides"], data["conditions"]) == (["NO_TABLES_MATCH"], ["features"])
    assert "agreed" not in str(data)
    # The condition still holds for the next change.
    back = desk.reschedule("b1", BookingChange(start=at("20:00")))
    assert back.tables == ("1",)


def test_an_override_is_recorded_only_where_it_was_needed(desk: Desk, store: Store) -> None:
    step_free(desk, tables=["1"])
    (moved,) = desk.move([Move("b1", ["2"], overrides=AGREED)])
    assert (moved.overrides, moved.receipt.unneeded) == ((), (Code.NO_TABLES_MATCH,))
    assert "overrides" not in store.events(desk.restaurant_id)[-1].data


def test_an_override_lifts_no_other_rule(desk: Desk) -> None:
    step_free(desk)
    with pytest.raises(Refused) as caught:
        desk.move([Move("b1", ["5"], overrides=AGREED)])
    assert caught.value.code is Code.PARTY_ABOVE_MAXIMUM


def test_a_guest_may_not_override(desk: Desk, store: Store) -> None:
    step_free(desk)
    guest = Engine(store).desk(desk.restaurant_id, actor=Actor("g7", "guest"))
    before = snapshot(store, desk)
    with pytest.raises(InvalidInput, match="overrides: must be left to the staff"):
        guest.move([Move("b1", ["3"], overrides=AGREED)])
    assert snapshot(store, desk) == before


@pytest.mark.parametrize("overrides", ["vip", ["vip"], 7])
def test_the_overrides_of_a_move_are_overrides(overrides: Any) -> None:
    with pytest.raises(InvalidInput):
        Move("b1", ["3"], overrides=overrides)


def test_a_promise_moves_with_the_party(desk: Desk) -> None:
    booked(desk, 4, tables=["1"], booking_id="b1")
    desk.move([Move("b1", ["2"])])
    later = desk.reschedule("b1", BookingChange(start=at("20:00")))
    assert (later.tables, later.names_tables) == (("2",), True)


# ---- holds and confirmations ---------------------------------------------------------------------


def waiting(desk: Desk, **asked: Any) -> Booking:
    return desk.book(party_size(4, **asked), booking_id="b1", tables="later")


def test_finding_03_a_hold_for_a_booking_takes_its_conditions(desk: Desk) -> None:
    waiting(desk, must=STEP_FREE, reference="R-7", channel="phone")
    hold = desk.hold(party_size(4), booking_id="b1")
    assert (hold.must, hold.reference, hold.channel) == (STEP_FREE, "R-7", "phone")
    other = desk.replace_hold(hold.id, party_size(4))
    assert (other.must, other.tables) == (STEP_FREE, ("1",))
    made = desk.confirm(other.id)
    assert (made.must, made.reference, made.tables) == (STEP_FREE, "R-7", ("1",))


def test_a_hold_for_a_booking_may_change_its_conditions(desk: Desk) -> None:
    waiting(desk, must=STEP_FREE)
    hold = desk.hold(party_size(4, must=LONG), booking_id="b1")
    assert desk.confirm(hold.id).must == LONG


def test_finding_03_a_hold_whose_tables_break_a_condition_is_not_confirmed(desk: Desk) -> None:
    waiting(desk, must=STEP_FREE)
    hold = desk.hold(party_size(4, tables=["3"]))
    with pytest.raises(HoldMismatch) as caught:
        desk.confirm(hold.id, booking_id="b1")
    assert caught.value.differs == ("must",)
    right = desk.hold(party_size(4, tables=["2"]))
    made = desk.confirm(right.id, booking_id="b1")
    assert (made.must, made.tables, made.names_tables) == (STEP_FREE, ("2",), True)


def test_finding_03_a_new_quote_obeys_the_conditions(desk: Desk) -> None:
    hold = desk.hold(party_size(4, must=STEP_FREE))
    assert hold.tables == ("1",)
    desk.edit_floor(lambda floor: floor.with_table(attrs.evolve(floor.get_table("1"), capacity=3)))
    made = desk.confirm(hold.id, requote=True)
    assert (made.tables, made.must) == (("2",), STEP_FREE)


# ---- the version that the caller saw -------------------------------------------------------------

CHANGES: Final[dict[str, Callable[[Desk, int], object]]] = {
    "reschedule": lambda desk, seen: desk.reschedule(
        "b1", BookingChange(start=at("20:00")), expected=seen
    ),
    "cancel": lambda desk, seen: desk.cancel("b1", expected=seen),
    "no_show": lambda desk, seen: desk.no_show("b1", expected=seen),
    "move": lambda desk, seen: desk.move([Move("b1", ["2"], expected=seen)]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_finding_09_a_stale_version_changes_nothing(
    desk: Desk, store: Store, clock: ManualClock, change: Callable[[Desk, int], object]
) -> None:
    booked(desk, 4, tables=["1"], booking_id="b1")
    desk.reschedule("b1", BookingChange(reference="R-1"))
    clock.move_to(at("19:30"))
    before = snapshot(store, desk)
    with pytest.raises(StaleVersion) as caught:
        change(desk, 1)
    assert (caught.value.kind, caught.value.expected, caught.value.found) == ("booking", 1, 2)
    assert snapshot(store, desk) == before
    change(desk, 2)
    assert desk.get_booking("b1").version == 3


def test_finding_09_a_confirmation_takes_the_version_of_the_booking(desk: Desk) -> None:
    waiting(desk)
    desk.reschedule("b1", BookingChange(reference="R-1"))
    hold = desk.hold(party_size(4), booking_id="b1")
    with pytest.raises(StaleVersion):
        desk.confirm(hold.id, expected=1)
    assert desk.get_booking("b1").version == 2
    assert [each.code for each in desk.confirmations(hold.id)] == ["STALE_VERSION"]
    assert desk.confirm(hold.id, expected=2).version == 3


def test_a_version_belongs_to_a_booking(desk: Desk) -> None:
    hold = desk.hold(party_size(4))
    with pytest.raises(NotFound):
        desk.confirm(hold.id, expected=1)


@pytest.mark.parametrize("seen", [0, -1, 1.0, "1", True])
def test_a_version_is_a_number_from_one(desk: Desk, seen: Any) -> None:
    booked(desk, 4, booking_id="b1")
    for change in CHANGES.values():
        with pytest.raises(InvalidInput, match="expected"):
            change(desk, seen)


def test_a_known_key_replays_whatever_the_version_is(desk: Desk) -> None:
    booked(desk, 4, booking_id="b1")
    change = BookingChange(start=at("20:00"))
    first = desk.reschedule("b1", change, expected=1, key="k1")
    again = desk.reschedule("b1", change, expected=1, key="k1")
    assert (again, again.replayed) == (first, True)


def test_a_stale_version_is_stale_though_nothing_would_change(desk: Desk) -> None:
    booked(desk, 4, booking_id="b1")
    desk.cancel("b1")
    assert desk.cancel("b1", expected=2).version == 2
    with pytest.raises(StaleVersion):
        desk.cancel("b1", expected=1)


def test_one_stale_move_stops_the_batch(desk: Desk) -> None:
    booked(desk, 4, tables=["1"], booking_id="b1")
    booked(desk, 4, tables=["3"], booking_id="b2")
    with pytest.raises(StaleVersion):
        desk.move([Move("b1", ["2"], expected=1), Move("b2", ["1"], expected=9)])
    assert rows_of(desk, "b1") == [("1", "19:00", "20:30")]


# ---- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"party_size": 0},
        {"party_size": None},
        {"start": "19:00"},
        {"start": None},
        {"must": None},
        {"wish": {"features": ["window"]}},
        {"tables": "1"},
        {"tables": None},
        {"minutes": 0},
        {"minutes": 2_000},
        {"occasion": "two words"},
        {"channel": ""},
        {"reference": 7},
        {"past_reason": "no id"},
    ],
    ids=str,
)
def test_a_change_checks_what_it_is_given(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        BookingChange(**fields)


def test_a_change_shows_what_it_changes() -> None:
    change = BookingChange(start=at("20:00"), party_size=3, occasion=None)
    assert change.given == {
        "start_us": int(at("20:00").timestamp() * 1_000_000),
        "party_size": 3,
        "occasion": None,
    }
    assert repr(change) == ("<BookingChange start 2026-05-01T20:00Z, party_size 3, occasion None>")
    assert repr(BookingChange(minutes=60)) == "<BookingChange minutes 60>"


def test_a_field_that_is_kept_reads_keep() -> None:
    assert repr(BookingChange(party_size=3).start_us) == "KEEP"


def test_the_request_of_a_change_is_whole(desk: Desk) -> None:
    booking = desk.book(
        party_size(4, must=STEP_FREE, tables=["1"], past_reason="late-entry"), booking_id="b1"
    )
    assert BookingChange().applied_to(booking) == BookingRequest(
        4, at("19:00"), must=STEP_FREE, tables=["1"], past_reason="late-entry"
    )
    moved = BookingChange(start=at("19:00") + timedelta(hours=1)).applied_to(booking)
    assert moved.past_reason is None
