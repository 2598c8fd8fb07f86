"""Events and evidence: one for each change, with its actor and without personal data."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from operator import methodcaller
from typing import Any

import attrs
import pytest

from fourtop import (
    Actor,
    BookingRow,
    Code,
    CountedIds,
    Desk,
    Engine,
    EventType,
    FourtopError,
    House,
    ManualClock,
    Move,
    Policy,
    Refusal,
    Refused,
    Zone,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import (
    FRIDAY,
    MONTH,
    STAFF,
    a_house,
    at,
    booked,
    change,
    five_tables,
    held,
    import_rows,
    one_table,
    open_desk,
    party_size,
    window,
)
from tests.full_text import full_text

E = EventType
GHOST = "Zxq"


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store)


def pending(desk: Desk) -> str:
    return desk.book(party_size(4), tables="later").id


def with_grace(minutes: int, policy: Policy) -> Policy:
    return attrs.evolve(policy, past_grace_minutes=minutes)


CHANGES: dict[str, tuple[Callable[[Desk], object], list[EventType]]] = {
    "hold": (lambda desk: held(desk, 4), [E.HOLD_CREATED]),
    "extend": (
        lambda desk: desk.extend_hold(held(desk, 4).id, seconds=60),
        [E.HOLD_CREATED, E.HOLD_EXTENDED],
    ),
    "release": (
        lambda desk: desk.release_hold(held(desk, 4).id),
        [E.HOLD_CREATED, E.HOLD_RELEASED],
    ),
    "replace": (
        lambda desk: desk.replace_hold(held(desk, 4).id, party_size(2)),
        [E.HOLD_CREATED, E.HOLD_REPLACED, E.HOLD_CREATED],
    ),
    "book": (lambda desk: booked(desk, 4), [E.BOOKING_CREATED, E.ASSIGNMENT_SYNC]),
    "book without tables": (pending, [E.BOOKING_CREATED]),
    "seat early": (
        lambda desk: desk.seat(booked(desk, 4, "20:00").id),
        [E.BOOKING_CREATED, E.ASSIGNMENT_SYNC, E.BOOKING_STATUS, E.ASSIGNMENT_SYNC],
    ),
    "seat": (
        lambda desk: desk.seat(booked(desk, 4, "18:30").id),
        [E.BOOKING_CREATED, E.ASSIGNMENT_SYNC, E.BOOKING_STATUS],
    ),
    "cancel": (
        lambda desk: desk.cancel(booked(desk, 4).id),
        [E.BOOKING_CREATED, E.ASSIGNMENT_SYNC, E.BOOKING_STATUS],
    ),
    "reschedule": (
        lambda desk: desk.reschedule(booked(desk, 4).id, change(4, "20:00")),
        [E.BOOKING_CREATED, E.ASSIGNMENT_SYNC, E.BOOKING_RESCHEDULED, E.ASSIGNMENT_SYNC],
    ),
    "move": (
        lambda desk: desk.move([Move(booked(desk, 4).id, ["4"])]),
        [E.BOOKING_CREATED, E.ASSIGNMENT_SYNC, E.ASSIGNMENT_SYNC],
    ),
    "block": (
        lambda desk: desk.block(window("19:00", "20:00"), tables=["1"], reason="x"),
        [E.BLOCK_CREATED],
    ),
    "unblock": (
        lambda desk: desk.unblock(
            desk.block(window("19:00", "20:00"), tables=["1"], reason="x").id
        ),
        [E.BLOCK_CREATED, E.BLOCK_REMOVED],
    ),
    "import": (
        lambda desk: import_rows(desk, ("b1", 4, "19:00", "20:00", "3")),
        [E.BOOKING_IMPORTED],
    ),
    "floor": (
        lambda desk: desk.edit_floor(lambda floor: floor.without_table("5")),
        [E.FLOOR_CHANGED],
    ),
    "policy": (
        lambda desk: desk.edit_policy(partial(with_grace, 0)),
        [E.POLICY_CHANGED],
    ),
    "restaurant": (
        lambda desk: desk.edit_restaurant(lambda each: attrs.evolve(each, name="Other")),
        [E.POLICY_CHANGED],
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_has_its_events(
    store: Store, desk: Desk, clock: ManualClock, name: str
) -> None:
    change, kinds = CHANGES[name]
    clock.move_to(at("18:30"))
    change(desk)
    assert [event.type for event in store.events(desk.restaurant_id)] == kinds


def test_a_confirmation_tells_its_hold_and_the_booking_that_was_made(
    store: Store, desk: Desk
) -> None:
    hold = held(desk, 4)
    booking = desk.confirm(hold.id)
    _, *events = store.events(desk.restaurant_id)
    assert [(event.type, event.booking_id, event.hold_id) for event in events] == [
        (E.HOLD_CONFIRMED, booking.id, hold.id),
        (E.BOOKING_CREATED, booking.id, None),
        (E.ASSIGNMENT_SYNC, booking.id, None),
    ]
    assert events[-1].data["tables"] == ["3"]


def test_a_confirmation_tells_the_step_of_the_booking_that_was_there(
    store: Store, desk: Desk
) -> None:
    booking_id = pending(desk)
    hold = held(desk, 4, booking_id=booking_id)
    desk.confirm(hold.id)
    confirmed, status, _ = store.events(desk.restaurant_id)[-3:]
    assert (confirmed.type, confirmed.booking_id) == (E.HOLD_CONFIRMED, booking_id)
    assert (status.type, status.booking_id) == (E.BOOKING_STATUS, booking_id)
    assert dict(status.data) == {
        "status": "confirmed",
        "previous": "pending_allocation",
        "version": 2,
    }


def test_an_event_tells_when_and_where(store: Store, desk: Desk, clock: ManualClock) -> None:
    clock.move_to(at("18:00"))
    booking = booked(desk, 4)
    for event in store.events(desk.restaurant_id):
        assert (event.at, event.restaurant_id, event.booking_id) == (
            at("18:00"),
            "house",
            booking.id,
        )


def an_evening(desk: Desk, clock: ManualClock) -> None:
    """Something of everything."""
    hold = held(desk, 4, ttl_seconds=30)
    clock.move_to(hold.expires_at)
    first = held(desk, 4, session="s1")
    desk.extend_hold(first.id, seconds=30)
    desk.extend_hold(first.id, seconds=30)
    second = desk.replace_hold(first.id, party_size(4, "19:15"))
    confirmed = desk.confirm(second.id)
    waiting = pending(desk)
    desk.reschedule(waiting, change(4, "20:00"))
    desk.confirm(held(desk, 4, "20:00", booking_id=waiting).id)
    desk.move([Move(confirmed.id, ["5"])])
    desk.move([Move(confirmed.id, ["5"])])
    desk.pin(confirmed.id)
    desk.unpin(confirmed.id)
    desk.reschedule(confirmed.id, change(3, "19:30"))
    clock.move_to(at("19:30"))
    desk.seat(confirmed.id)
    desk.prolong(confirmed.id, minutes=5)
    clock.move_to(at("20:15"))
    desk.complete(confirmed.id)
    desk.no_show(waiting)
    desk.cancel(booked(desk, 2, "21:00").id)
    block = desk.block(window("20:00", "22:00"), tables=["1"], reason=GHOST)
    clock.move_to(at("20:20"))
    desk.unblock(block.id)
    import_rows(desk, ("i1", 2, "21:00", "22:00", "1"))
    desk.import_bookings(
        [BookingRow("s1", 2, at("21:00"), end=at("22:00"), tables=["2"])], shadow=True
    )
    desk.clear_shadows(booking_ids=["shadow:s1"])
    desk.join_waitlist(party_size(2, "21:00"), booking_id="w1")
    desk.offer(FRIDAY)
    for _ in range(2):
        desk.open_slot(at("21:00"), 4, slot_id="slot")
        desk.reserve_slot("slot", 4)
        desk.release_slot("slot", 4)
        desk.close_slot("slot")
    for number in range(2):
        attic = Zone(f"attic{number}", f"{GHOST} attic {number}")
        desk.edit_floor(methodcaller("with_zone", attic))
        desk.edit_policy(partial(with_grace, number))


def test_de_duplication_keys_are_unique(store: Store, desk: Desk, clock: ManualClock) -> None:
    an_evening(desk, clock)
    keys = [event.dedupe_key for event in store.events(desk.restaurant_id)]
    assert len(keys) > 30
    assert len(set(keys)) == len(keys)
    assert {event.type for event in store.events(desk.restaurant_id)} == set(E) - {E.HOLD_RELEASED}
    assert desk.audit().is_clean


def test_every_change_records_who_made_it(store: Store, clock: ManualClock) -> None:
    desk = open_desk(store, actor=STAFF)
    an_evening(desk, clock)
    assert {event.actor for event in store.events(desk.restaurant_id)} == {STAFF}
    assert {booking.actor for booking in desk.bookings(MONTH)} == {STAFF}
    assignments = [booking.assignment for booking in desk.bookings(MONTH) if booking.assignment]
    assert {assignment.assigned_by for assignment in assignments} == {STAFF}


def test_two_actors_are_told_apart(store: Store, desk: Desk) -> None:
    cook = Engine(store, ids=CountedIds("m")).desk(
        desk.restaurant_id, actor=Actor("cook", "kitchen")
    )
    hold = held(desk, 4)
    assert cook.confirm(hold.id).actor.id == "cook"
    assert [event.actor.id for event in store.events(desk.restaurant_id)] == [
        "guest",
        "cook",
        "cook",
        "cook",
    ]
    assert desk.confirmations(hold.id)[0].actor.role == "kitchen"


def test_events_are_plain_data(store: Store, desk: Desk, clock: ManualClock) -> None:
    an_evening(desk, clock)
    for event in store.events(desk.restaurant_id):
        assert json.loads(json.dumps(event.data)) == event.data


def test_a_command_that_was_refused_has_no_event(store: Store, desk: Desk) -> None:
    for attempt in (
        lambda: held(desk, 40),
        lambda: booked(desk, 40),
        lambda: desk.cancel("nobody"),
    ):
        with pytest.raises(FourtopError):
            attempt()
    assert store.events(desk.restaurant_id) == ()


def test_a_replay_has_no_event_of_its_own(store: Store, desk: Desk) -> None:
    for _ in range(3):
        desk.book(party_size(4), key="k1")
    assert len(store.events(desk.restaurant_id)) == 2


# ---- no personal data ----------------------------------------------------------------------------


def haunted() -> House:
    """A house in which every text that people may write holds a word that is nowhere else."""
    floor = five_tables()
    tables = [
        attrs.evolve(table, notes=f"{GHOST} notes", section=f"{GHOST} section")
        for table in floor.tables
    ]
    zones = [attrs.evolve(zone, name=f"{GHOST} zone") for zone in floor.zones]
    house = a_house(attrs.evolve(floor, tables=tables, zones=zones))
    return attrs.evolve(house, restaurant=attrs.evolve(house.restaurant, name=f"{GHOST} house"))


def trouble(desk: Desk, clock: ManualClock) -> list[FourtopError]:
    """Errors of many kinds."""
    hold = held(desk, 6)
    booking = booked(desk, 4)
    block = desk.block(window("21:00", "22:00"), tables=["1"], reason=f"{GHOST} reason")
    attempts: list[Callable[[], object]] = [
        lambda: desk.hold(party_size(6)),
        lambda: desk.hold(party_size(2, "21:00", tables=["1"])),
        lambda: desk.hold(party_size(40)),
        lambda: desk.block(window("19:00", "20:00"), zone_id="main", reason=f"{GHOST} reason"),
        lambda: desk.block(window("19:00", "20:00"), tables=["99"], reason=f"{GHOST} reason"),
        lambda: desk.unblock(f"{block.id}x"),
        lambda: desk.edit_floor(lambda floor: floor.without_table("1")),
        lambda: desk.edit_floor(lambda floor: floor.without_zone("main")),
        lambda: desk.move([Move(booking.id, ["5"])]),
        lambda: desk.complete(booking.id),
        lambda: desk.confirm(hold.id, booking_id=booking.id),
        lambda: desk.edit_policy(lambda policy: policy, expected=7),
        lambda: import_rows(desk, ("b1", 4, "19:00", "20:00", "3+4")),
    ]
    caught: list[FourtopError] = []
    for attempt in attempts:
        with pytest.raises(FourtopError) as error:
            attempt()
        caught.append(error.value)
    clock.move_to(hold.expires_at)
    with pytest.raises(FourtopError) as error:
        desk.confirm(hold.id)
    return [*caught, error.value]


def test_no_free_text_is_in_any_event_error_or_evidence(store: Store, clock: ManualClock) -> None:
    desk = open_desk(store, haunted())
    errors = trouble(desk, clock)
    for error in errors:
        assert GHOST not in str(error)
        assert GHOST not in full_text(error)
        assert GHOST not in json.dumps(error.details, default=str)
    assert GHOST not in full_text(store.events(desk.restaurant_id))
    holds = {event.hold_id for event in store.events(desk.restaurant_id) if event.hold_id}
    assert holds
    for hold_id in holds:
        assert GHOST not in full_text(desk.confirmations(hold_id))
    assert GHOST in full_text(desk.house())


def test_no_free_text_of_an_evening_is_in_any_event(store: Store, clock: ManualClock) -> None:
    desk = open_desk(store, haunted())
    an_evening(desk, clock)
    assert GHOST not in full_text(store.events(desk.restaurant_id))


def test_refusals_tell_ids_and_instants_only(store: Store) -> None:
    floor = sketch_floor({"1": {"capacity": 4, "notes": f"{GHOST} notes"}}, zone=f"{GHOST} zone")
    desk = open_desk(store, a_house(floor))
    booked(desk, 4)
    quoted = desk.quote(party_size(4))
    assert isinstance(quoted, Refusal)
    assert GHOST not in full_text(quoted)
    assert GHOST not in str(quoted)


# ---- errors as data ------------------------------------------------------------------------------


def test_a_refusal_that_was_raised_carries_its_reasons_as_data(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    booking = booked(desk, 4)
    with pytest.raises(Refused) as caught:
        booked(desk, 4)
    details: dict[str, Any] = json.loads(json.dumps(caught.value.details))
    assert details["proof"] == "no_free_plan"
    (reason,) = details["reasons"]
    assert reason["code"] == Code.TABLES_TAKEN.value
    assert reason["in_the_way"] == [
        {
            "allocation_id": f"{booking.id}.1",
            "table_id": "1",
            "owner_kind": "booking",
            "owner_id": booking.id,
            "start": "2026-05-01T19:00:00+00:00",
            "end": "2026-05-01T20:30:00+00:00",
        }
    ]
