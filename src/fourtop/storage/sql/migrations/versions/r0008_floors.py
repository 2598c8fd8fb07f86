"""Give floors distances, joins that win seats, shapes, sizes, and numbers unique in a zone."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain, count
from operator import itemgetter
from typing import Final

from fourtop.storage.sql.migrations.house_documents import folded
from fourtop.storage.sql.migrations.step import Step
from fourtop.storage.sql.migrations.versions.r0003_tenants import ALL, bind_owner, secure

revision = "0008"
down_revision = "0007"

MADE: Final = ("table_distances", "table_aisles")
# The tables whose rows the downgrade changes, or reads besides.
CHANGED: Final = ("table_adjacencies", "table_inventory", "zones")
_LONGEST_NUMBER: Final = 50


def upgrade(step: Step) -> None:
    """Make the tables and the columns. The floors of earlier revisions have no such rules."""
    step.run_file("0008")
    if step.is_postgresql:
        for table in MADE:
            secure(step, table, ALL, "")


def downgrade(step: Step) -> None:
    """Drop the tables and columns. A number that two zones use gets the name of its zone.

    A join that wins seats wins none in revision 0007.
    """
    if step.is_postgresql:
        # PostgreSQL alters no table with checks to come.
        step.run("SET CONSTRAINTS ALL IMMEDIATE")
    bind_owner(step, CHANGED, is_bound=False)
    _separate_numbers(step)
    step.run_file("0008_down")
    bind_owner(step, CHANGED, is_bound=True)


def _separate_numbers(step: Step) -> None:
    """Give each table a number of its own: of those that share one, each names its zone before it.

    A new number that another table has already gets "2", "3" and so on after the name of the zone,
    in the order of the tables' ids.
    """
    rows = step.select("SELECT restaurant_id, id, name FROM {place}zones")
    zones = {(row["restaurant_id"], row["id"]): row["name"] for row in rows}
    for tables in step.by_restaurant("table_inventory", "restaurant_id, id, zone_id, number"):
        used = Counter(folded(table["number"]) for table in tables)
        taken, changed = set(used), []
        for table in sorted(tables, key=itemgetter("id")):
            if used[folded(table["number"])] > 1:
                named = _named(zones[table["restaurant_id"], table["zone_id"]], table["number"])
                number = next(each for each in named if folded(each) not in taken)
                taken.add(folded(number))
                changed.append({**table, "number": number})
        step.write(
            "UPDATE {place}table_inventory SET number = :number"
            " WHERE restaurant_id = :restaurant_id AND id = :id",
            changed,
        )


def _named(zone: str, number: str) -> Iterator[str]:
    """Yield numbers with the name of their zone, which is cut to leave room for the number."""
    for mark in chain([""], map(str, count(2))):
        room = max(_LONGEST_NUMBER - len(f"{mark}/{number}"), 0)
        # No number ends with a space.
        yield f"{zone[:room].rstrip()}{mark}/{number}"[:_LONGEST_NUMBER].rstrip()
