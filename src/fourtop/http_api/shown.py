"""What an actor may see of an answer: guests see neither other parties nor the staff's notes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from fourtop.errors import Code
from fourtop.formats.results import to_data
from fourtop.http_api.answer_model import FOR_STAFF, HIDDEN
from fourtop.model.actor import Actor

# The facts of a reason that guests see. The others may name other parties.
_FACTS: Final = frozenset(
    {
        *("date", "start", "end", "period", "last_start", "occasion", "opens", "nearest"),
        *("dwell_minutes", "minimum_minutes", "maximum_minutes", "minutes", "grace_minutes"),
        *("notice_minutes", "horizon_days", "zone", "cut", "told", "limit", "unit", "booked"),
        *("requested", "held_back", "channels", "until", "available", "tables", "party_size"),
        *("conditions", "wanted", "slack", "budget", "count", "maximum", "minimum", "mode"),
        *("earliest", "latest", "now", "reserved", "changed"),
    }
)
_REASON: Final = frozenset({"code", "text", "details"})
_FACTS_OF_REASON: Final = len(_REASON)
_SEPARATOR: Final = "; "
_FROM_GUESTS: Final = HIDDEN | FOR_STAFF
# The JSON form of a value has no other collections.
_NESTED: Final = frozenset({list, dict})


def shown_to(actor: Actor, value: Any) -> Any:
    """Return the JSON form of a value as far as an actor may see it.

    Raises:
        TypeError: If the value has no JSON form.
    """
    data = to_data(value)
    if type(data) not in _NESTED:
        return data
    return _shown(data, hidden_from(actor), is_guest=actor.is_guest)


def hidden_from(actor: Actor) -> frozenset[str]:
    """Return the keys that an actor does not see, wherever they stand in an answer."""
    return _FROM_GUESTS if actor.is_guest else HIDDEN


def _shown(data: Any, hidden: frozenset[str], *, is_guest: bool) -> Any:
    """Return a list or dictionary of plain data without what is hidden.

    The data is changed in place, because ``to_data`` has made it for this answer. Most values are
    scalars: a call for each of them would take longer than the rest.
    """
    if type(data) is list:
        for place, each in enumerate(data):
            if type(each) in _NESTED:
                data[place] = _shown(each, hidden, is_guest=is_guest)
        return data
    if is_guest and len(data) == _FACTS_OF_REASON and data.keys() == _REASON:
        return _reason(data)
    if not hidden.isdisjoint(data):
        for key in hidden.intersection(data):
            del data[key]
    for key, value in data.items():
        if type(value) in _NESTED:
            data[key] = _shown(value, hidden, is_guest=is_guest)
    if is_guest and "reasons" in data and "proof" in data:
        data["text"] = _SEPARATOR.join(each["text"] for each in data["reasons"])
    return data


def _reason(data: dict[str, Any]) -> dict[str, Any]:
    details = {key: value for key, value in data["details"].items() if key in _FACTS}
    private = [value for key, value in data["details"].items() if key not in _FACTS]
    is_open = not any(text in data["text"] for text in _texts(private))
    return {
        "code": data["code"],
        "text": data["text"] if is_open else title_of(data["code"]),
        "details": details,
    }


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _texts(each)
            yield key
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def title_of(code: Code | str) -> str:
    """Return the title of a code.

    >>> title_of("TABLES_TAKEN")
    'Tables taken'
    """
    return str(code).replace("_", " ").capitalize()
