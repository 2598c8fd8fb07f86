"""Write results, refusals, events and the values in them as JSON; read command results back.

This is the only JSON form of these values: stored results, the data of events, digests of requests
and ``--json`` use it. The document of a house is a format of its own (``house_document``).

A value becomes plain data by these rules:

- An object has its attributes as keys, in the order of the class. No key is left out.
- A count of microseconds becomes an instant: ISO 8601 in UTC, exact to the microsecond. Its key is
  the name of the property that returns the instant: ``created_us`` is written as ``created_at``,
  ``start_us`` as ``start``, ``at_us`` as ``at``.
- A window is an object with ``start`` and ``end``.
- A set is a sorted list, a tuple a list, an enum its value, a date ISO 8601.
- A plan has its ``score`` as a number and its ``terms``; a usage also has its
  ``utilisation_percent``, and a utilisation the figures that follow from its counts; a day plan its
  ``gap_percent`` and ``is_optimal``; a refusal, a reason, an alternative and an offered start their
  ``text``; an opportunity cost its ``total``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time
from enum import Enum
from functools import cache, partial
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import attrs

from fourtop.errors import InvalidDocument, InvalidInput, Reason, Refusal, safe_repr
from fourtop.formats.booking_row import BASE_COLUMNS, FIELDS, BookingRow
from fourtop.formats.json_writer import json_writer
from fourtop.model.alternatives import Alternative
from fourtop.model.block import Block, FreedBlock
from fourtop.model.booking import Booking
from fourtop.model.booking_slot import BookingSlot
from fourtop.model.day_plan import DayPlan
from fourtop.model.hold import Fingerprint, Hold
from fourtop.model.offers import OfferedStart
from fourtop.model.opportunity_cost import OpportunityCost
from fourtop.model.plan import Plan, Score, Term
from fourtop.model.receipt import Usage
from fourtop.model.request import ANY_TABLE, Preference
from fourtop.model.results import ClearReport, ImportReport
from fourtop.model.utilisation import PeriodUtilisation, SlotUtilisation
from fourtop.model.waitlist import Offer
from fourtop.model.window import Window, iso, to_micros

Encoder = Callable[[Any], Any]
Decoder = Callable[[Any], Any]

_RESULTS: Final[Mapping[str, Any]] = {
    "hold": Hold,
    "booking": Booking,
    "bookings": tuple[Booking, ...],
    "block": Block,
    "freed_block": FreedBlock,
    "slot": BookingSlot,
    "offer": Offer,
    "import": ImportReport,
    "clear": ClearReport,
}
_NAMES: Final[Mapping[type, str]] = {
    Hold: "hold",
    Booking: "booking",
    Block: "block",
    FreedBlock: "freed_block",
    BookingSlot: "slot",
    Offer: "offer",
    ImportReport: "import",
    ClearReport: "clear",
}
_SCALARS: Final = frozenset({str, int, float, bool, NoneType})
_write: Final = json_writer()


def dumps_result(value: Any) -> str:
    """Write the result of a command as JSON: ``{"type": "booking", "data": {…}}``.

    Args:
        value: A hold, booking, tuple of bookings, block with or without moves, slot, offer, or
            report of an import or a clearance.

    Raises:
        TypeError: If the value is not a command result. Add the class of a new command's result to
            this module.
    """
    return _write({"type": _name_of(value), "data": to_data(value)})


def deferred(value: Any) -> Callable[[], str]:
    """Return a function that writes the result of a command as ``dumps_result`` does.

    Raises:
        TypeError: At once, if the value is not a command result.
    """
    _name_of(value)
    return partial(dumps_result, value)


def _name_of(value: Any) -> str:
    name = "bookings" if isinstance(value, tuple) else _NAMES.get(type(value))
    if name is None:
        raise TypeError(f"{type(value).__name__} is not the result of a command")
    return name


def loads_result(text: str) -> Any:
    """Read the result of a command from the JSON that ``dumps_result`` wrote.

    Keys that the class does not have are ignored. An attribute without a key gets its default, so
    that results stored before an attribute existed can still be read.

    Raises:
        InvalidDocument: If the text is not such JSON. The store has changed the text, or a newer
            version of fourtop wrote it.
    """
    try:
        envelope = json.loads(text)
        return decoder_of(_RESULTS[envelope["type"]])(envelope["data"])
    except (InvalidInput, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InvalidDocument(
            "result", "must be the stored result of a command", safe_repr(type(error).__name__)
        ) from error


def to_data(value: Any) -> Any:
    """Return a value as plain data: dictionaries, lists, texts, numbers, ``None``.

    The cost is linear in the size of the value.

    Raises:
        TypeError: If a part has no JSON form.

    >>> from fourtop import Actor
    >>> to_data(Actor("u17", "staff"))
    {'id': 'u17', 'role': 'staff'}
    """
    kind: type = type(value)
    return value if kind in _SCALARS else encoder_of(kind)(value)


# ---- writing


@cache
def encoder_of(kind: type) -> Encoder:
    """Return the function that writes values of a class.

    Raises:
        TypeError: If the class has no JSON form.
    """
    if kind in _SPECIAL_ENCODERS:
        return _SPECIAL_ENCODERS[kind]
    if issubclass(kind, Enum):
        return attrgetter("value")
    if attrs.has(kind):
        return _object_encoder(kind)
    for general, encode in _GENERAL_ENCODERS:
        if issubclass(kind, general):
            return encode
    raise TypeError(f"{kind.__name__} has no JSON form")


def _object_encoder(kind: type) -> Encoder:
    names = [field.name for field in attrs.fields(kind)]
    keys = tuple(map(key_of, names))
    instants = tuple(key_of(name) for name in names if _is_instant(name))
    fetch = _fetching(names)

    def encode(value: Any) -> dict[str, Any]:
        data = dict(zip(keys, fetch(value), strict=True))
        for key, found in data.items():
            found_kind: type = type(found)
            if found_kind not in _SCALARS:
                data[key] = encoder_of(found_kind)(found)
        for key in instants:
            data[key] = _instant_data(data[key])
        return data

    return encode


def _fetching(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """Return a function that reads several attributes at once: faster than one after the other."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def key_of(name: str) -> str:
    """Return the key of an attribute.

    >>> key_of("created_us"), key_of("start_us"), key_of("at_us"), key_of("party_size")
    ('created_at', 'start', 'at', 'party_size')
    """
    if not _is_instant(name):
        return name
    stem = name.removesuffix("_us")
    return stem if stem in ("start", "end", "at") else f"{stem}_at"


