"""The worth of joins: each join of the floor taken away, and each other pair of tables joined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Final, Unpack

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.model import validators
from fourtop.model.floor import Floor, Join
from fourtop.model.table import Mobility
from fourtop.simulation.scenario import Scenario
from fourtop.simulation.studies.rules import BASE
from fourtop.simulation.studies.runs import StudyOptions
from fourtop.simulation.studies.study import Study, study
from fourtop.simulation.studies.variant import Variant

# Without a list of candidates, a floor may have so many pairs that are not joined.
MOST_PAIRS: Final = 50

Pair = Join | Sequence[str]


def worth_of_joins(
    base: Scenario,
    candidates: Iterable[Pair] | None = None,
    *,
    existing: bool = True,
    **options: Unpack[StudyOptions],
) -> Study:
    """Study what each join is worth, and what further ones would bring.

    Each variant changes one join: the effects of several changes do not add up.

    Args:
        base: The house as it is, with its demand.
        candidates: Pairs of tables to join, by number or id, or values of ``Join`` with ids;
            ``None``: each pair of movable tables of one zone that is not joined, at most 50.
        existing: Whether to take away each join of the floor, too.
        options: ``StudyOptions``.

    Raises:
        InvalidInput: If a pair is unknown or joined already, nothing is to be changed, there are
            more than 50 pairs, or an option is wrong.
        SweepFailed: If the executor failed.
    """
    floor = validators.check_instance("base", base, Scenario).house.floor
    joins = _pairs(floor) if candidates is None else _given(floor, candidates)
    added = [_variant(base, f"join {_named(floor, join)}", floor.with_join(join)) for join in joins]
    taken = [
        _variant(base, f"without {_named(floor, join)}", floor.without_join(join.tables))
        for join in (floor.joins if existing else ())
    ]
    if not added and not taken:
        raise InvalidInput("candidates", "must name a pair, if no join is taken away", "none")
    title = f"Worth of joins: {base.house.restaurant.name}"
    return study([Variant(BASE, base), *added, *taken], title=title, **options)


def _variant(base: Scenario, name: str, floor: Floor) -> Variant:
    house = attrs.evolve(base.house, floor=floor)
    change, pair = name.split(" ", 1)
    settings = {"change": "added" if change == "join" else "taken away", "join": pair}
    return Variant(name, attrs.evolve(base, house=house), settings)


def _named(floor: Floor, join: Join) -> str:
    first, second = (floor.labels[each] for each in floor.in_order(join.tables))
    return f"{first} + {second}"


def _pairs(floor: Floor) -> list[Join]:
    """Return the pairs of tables that could be joined, in table order."""
    joined = {each.tables for each in floor.joins}
    movable = [
        each
        for each in floor.tables
        if each.mobility is Mobility.MOVABLE and each.active and not each.out_of_service
    ]
    found = [
        join
        for one, two in combinations(movable, 2)
        if one.zone_id == two.zone_id and (join := Join((one.id, two.id))).tables not in joined
    ]
    if len(found) > MOST_PAIRS:
        rule = f"must be given for a floor with more than {MOST_PAIRS} pairs that are not joined"
        raise InvalidInput("candidates", rule, f"{len(found)} pairs")
    return found


def _given(floor: Floor, candidates: Iterable[Pair]) -> list[Join]:
    joined = {each.tables for each in floor.joins}
    found: list[Join] = []
    for each in validators.as_members("candidates", candidates, lambda pair: pair):
        join = each if isinstance(each, Join) else Join(_ids(floor, each))
        if join.tables in joined:
            raise InvalidInput("candidates", "must not be joined already", _named(floor, join))
        joined.add(join.tables)
        found.append(join)
    return found


def _ids(floor: Floor, pair: object) -> tuple[str, str]:
    names = pair if isinstance(pair, Sequence) and not isinstance(pair, str) else ()
    tables = [floor.find_table_numbered(name) or floor.find_table(name) for name in names]
    if len(tables) != 2 or tables[0] is None or tables[1] is None:
        rule = "must be pairs of tables of this floor, by number or id"
        raise InvalidInput("candidates", rule, safe_repr(pair))
    return tables[0].id, tables[1].id
