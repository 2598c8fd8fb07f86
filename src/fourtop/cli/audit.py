"""``fourtop audit``: check a list of bookings, or the rows of a database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from fourtop import Allocation, Audit, BookingRow, Desk, Engine, ImportRejected
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.database import Database
from fourtop.cli.format import Formatter, counted


def audit(desk: Desk, rows: Sequence[BookingRow]) -> Answer:
    """Import bookings into a new store and audit it; a no lists one problem per line."""
    house = desk.house()
    problems: list[str] = []
    imported = 0
    try:
        imported = desk.import_bookings(rows).bookings if rows else 0
    except ImportRejected as rejected:
        problems = [str(problem) for problem in rejected.problems]
    found = desk.audit()
    formatter = Formatter(house)
    lines = [f"{house.restaurant.name}: {counted(len(rows), 'booking')}"]
    if problems:
        lines += ["", f"{counted(len(problems), 'problem')}; nothing was imported", *problems]
    else:
        lines += ["", audit_text(found), *_findings(found, formatter)]
    is_clean = found.is_clean and not problems
    data = {
        "restaurant": house.restaurant.id,
        "bookings": len(rows),
        "imported": imported,
        "problems": problems,
        **audit_data(found, formatter),
        "clean": is_clean,
    }
    return Answer("\n".join(lines), data, ExitCode.YES if is_clean else ExitCode.NO)


def audit_database(database: Database, restaurant_ids: Sequence[str]) -> Answer:
    """Audit the named restaurants of a database, or all; a no lists one problem per line.

    Raises:
        NotFound: If a restaurant does not exist.
        WrongInput: If the file does not exist.
        StoreMisconfigured: If the schema is wrong; run ``fourtop doctor``.
        StoreUnavailable: If the database cannot be reached.
    """
    database.require_there()
    lines: list[str] = []
    audits: list[dict[str, Any]] = []
    with database.opened() as store:
        engine = Engine(store)
        for restaurant_id in restaurant_ids or engine.restaurant_ids():
            told, data = _audit_one(engine.desk(restaurant_id))
            lines += told
            audits.append({"restaurant": restaurant_id, **data})
    is_clean = all(each["clean"] for each in audits)
    data = {"restaurants": audits, "clean": is_clean}
    return Answer(
        "\n".join(lines or ["no restaurants"]), data, ExitCode.YES if is_clean else ExitCode.NO
    )


def _audit_one(desk: Desk) -> tuple[list[str], dict[str, Any]]:
    house = desk.house()
    name = f"{house.restaurant.name} ({desk.restaurant_id})"
    found = desk.audit()
    formatter = Formatter(house)
    return [f"{name}: {audit_text(found)}", *_findings(found, formatter)], audit_data(
        found, formatter
    )


def audit_text(found: Audit) -> str:
    """Return the findings of an audit in one line."""
    overlaps = counted(len(found.overlaps), "overlap")
    orphans = f"{counted(len(found.orphans), 'row')} without an owner"
    without_tables = f"{counted(len(found.without_tables), 'booking')} without tables"
    shared = f", {counted(len(found.shared_tables), 'shared table')}" if found.shared_tables else ""
    return (
        f"audit of {counted(found.allocations, 'row')}:"
        f" {overlaps}, {orphans}, {without_tables}{shared}"
    )


def audit_data(found: Audit, formatter: Formatter) -> dict[str, Any]:
    """Return the findings of an audit as plain data."""
    return {
        "clean": found.is_clean,
        "allocations": found.allocations,
        "overlaps": [
            {"first": _row_data(pair.first, formatter), "second": _row_data(pair.second, formatter)}
            for pair in found.overlaps
        ],
        "orphans": [_row_data(row, formatter) for row in found.orphans],
        "without_tables": list(found.without_tables),
        "shared_tables": [attrs.asdict(each) for each in found.shared_tables],
    }


def _findings(found: Audit, formatter: Formatter) -> list[str]:
    return [
        *(
            f"overlap: {_row(pair.first, formatter)} and {_row(pair.second, formatter)}"
            for pair in found.overlaps
        ),
        *(f"without an owner: {_row(row, formatter)}" for row in found.orphans),
        *(f"without tables: booking {booking_id}" for booking_id in found.without_tables),
        *(
            f"two parties sit at table {each.table_id}: bookings {each.first} and {each.second}"
            for each in found.shared_tables
        ),
    ]


def _row(row: Allocation, formatter: Formatter) -> str:
    start, end = formatter.iso(row.window.start_us), formatter.iso(row.window.end_us)
    owner = f"{row.owner_kind.value} {row.owner_id}"
    return f"{row.resource_type.value} {row.resource_id} of {owner}, {start} to {end}"


def _row_data(row: Allocation, formatter: Formatter) -> dict[str, Any]:
    return {
        "id": row.id,
        "resource_type": row.resource_type.value,
        "resource_id": row.resource_id,
        "owner_kind": row.owner_kind.value,
        "owner_id": row.owner_id,
        **formatter.window(row.window),
    }
