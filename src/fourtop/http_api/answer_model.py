"""Pydantic models of answers, made from the records of the model and their one JSON form.

``formats.results.to_data`` writes the answer itself; a model only describes it. No answer runs
through its model when it is sent; the tests compare the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import attrs
from pydantic import BaseModel, ConfigDict, Field, create_model

from fourtop.errors import Code, Proof, Reason, Refusal
from fourtop.formats.results import DERIVED, key_of
from fourtop.http_api.descriptions import arguments_of, summary_of
from fourtop.http_api.examples import ANSWERS
from fourtop.model.alternatives import Alternative
from fourtop.model.booking import Booking, Bookings
from fourtop.model.plan import Plan, Term
from fourtop.model.request import Preference
from fourtop.model.restaurant import Area
from fourtop.model.window import Window

# What no answer shows: facts that only a later confirmation compares.
HIDDEN: Final = frozenset({"fingerprint"})
# What guests do not see, wherever it stands in an answer: other people's bookings, the staff's
# notes, and how the house counts.
FOR_STAFF: Final = frozenset(
    {
        *("actor", "assigned_by", "would_refuse", "overrides", "past_reason", "receipt"),
        *("reseating", "quotes"),
    }
)


class WindowAnswer(BaseModel):
    """A window `[start, end)`."""

    start: datetime
    end: datetime


class PreferenceAnswer(BaseModel):
    """Conditions on tables; a kind that is not named is left out."""

    zones: list[str] | None = None
    seatings: list[str] | None = None
    areas: list[Area] | None = None
    features: list[str] | None = None


class TermAnswer(BaseModel):
    """One term of a score: the measured amount, and its cost."""

    name: str
    amount: float
    cost: float


class PlanAnswer(BaseModel):
    """Tables for a party, and why they were chosen: the lowest score is the best."""

    tables: list[str]
    seats: int
    slack: int
    score: float
    terms: list[TermAnswer]


class ReasonAnswer(BaseModel):
    """One binding constraint of a refusal."""

    code: Code
    text: str
    details: dict[str, Any]


class RefusalAnswer(BaseModel):
    """A no: the constraints in the way, the decisive one first, and how far the no is proven."""

    code: Code
    text: str
    proof: Proof
    reasons: list[ReasonAnswer]


_PLAIN: Final = frozenset({str, int, float, bool, NoneType, date, datetime})
# The classes with a JSON form that does not follow from their attributes.
_SPECIAL: Final[Mapping[type, type]] = {
    Window: WindowAnswer,
    Preference: PreferenceAnswer,
    Plan: PlanAnswer,
    Term: TermAnswer,
    Reason: ReasonAnswer,
    Refusal: RefusalAnswer,
}


@cache
def answer_model(kind: type) -> Any:
    """Return the model of the JSON form of a class.

    Every key is required, because ``to_data`` leaves none out; a key that only staff see is not.

    Raises:
        TypeError: If an attribute has a type without a JSON form.
    """
    if kind in _SPECIAL:
        return _SPECIAL[kind]
    hints, told = get_type_hints(kind), arguments_of(kind)
    fields: dict[str, Any] = {}
    for each in attrs.fields(kind):
        key = key_of(each.name)
        if key not in HIDDEN:
            is_instant = each.name.endswith("_us")
            text = told.get(each.name, "").replace(", in microseconds", "")
            fields[key] = _field(key, hints[each.name], text, is_instant=is_instant)
    for name in DERIVED.get(kind, ()):
        getter = getattr(kind, name).fget
        fields[name] = _field(name, get_type_hints(getter)["return"], summary_of(getter))
    if kind is Alternative:
        fields["text"] = _field("text", str, "The difference, as text.")
    config = ConfigDict(json_schema_extra=_extra(kind))
    return create_model(kind.__name__, __config__=config, __doc__=summary_of(kind), **fields)


def answer_list(kind: type) -> Any:
    """Return the model of a list of values of a class."""
    return list.__class_getitem__(answer_model(kind))


def _extra(kind: type) -> dict[str, Any]:
    return {"examples": [ANSWERS[kind]]} if kind in ANSWERS else {}


def _field(key: str, hint: Any, text: str, *, is_instant: bool = False) -> tuple[Any, Any]:
    kind = _instant(hint) if is_instant else answer_type(hint)
    described = Field(description=text or None)
    if key in FOR_STAFF:
        described = Field(default=None, description=f"{text} Only staff see it.".strip())
    return kind, described


def _instant(hint: Any) -> Any:
    return datetime | None if NoneType in get_args(hint) else datetime


def answer_type(hint: Any) -> Any:
    """Return the type of the JSON form of an annotation.

    Raises:
        TypeError: If it has none.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return Union[tuple(map(answer_type, arguments))]  # noqa: UP007  # A union made at run time.
    if origin in (tuple, frozenset):
        return list[answer_type(arguments[0])]  # type: ignore[misc]  # A type made at run time.
    if origin is not None and issubclass(origin, Mapping):
        return dict[str, answer_type(arguments[1])]  # type: ignore[misc]  # As above.
    if isinstance(hint, type) and attrs.has(hint):
        return answer_model(hint)
    if hint is Bookings:
        return answer_list(Booking)
    if hint is Any or hint in _PLAIN or (isinstance(hint, type) and issubclass(hint, Enum)):
        return hint
    raise TypeError(f"{hint} has no model")
