"""The schema distributes by restaurant: the rules of Citus, and PostgreSQL's hash partitions."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import ForeignKeyConstraint, Index, Table, UniqueConstraint

from fourtop import (
    Engine,
    ManualClock,
    Relayed,
    SqlStore,
    prune_allocations,
    prune_confirmations,
    prune_outbox,
    relay_outbox,
    sweep_holds,
)
from fourtop.ports import Clock
from fourtop.storage.sql import metadata
from fourtop.storage.sql.checks.findings import Severity
from fourtop.storage.sql.tables.house import UNIQUE_SLUG
from fourtop.testing import StoreContract, broken_promises, promises
from tests.database.cluster import Cluster
from tests.database.furnished import LOGIN, furnish, postgresql_database
from tests.database.session import cluster
from tests.evening import NOW, STAFF, a_house, party_size
from tests.sql.partitioned import (
    EVIDENCE,
    PARTS,
    TABLES,
    Catalog,
    evidence,
    partitioned_database,
)

ROOT = "restaurants"
EXAMPLES = Path(__file__).parents[2] / "examples"
TABLES_OF_SCHEMA = [table for table in metadata("fourtop").sorted_tables if table.name != ROOT]
# The one rule that spans restaurants: two of them never share the name in web addresses.
SPANS_ALL = {UNIQUE_SLUG}


def first_column(index: Index) -> str:
    expression = index.expressions[0]
    return str(getattr(expression, "name", expression))


@pytest.mark.parametrize("table", TABLES_OF_SCHEMA, ids=lambda table: table.name)
def test_every_key_of_a_table_begins_with_the_restaurant(table: Table) -> None:
    keys = [list(table.primary_key.columns.keys())]
    keys += [
        list(each.columns.keys())
        for each in table.constraints
        if isinstance(each, UniqueConstraint)
    ]
    assert all(key[0] == "restaurant_id" for key in keys), keys
    unique = [index for index in table.indexes if index.unique]
    assert all(first_column(index) == "restaurant_id" for index in unique)
    for each in table.constraints:
        if isinstance(each, ForeignKeyConstraint):
            own, other = each.elements[0].parent, each.elements[0].column
            assert own.name == "restaurant_id"
            is_root = other.table.name == ROOT
            assert other.name == ("id" if is_root else "restaurant_id")


def test_the_restaurants_themselves_are_keyed_by_their_id_and_share_no_slug() -> None:
    root = metadata("fourtop").tables[f"fourtop.{ROOT}"]
    assert list(root.primary_key.columns.keys()) == ["id"]
    assert {str(index.name) for index in root.indexes if index.unique} == SPANS_ALL


@pytest.mark.slow
def test_the_database_has_no_other_key_than_the_metadata_says() -> None:
    """The exclusion constraint begins with the restaurant, too."""
    with postgresql_database() as name:
        rows = cluster().execute(
            "SELECT pg_class.relname, keyed.relname, attname FROM pg_index"
            " JOIN pg_class ON pg_class.oid = indrelid JOIN pg_class AS keyed"
            " ON keyed.oid = indexrelid JOIN pg_attribute"
            " ON attrelid = indrelid AND attnum = indkey[0]"
            " WHERE relnamespace = 'fourtop'::regnamespace AND (indisunique OR indisexclusion)"
            " AND pg_class.relname NOT IN ('restaurants', 'fourtop_version')".replace(
                "relnamespace", "pg_class.relnamespace"
            ),
            database=name,
        )
    others = [row for row in rows if row[2] != "restaurant_id"]
    assert len(rows) > 30
    assert [row for row in others if "version" not in row[0]] == []
    assert any(row[1] == "allocations_no_overlap" for row in rows)


@pytest.fixture
def partitioned() -> Iterator[str]:
    with partitioned_database() as name:
        yield name


@pytest.mark.slow
def test_a_store_works_on_partitions(partitioned: str) -> None:
    clock = ManualClock(NOW)
    with SqlStore(cluster().url(partitioned, user=LOGIN), clock=clock) as store:
        refusals = [each for each in store.inspect() if each.severity is Severity.REFUSE]
        assert refusals == []
        for number in range(12):
            house = a_house(name=f"House {number}")
            desk = Engine(store).add_restaurant(house, actor=STAFF)
            hold = desk.hold(party_size(2), key="k1")
            assert desk.confirm(hold.id, key="k2") == desk.confirm(hold.id, key="k2")
            desk.hold(party_size(2))
            assert desk.audit().is_clean
        clock.advance(minutes=60)
        assert sweep_holds(store).holds == 12
        assert relay_outbox(store, lambda _: None) == Relayed(published=12 * 6)
        clock.advance(minutes=60 * 24 * 40)
        assert prune_allocations(store).allocations == 12
        assert prune_confirmations(store).holds == 24
        assert prune_outbox(store).events == 12 * 6
    parts = cluster().execute(
        "SELECT count(DISTINCT tableoid) FROM fourtop.bookings", database=partitioned
    )
    assert parts == [(PARTS,)], "the twelve restaurants lie in all partitions"


@pytest.mark.slow
def test_promises_of_stores_hold_on_partitions() -> None:
    """A tenth of the contract, drawn evenly; every run draws the same."""
    names = sorted(promises(StoreContract))[::10]
    with ExitStack() as stack:

        def make(clock: Clock) -> SqlStore:
            name = stack.enter_context(partitioned_database())
            store = SqlStore(cluster().url(name, user=LOGIN), clock=clock)
            stack.callback(store.close)
            return store

        assert broken_promises(make, names) == {}


@pytest.mark.slow
def test_the_example_keeps_restaurants_in_two_clusters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    example = runpy.run_path(str(EXAMPLES / "two_databases.py"))
    with Cluster() as other, postgresql_database() as name:
        furnish(other, "south")
        north = cluster().url(name, user=LOGIN)
        assert other.port != cluster().port
        example["main"](north, other.url("south", user=LOGIN))
        rows = other.execute("SELECT restaurant_id FROM fourtop.bookings", database="south")
    assert rows == [("the-south-pub",)]
    assert capsys.readouterr().out.splitlines() == [
        "the-north-pub 4 confirmed",
        "the-south-pub 4 confirmed",
        "there is no restaurant 'the-west-pub'",
        "north ('the-north-pub',) 2 events",
        "south ('the-south-pub',) 2 events",
    ]


@pytest.mark.slow
def test_the_script_is_current_and_names_tables_that_exist() -> None:
    assert EVIDENCE.read_text("utf-8") == evidence(), "run python -m tests.sql.partitioned"
    known = {table.name for table in TABLES_OF_SCHEMA}
    assert set(TABLES) <= known
    with postgresql_database() as name:
        assert Catalog(cluster(), name).constraints("bookings")
