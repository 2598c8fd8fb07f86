"""A plain record kind is two declarations: every store then keeps its records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from sqlalchemy import create_engine

from fourtop import AllocationsOverlap, AlreadyExists, Block, ForeignTenant, NotFound
from fourtop.ports import PLAIN_KINDS, Changes, Decision, RecordKind, Scope, View, refs
from fourtop.ports import plain_records as ports
from fourtop.storage.sql import SqlStore
from fourtop.storage.sql.statements.registry import statements_for
from fourtop.storage.sql.tables import catalog as tables
from fourtop.storage.sql.tables import security
from fourtop.storage.sql.tables.columns import TableBuilder
from fourtop.storage.sql.tables.plain_table import PlainTable
from fourtop.testing.contract.harness import Trial, raised_by
from fourtop.testing.contract.samples import (
    HERE,
    THERE,
    a_block,
    a_booking,
    a_row,
    of_block,
    of_booking,
)
from tests.database.furnished import LOGIN, postgresql_database, sqlite_url
from tests.database.session import cluster
from tests.stores import STORES, MakeStore, making


@attrs.frozen
class Entry:
    """A made-up record of a guest book."""

    id: str
    restaurant_id: str
    text: str
    stars: int | None = None


def _row(entry: Entry) -> dict[str, Any]:
    return {"id": entry.id, "text": entry.text, "stars": entry.stars}


def _entry_of(restaurant_id: str, row: list[Any]) -> Entry:
    return Entry(row[0], restaurant_id, *row[1:])


def _items(make: TableBuilder) -> tuple[Any, ...]:
    return make.words("text"), make.small("stars", null=True)


KIND: Final = RecordKind("guest_entry", Entry, plural="guest_entries")
TABLE: Final = PlainTable(
    record=Entry,
    name="guest_entries",
    columns=("id", "text", "stars"),
    items=_items,
    row=_row,
    record_of=_entry_of,
)
FIRST: Final = Entry("k1", HERE, "Good soup.", 5)
SECOND: Final = Entry("k2", HERE, "Is it a pub?")


@pytest.fixture
def _declared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(ports, "PLAIN_KINDS", (*PLAIN_KINDS, KIND))
    monkeypatch.setattr(tables, "PLAIN_TABLES", (*tables.PLAIN_TABLES, TABLE))
    monkeypatch.setitem(security.RIGHTS, TABLE.name, security.RIGHTS["table_blocks"])
    statements_for.cache_clear()
    yield
    statements_for.cache_clear()


@contextmanager
def _making(store_name: str, folder: Path) -> Iterator[MakeStore]:
    """Give what makes an empty store of a name, in a database with the table if it has one."""
    if store_name in STORES:
        yield STORES[store_name]
        return
    with _database(store_name, folder) as url, ExitStack() as stack:
        yield lambda clock: stack.enter_context(SqlStore(url, clock=clock))


@contextmanager
def _database(store_name: str, folder: Path) -> Iterator[str]:
    """Give the URL of an empty database with the table, made as a migration would make it."""
    if store_name == "sqlite":
        url = sqlite_url(folder / "night.db")
        _migrate(tables.catalog("sqlite"), url)
        yield url
        return
    with postgresql_database() as name:
        _migrate(tables.catalog("postgresql"), cluster().url(name))
        yield cluster().url(name, user=LOGIN)


def _migrate(catalog: tables.Catalog, url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        catalog[TABLE.name].create(connection)
        for statement in security.guards(catalog):
            if f".{TABLE.name} " in f"{statement} ":
                connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.fixture
def trial(_declared: None, store_name: str, tmp_path: Path) -> Iterator[Trial]:
    with _making(store_name, tmp_path) as make_store:
        yield Trial(make_store)


def test_both_lists_of_plain_kinds_agree() -> None:
    assert [each.record for each in tables.PLAIN_TABLES] == [kind.record for kind in PLAIN_KINDS]
    assert {each.columns[0] for each in tables.PLAIN_TABLES} == {"id"}
    names = [name for kind in PLAIN_KINDS for name in (kind.name, kind.plural)]
    assert len({*names, "bookings", "holds", "tables", "sessions"}) == len(names) + 4


def test_a_declared_kind_is_added_read_changed_and_removed(trial: Trial) -> None:
    changed = attrs.evolve(FIRST, text="Good soup, cold bread.", stars=None)
    trial.write(records_added=(FIRST, SECOND))
    assert trial.see()["records"] == {(Entry, "k1"): FIRST, (Entry, "k2"): SECOND}
    trial.write(records_changed=(changed,), records_removed=((Entry, "k2"),))
    assert trial.see()["records"] == {(Entry, "k1"): changed, (Entry, "k2"): None}
    found: Entry | None = trial.ask(
        lambda view: view.find_record(Entry, "k1"), records=refs(Entry, ["k1"])
    )
    assert found == changed


def test_a_declared_kind_and_blocks_may_share_an_id(trial: Trial) -> None:
    trial.write(records_added=(FIRST, a_block(FIRST.id)))
    assert trial.see()["records"] == {(Entry, "k1"): FIRST, (Block, "k1"): a_block("k1")}
    trial.write(records_removed=((Entry, "k1"),))
    assert trial.see()["records"] == {(Entry, "k1"): None, (Block, "k1"): a_block("k1")}


def test_a_declared_kind_is_checked_as_blocks_are(trial: Trial) -> None:
    trial.write(records_added=(FIRST, a_block()), added=(a_row("a1", of_block()),))
    for error, lie, kind, id_ in (
        (AlreadyExists, {"records_added": (FIRST,)}, "guest_entry", "k1"),
        (AlreadyExists, {"records_added": (SECOND, SECOND)}, "guest_entry", "k2"),
        (NotFound, {"records_changed": (SECOND,)}, "guest_entry", "k2"),
        (NotFound, {"records_removed": ((Entry, "k2"),)}, "guest_entry", "k2"),
        (NotFound, {"records_removed": ((Entry, "k1"),) * 2}, "guest_entry", "k1"),
        (NotFound, {"records_removed": ((Entry, "k1"), (Block, "k1"))}, "block", "k1"),
    ):
        raised: Any = trial.refuse(error, **lie)
        assert (raised.kind, raised.id) == (kind, id_)
    foreign = attrs.evolve(SECOND, restaurant_id=THERE)
    for name in ("records_added", "records_changed"):
        trial.refuse(ForeignTenant, **{name: (foreign,)})


def test_a_refused_row_takes_records_of_a_declared_kind_with_it(trial: Trial) -> None:
    trial.write(records_added=(FIRST,), bookings=(a_booking(),), added=(a_row("a1", of_booking()),))
    trial.refuse(
        AllocationsOverlap,
        added=(a_row("a2", of_booking()),),
        records_added=(SECOND,),
        records_changed=(attrs.evolve(FIRST, stars=1),),
    )
    trial.refuse(
        AllocationsOverlap, added=(a_row("a2", of_booking()),), records_removed=((Entry, "k1"),)
    )


def test_records_of_a_declared_kind_go_with_their_restaurant(trial: Trial) -> None:
    trial.write(records_added=(FIRST,))
    house = trial.ask(lambda view: view.house)
    trial.store.remove_restaurant(Scope(HERE), lambda _: None)
    trial.store.add_restaurant(house)
    assert trial.see()["records"] == {(Entry, "k1"): None}


def test_a_record_of_a_kind_that_nothing_declares_is_an_error(store_name: str) -> None:
    with making(store_name) as make_store:
        trial = Trial(make_store)
        for changes in (
            Changes(records_added=(FIRST,)),
            Changes(records_changed=(FIRST,)),
            Changes(records_removed=((Entry, "k1"),)),
        ):
            before = trial.see()
            raised = raised_by(
                partial(trial.store.transact, Scope(HERE), partial(_decided, changes))
            )
            assert isinstance(raised, AssertionError)
            assert trial.see() == before


def _decided(changes: Changes, _: View) -> Decision[None]:
    return Decision(None, changes)