def _is_instant(name: str) -> bool:
    return name.endswith("_us")


def _instant_data(micros: int | None) -> str | None:
    return None if micros is None else iso(micros)


def _window_data(window: Window) -> dict[str, str]:
    return {"start": iso(window.start_us), "end": iso(window.end_us)}


def _preference_data(preference: Preference) -> dict[str, list[str]]:
    if preference is ANY_TABLE:
        return {}
    return {kind: sorted(map(str, getattr(preference, kind))) for kind in preference.kinds}


def _plan_data(plan: Plan) -> dict[str, Any]:
    return {
        "tables": list(plan.tables),
        "seats": plan.seats,
        "slack": plan.slack,
        "score": plan.score.total,
        "terms": [to_data(term) for term in plan.score.terms],
    }


def _encoder_with(kind: type, *names: str) -> Encoder:
    """Return the encoder of a class that also writes some of its properties."""
    encode, fetch = _object_encoder(kind), tuple((name, attrgetter(name)) for name in names)
    return lambda value: encode(value) | {name: get(value) for name, get in fetch}


def _alternative_data(alternative: Alternative) -> dict[str, Any]:
    return {**_plain_alternative(alternative), "text": str(alternative)}


def _reason_data(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code.value,
        "text": str(reason),
        "details": to_data(reason.details),
    }


def _refusal_data(refusal: Refusal) -> dict[str, Any]:
    return {
        "code": refusal.code.value,
        "text": str(refusal),
        "proof": refusal.proof.value,
        "reasons": [_reason_data(reason) for reason in refusal.reasons],
    }


def _row_data(row: BookingRow) -> dict[str, Any]:
    # Only the first columns are always there, so that the digest of an import stays as it was when
    # a row had no others.
    return {
        field.name: to_data(getattr(row, field.name))
        for field in FIELDS
        if field.name in BASE_COLUMNS or getattr(row, field.name) != field.default
    }


def _mapping_data(mapping: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        key if type(key) is str else str(to_data(key)): to_data(value)
        for key, value in mapping.items()
    }


