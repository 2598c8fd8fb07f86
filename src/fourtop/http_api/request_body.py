"""Read the body of a request into a record of the model.

A pydantic model, made from the record's class, checks names and JSON types, and describes them in
OpenAPI. The record itself checks every rule, as it does for every other caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from enum import Enum
from functools import cache, partial
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

import attrs
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    WithJsonSchema,
    create_model,
)
from pydantic_core import CoreSchema, core_schema

from fourtop.http_api.descriptions import arguments_of, summary_of
from fourtop.http_api.examples import BODIES
from fourtop.model.booking_change import Keep
from fourtop.model.calendar import as_moment
from fourtop.model.request import STAY_MINUTES
from fourtop.model.validators import MAX_PARTY

# The most members of a list in a body. No command takes more.
MOST_MEMBERS: Final = 1_000
ID_PATTERN: Final = "^[A-Za-z0-9._:-]{1,64}$"

_ID: Final = {"pattern": ID_PATTERN}
# What OpenAPI says of some keys, beyond their types. The record checks it.
_TOLD: Final[Mapping[str, Mapping[str, Any]]] = {
    "party_size": {"minimum": 1, "maximum": MAX_PARTY},
    "minutes": {"minimum": STAY_MINUTES[0], "maximum": STAY_MINUTES[1]},
    **dict.fromkeys(
        ("occasion", "channel", "reference", "past_reason", "booking_id", "first", "second"), _ID
    ),
}
_SCALARS: Final[Mapping[Any, Any]] = {
    str: StrictStr,
    int: StrictInt,
    bool: StrictBool,
    float: StrictFloat | StrictInt,
    NoneType: None,
    Any: Any,
}
_TEXT_FORMATS: Final = {datetime: "date-time", date: "date", time: "time"}


@attrs.frozen
class Reads:
    """The reader of a body, as metadata of a parameter: ``Annotated[Move, Body(), Reads(Move)]``.

    Args:
        kind: The class of the record.
    """

    kind: type

    def __get_pydantic_core_schema__(
        self, _source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return the schema of the model, followed by the construction of the record.

        An error of the record is not a ``ValueError``, so it passes through pydantic unchanged.
        """
        model = handler.generate_schema(body_model(self.kind))
        return core_schema.no_info_after_validator_function(partial(record_of, self.kind), model)


@cache
def body_model(kind: type) -> Any:
    """Return the model of a body: a key for each argument of the class, and no other key.

    Raises:
        TypeError: If an argument has a type that no body can have.
    """
    hints, told = get_type_hints(kind), arguments_of(kind)
    fields: dict[str, Any] = {}
    for each in attrs.fields(kind):
        if each.init:
            key = each.alias
            is_instant = each.name.endswith("_us")
            hint = body_type(hints[each.name], datetime if is_instant else None)
            is_needed = each.default is attrs.NOTHING
            described: Any = Field(
                default=... if is_needed else None,
                description=told.get(key),
                json_schema_extra=dict(_TOLD.get(key, {})) or None,
            )
            fields[key] = (hint, described)
    config = ConfigDict(extra="forbid", json_schema_extra=partial(_finish, kind))
    return create_model(
        f"{kind.__name__}Body", __config__=config, __doc__=summary_of(kind), **fields
    )


def _finish(kind: type, schema: dict[str, Any]) -> None:
    # A key that is left out is not null: the record has a default of its own.
    for each in schema.get("properties", {}).values():
        each.pop("default", None)
        extra = {name: each.pop(name) for name in ("minimum", "maximum", "pattern") if name in each}
        if "anyOf" in each:
            each["anyOf"][0].update(extra)
        # A list of minutes has rules of its own.
        elif each.get("type") != "array":
            each.update(extra)
    if kind in BODIES:
        schema["examples"] = [BODIES[kind]]


def body_type(hint: Any, scalar: type | None = None) -> Any:
    """Return the type of an argument in JSON.

    Args:
        hint: The annotation of the attribute.
        scalar: ``datetime`` if the attribute stores an instant as microseconds.

    Raises:
        TypeError: If the annotation has none.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        kinds = [each for each in arguments if each is not Keep]
        parts = tuple(body_type(each, scalar if each is int else None) for each in kinds)
        return Union[parts]  # noqa: UP007  # A union made at run time.
    if origin in (tuple, frozenset):
        members: Any = list.__class_getitem__(body_type(arguments[0]))
        return Annotated[members, Field(max_length=MOST_MEMBERS)]
    text = _TEXT_FORMATS.get(scalar or hint)
    if text is not None:
        return Annotated[StrictStr, WithJsonSchema({"type": "string", "format": text})]
    if isinstance(hint, type) and issubclass(hint, Enum):
        names = [each.value for each in hint]
        return Annotated[StrictStr, WithJsonSchema({"type": "string", "enum": names})]
    if isinstance(hint, type) and attrs.has(hint):
        return body_model(hint)
    if hint not in _SCALARS:
        raise TypeError(f"{hint} has no form in a body")
    return _SCALARS[hint]


def record_of(kind: type, model: BaseModel) -> Any:
    """Return the record of a checked body. A key that was left out gets the record's default.

    Raises:
        InvalidInput: As the record's class; or if a text is not the time or date that it should be.
    """
    given_keys = model.model_fields_set
    return kind(
        **{
            key: _read(key, getattr(model, key), member, is_instant=is_instant)
            for key, member, is_instant in _arguments(kind)
            if key in given_keys
        }
    )


@cache
def _arguments(kind: type) -> tuple[tuple[str, Any, bool], ...]:
    """Return the key, the class and whether it is an instant, of each argument of a record."""
    hints = get_type_hints(kind)
    return tuple(
        (each.alias, _kind_in(hints[each.name]), each.name.endswith("_us"))
        for each in attrs.fields(kind)
        if each.init
    )


def _kind_in(hint: Any) -> Any:
    """Return the one class of an annotation, besides ``None``, ``Keep`` and collections."""
    arguments = [each for each in get_args(hint) if each not in (NoneType, Keep, Ellipsis)]
    return _kind_in(arguments[0]) if arguments else hint


def _read(field: str, value: Any, kind: Any, *, is_instant: bool) -> Any:
    if isinstance(value, BaseModel):
        return record_of(kind, value)
    if isinstance(value, list):
        return tuple(_read(field, each, kind, is_instant=is_instant) for each in value)
    if is_instant and isinstance(value, str):
        return as_moment(value, field)
    return value
