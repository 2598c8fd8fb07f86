"""Map the values that several record kinds share to columns, and back.

A record is written as an object, from column name to value, and read as an array, in the order of
its column list.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from fourtop.errors import Code
from fourtop.formats.json_writer import json_writer
from fourtop.model.actor import Actor
from fourtop.model.override import Override
from fourtop.model.request import ANY_TABLE, Preference
from fourtop.model.stay import Stay
from fourtop.model.window import Window

Row = dict[str, Any]

dumps: Final = json_writer()
loads: Final = json.loads

STAY: Final = (
    "period",
    "service_date",
    "occasion",
    "dining_start_us",
    "dining_end_us",
    "occupied_start_us",
    "occupied_end_us",
    "turn_minutes",
    "is_clamped",
)


def stay_row(stay: Stay) -> Row:
    """Return the columns of a stay."""
    return {
        "period": stay.period,
        "service_date": stay.service_date.isoformat(),
        "occasion": stay.occasion,
        "dining_start_us": stay.dining.start_us,
        "dining_end_us": stay.dining.end_us,
        "occupied_start_us": stay.occupied.start_us,
        "occupied_end_us": stay.occupied.end_us,
        "turn_minutes": stay.turn_minutes,
        "is_clamped": stay.is_clamped,
    }


def stay_of(row: list[Any]) -> Stay:
    """Return the stay of a row, in the order of ``STAY``."""
    period, service_date, occasion, *windows, turn_minutes, is_clamped = row
    dining_start, dining_end, occupied_start, occupied_end = windows
    return Stay(
        period,
        date.fromisoformat(service_date),
        occasion,
        Window.of_micros(dining_start, dining_end),
        Window.of_micros(occupied_start, occupied_end),
        turn_minutes,
        bool(is_clamped),
    )


def actor_row(actor: Actor) -> Row:
    """Return the columns of an actor."""
    return {"actor_id": actor.id, "actor_role": actor.role}


def preference_row(preference: Preference) -> Row:
    """Return the JSON object of a preference: the kinds that it names, each a sorted list."""
    if preference is ANY_TABLE:
        return {}
    return {kind: sorted(getattr(preference, kind)) for kind in preference.kinds}


def preference_of(data: Row) -> Preference:
    """Return the preference of a JSON object."""
    return Preference(**data) if data else ANY_TABLE


def codes_row(codes: Sequence[Code]) -> str | None:
    """Return codes as one text, separated by commas; ``None`` without any."""
    return ",".join([each.value for each in codes]) if codes else None


def codes_of(text: str | None) -> tuple[Code, ...]:
    """Return the codes of such a text."""
    return tuple(map(Code, text.split(","))) if text else ()


def overrides_row(overrides: Iterable[Override]) -> list[Row]:
    """Return the JSON list of overrides."""
    return [{"rule": each.rule.value, "reason": each.reason} for each in overrides]


def overrides_of(data: Iterable[Row]) -> tuple[Override, ...]:
    """Return the overrides of a JSON list."""
    return tuple(Override(**each) for each in data) if data else ()


def listed(rows: Iterable[Row]) -> str:
    """Write rows as the JSON list that a statement reads them from, each with its ordinal.

    The rows get it, too: a copy of each would take time.
    """
    numbered = [*rows]
    for place, row in enumerate(numbered):
        row["ordinal"] = place
    return dumps(numbered)


def plain(value: Any) -> Any:
    """Return a value as a driver takes it: objects and lists become JSON."""
    return dumps(value) if type(value) in (dict, list) else value
