"""Names that a caller typed: zones, seatings, areas, features, occasions and channels must exist.

A wrong name is an error of the caller and not a refusal: in an empty house it would read as "no".
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, partial
from typing import Any, Final

from fourtop.engine.candidacy import Party
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.errors import UnknownName
from fourtop.model.floor import Floor
from fourtop.model.request import ANY_TABLE, Preference

_KEPT: Final = "names"
_MAX_PREFERENCES: Final = 256


def check_names(compiled: CompiledHouse, party: Party) -> None:
    """Check that the house has everything that a party names.

    Raises:
        UnknownName: If it does not; lists the names that the house has.
    """
    check_preference = compiled.kept.get(_KEPT)
    if check_preference is None:
        check = partial(_check_preference, compiled.house.floor)
        check_preference = compiled.kept[_KEPT] = lru_cache(_MAX_PREFERENCES)(check)
    check_preference("must", party.must)
    check_preference("wish", party.wish)
    policy = compiled.house.policy
    if party.occasion is not None:
        occasions = [occasion.key for occasion in policy.occasions]
        _check_known("occasion", {party.occasion}, occasions)
    policy.check_channel(party.channel)


def names_anything(party: Party) -> bool:
    """Tell whether a party names anything that may be unknown."""
    return (
        party.must is not ANY_TABLE
        or party.wish is not ANY_TABLE
        or party.occasion is not None
        or party.channel is not None
    )


def _check_preference(floor: Floor, field: str, preference: Preference) -> None:
    tables, zones = floor.tables, floor.zones
    _check_known(f"{field}.zones", preference.zones, (zone.id for zone in zones))
    _check_known(f"{field}.seatings", preference.seatings, (table.seating for table in tables))
    areas = (zone.area.value for zone in zones)
    _check_known(f"{field}.areas", {area.value for area in preference.areas}, areas)
    features = (feature for table in tables for feature in table.features)
    _check_known(f"{field}.features", preference.features, features)


def _check_known(field: str, named: Iterable[Any], known: Iterable[str]) -> None:
    names = tuple(sorted(set(known)))
    for each in sorted(named):
        if each not in names:
            raise UnknownName.of(field, each, names)
