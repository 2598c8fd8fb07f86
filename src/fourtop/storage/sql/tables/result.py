"""Table ``command_results``: the stored results of commands, under their idempotency keys."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Index, PrimaryKeyConstraint

from fourtop.ports import StoredResult
from fourtop.storage.sql.tables.columns import TableBuilder
from fourtop.storage.sql.tables.values import Row

RESULT: Final = ("command", "idempotency_key", "fingerprint", "result", "stored_us")


def result_row(result: StoredResult) -> Row:
    """Return the row of a stored result."""
    return {
        "command": result.command,
        "idempotency_key": result.key,
        "fingerprint": result.fingerprint,
        "result": result.result,
        "stored_us": result.stored_us,
    }


def result_of(restaurant_id: str, row: list[Any]) -> StoredResult:
    """Return the stored result of a row."""
    return StoredResult(restaurant_id, *row)


def result_table(make: TableBuilder) -> None:
    """Add the table of stored results."""
    make.table(
        "command_results",
        make.key("restaurant_id"),
        make.key("command"),
        make.key("idempotency_key"),
        make.words("fingerprint"),
        # The engine's JSON as text: the store returns it character by character.
        make.words("result"),
        make.whole("stored_us"),
        PrimaryKeyConstraint(
            "restaurant_id", "command", "idempotency_key", name="command_results_pkey"
        ),
        Index("command_results_stored", "stored_us"),
    )
