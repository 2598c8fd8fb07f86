"""Convert the rows of ``command_results`` between revisions 0003 and 0004.

Revision 0003 has the columns ``kind`` (the name of a class) and ``answer`` (its attributes).
Revision 0004 has one column ``result``: the text that the engine writes. The functions are pure and
frozen: they import no class of the engine and never change with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

Data = Mapping[str, Any]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_EMPTY_RECEIPT: Final = {"replayed": False, "usage": None, "plan": None}
_USAGE: Final = (
    "period",
    "service_date",
    "booked_covers",
    "booked_parties",
    "max_covers",
    "max_parties",
)
# Two commands with a booking as their result, and the class that revision 0003 has for it. The
# other commands on one booking return a ``Changed`` there.
_KIND_OF_COMMAND: Final = {"confirm": "Confirmed", "book": "Booked"}


def upgraded(kind: str, answer: Any) -> str:
    """Return the text of revision 0004 for a row of revision 0003.

    Args:
        kind: Held, Confirmed, Booked, Changed, Moved, Blocked or Imported.
        answer: The plain data of the column ``answer``.

    Raises:
        KeyError: If revision 0003 does not write such a row.
    """
    return json.dumps(
        _UPGRADES[kind](answer), separators=(",", ":"), allow_nan=False, ensure_ascii=True
    )


def downgraded(text: str, *, command: str = "", hold_id: str | None = None) -> tuple[str, Any]:
    """Return the columns ``kind`` and ``answer`` of revision 0003 for a text of revision 0004.

    A text that ``upgraded`` wrote needs no further argument. A result that revision 0004 stored
    names neither its class nor its hold, so pass both where the row is known.

    Args:
        text: The stored text.
        command: The column ``command`` of the row.
        hold_id: For a confirmation: the hold of the ``booking_confirmation_results`` row that has
            the same restaurant and idempotency key, and is confirmed.

    Raises:
        KeyError: If the text is a result of a command that revision 0003 does not have. Delete the
            row: revision 0003 cannot replay it.
    """
    envelope = json.loads(text)
    data = envelope["data"]
    if envelope["type"] != "booking":
        return _DOWNGRADES[envelope["type"]](data)
    kind = envelope.get("kind") or _KIND_OF_COMMAND.get(command) or _kind_of(data, hold_id)
    booking = _old_booking(data)
    replayed = data["receipt"]["replayed"]
    if kind == "Confirmed":
        hold = envelope.get("hold_id") or hold_id or ""
        return kind, {"booking": booking, "hold_id": hold, "replayed": replayed}
    if kind == "Booked":
        usage = data["receipt"]["usage"] or _usage_of(data)
        capacity = {name: usage[name] for name in _USAGE}
        return kind, {"booking": booking, "capacity": capacity, "duplicate": replayed}
    return kind, {"booking": booking, "replayed": replayed}


def _kind_of(data: Data, hold_id: str | None) -> str:
    if hold_id is not None:
        return "Confirmed"
    return "Changed" if data["receipt"]["usage"] is None else "Booked"


def _usage_of(booking: Data) -> dict[str, Any]:
    """Return the least usage that a booking implies: revision 0003 cannot do without one."""
    stay = booking["stay"]
    return {
        "period": stay["period"],
        "service_date": stay["service_date"],
        "booked_covers": booking["party_size"],
        "booked_parties": 1,
        "max_covers": None,
        "max_parties": None,
    }


def _renamed(data: Data, old: str, new: str) -> dict[str, Any]:
    return {new if name == old else name: value for name, value in data.items()}


# ---- up


def _held(answer: Data) -> dict[str, Any]:
    hold = answer["hold"]
    data = {
        "id": hold["id"],
        "restaurant_id": hold["restaurant_id"],
        "party_size": hold["party"],
        "stay": _new_stay(hold["stay"]),
        "tables": hold["tables"],
        "state": hold["state"],
        "created_at": _instant(hold["created_us"]),
        "expires_at": _instant(hold["expires_us"]),
        "fingerprint": hold["fingerprint"]["facts"],
        **{name: hold[name] for name in ("actor", "booking_id", "session", "past_reason")},
        "must": _renamed(hold["must"], "settings", "areas"),
        "wish": _renamed(hold["wish"], "settings", "areas"),
        **{name: hold[name] for name in ("names_tables", "occasion")},
    }
    return {"type": "hold", "data": {**data, "receipt": _receipt(replayed=answer["replayed"])}}


def _confirmed(answer: Data) -> dict[str, Any]:
    data = _new_booking(answer["booking"], _receipt(replayed=answer["replayed"]))
    return {"type": "booking", "data": data, "kind": "Confirmed", "hold_id": answer["hold_id"]}


def _booked(answer: Data) -> dict[str, Any]:
    usage = {name: answer["capacity"][name] for name in _USAGE}
    receipt = {**_receipt(replayed=answer["duplicate"]), "usage": usage}
    return {"type": "booking", "data": _new_booking(answer["booking"], receipt), "kind": "Booked"}


def _changed(answer: Data) -> dict[str, Any]:
    data = _new_booking(answer["booking"], _receipt(replayed=answer["replayed"]))
    return {"type": "booking", "data": data, "kind": "Changed"}


def _moved(answer: Data) -> dict[str, Any]:
    receipt = _receipt(replayed=answer["replayed"])
    return {
        "type": "bookings",
        "data": [_new_booking(each, receipt) for each in answer["bookings"]],
    }


def _blocked(answer: Data) -> dict[str, Any]:
    block = answer["block"]
    data = {**block, "window": _new_window(block["window"])}
    return {"type": "block", "data": {**data, "receipt": _receipt(replayed=answer["replayed"])}}


def _imported(answer: Data) -> dict[str, Any]:
    return {"type": "import", "data": dict(answer)}


def _new_booking(booking: Data, receipt: Data) -> dict[str, Any]:
    return {
        "id": booking["id"],
        "restaurant_id": booking["restaurant_id"],
        "party_size": booking["party"],
        "status": booking["status"],
        "stay": _new_stay(booking["stay"]),
        "assignment": None
        if booking["assignment"] is None
        else _new_assignment(booking["assignment"]),
        "version": booking["version"],
        "created_at": _instant(booking["created_us"]),
        "updated_at": _instant(booking["updated_us"]),
        "actor": booking["actor"],
        "past_reason": booking["past_reason"],
        "receipt": receipt,
    }


def _new_assignment(assignment: Data) -> dict[str, Any]:
    return {
        "tables": assignment["tables"],
        "window": _new_window(assignment["window"]),
        "merge_group_id": assignment["merge_group_id"],
        "assigned_at": _instant(assignment["assigned_us"]),
        "assigned_by": assignment["assigned_by"],
    }


def _new_stay(stay: Data) -> dict[str, Any]:
    return {
        "period": stay["period"],
        "service_date": stay["service_date"],
        "occasion": stay["occasion"],
        "dining": _new_window(stay["dining"]),
        "occupied": _new_window(stay["block"]),
        "turn_minutes": stay["turn_minutes"],
        "is_clamped": stay["is_clamped"],
    }


def _new_window(bounds: list[int]) -> dict[str, str]:
    start_us, end_us = bounds
    return {"start": _instant(start_us), "end": _instant(end_us)}


def _receipt(*, replayed: bool) -> dict[str, Any]:
    return {**_EMPTY_RECEIPT, "replayed": replayed}


def _instant(micros: int) -> str:
    return (_EPOCH + timedelta(microseconds=micros)).isoformat()


# ---- down


def _old_held(data: Data) -> tuple[str, Any]:
    hold = {
        "id": data["id"],
        "restaurant_id": data["restaurant_id"],
        "party": data["party_size"],
        "stay": _old_stay(data["stay"]),
        "tables": data["tables"],
        "state": data["state"],
        "created_us": _micros(data["created_at"]),
        "expires_us": _micros(data["expires_at"]),
        "fingerprint": {"facts": data["fingerprint"]},
        **{name: data[name] for name in ("actor", "booking_id", "session", "past_reason")},
        "must": _renamed(data["must"], "areas", "settings"),
        "wish": _renamed(data["wish"], "areas", "settings"),
        **{name: data[name] for name in ("names_tables", "occasion")},
    }
    return "Held", {"hold": hold, "replayed": data["receipt"]["replayed"]}


def _old_moved(data: list[Data]) -> tuple[str, Any]:
    replayed = any(each["receipt"]["replayed"] for each in data)
    return "Moved", {"bookings": [_old_booking(each) for each in data], "replayed": replayed}


def _old_blocked(data: Data) -> tuple[str, Any]:
    block = {name: data[name] for name in ("id", "restaurant_id", "tables")}
    block |= {
        "window": _old_window(data["window"]),
        "reason": data["reason"],
        "actor": data["actor"],
    }
    return "Blocked", {"block": block, "replayed": data["receipt"]["replayed"]}


def _old_imported(data: Data) -> tuple[str, Any]:
    return "Imported", {name: data[name] for name in ("bookings", "allocations", "replayed")}


def _old_booking(data: Data) -> dict[str, Any]:
    return {
        "id": data["id"],
        "restaurant_id": data["restaurant_id"],
        "party": data["party_size"],
        "status": data["status"],
        "stay": _old_stay(data["stay"]),
        "assignment": None if data["assignment"] is None else _old_assignment(data["assignment"]),
        "version": data["version"],
        "created_us": _micros(data["created_at"]),
        "updated_us": _micros(data["updated_at"]),
        "actor": data["actor"],
        "past_reason": data["past_reason"],
    }


def _old_assignment(data: Data) -> dict[str, Any]:
    return {
        "tables": data["tables"],
        "window": _old_window(data["window"]),
        "merge_group_id": data["merge_group_id"],
        "assigned_us": _micros(data["assigned_at"]),
        "assigned_by": data["assigned_by"],
    }


def _old_stay(data: Data) -> dict[str, Any]:
    return {
        "period": data["period"],
        "service_date": data["service_date"],
        "occasion": data["occasion"],
        "dining": _old_window(data["dining"]),
        "block": _old_window(data["occupied"]),
        "turn_minutes": data["turn_minutes"],
        "is_clamped": data["is_clamped"],
    }


def _old_window(data: Data) -> list[int]:
    return [_micros(data["start"]), _micros(data["end"])]


def _micros(instant: str) -> int:
    return (datetime.fromisoformat(instant) - _EPOCH) // _MICROSECOND


_UPGRADES: Final[Mapping[str, Callable[[Data], dict[str, Any]]]] = {
    "Held": _held,
    "Confirmed": _confirmed,
    "Booked": _booked,
    "Changed": _changed,
    "Moved": _moved,
    "Blocked": _blocked,
    "Imported": _imported,
}
_DOWNGRADES: Final[Mapping[str, Callable[[Any], tuple[str, Any]]]] = {
    "hold": _old_held,
    "bookings": _old_moved,
    "block": _old_blocked,
    "import": _old_imported,
}
