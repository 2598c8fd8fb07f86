"""Table ``command_results``: the stored results of commands, under their idempotency keys."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import cattrs
from sqlalchemy import Index, PrimaryKeyConstraint

from fourtop.model import results
from fourtop.model.block import Block
from fourtop.model.booking import Booking
from fourtop.model.hold import Hold
from fourtop.model.request import Preference
from fourtop.model.window import Window
from fourtop.ports import StoredResult
from fourtop.storage.sql.tables.columns import TableBuilder
from fourtop.storage.sql.tables.values import Row, dumps, loads, preference_of, preference_row

RESULT: Final = ("command", "idempotency_key", "fingerprint", "result", "stored_us")


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True)
    converter.register_unstructure_hook(Window, lambda window: [window.start_us, window.end_us])
    converter.register_structure_hook(Window, lambda bounds, _: Window.of_micros(*bounds))
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    converter.register_unstructure_hook(Preference, preference_row)
    converter.register_structure_hook(Preference, lambda data, _: preference_of(data))
    return converter


_CONVERTER: Final = _converter()
_OUTCOMES: Final[dict[str, Any]] = {
    "Hold": Hold,
    "Booking": Booking,
    "Block": Block,
    "ImportReport": results.ImportReport,
    "tuple": tuple[Booking, ...],
}


def result_row(result: StoredResult) -> Row:
    """Return the row of a stored result."""
    return {
        "command": result.command,
        "idempotency_key": result.key,
        "fingerprint": result.fingerprint,
        "result": dumps([type(result.outcome).__name__, _CONVERTER.unstructure(result.outcome)]),
        "stored_us": result.stored_us,
    }


def result_of(restaurant_id: str, row: list[Any]) -> StoredResult:
    """Return the stored result of a row."""
    command, key, fingerprint, text, stored_us = row
    kind, data = loads(text)
    outcome = _CONVERTER.structure(data, _OUTCOMES[kind])
    return StoredResult(restaurant_id, command, key, fingerprint, outcome, stored_us)


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
