"""The codec: values as rows of the tables, and back. A row goes in as an object and comes out as an array."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any, Final

import cattrs

from fourtop.model.actor import Actor
from fourtop.model.allocation import Allocation, OwnerKind, ResourceType
from fourtop.model.block import Block
from fourtop.model.booking import Assignment, Booking, BookingStatus
from fourtop.model.calendar import Stay
from fourtop.model.confirmation import ConfirmationResult, Rival, TableSnapshot
from fourtop.model.event import Event, EventType
from fourtop.model.hold import Fingerprint, Hold, HoldState
from fourtop.model.request import Preference
from fourtop.model.window import Window
from fourtop.ports import StoredResult

Row = dict[str, Any]

dumps: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
loads: Final = json.loads

_TYPES: Final = {each.value: each for each in ResourceType}
_STATUSES: Final = {each.value: each for each in BookingStatus}
_STATES: Final = {each.value: each for each in HoldState}
_HOLD, _BOOKING, _BLOCK = OwnerKind.HOLD, OwnerKind.BOOKING, OwnerKind.BLOCK
_NOTHING_WANTED: Final = Preference()


# ---- allocations ---------------------------------------------------------------------------------

ALLOCATION: Final = (
    "id",
    "resource_type",
    "resource_id",
    "start_us",
    "end_us",
    "hold_id",
    "booking_id",
    "block_id",
    "shadow",
)


def allocation_row(allocation: Allocation) -> Row:
    """Write an allocation."""
    window = allocation.window
    return {
        "id": allocation.id,
        "resource_type": allocation.resource_type.value,
        "resource_id": allocation.resource_id,
        "start_us": window.start_us,
        "end_us": window.end_us,
        f"{allocation.owner_kind.value}_id": allocation.owner_id,
        "shadow": allocation.shadow,
    }


def allocation_of(restaurant_id: str, row: list[Any]) -> Allocation:
    """Read an allocation."""
    return _allocation(restaurant_id, tuple(row))


# One evening's rows are read again by each command of it. They are kept by all that they say, so
# none is ever stale.
@lru_cache(maxsize=16_384)
def _allocation(restaurant_id: str, row: tuple[Any, ...]) -> Allocation:
    id_, resource_type, resource_id, start_us, end_us, hold_id, booking_id, block_id, shadow = row
    # The table has it that exactly one of them is named.
    if booking_id is not None:
        kind, owner_id = _BOOKING, booking_id
    elif hold_id is not None:
        kind, owner_id = _HOLD, hold_id
    else:
        kind, owner_id = _BLOCK, block_id
    window = Window.of_micros(start_us, end_us)
    return Allocation(
        id_, restaurant_id, _TYPES[resource_type], resource_id, window, kind, owner_id, bool(shadow)
    )


# ---- stays and actors ----------------------------------------------------------------------------

_STAY: Final = (
    "period",
    "service_date",
    "occasion",
    "dining_start_us",
    "dining_end_us",
    "block_start_us",
    "block_end_us",
    "turn_minutes",
    "is_clamped",
)


def _stay_row(stay: Stay) -> Row:
    return {
        "period": stay.period,
        "service_date": stay.service_date.isoformat(),
        "occasion": stay.occasion,
        "dining_start_us": stay.dining.start_us,
        "dining_end_us": stay.dining.end_us,
        "block_start_us": stay.occupied.start_us,
        "block_end_us": stay.occupied.end_us,
        "turn_minutes": stay.turn_minutes,
        "is_clamped": stay.is_clamped,
    }


def _stay_of(row: list[Any]) -> Stay:
    (
        period,
        service_date,
        occasion,
        dining_start,
        dining_end,
        block_start,
        block_end,
        turn_minutes,
        is_clamped,
    ) = row
    return Stay(
        period,
        date.fromisoformat(service_date),
        occasion,
        Window.of_micros(dining_start, dining_end),
        Window.of_micros(block_start, block_end),
        turn_minutes,
        bool(is_clamped),
    )


def _actor_row(actor: Actor) -> Row:
    return {"actor_id": actor.id, "actor_role": actor.role}


# ---- bookings ------------------------------------------------------------------------------------

_ASSIGNMENT: Final = (
    "merge_group_id",
    "assigned_start_us",
    "assigned_end_us",
    "assigned_us",
    "assigned_by_id",
    "assigned_by_role",
)
BOOKING: Final = (
    "id",
    "party",
    "status",
    "version",
    "created_us",
    "updated_us",
    "actor_id",
    "actor_role",
    "past_reason",
    *_STAY,
    *_ASSIGNMENT,
)


def booking_row(booking: Booking) -> Row:
    """Write a booking; its tables are rows of their own."""
    given = booking.assignment
    row = {
        "id": booking.id,
        "party": booking.party_size,
        "status": booking.status.value,
        "version": booking.version,
        "created_us": booking.created_us,
        "updated_us": booking.updated_us,
        "past_reason": booking.past_reason,
        **_actor_row(booking.actor),
        **_stay_row(booking.stay),
    }
    if given is not None:
        row |= {
            "merge_group_id": given.merge_group_id,
            "assigned_start_us": given.window.start_us,
            "assigned_end_us": given.window.end_us,
            "assigned_us": given.assigned_us,
            "assigned_by_id": given.assigned_by.id,
            "assigned_by_role": given.assigned_by.role,
        }
    return row


def booking_of(restaurant_id: str, row: list[Any]) -> Booking:
    """Read a booking; its tables come last in the row."""
    *facts, tables = row
    return _booking(restaurant_id, tuple(facts), tuple(tables or ()))


@lru_cache(maxsize=4_096)
def _booking(restaurant_id: str, facts: tuple[Any, ...], tables: tuple[str, ...]) -> Booking:
    (
        id_,
        party_size,
        status,
        version,
        created_us,
        updated_us,
        actor_id,
        actor_role,
        past_reason,
        *rest,
    ) = facts
    group_id, start_us, end_us, assigned_us, by_id, by_role = rest[len(_STAY) :]
    assignment = None
    if assigned_us is not None:
        window = Window.of_micros(start_us, end_us)
        assignment = Assignment(tables, window, group_id, assigned_us, Actor(by_id, by_role))
    return Booking(
        id=id_,
        restaurant_id=restaurant_id,
        party_size=party_size,
        status=_STATUSES[status],
        stay=_stay_of(rest[: len(_STAY)]),
        assignment=assignment,
        version=version,
        created_us=created_us,
        updated_us=updated_us,
        actor=Actor(actor_id, actor_role),
        past_reason=past_reason,
    )


# ---- holds ---------------------------------------------------------------------------------------

HOLD: Final = (
    "id",
    "party",
    "state",
    "created_us",
    "expires_us",
    "fingerprint",
    "actor_id",
    "actor_role",
    "booking_id",
    "session",
    "past_reason",
    "must",
    "wish",
    "names_tables",
    "asked_occasion",
    *_STAY,
)


# What may change of a hold.
HOLD_CHANGE: Final = ("id", "state", "expires_us")


def hold_change_row(hold: Hold) -> Row:
    """Write what may have changed of a hold."""
    return {"id": hold.id, "state": hold.state.value, "expires_us": hold.expires_us}


def hold_row(hold: Hold) -> Row:
    """Write a hold; its tables are rows of their own."""
    return {
        "id": hold.id,
        "party": hold.party_size,
        "state": hold.state.value,
        "created_us": hold.created_us,
        "expires_us": hold.expires_us,
        "fingerprint": hold.fingerprint.facts,
        "booking_id": hold.booking_id,
        "session": hold.session,
        "past_reason": hold.past_reason,
        "must": _preference_row(hold.must),
        "wish": _preference_row(hold.wish),
        "names_tables": hold.names_tables,
        "asked_occasion": hold.occasion,
        **_actor_row(hold.actor),
        **_stay_row(hold.stay),
    }


def hold_of(restaurant_id: str, row: list[Any]) -> Hold:
    """Read a hold; its tables come last in the row."""
    (
        id_,
        party_size,
        state,
        created_us,
        expires_us,
        facts,
        actor_id,
        actor_role,
        booking_id,
        session,
        *rest,
    ) = row
    past_reason, must, wish, names_tables, occasion, *stay, tables = rest
    return Hold(
        id=id_,
        restaurant_id=restaurant_id,
        party_size=party_size,
        stay=_stay_of(stay),
        tables=tuple(tables or ()),
        state=_STATES[state],
        created_us=created_us,
        expires_us=expires_us,
        fingerprint=Fingerprint(facts),
        actor=Actor(actor_id, actor_role),
        booking_id=booking_id,
        session=session,
        past_reason=past_reason,
        must=_preference_of(must),
        wish=_preference_of(wish),
        names_tables=bool(names_tables),
        occasion=occasion,
    )


def _preference_row(preference: Preference) -> Row:
    return {kind: sorted(getattr(preference, kind)) for kind in preference.kinds}


def _preference_of(data: Row) -> Preference:
    return Preference(**data) if data else _NOTHING_WANTED


# ---- blocks --------------------------------------------------------------------------------------

BLOCK: Final = ("id", "tables", "start_us", "end_us", "reason", "actor_id", "actor_role")


def block_row(block: Block) -> Row:
    """Write a block."""
    return {
        "id": block.id,
        "tables": list(block.tables),
        "start_us": block.window.start_us,
        "end_us": block.window.end_us,
        "reason": block.reason,
        **_actor_row(block.actor),
    }


def block_of(restaurant_id: str, row: list[Any]) -> Block:
    """Read a block."""
    id_, tables, start_us, end_us, reason, actor_id, actor_role = row
    window = Window.of_micros(start_us, end_us)
    return Block(id_, restaurant_id, tuple(tables), window, reason, Actor(actor_id, actor_role))


# ---- evidence, answers, events -------------------------------------------------------------------


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    converter.register_unstructure_hook(Window, lambda window: [window.start_us, window.end_us])
    converter.register_structure_hook(Window, lambda bounds, _: Window.of_micros(*bounds))
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    converter.register_unstructure_hook(Preference, _preference_row)
    converter.register_structure_hook(Preference, lambda data, _: _preference_of(data))
    return converter


_CONVERTER: Final = _converter()
CONFIRMATION: Final = (
    "id",
    "hold_id",
    "booking_id",
    "idempotency_key",
    "confirmed",
    "checked_us",
    "tables",
    "rivals",
    "code",
    "details",
    "actor_id",
    "actor_role",
)


def confirmation_row(result: ConfirmationResult) -> Row:
    """Write the evidence of a confirmation."""
    return {
        "id": result.id,
        "hold_id": result.hold_id,
        "booking_id": result.booking_id,
        "idempotency_key": result.key,
        "confirmed": result.confirmed,
        "checked_us": result.checked_us,
        "tables": [
            {"table_id": each.table_id, "capacity": each.capacity} for each in result.tables
        ],
        "rivals": _CONVERTER.unstructure(result.rivals),
        "code": result.code,
        "details": dict(result.details),
        **_actor_row(result.actor),
    }


def confirmation_of(restaurant_id: str, row: list[Any]) -> ConfirmationResult:
    """Read the evidence of a confirmation."""
    (
        id_,
        hold_id,
        booking_id,
        key,
        confirmed,
        checked_us,
        tables,
        rivals,
        code,
        details,
        actor_id,
        actor_role,
    ) = row
    return ConfirmationResult(
        id=id_,
        restaurant_id=restaurant_id,
        hold_id=hold_id,
        booking_id=booking_id,
        key=key,
        confirmed=bool(confirmed),
        checked_us=checked_us,
        tables=tuple(TableSnapshot(each["table_id"], each["capacity"]) for each in tables),
        rivals=_CONVERTER.structure(rivals, tuple[Rival, ...]),
        code=code,
        details=details,
        actor=Actor(actor_id, actor_role),
    )


ANSWER: Final = ("command", "idempotency_key", "fingerprint", "kind", "answer", "stored_us")


def answer_row(answer: StoredResult) -> Row:
    """Write a stored answer."""
    return {
        "command": answer.command,
        "idempotency_key": answer.key,
        "fingerprint": answer.fingerprint,
        "kind": "result",
        # In a list, so that both databases keep the text as one string and none of its spaces.
        "answer": [answer.result],
        "stored_us": answer.stored_us,
    }


def answer_of(restaurant_id: str, row: list[Any]) -> StoredResult:
    """Read a stored answer."""
    command, key, fingerprint, _, (text,), stored_us = row
    return StoredResult(
        restaurant_id,
        command,
        key,
        fingerprint,
        text,
        stored_us,
    )


EVENT: Final = (
    "type",
    "dedupe_key",
    "at_us",
    "actor_id",
    "actor_role",
    "booking_id",
    "hold_id",
    "data",
)


def event_row(event: Event) -> Row:
    """Write an event."""
    return {
        "type": event.type.value,
        "dedupe_key": event.dedupe_key,
        "at_us": event.at_us,
        "booking_id": event.booking_id,
        "hold_id": event.hold_id,
        "data": dict(event.data),
        **_actor_row(event.actor),
    }


def event_of(restaurant_id: str, row: list[Any]) -> Event:
    """Read an event."""
    kind, dedupe_key, at_us, actor_id, actor_role, booking_id, hold_id, data = row
    actor = Actor(actor_id, actor_role)
    return Event(
        EventType(kind), dedupe_key, restaurant_id, at_us, actor, booking_id, hold_id, data
    )


def listed(rows: Iterable[Row]) -> str:
    """Write rows as the JSON list that ``Idiom.rows`` reads, each with its place in it."""
    return dumps([{"ordinal": place, **row} for place, row in enumerate(rows)])


def plain(value: Any) -> Any:
    """Return a value of a row as a driver takes it: what has parts, as JSON."""
    return dumps(value) if type(value) in (dict, list) else value
