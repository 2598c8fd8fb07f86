"""A booking service in plain Python: keys make retries safe, and every error says what to answer.

Put a web framework of your choice around ``answer``; it gets plain data and returns plain data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from fourtop import (
    BookingRequest,
    Desk,
    Engine,
    FourtopError,
    ManualClock,
    MemoryStore,
    OutcomeUnknown,
    sample,
)

Answer = tuple[int, dict[str, Any]]


def hold(desk: Desk, body: Mapping[str, Any]) -> dict[str, Any]:
    """Keep tables for a guest who is still typing."""
    request = BookingRequest(body["party_size"], datetime.fromisoformat(body["start"]))
    kept = desk.hold(request, session=body["session"], key=body["key"])
    return {"hold": kept.id, "tables": list(kept.tables), "expires_at": kept.expires_at.isoformat()}


def confirm(desk: Desk, body: Mapping[str, Any]) -> dict[str, Any]:
    """Turn the hold into a booking. The guest may click as often as they like."""
    confirmed = desk.confirm(body["hold"], key=body["key"])
    return {
        "booking": confirmed.id,
        "tables": list(confirmed.tables),
        "replayed": confirmed.replayed,
    }


def answer(
    act: Callable[[Desk, Mapping[str, Any]], dict[str, Any]], desk: Desk, body: Mapping[str, Any]
) -> Answer:
    """Run a command, and answer with an HTTP status and a body."""
    try:
        try:
            return 200, act(desk, body)
        except OutcomeUnknown:
            # The reply was lost. The key tells whether it happened, so one retry settles it.
            return 200, act(desk, body)
    except FourtopError as error:
        return error.http_status, {
            "code": error.code.value,
            "message": str(error),
            "retry": error.is_retryable,
        }
    except (KeyError, TypeError, ValueError) as error:
        return 400, {
            "code": "BAD_REQUEST",
            "message": f"{type(error).__name__}: {error}",
            "retry": False,
        }


def main() -> None:
    """Serve a few requests."""
    clock = ManualClock(datetime(2026, 5, 1, 12, tzinfo=UTC))
    desk = Engine(MemoryStore(clock)).add_restaurant(sample.pub())
    asked = {"party_size": 12, "start": "2026-05-01T19:00+01:00", "session": "s1", "key": "hold-1"}

    status, held = answer(hold, desk, asked)
    print(status, held["tables"])
    print(answer(hold, desk, asked)[1] == held, "the same key, the same hold")
    status, body = answer(hold, desk, {**asked, "party_size": 10})
    print(status, body["code"])
    status, body = answer(hold, desk, {**asked, "party_size": 40, "key": "hold-2"})
    print(status, body["code"], "-", body["message"])

    click = {"hold": held["hold"], "key": "confirm-1"}
    for _ in range(2):
        status, body = answer(confirm, desk, click)
        print(status, body["tables"], "replayed" if body["replayed"] else "new")

    status, held = answer(hold, desk, {**asked, "party_size": 2, "key": "hold-3"})
    clock.advance(minutes=3)
    status, body = answer(confirm, desk, {"hold": held["hold"], "key": "confirm-2"})
    print(status, body["code"])
    print(*answer(hold, desk, {**asked, "start": "19:00"})[:1])


if __name__ == "__main__":
    main()
