"""The house document: the configuration of a restaurant as one JSON text, without loss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import date
from functools import partial
from typing import Any, Final

from fourtop.errors import InvalidDocument, InvalidInput, safe_repr
from fourtop.formats.files import StrPath, read_text, write_text
from fourtop.formats.json_codec import (
    Codec,
    ObjectCodec,
    construct,
    entries,
    items,
    list_of,
    optional,
    parse,
    plain,
    write,
)
from fourtop.formats.slug import slug
from fourtop.model import validators
from fourtop.model.booking_rules import BookingWindow, HoldRules, SeatingRules
from fourtop.model.capacity_rules import CapacityRule, ChannelShare, PacingRule
from fourtop.model.date_exception import DateException
from fourtop.model.demand import DemandProfile
from fourtop.model.distances import Aisle, KeptApart
from fourtop.model.enforcement import Enforcement
from fourtop.model.floor import Floor, Join
from fourtop.model.house import House
from fourtop.model.planning_rules import Planning, Scarcity, Weights
from fourtop.model.policy import Policy
from fourtop.model.restaurant import Restaurant, Zone
from fourtop.model.service_period import (
    Occasion,
    ServicePeriod,
    TurnBand,
    Weekday,
    as_weekday,
    check_date,
    check_time,
)
from fourtop.model.set_capacity import SetCapacity
from fourtop.model.table import Position, Table
from fourtop.model.table_label import NumberScope
from fourtop.model.zone_rules import WalkInRule, ZoneRule

FORMAT: Final = "fourtop/house/1"
KEYS: Final = (
    "format",
    "restaurant",
    "zones",
    "tables",
    "joins",
    "joins_within_zone",
    "set_capacities",
    "kept_apart",
    "aisles",
    "numbers_unique_in",
    "policy",
)
_REQUIRED: Final = ("format", "restaurant", "zones", "tables", "policy")
# The single values of a floor.
_SINGLE: Final = ("joins_within_zone", "numbers_unique_in")


def loads_house(text: str) -> House:
    """Decode a house document.

    References name tables by number and zones by name, ignoring case. Where two zones have a table
    4, its name is ``Terrace/4``. The default of an id is the slug of the number or name. A join is
    a pair of numbers, or an object if it costs or wins seats. Every other missing key has the
    default of its attribute.

    Args:
        text: JSON in the format ``fourtop/house/1``; ``house_schema`` describes it.

    Raises:
        InvalidDocument: If it is not JSON (with the line), or breaks a rule: ``field`` is the path,
            such as ``tables[3].capacity``. The error reports the first fault.

    >>> house = loads_house('''{
    ...   "format": "fourtop/house/1",
    ...   "restaurant": {"name": "The Corner", "timezone": "Europe/London"},
    ...   "zones": [{"name": "Main"}],
    ...   "tables": [{"number": "1", "capacity": 2, "zone": "Main"},
    ...              {"number": "2", "capacity": 4, "zone": "Main"}],
    ...   "joins": [["1", "2"]],
    ...   "policy": {"periods": [{"key": "dinner", "start": "17:00", "end": "23:00"}]}
    ... }''')
    >>> house.restaurant.id, house.floor.seats({"1", "2"})
    ('the-corner', 6)
    """
    return house_from_data(parse(text))


def dumps_house(house: House) -> str:
    """Encode a house as a house document, in a stable order and without default values.

    ``loads_house`` returns an equal house.

    Raises:
        InvalidInput: If it is not a house.
    """
    return write(house_to_data(house)) + "\n"


def load_house(path: StrPath) -> House:
    """Read a house document from a file; see ``loads_house``.

    Raises:
        InvalidInput: If the file cannot be read.
        InvalidDocument: If it is not UTF-8, or as ``loads_house``.
    """
    return loads_house(read_text(path))


def dump_house(house: House, path: StrPath) -> None:
    """Write a house document to a file; see ``dumps_house``. An existing file is replaced.

    Raises:
        InvalidInput: If it is not a house, or the file cannot be written.
    """
    write_text(path, dumps_house(house))


def house_from_data(data: object) -> House:
    """Make a house from the data of a JSON document: dicts, lists, texts, numbers and ``None``.

    Raises:
        InvalidDocument: As ``loads_house``.
    """
    found = entries(data, "", known=KEYS, required=_REQUIRED)
    if found["format"] != FORMAT:
        raise InvalidDocument("format", f"must be {FORMAT}", safe_repr(found["format"]))
    restaurant = _RESTAURANT.decode(found["restaurant"], "restaurant")
    zones = [_ZONE.decode(value, path) for path, value in items(found["zones"], "zones")]
    single = {key: found[key] for key in _SINGLE if key in found}
    tables = _tables(found["tables"], zones, single)
    # A floor without rules on its tables knows their labels, and refuses what is wrong with them.
    bare = construct(Floor, {"tables": tables, "zones": zones, **single}, "", {})
    numbers = _numbers(bare)
    joins = [_join(value, path, numbers) for path, value in items(found.get("joins", []), "joins")]
    parts: dict[str, Any] = {"joins": joins}
    for key, codec in _set_codecs(numbers).items():
        parts[key] = [codec.decode(value, path) for path, value in items(found.get(key, []), key)]
    parts |= {"tables": tables, "zones": zones, **single}
    floor = construct(Floor, parts, "", {})
    policy = _policy_codec(zones, numbers).decode(found["policy"], "policy")
    return House(restaurant, floor, policy)


def house_to_data(house: House) -> dict[str, Any]:
    """Return a house document as plain data, ready for JSON.

    Raises:
        InvalidInput: If it is not a house.
    """
    floor = validators.check_instance("house", house, House).floor
    table_codec, numbers = _table_codec(floor.zones), _numbers(floor)
    joins = sorted(
        floor.joins, key=lambda join: sorted(floor.positions[id_] for id_ in join.tables)
    )
    codecs = _set_codecs(numbers, floor.in_order)
    sets = {
        key: [codec.encode(each) for each in getattr(floor, key)] for key, codec in codecs.items()
    }
    is_by_zone = floor.numbers_unique_in is NumberScope.ZONE
    data: dict[str, Any] = {
        "format": FORMAT,
        "restaurant": _RESTAURANT.encode(house.restaurant),
        "zones": [_ZONE.encode(zone) for zone in floor.zones],
        "tables": [table_codec.encode(table) for table in floor.tables],
        "joins": [_join_data(join, floor) for join in joins],
        "joins_within_zone": floor.joins_within_zone,
        **sets,
        "numbers_unique_in": floor.numbers_unique_in.value if is_by_zone else "",
        "policy": _policy_codec(floor.zones, numbers, floor.in_order).encode(house.policy),
    }
    return {key: value for key, value in data.items() if key in _REQUIRED or value}


# ---- the floor -----------------------------------------------------------------------------------


def _reference(ids: Mapping[str, str], target: str) -> Codec:
    """Make the codec of a reference by name; ``ids`` maps names (ignoring case) to ids."""
    by_name = {validators.casefold(name): id_ for name, id_ in ids.items()}
    names = {id_: name for name, id_ in ids.items()}

    def decode(data: Any, path: str) -> str:
        found = by_name.get(validators.casefold(data)) if isinstance(data, str) else None
        if found is None:
            raise InvalidDocument(path, f"must be {target} of this document", safe_repr(data))
        return found

    return Codec(decode, names.__getitem__)


def _zone_reference(zones: Collection[Zone]) -> Codec:
    return _reference({zone.name: zone.id for zone in zones}, "the name of a zone")


def _table_codec(zones: Collection[Zone]) -> ObjectCodec:
    return ObjectCodec(
        Table,
        codecs={
            "zone_id": _zone_reference(zones),
            "mobility": _ENUM,
            "features": list_of(plain(), sorted),
            "position": optional(ObjectCodec(Position).codec),
            "shape": optional(_ENUM),
        },
        names={"zone_id": "zone"},
        derived={"id": "number"},
    )


def _tables(data: object, zones: Collection[Zone], single: Mapping[str, Any]) -> list[Table]:
    """Decode the tables. If numbers are unique by zone, a derived id names the zone, too."""
    codec, found = _table_codec(zones), items(data, "tables")
    if single.get("numbers_unique_in") == NumberScope.ZONE:
        used = Counter(slug(_text(each, "number")) for _, each in found)
        found = [(path, _with_zone_in_id(each, used)) for path, each in found]
    return [codec.decode(value, path) for path, value in found]


def _with_zone_in_id(data: Any, used: Mapping[str, int]) -> Any:
    if not isinstance(data, dict) or "id" in data or used[slug(_text(data, "number"))] < 2:
        return data
    return {**data, "id": slug(f"{_text(data, 'zone')} {_text(data, 'number')}")}


def _text(data: Any, key: str) -> str:
    """Return a text of an object; anything else is refused by its codec later."""
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, str) else ""


def _numbers(floor: Floor) -> Codec:
    ids = {label: table_id for table_id, label in floor.labels.items()}
    return _reference(ids, "the number of a table")


def _set_codecs(
    numbers: Codec, order: Callable[[Any], Collection[str]] = tuple
) -> Mapping[str, Codec]:
    """Return the codecs of the rules on sets of tables, by key."""
    tables = list_of(numbers, order)
    return {
        "set_capacities": ObjectCodec(SetCapacity, codecs={"tables": tables}).codec,
        "kept_apart": Codec(
            lambda data, path: plain(KeptApart).decode(tables.decode(data, path), path),
            lambda pair: tables.encode(pair.tables),
        ),
        "aisles": ObjectCodec(Aisle, codecs={"joined": tables, "closes": tables}).codec,
    }


def _join(data: object, path: str, numbers: Codec) -> Join:
    members = list_of(numbers)
    if isinstance(data, list):
        join: Join = plain(Join).decode(members.decode(data, path), path)
    else:
        join = ObjectCodec(Join, codecs={"tables": members}).decode(data, path)
    return join


def _join_data(join: Join, floor: Floor) -> Any:
    pair = [floor.labels[id_] for id_ in floor.in_order(join.tables)]
    return {"tables": pair, "seat_loss": join.seat_loss} if join.seat_loss else pair


# ---- the restaurant and its policy ---------------------------------------------------------------


def _band(data: object, path: str) -> TurnBand:
    if not isinstance(data, list) or len(data) != 2:
        raise InvalidDocument(path, "must be a pair of a party size and minutes", safe_repr(data))
    try:
        return TurnBand(*data)
    except InvalidInput as fault:
        place = 0 if fault.field == "max_party" else 1
        raise InvalidDocument(f"{path}[{place}]", fault.rule, fault.given) from fault


_ENUM = plain(encode=lambda member: member.value)
_TIME = plain(partial(check_time, "time"), lambda at: f"{at:%H:%M}")
_DATE = plain(partial(check_date, "date"), date.isoformat)
_DATES = list_of(_DATE, sorted)
_TIMES = list_of(_TIME, sorted)
_WEEKDAY = plain(as_weekday, lambda day: day.value)
_WEEKDAYS = list_of(_WEEKDAY, lambda days: sorted(days, key=list(Weekday).index))
_BANDS = list_of(Codec(_band, lambda band: [band.max_party, band.minutes]))
_RESTAURANT = ObjectCodec(Restaurant, derived={"id": "name"})
_ZONE = ObjectCodec(Zone, codecs={"area": _ENUM}, derived={"id": "name"})
_OCCASION = ObjectCodec(Occasion, codecs={"turn_bands": _BANDS})
_PERIOD = ObjectCodec(
    ServicePeriod,
    codecs={
        "start": _TIME,
        "end": _TIME,
        "weekdays": _WEEKDAYS,
        "dates": _DATES,
        "occasions": list_of(plain()),
        "turn_bands": _BANDS,
        "last_start": optional(_TIME),
        "closed_starts": _TIMES,
    },
)
_PLANNING = ObjectCodec(
    Planning,
    codecs={
        "adjacency_mode": _ENUM,
        "weights": ObjectCodec(Weights).codec,
        "scarcities": list_of(ObjectCodec(Scarcity).codec),
    },
)
_DEMAND_PROFILE = ObjectCodec(
    DemandProfile,
    codecs={"start": optional(_TIME), "end": optional(_TIME), "weekdays": _WEEKDAYS},
)
_ENFORCEMENT = ObjectCodec(Enforcement, codecs={"capacity": _ENUM, "adjacency": _ENUM})
_PAIR = plain(encode=lambda pair: None if pair is None else list(pair))
_EXCEPTION = ObjectCodec(
    DateException,
    codecs={
        "on": _DATE,
        "start": optional(_TIME),
        "end": optional(_TIME),
        "last_start": optional(_TIME),
        "closed_starts": _TIMES,
    },
)
_DAYS: Final = {"weekday": optional(_WEEKDAY), "on": optional(_DATE)}
_PACING_RULE = ObjectCodec(PacingRule, codecs={**_DAYS, "spread": _ENUM, "kind": _ENUM})
_CHANNEL_SHARE = ObjectCodec(ChannelShare, codecs=_DAYS)


def _policy_codec(
    zones: Collection[Zone], numbers: Codec, order: Callable[[Any], Collection[str]] = tuple
) -> ObjectCodec:
    zone = _zone_reference(zones)
    capacity_rule = ObjectCodec(
        CapacityRule, codecs={**_DAYS, "zone": optional(zone), "kind": _ENUM}
    )
    zone_rule = ObjectCodec(
        ZoneRule,
        codecs={
            "zone": zone,
            "start": optional(_TIME),
            "end": optional(_TIME),
            "last_start": optional(_TIME),
            "weekdays": _WEEKDAYS,
            "season": _PAIR,
            "turn_bands": _BANDS,
        },
    )
    walk_in_rule = ObjectCodec(
        WalkInRule,
        codecs={"tables": list_of(numbers, order), "weekdays": _WEEKDAYS, "dates": _DATES},
    )
    return ObjectCodec(
        Policy,
        codecs={
            "periods": list_of(_PERIOD.codec),
            "occasions": list_of(_OCCASION.codec),
            "closures": _DATES,
            "turn_bands": _BANDS,
            "capacity_rules": list_of(capacity_rule.codec),
            "planning": _PLANNING.codec,
            "holds": ObjectCodec(HoldRules).codec,
            "channels": list_of(plain()),
            "booking_windows": list_of(ObjectCodec(BookingWindow).codec),
            "exceptions": list_of(_EXCEPTION.codec),
            "pacing_rules": list_of(_PACING_RULE.codec),
            "channel_shares": list_of(_CHANNEL_SHARE.codec),
            "zone_rules": list_of(zone_rule.codec),
            "walk_in_rules": list_of(walk_in_rule.codec),
            "guest_stay": _PAIR,
            "seating": ObjectCodec(SeatingRules).codec,
            "demand_profiles": list_of(_DEMAND_PROFILE.codec),
            "enforcement": _ENFORCEMENT.codec,
        },
    )
