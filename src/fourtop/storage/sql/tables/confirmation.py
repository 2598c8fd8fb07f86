"""Tables ``booking_confirmation_results`` and ``booking_confirmation_tables``: the evidence."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Index, PrimaryKeyConstraint, text

from fourtop.model.actor import Actor
from fourtop.model.confirmation import ConfirmationResult, Rival, TableSnapshot
from fourtop.model.window import Window
from fourtop.storage.sql.tables.columns import TableBuilder
from fourtop.storage.sql.tables.values import Row, actor_row

CONFIRMATION: Final = (
    "id",
    "hold_id",
    "booking_id",
    "idempotency_key",
    "confirmed",
    "checked_us",
    "occupied_start_us",
    "occupied_end_us",
    "rivals",
    "code",
    "details",
    "actor_id",
    "actor_role",
)
CONFIRMATION_TABLE: Final = ("result_id", "position", "table_id", "capacity")


def confirmation_row(result: ConfirmationResult) -> Row:
    """Return the row of a confirmation's evidence, without its tables."""
    window = result.window
    return {
        "id": result.id,
        "hold_id": result.hold_id,
        "booking_id": result.booking_id,
        "idempotency_key": result.key,
        "confirmed": result.confirmed,
        "checked_us": result.checked_us,
        "occupied_start_us": None if window is None else window.start_us,
        "occupied_end_us": None if window is None else window.end_us,
        "rivals": [_rival_row(each) for each in result.rivals],
        "code": result.code,
        "details": dict(result.details),
        **actor_row(result.actor),
    }


def confirmation_table_rows(result: ConfirmationResult) -> list[Row]:
    """Return the rows of the tables that a confirmation looked at."""
    return [
        {
            "result_id": result.id,
            "position": place,
            "table_id": each.table_id,
            "capacity": each.capacity,
        }
        for place, each in enumerate(result.tables)
    ]


def confirmation_of(restaurant_id: str, row: list[Any]) -> ConfirmationResult:
    """Return the evidence of a row. The row ends with two lists: table ids and capacities."""
    *facts, table_ids, capacities = row
    found = dict(zip(CONFIRMATION, facts, strict=True))
    start_us, end_us = found["occupied_start_us"], found["occupied_end_us"]
    return ConfirmationResult(
        id=found["id"],
        restaurant_id=restaurant_id,
        hold_id=found["hold_id"],
        booking_id=found["booking_id"],
        key=found["idempotency_key"],
        confirmed=bool(found["confirmed"]),
        checked_us=found["checked_us"],
        tables=tuple(map(TableSnapshot, table_ids or (), capacities or ())),
        rivals=tuple(map(_rival_of, found["rivals"])),
        code=found["code"],
        details=found["details"],
        actor=Actor(found["actor_id"], found["actor_role"]),
        window=None if start_us is None else Window.of_micros(start_us, end_us),
    )


def _rival_row(rival: Rival) -> Row:
    return {
        "allocation_id": rival.allocation_id,
        "table_id": rival.table_id,
        "window": [rival.window.start_us, rival.window.end_us],
        "owner_kind": rival.owner_kind,
        "owner_id": rival.owner_id,
    }


def _rival_of(data: Row) -> Rival:
    return Rival(**{**data, "window": Window.of_micros(*data["window"])})


def confirmation_tables(make: TableBuilder) -> None:
    """Add the tables of confirmation results."""
    confirmed: dict[str, Any] = {
        "postgresql_where": text("confirmed"),
        "sqlite_where": text("confirmed"),
    }
    name = "booking_confirmation_results"
    make.table(
        name,
        make.key("restaurant_id"),
        make.key("id"),
        make.key("hold_id"),
        make.key("booking_id", null=True),
        make.key("idempotency_key"),
        make.flag("confirmed"),
        make.whole("checked_us"),
        make.whole("occupied_start_us", null=True),
        make.whole("occupied_end_us", null=True),
        make.document("rivals"),
        make.words("code", null=True),
        make.document("details"),
        *make.actor(),
        *make.moment("checked_at", "checked_us"),
        PrimaryKeyConstraint("restaurant_id", "id", name=f"{name}_pkey"),
        make.check(f"{name}_window_check", "occupied_start_us < occupied_end_us"),
        Index(f"{name}_hold", "restaurant_id", "hold_id"),
        Index(f"{name}_checked", "checked_us"),
        Index(f"{name}_once", "restaurant_id", "hold_id", unique=True, **confirmed),
        Index(
            f"{name}_key",
            "restaurant_id",
            "booking_id",
            "idempotency_key",
            unique=True,
            **confirmed,
        ),
    )
    make.table(
        "booking_confirmation_tables",
        make.key("restaurant_id"),
        make.key("result_id"),
        make.small("position"),
        make.key("table_id"),
        make.small("capacity", null=True),
        PrimaryKeyConstraint(
            "restaurant_id", "result_id", "position", name="booking_confirmation_tables_pkey"
        ),
        # The retention job deletes results; their tables go with them.
        make.references(
            "booking_confirmation_tables_result_fkey",
            ("restaurant_id", "result_id"),
            name,
            ("restaurant_id", "id"),
            ondelete="CASCADE",
        ),
    )
