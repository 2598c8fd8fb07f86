"""``fourtop house``: put a house document into a store, show a stored house, or export it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import attrs

from fourtop import (
    Engine,
    House,
    HouseDifference,
    InUse,
    NotFound,
    StaleVersion,
    Versions,
    Zone,
    dump_house,
    dumps_house,
    house_to_data,
)
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.database import Database
from fourtop.cli.format import Formatter, counted
from fourtop.cli.inputs import WrongInput
from fourtop.formats.results import to_data

_VERSIONS: Final = re.compile(r"([0-9]{1,18}),([0-9]{1,18})")
_MARKS: Final = (("+", "added"), ("-", "removed"), ("~", "changed"))


@attrs.frozen(kw_only=True)
class PutOptions:
    """The options of ``fourtop house put``.

    Args:
        expected: Versions of the floor and the policy that the house must have, such as ``3,2``.
        is_dry_run: Whether nothing is written.
    """

    expected: str | None = None
    is_dry_run: bool = False

    @property
    def versions(self) -> Versions | None:
        """The expected versions, if any.

        Raises:
            WrongInput: If they are not two numbers with a comma between them.
        """
        if self.expected is None:
            return None
        found = _VERSIONS.fullmatch(self.expected)
        if found is None:
            raise WrongInput("--expected: must be the versions of floor and policy, such as 3,2")
        return Versions(int(found[1]), int(found[2]), 0)


def put_house(database: Database, house: House, options: PutOptions) -> Answer:
    """Add a restaurant, or replace its house in one step; a no lists the records in the way.

    Raises:
        NotFound: If versions are expected and the restaurant does not exist.
        AlreadyExists: If another restaurant has the slug.
        WrongInput: If the file of the database does not exist, or the versions are malformed.
        StoreMisconfigured: If the schema is wrong; run ``fourtop doctor``.
        StoreUnavailable: If the database cannot be reached.
    """
    expected = options.versions
    database.require_there()
    with database.opened() as store:
        engine = Engine(store)
        desk = engine.desk(house.restaurant.id)
        try:
            difference = desk.compare_house(house)
        except NotFound:
            if expected is not None:
                raise
            if not options.is_dry_run:
                engine.add_restaurant(house)
            return _put(house, "added", options)
        try:
            _check_versions(difference.versions, expected)
            if difference.in_the_way:
                return _refused(house, options, difference, difference.in_the_way)
            if not options.is_dry_run:
                desk.replace_house(house, expected=difference.versions)
        except (InUse, StaleVersion) as error:
            return _refused(house, options, difference, (str(error),))
        return _put(house, "unchanged" if difference.is_empty else "replaced", options, difference)


def show_house(database: Database, restaurant_id: str) -> Answer:
    """Show the zones, tables, joins, hours, rules and versions of a stored house.

    Raises:
        NotFound: If the restaurant does not exist.
        WrongInput: If the file of the database does not exist.
        StoreMisconfigured: If the schema is wrong; run ``fourtop doctor``.
        StoreUnavailable: If the database cannot be reached.
    """
    database.require_there()
    with database.opened() as store:
        desk = Engine(store).desk(restaurant_id)
        versions, house = desk.versions(), desk.house()
    data = {"versions": to_data(versions), "house": to_data(house)}
    return Answer("\n".join(_summary(house, versions)), data)


def export_house(database: Database, restaurant_id: str, path: str | None) -> Answer:
    """Print the document of a stored house, or write it into a file.

    Raises:
        NotFound: If the restaurant does not exist.
        InvalidInput: If the file cannot be written.
        WrongInput: If the file of the database does not exist.
        StoreMisconfigured: If the schema is wrong; run ``fourtop doctor``.
        StoreUnavailable: If the database cannot be reached.
    """
    database.require_there()
    with database.opened() as store:
        house = Engine(store).desk(restaurant_id).house()
    if path is None:
        return Answer(dumps_house(house).removesuffix("\n"), house_to_data(house))
    dump_house(house, path)
    data = {"restaurant": restaurant_id, "file": path}
    return Answer(f"{_name(house)}: written to {path}", data)


# ---- put


def _check_versions(found: Versions | None, expected: Versions | None) -> None:
    assert found is not None, "a comparison knows the versions that it read"
    for kind in ("floor", "policy"):
        if expected is not None and getattr(expected, kind) != getattr(found, kind):
            raise StaleVersion(kind, getattr(expected, kind), getattr(found, kind))


_NOTHING: Final = HouseDifference(())
_SAID: Final = {
    "added": ("would be added", "added"),
    "replaced": ("would be replaced", "replaced"),
    "unchanged": ("nothing would change", "nothing has changed"),
}


def _put(
    house: House, outcome: str, options: PutOptions, difference: HouseDifference = _NOTHING
) -> Answer:
    said = _SAID[outcome][0 if options.is_dry_run else 1]
    facts = f" with {house.floor.summary()}" if outcome == "added" else ""
    lines = [f"{_name(house)}: {said}{facts}", *_difference(difference)]
    return Answer("\n".join(lines), _put_data(house, outcome, options, difference))


def _refused(
    house: House, options: PutOptions, difference: HouseDifference, reasons: tuple[str, ...]
) -> Answer:
    lines = [
        f"{_name(house)}: no, nothing has changed",
        *(f"  {reason}" for reason in reasons),
        *_difference(difference),
    ]
    data = _put_data(house, "refused", options, difference) | {"reasons": list(reasons)}
    return Answer("\n".join(lines), data, ExitCode.NO)


def _put_data(
    house: House, outcome: str, options: PutOptions, difference: HouseDifference
) -> dict[str, Any]:
    return {
        "restaurant": house.restaurant.id,
        "outcome": outcome,
        "dry_run": options.is_dry_run,
        "parts": to_data(difference.parts),
        "reasons": [],
    }


def _difference(difference: HouseDifference) -> Iterator[str]:
    for part in difference.parts:
        yield part.summary()
        for mark, kind in _MARKS:
            yield from (f"  {mark} {entry}" for entry in getattr(part, kind))


# ---- show


def _name(house: House) -> str:
    return f"{house.restaurant.name} ({house.restaurant.id})"


def _summary(house: House, versions: Versions) -> Iterator[str]:
    restaurant, floor, policy = house.restaurant, house.floor, house.policy
    state = "takes bookings" if restaurant.active else "takes no bookings"
    yield f"{_name(house)}, {restaurant.timezone}, {state}"
    yield f"versions: floor {versions.floor}, policy {versions.policy}"
    yield f"floor: {floor.summary()}"
    for zone in floor.zones:
        yield from _zone(house, zone)
    formatter = Formatter(house)
    for name in ("joins", "set_capacities", "kept_apart"):
        sets = getattr(floor, name)
        # Their reprs begin with the ids of the tables; people know the numbers.
        rest = [_facts(each).split(", ")[1:] for each in sets]
        tables = [formatter.tables(floor.in_order(each.tables)) for each in sets]
        lines = [", ".join([first, *more]) for first, more in zip(tables, rest, strict=True)]
        yield from _entries(name, tuple(lines))
    aisles = [
        " closes ".join(
            formatter.tables(floor.in_order(side)) for side in (each.joined, each.closes)
        )
        for each in floor.aisles
    ]
    yield from _entries("aisles", tuple(aisles))
    for field in attrs.fields(type(policy)):
        value = getattr(policy, field.name)
        if isinstance(value, tuple | frozenset):
            yield from _entries(field.name, value)
        else:
            yield f"{field.name}: {_facts(value)}"


def _zone(house: House, zone: Zone) -> Iterator[str]:
    tables = [table for table in house.floor.tables if table.zone_id == zone.id]
    seats = counted(sum(table.capacity for table in tables), "seat")
    yield f"{zone.name}, {zone.area.value}: {counted(len(tables), 'table')}, {seats}"
    for table in tables:
        # The id, the number and the zone stand in the repr; a person needs the number.
        facts = _facts(table).split(", ")[1:]
        told = [each for each in facts if each != f"zone {zone.id}"]
        yield f"  {table.number}: {', '.join([*told, *sorted(table.features)])}"


def _entries(name: str, entries: tuple[Any, ...] | frozenset[Any]) -> Iterator[str]:
    if not entries:
        return
    yield f"{name}:"
    texts = [_facts(each) for each in entries]
    yield from (f"  {text}" for text in (texts if isinstance(entries, tuple) else sorted(texts)))


def _facts(value: Any) -> str:
    """Return the facts of a repr, which reads ``<Kind facts>``; other values as text."""
    if attrs.has(type(value)):
        return repr(value).removeprefix(f"<{type(value).__name__} ").removesuffix(">")
    return str(value)
