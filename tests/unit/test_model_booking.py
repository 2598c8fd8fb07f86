"""Bookings, holds, fingerprints and what commands answer."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from fourtop.errors import Code, InvalidIdentifier, Refusal
from fourtop.model.actor import GUEST, Actor
from fourtop.model.block import Block
from fourtop.model.booking import Assignment, Booking, BookingStatus, Step
from fourtop.model.calendar import Calendar
from fourtop.model.capacity_rules import Spread
from fourtop.model.confirmation import ConfirmationResult, TableSnapshot
from fourtop.model.event import Event, EventType
from fourtop.model.floor import Floor, Join
from fourtop.model.hold import Fingerprint, Hold, HoldState, canonical, fingerprint_of
from fourtop.model.planning_rules import Planning
from fourtop.model.policy import Policy
from fourtop.model.receipt import PacingUsage, Usage
from fourtop.model.restaurant import Restaurant, Zone
from fourtop.model.results import Availability, Slot, Versions
from fourtop.model.service_period import ServicePeriod
from fourtop.model.set_capacity import SetCapacity
from fourtop.model.stay import Stay
from fourtop.model.table import Position, Table
from fourtop.model.window import Window

SEVEN = datetime(2026, 5, 1, 19, tzinfo=UTC)
SEVEN_US = 1_777_662_000_000_000
DINNER = ServicePeriod(
    "dinner", "17:00", "23:00", turn_bands=[(4, 90), (None, 120)], buffer_after_minutes=5
)
STAY = Stay(
    period="dinner",
    service_date=date(2026, 5, 1),
    occasion=None,
    dining=Window.of_micros(SEVEN_US, SEVEN_US + 90 * 60 * 10**6),
    occupied=Window.of_micros(SEVEN_US, SEVEN_US + 95 * 60 * 10**6),
    turn_minutes=90,
)
FLOOR = Floor(
    [Table("a", "1", 4, "main"), Table("b", "2", 4, "main"), Table("c", "3", 2, "main")],
    zones=[Zone("main", "Main")],
    joins=[Join(("a", "b"), 1), Join(("b", "c"))],
    set_capacities=[SetCapacity(("b", "c"), 5)],
)


# ---- the life of a booking -----------------------------------------------------------------------

S = BookingStatus
STEPS = {
    S.PENDING: {S.PENDING_ALLOCATION, S.CONFIRMED, S.CANCELLED},
    S.PENDING_ALLOCATION: {S.CONFIRMED, S.CANCELLED},
    S.CONFIRMED: {S.PENDING_ALLOCATION, S.CHECKED_IN, S.CANCELLED, S.NO_SHOW},
    S.WAITLISTED: {S.CONFIRMED, S.CANCELLED},
    S.PRIORITY_WAITLIST: {S.CHECKED_IN, S.CANCELLED, S.NO_SHOW},
    S.CHECKED_IN: {S.COMPLETED, S.NO_SHOW},
    S.COMPLETED: set(),
    S.CANCELLED: set(),
    S.NO_SHOW: {S.CONFIRMED},
    S.SHADOW: set(),
}


@pytest.mark.parametrize("status", S, ids=str)
def test_a_booking_takes_only_the_steps_of_its_life_cycle(status: BookingStatus) -> None:
    assert {target for target in S if status.may_become(target)} == STEPS[status]


def test_one_predicate_says_what_occupies_a_table_and_one_what_counts_covers() -> None:
    assert {status for status in S if status.occupies} == {S.CONFIRMED, S.CHECKED_IN}
    assert {status for status in S if not status.counts_covers} == {
        S.CANCELLED,
        S.NO_SHOW,
        S.WAITLISTED,
        S.PRIORITY_WAITLIST,
        S.SHADOW,
    }


def booking(assignment: Assignment | None) -> Booking:
    return Booking(
        id="b1",
        restaurant_id="r1",
        party_size=4,
        status=S.CONFIRMED,
        stay=STAY,
        assignment=assignment,
        version=1,
        created_us=SEVEN_US - 2,
        updated_us=SEVEN_US - 1,
        actor=GUEST,
    )


def test_a_booking_tells_its_times_in_utc() -> None:
    made = booking(None)

    assert (made.start, made.start.tzinfo) == (SEVEN, UTC)
    assert (SEVEN - made.created_at).microseconds == 2
    assert (SEVEN - made.updated_at).microseconds == 1


def test_a_booking_has_the_tables_that_it_was_given() -> None:
    assignment = Assignment(("a", "b"), STAY.occupied, "m1", SEVEN_US, Actor("u1", "staff"))

    assert booking(None).tables == ()
    assert booking(assignment).tables == ("a", "b")
    assert assignment.assigned_at == SEVEN


# ---- actors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field"), [(("", "staff"), "id"), (("u1", "the manager"), "role")]
)
def test_an_actor_is_named_by_ids(values: tuple[str, str], field: str) -> None:
    with pytest.raises(InvalidIdentifier) as caught:
        Actor(*values)
    assert caught.value.field == field


# ---- holds and what they rely on -----------------------------------------------------------------


def print_of(
    held: tuple[str, ...] = ("a", "b"), /, party_size: int = 6, **change: Any
) -> Fingerprint:
    terms = change.pop("terms", (DINNER, STAY))
    planning = change.pop("planning", Planning())
    return fingerprint_of(
        attrs.evolve(FLOOR, **change), planning, held, terms=terms, party_size=party_size
    )


def with_table(**change: Any) -> dict[str, Any]:
    return {"tables": [attrs.evolve(FLOOR.get_table("a"), **change), *FLOOR.tables[1:]]}


DRIFTS: list[tuple[dict[str, Any], list[str]]] = [
    (with_table(capacity=5), ["tables[a].capacity"]),
    (with_table(min_party=2), ["tables[a].min_party"]),
    (with_table(max_party=4), ["tables[a].max_party"]),
    (
        with_table(zone_id="bar") | {"zones": [*FLOOR.zones, Zone("bar", "Bar")]},
        ["tables[a].zone_id"],
    ),
    (with_table(mobility="fixed"), ["tables[a].mobility"]),
    (with_table(out_of_service=True), ["tables[a].is_offered"]),
    (with_table(active=False), ["tables[a].is_offered"]),
    ({"joins": [Join(("a", "b"), 2)]}, ["joins[a+b]"]),
    ({"joins": []}, ["joins[a+b]"]),
    ({"set_capacities": [SetCapacity(("a", "b"), 7)]}, ["set_capacity"]),
    ({"set_capacities": [SetCapacity(("a", "b"), 7, 5)]}, ["set_capacity"]),
    ({"planning": Planning(adjacency_mode="pairwise")}, ["adjacency_mode"]),
    ({"planning": Planning(adjacency_min_party=7)}, ["adjacency_mode"]),
    ({"terms": (DINNER, attrs.evolve(STAY, turn_minutes=75))}, ["turn_minutes"]),
    ({"terms": (attrs.evolve(DINNER, buffer_before_minutes=5), STAY)}, ["buffer_before_minutes"]),
    ({"terms": (attrs.evolve(DINNER, buffer_after_minutes=0), STAY)}, ["buffer_after_minutes"]),
    ({"terms": None}, ["buffer_after_minutes", "buffer_before_minutes", "turn_minutes"]),
]


@pytest.mark.parametrize(
    ("change", "names"),
    DRIFTS,
    ids=[f"{names[0]} {place}" for place, (_, names) in enumerate(DRIFTS)],
)
def test_each_fact_that_a_hold_relies_on_counts(change: dict[str, Any], names: list[str]) -> None:
    before, after = print_of(), print_of(**change)

    assert before.digest != after.digest
    assert list(before.changed(after)) == names
    assert before.changed(after) == after.changed(before)


@pytest.mark.parametrize(
    "change",
    [
        with_table(position=Position(3, 4)),
        with_table(notes="By the door", features=["window"], section="North", number="A"),
        {"joins": [Join(("a", "b"), 1)]},
        {"set_capacities": []},
        {"planning": Planning(max_tables=5, slack_budget=None)},
        {"terms": (attrs.evolve(DINNER, start="16:00", key="late"), STAY)},
    ],
    ids=["picture", "notes", "another join", "another set", "other rules", "longer hours"],
)
def test_what_a_hold_does_not_rely_on_is_no_drift(change: dict[str, Any]) -> None:
    assert print_of(**change) == print_of()
    assert print_of().changed(print_of(**change)) == ()


def test_a_table_that_is_gone_is_drift() -> None:
    names = print_of().changed(
        fingerprint_of(FLOOR.without_table("a"), Planning(), ("a", "b"), terms=None, party_size=6)
    )

    assert "tables[a].capacity" in names
    assert "joins[a+b]" in names


def test_a_single_table_relies_on_no_join_and_no_mode() -> None:
    assert print_of(("a",), joins=[], planning=Planning(adjacency_mode="pairwise")) == print_of(
        ("a",)
    )


def test_equal_facts_are_written_alike() -> None:
    assert (
        canonical({"b": [1, None], "a": {"d": 1, "c": "é"}})
        == r'{"a":{"c":"\u00e9","d":1},"b":[1,null]}'
    )
    assert json.loads(print_of().facts)["tables[a].capacity"] == 4
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(float("nan"))


def hold(state: HoldState = HoldState.ACTIVE) -> Hold:
    return Hold(
        "h1", "r1", 4, STAY, ("a",), state, SEVEN_US, SEVEN_US + 1, Fingerprint("{}"), GUEST
    )


def test_a_hold_is_alive_before_it_expires_and_dead_from_then_on() -> None:
    assert hold().is_alive(SEVEN_US)
    assert not hold().is_alive(SEVEN_US + 1)
    assert (hold().created_at, (hold().expires_at - SEVEN).microseconds) == (SEVEN, 1)


@pytest.mark.parametrize(
    "state", [state for state in HoldState if state is not HoldState.ACTIVE], ids=str
)
def test_a_hold_that_ended_is_dead_whatever_the_time(state: HoldState) -> None:
    assert not hold(state).is_alive(0)


# ---- what commands answer ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("booked", "most", "percent", "left"),
    [
        (0, 40, 0, 40),
        (12, 40, 30, 28),
        (1, 200, 1, 199),
        (1, 201, 0, 200),
        (3, 200, 2, 197),
        (41, 40, 103, 0),
        (5, None, None, None),
        (0, 0, None, 0),
    ],
)
def test_utilisation_is_covers_in_percent_of_the_cap(
    booked: int, most: int | None, percent: int | None, left: int | None
) -> None:
    usage = Usage("dinner", date(2026, 5, 1), booked, 1, most, None)

    assert (usage.utilisation_percent, usage.available_covers) == (percent, left)


def test_availability_tells_what_can_be_booked() -> None:
    free = Slot(SEVEN_US, "dinner", 4, None, 2)
    taken = Slot(SEVEN_US, "dinner", 9, Refusal.by_rule(Code.PARTY_NEVER_FITS, party_size=9), 0)
    day = Availability(date(2026, 5, 1), (free, taken), (), Versions(1, 1, 1))

    assert day.bookable() == (free,)
    assert (free.start, free.is_bookable, taken.is_bookable) == (SEVEN, True, False)


def test_records_tell_their_times_in_utc() -> None:
    event = Event(EventType.HOLD_CREATED, "k", "r1", SEVEN_US, GUEST)
    result = ConfirmationResult(
        id="c1",
        restaurant_id="r1",
        hold_id="h1",
        booking_id=None,
        key="k1",
        confirmed=False,
        checked_us=SEVEN_US,
        tables=(TableSnapshot("a", 4), TableSnapshot("gone", None)),
        rivals=(),
        code="POLICY_DRIFT",
        details={},
        actor=GUEST,
    )

    step = Step(S.CONFIRMED, None, SEVEN_US)
    pace = PacingUsage(SEVEN_US - 900_000_000, SEVEN_US, Spread.START, 3, 1, 5)

    assert (event.at, result.checked_at, step.at) == (SEVEN, SEVEN, SEVEN)
    assert (pace.start, pace.end) == (SEVEN - timedelta(minutes=15), SEVEN)


def test_values_of_the_engine_survive_pickling() -> None:
    values = (
        booking(None),
        hold(),
        Block("k1", "r1", ("a",), STAY.occupied, "Varnish", GUEST),
        print_of(),
    )

    assert pickle.loads(pickle.dumps(values)) == values  # noqa: S301  # Our own bytes, made on this line.


def test_a_stay_of_the_calendar_is_what_a_hold_relies_on() -> None:
    calendar = Calendar(Restaurant("r1", "R", timezone="UTC"), Policy([DINNER]))

    assert calendar.stay(SEVEN_US, 4) == STAY