def _set_data(values: Collection[Any]) -> list[Any]:
    # Sorted, because a set has another order in each process and a digest must not.
    return sorted(map(to_data, values), key=str)


def _datetime_data(value: datetime) -> str:
    return (value if value.tzinfo is None else value.astimezone(UTC)).isoformat()


# The properties that a value of a class is also written with, after its attributes.
DERIVED: Final[Mapping[type, tuple[str, ...]]] = {
    Usage: ("utilisation_percent",),
    SlotUtilisation: ("utilisation_percent", "is_overbooked"),
    PeriodUtilisation: ("utilisation_percent", "is_overbooked", "seat_percent", "turns_per_table"),
    DayPlan: ("gap_percent", "is_optimal"),
    OpportunityCost: ("total",),
    OfferedStart: ("text",),
}
_plain_alternative: Final = _object_encoder(Alternative)
_SPECIAL_ENCODERS: Final[Mapping[type, Encoder]] = {
    **{kind: _encoder_with(kind, *names) for kind, names in DERIVED.items()},
    Window: _window_data,
    Preference: _preference_data,
    Fingerprint: attrgetter("facts"),
    Plan: _plan_data,
    Alternative: _alternative_data,
    Reason: _reason_data,
    Refusal: _refusal_data,
    BookingRow: _row_data,
}
# In this order: a datetime is also a date, a text is also a sequence.
_GENERAL_ENCODERS: Final[tuple[tuple[Any, Encoder], ...]] = (
    (str, str),
    (Mapping, _mapping_data),
    ((frozenset, set), _set_data),
    ((tuple, list), lambda values: [to_data(each) for each in values]),
    (datetime, _datetime_data),
    ((date, time), lambda value: value.isoformat()),
)


# ---- reading


@cache
def decoder_of(hint: Any) -> Decoder:
    """Return the function that reads values of a type.

    Args:
        hint: A class, or an annotation made of classes, ``tuple[…, ...]`` and ``… | None``.

    Raises:
        TypeError: If values of the type cannot be read back.
    """
    if hint in _SPECIAL_DECODERS:
        return _SPECIAL_DECODERS[hint]
    if get_origin(hint) in (Union, UnionType):
        return _optional_decoder(hint)
    if get_origin(hint) is tuple:
        each = decoder_of(get_args(hint)[0])
        return lambda data: tuple(map(each, data))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if isinstance(hint, type) and attrs.has(hint):
        return _object_decoder(hint)
    raise TypeError(f"{hint} cannot be read back from JSON")


def _optional_decoder(hint: Any) -> Decoder:
    kinds = [each for each in get_args(hint) if each is not NoneType]
    assert len(kinds) == 1, "a type that is stored is one class, or that class and None"
    decode = decoder_of(kinds[0])
    return lambda data: None if data is None else decode(data)


def _object_decoder(kind: type) -> Decoder:
    hints = get_type_hints(kind)
    decoders = tuple(
        (
            key_of(field.name),
            field.alias,
            _optional_micros if _is_instant(field.name) else decoder_of(hints[field.name]),
        )
        for field in attrs.fields(kind)
    )

    def decode(data: Mapping[str, Any]) -> Any:
        return kind(**{alias: read(data[key]) for key, alias, read in decoders if key in data})

    return decode


def _micros(text: str) -> int:
    return to_micros(datetime.fromisoformat(text))


def _optional_micros(text: str | None) -> int | None:
    return None if text is None else _micros(text)


def _window(data: Mapping[str, str]) -> Window:
    return Window.of_micros(_micros(data["start"]), _micros(data["end"]))


def _preference(data: Mapping[str, Any]) -> Preference:
    return Preference(**data) if data else ANY_TABLE


def _plan(data: Mapping[str, Any]) -> Plan:
    terms = decoder_of(tuple[Term, ...])(data["terms"])
    return Plan(tuple(data["tables"]), data["seats"], data["slack"], Score(terms))


def _as_it_is(data: Any) -> Any:
    return data


_SPECIAL_DECODERS: Final[Mapping[Any, Decoder]] = {
    str: _as_it_is,
    int: _as_it_is,
    float: _as_it_is,
    bool: _as_it_is,
    date: date.fromisoformat,
    Window: _window,
    Preference: _preference,
    Fingerprint: Fingerprint,
    Plan: _plan,
}
