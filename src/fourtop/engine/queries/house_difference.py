"""House difference: compare the present house with another one, and list records in the way."""

from __future__ import annotations

import attrs

from fourtop.engine.commands.edit_house import check_house
from fourtop.engine.dispatch.requests import Caller, Query
from fourtop.engine.in_the_way import find_in_the_way
from fourtop.model.house import House
from fourtop.model.house_difference import HouseDifference, house_difference
from fourtop.ports import Need, Scope, View


def query(caller: Caller, house: House) -> Query[HouseDifference]:
    """Build the query.

    Raises:
        InvalidInput: If ``house`` is not a house of this restaurant.
    """
    checked = check_house(caller, house)
    return Query(
        Scope(caller.restaurant_id),
        lambda view, _: compare_house(view, checked),
        name="compare_house",
    )


def compare_house(view: View, house: House) -> HouseDifference | Need:
    """Compare the present house with another one that would replace it."""
    in_the_way = find_in_the_way(view, view.house, house)
    if isinstance(in_the_way, Need):
        return in_the_way
    difference = house_difference(view.house, house)
    return attrs.evolve(
        difference, in_the_way=tuple(str(each) for each in in_the_way), versions=view.versions
    )
