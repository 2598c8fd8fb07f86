"""The notation for notebooks: a house in ten readable lines, by table numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from itertools import chain, pairwise
from typing import Any, SupportsIndex

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.formats.slug import slug
from fourtop.model import validators
from fourtop.model.floor import Floor, Join
from fourtop.model.house import House
from fourtop.model.policy import Policy
from fourtop.model.restaurant import Restaurant, Zone
from fourtop.model.service_period import ServicePeriod, TurnBand, as_bands, check_time
from fourtop.model.table import Table

_ATTRIBUTES = {each.name for each in attrs.fields(Table)} - {"number", "zone_id"} | {"zone"}
_KNOWN = ", ".join(sorted(_ATTRIBUTES))

ALL_DAY: Mapping[str, str] = {"all-day": "12:00-23:00"}


def sketch_floor(
    tables: Mapping[str, SupportsIndex | tuple[SupportsIndex, str] | Mapping[str, Any]],
    *,
    joins: Iterable[str | tuple[str, str] | tuple[str, str, SupportsIndex]] = (),
    zone: str = "Main",
) -> Floor:
    """Make a floor from table numbers. Ids are the slugs of numbers and zone names.

    The table ``Dining 4a`` has the id ``dining-4a``.

    Args:
        tables: By number: the seats; or seats and zone; or attributes of ``Table``, with ``zone``
            for the zone's name. Zones are in the order of their first table.
        joins: By number: ``"1-2"``, a row ``"1-2-3"``, a pair, or a pair with its seat loss. For
            numbers that contain hyphens, use pairs.
        zone: The zone of tables that name none.

    Raises:
        InvalidInput: If the model refuses a value, two names have one slug, or a name has no letter
            or digit.

    >>> floor = sketch_floor({"1": 2, "2": 2, "3": 4, "Bay": (6, "Terrace")}, joins=["1-2-3"])
    >>> [table.id for table in floor.tables], len(floor.joins), floor.seats({"1", "2"})
    (['1', '2', '3', 'bay'], 2, 4)
    """
    notes = {
        number: _note(number, note, zone) for number, note in _mapping("tables", tables).items()
    }
    names = dict.fromkeys(note["zone"] for note in notes.values())
    zones = [Zone(_id("zone", name), name, order=place) for place, name in enumerate(names)]
    floor = Floor([_table(number, note) for number, note in notes.items()], zones=zones)
    return attrs.evolve(
        floor,
        joins=chain.from_iterable(validators.as_members("joins", joins, partial(_joins, floor))),
    )


def sketch_house(
    name: str,
    floor: Floor,
    *,
    timezone: str,
    periods: Mapping[str, str] = ALL_DAY,
    turn_minutes: SupportsIndex | Mapping[int | None, SupportsIndex] = 90,
) -> House:
    """Make a house that takes bookings every day, with the defaults of every rule.

    The last start lies two hours before a period ends, and no stay runs past the end. Change any
    value with ``attrs.evolve``.

    Args:
        name: Of the restaurant; its id is the slug.
        floor: Its tables, for example from ``sketch_floor``.
        timezone: IANA name.
        periods: By key: local times, ``"17:00-23:00"``; an end that is not after the start lies on
            the next day.
        turn_minutes: The turn time; or turn times by largest party size, ``{2: 90, 4: 105, None:
            120}``.

    Raises:
        InvalidInput: If the model refuses a value.

    >>> floor = sketch_floor({"1": 2, "2": 4})
    >>> corner = sketch_house("The Corner", floor, timezone="Europe/London")
    >>> corner.restaurant.id, corner.policy.periods[0].key
    ('the-corner', 'all-day')
    """
    validators.check_text("name", name, 100)
    bands: Any = (
        turn_minutes.items()
        if isinstance(turn_minutes, Mapping)
        else [TurnBand(None, turn_minutes)]
    )
    return House(
        Restaurant(_id("name", name), name, timezone=timezone),
        floor,
        Policy(
            [_period(key, hours) for key, hours in _mapping("periods", periods).items()],
            turn_bands=as_bands(bands),
        ),
    )


def _mapping(field: str, value: Any) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise InvalidInput(field, "must be a mapping", safe_repr(value))
    return value


def _id(field: str, name: Any) -> str:
    id_ = slug(validators.check_text(field, name, 100))
    if not id_:
        raise InvalidInput(field, "must have a letter or a digit", safe_repr(name))
    return id_


def _note(number: Any, note: Any, zone: str) -> dict[str, Any]:
    if isinstance(note, Mapping):
        values = {"zone": zone, **note}
    elif isinstance(note, tuple) and len(note) == 2:
        values = {"capacity": note[0], "zone": note[1]}
    else:
        values = {"capacity": note, "zone": zone}
    if "capacity" not in values or not values.keys() <= _ATTRIBUTES:
        raise InvalidInput(
            "tables",
            f"must be seats, seats and zone, or a mapping of {_KNOWN}",
            safe_repr({number: note}),
        )
    validators.check_text("zone", values["zone"], 50)
    return values


def _table(number: str, note: Mapping[str, Any]) -> Table:
    rest = {key: value for key, value in note.items() if key != "zone"}
    return Table(
        **{
            "id": _id("tables", number),
            "number": number,
            "zone_id": _id("zone", note["zone"]),
            **rest,
        }
    )


def _joins(floor: Floor, note: Any) -> list[Join]:
    if isinstance(note, str):
        numbers: list[Any] = [part.strip() for part in note.split("-")]
        losses: tuple[Any, ...] = ()
    elif isinstance(note, tuple) and len(note) in (2, 3):
        numbers, losses = list(note[:2]), note[2:]
    else:
        raise InvalidInput(
            "joins", "must be texts such as 1-2, or pairs of table numbers", safe_repr(note)
        )
    ids = []
    for number in numbers:
        table = floor.find_table_numbered(number) if isinstance(number, str) else None
        if table is None:
            raise InvalidInput("joins", "must name tables of this floor", safe_repr(number))
        ids.append(table.id)
    if len(ids) < 2:
        raise InvalidInput("joins", "must name two tables or more", safe_repr(note))
    return [Join(pair, *losses) for pair in pairwise(ids)]


def _period(key: Any, hours: Any) -> ServicePeriod:
    start, dash, end = hours.partition("-") if isinstance(hours, str) else ("", "", "")
    if not dash:
        raise InvalidInput("periods", "must have local times such as 17:00-23:00", safe_repr(hours))
    times = [check_time("periods", each.strip()) for each in (start, end)]
    return ServicePeriod(key, *times)
