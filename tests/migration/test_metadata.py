"""A host joins our tables with its own, and refers to them, by the published metadata."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from fourtop.storage.sql import metadata, migrate
from fourtop.storage.sql.tables.catalog import catalog
from tests.isolation.ward import OURS, settle
from tests.migration.place import Place


def ours(place: Place) -> dict[str, Table]:
    """Our tables by name, as a host gets them."""
    schema = "fourtop" if place.database == "postgresql" else None
    return {table.name: table for table in metadata(schema).sorted_tables}


def notes_of(place: Place) -> Table:
    """A host's own table, whose rows belong to our bookings."""
    bookings = ours(place)["bookings"].c
    return Table(
        "allergies",
        MetaData(),
        Column("restaurant_id", Text, primary_key=True),
        Column("booking_id", Text, primary_key=True),
        Column("note", Text, nullable=False),
        ForeignKeyConstraint(
            ["restaurant_id", "booking_id"], [bookings.restaurant_id, bookings.id]
        ),
    )


@pytest.fixture
def engine(place: Place) -> Iterator[Engine]:
    """The engine of a host, with our tables, its own table, and rows in ours."""
    migrate(place.url)
    settle(place.store_url)
    made = create_engine(place.url)
    with made.begin() as connection:
        notes_of(place).create(connection)
    yield made
    made.dispose()


def enforcing(connection: Connection) -> Connection:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    return connection


def test_a_hosts_table_refers_to_our_bookings(place: Place, engine: Engine) -> None:
    notes = notes_of(place)
    known = {"restaurant_id": OURS, "booking_id": f"{OURS}.b", "note": "nuts"}
    with engine.connect() as plain:
        connection = enforcing(plain)
        connection.execute(insert(notes).values(known))
        with pytest.raises(IntegrityError):
            connection.execute(insert(notes).values({**known, "booking_id": "unknown"}))


def test_a_host_joins_bookings_tables_and_its_own(place: Place, engine: Engine) -> None:
    notes, tables = notes_of(place), ours(place)
    bookings, seats = tables["bookings"].c, tables["booking_table_assignments"].c
    inventory, zones = tables["table_inventory"].c, tables["zones"].c
    query = (
        select(bookings.party_size, inventory.number, inventory.capacity, zones.name, notes.c.note)
        .join(
            tables["booking_table_assignments"],
            (seats.restaurant_id == bookings.restaurant_id) & (seats.booking_id == bookings.id),
        )
        .join(
            tables["table_inventory"],
            (inventory.restaurant_id == seats.restaurant_id) & (inventory.id == seats.table_id),
        )
        .join(
            tables["zones"],
            (zones.restaurant_id == inventory.restaurant_id) & (zones.id == inventory.zone_id),
        )
        .join(
            notes,
            (notes.c.restaurant_id == bookings.restaurant_id) & (notes.c.booking_id == bookings.id),
        )
    )
    with engine.begin() as connection:
        connection.execute(
            insert(notes).values(restaurant_id=OURS, booking_id=f"{OURS}.b", note="nuts")
        )
        rows = connection.execute(query).all()
    assert [tuple(row) for row in rows] == [(2, "1", 2, "Main", "nuts")]


def test_the_metadata_belongs_to_the_host() -> None:
    first, second = metadata(), metadata()
    Table("mine", first, Column("id", Integer, primary_key=True))
    assert "mine" not in second.tables
    assert sorted(table.name for table in second.tables.values()) == sorted(
        catalog("postgresql").names
    )
    assert {table.schema for table in metadata("other").tables.values()} == {"other"}
    assert {table.schema for table in metadata(None).tables.values()} == {None}


def test_every_key_of_a_table_begins_with_the_restaurant() -> None:
    for table in metadata().sorted_tables:
        key = "id" if table.name == "restaurants" else "restaurant_id"
        assert next(iter(table.primary_key.columns)).name == key
