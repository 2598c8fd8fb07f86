"""Relaxed rules: the same floor with some rules of the house lifted."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import attrs

from fourtop.errors import Code
from fourtop.model.floor import Floor
from fourtop.model.planning_rules import MAX_TABLES_PER_PARTY, AdjacencyMode, Planning
from fourtop.model.table import Mobility, Table
from fourtop.model.table_label import NumberScope

# A rule is named by the code of its reason. The order is that of reasons: the decisive first.
RULES: Final = (
    Code.TABLE_OUT_OF_SERVICE,
    Code.TABLE_INACTIVE,
    Code.PARTY_BELOW_MINIMUM,
    Code.PARTY_ABOVE_MAXIMUM,
    Code.TABLE_NOT_MOVABLE,
    Code.ADJACENCY_MODE_MISMATCH,
    Code.ADJACENCY_MISMATCH,
    Code.ZONE_MISMATCH,
    Code.TOO_MANY_TABLES,
    Code.SLACK_EXCEEDED,
)
# These are facts of the room. The others are rules that the house can lift tonight.
FACTS_OF_THE_ROOM: Final = frozenset(
    {Code.TABLE_NOT_MOVABLE, Code.ADJACENCY_MISMATCH, Code.ZONE_MISMATCH}
)


def relaxed_floor(floor: Floor, rules: Collection[Code]) -> Floor:
    """Return a floor without some rules. Its tables keep their places in masks.

    Without the rule of zones, all tables stand in the first zone.
    """
    tables = tuple(_relaxed_table(floor, table, rules) for table in floor.tables)
    if Code.ZONE_MISMATCH in rules and floor.numbers_unique_in is NumberScope.ZONE:
        # Two tables of the one zone may not share a number; these keep the order of tables.
        tables = tuple(attrs.evolve(each, number=str(at)) for at, each in enumerate(tables))
    given = floor.set_capacities
    if Code.PARTY_BELOW_MINIMUM in rules:
        given = tuple(attrs.evolve(each, min_party=None) for each in given)
    if tables == floor.tables and given == floor.set_capacities:
        return floor
    return attrs.evolve(floor, tables=tables, set_capacities=given)


def _relaxed_table(floor: Floor, table: Table, rules: Collection[Code]) -> Table:
    return attrs.evolve(
        table,
        out_of_service=table.out_of_service and Code.TABLE_OUT_OF_SERVICE not in rules,
        active=table.active or Code.TABLE_INACTIVE in rules,
        min_party=1 if Code.PARTY_BELOW_MINIMUM in rules else table.min_party,
        max_party=None if Code.PARTY_ABOVE_MAXIMUM in rules else table.max_party,
        mobility=Mobility.MOVABLE if Code.TABLE_NOT_MOVABLE in rules else table.mobility,
        zone_id=floor.zones[0].id if Code.ZONE_MISMATCH in rules else table.zone_id,
    )


def relaxed_planning(planning: Planning, rules: Collection[Code]) -> Planning:
    """Return the rules of planning without some of them."""
    mode = AdjacencyMode.CONNECTED if Code.ADJACENCY_MODE_MISMATCH in rules else None
    return attrs.evolve(
        planning,
        adjacency_mode=mode or planning.adjacency_mode,
        adjacency_required=planning.adjacency_required and Code.ADJACENCY_MISMATCH not in rules,
        max_tables=MAX_TABLES_PER_PARTY if Code.TOO_MANY_TABLES in rules else planning.max_tables,
        slack_budget=None if Code.SLACK_EXCEEDED in rules else planning.slack_budget,
    )
