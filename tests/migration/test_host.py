"""A host keeps its own tables in the same database, with its own Alembic, beside ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any, Final

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Column, Connection, Integer, MetaData, Table, Text, create_engine

from fourtop.storage.sql import downgrade, exclude_fourtop, migrate
from tests.migration.place import Place

# The env.py of a host, as "alembic init" writes it, with the one line that we ask for.
ENVIRONMENT: Final = """
    from alembic import context
    from sqlalchemy import Column, Integer, MetaData, Table, Text, create_engine

    from fourtop.storage.sql import exclude_fourtop

    metadata = MetaData()
    Table("menus", metadata, Column("id", Integer, primary_key=True), Column("dish", Text))

    engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            include_schemas=connection.dialect.name == "postgresql",
            include_name=exclude_fourtop(connection),
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()
    """


def hosts(*, bookings: bool = False, schema: str | None = None) -> MetaData:
    metadata = MetaData(schema=schema)
    Table("menus", metadata, Column("id", Integer, primary_key=True), Column("dish", Text))
    if bookings:
        Table("bookings", metadata, Column("id", Integer, primary_key=True))
    return metadata


def differences(
    place: Place, metadata: MetaData, include: Callable[[Connection], Any] | None = exclude_fourtop
) -> list[str]:
    """What the host's autogenerate would change, in its words."""
    engine = create_engine(place.url)
    with engine.connect() as connection:
        options = {"include_schemas": place.database == "postgresql"}
        if include is not None:
            options["include_name"] = include(connection)
        found = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    engine.dispose()
    return [
        f"{each[0]} {getattr(each[-1], 'name', '')}" for each in found if isinstance(each, tuple)
    ]


def test_autogenerate_without_the_hook_would_drop_our_tables(place: Place) -> None:
    migrate(place.url)
    found = differences(place, hosts(), include=None)
    assert "remove_table bookings" in found
    assert "add_table menus" in found


def test_autogenerate_with_the_hook_sees_the_hosts_tables_only(place: Place) -> None:
    migrate(place.url)
    assert differences(place, hosts()) == ["add_table menus"]
    place.execute("CREATE TABLE menus (id integer PRIMARY KEY, dish text)")
    place.execute("CREATE TABLE specials (name text)")
    assert differences(place, hosts()) == ["remove_table specials"]


def test_a_hosts_table_of_one_of_our_names_is_still_the_hosts(server: Place) -> None:
    migrate(server.url)
    server.execute("CREATE TABLE bookings (id integer PRIMARY KEY, late text)")
    assert sorted(differences(server, hosts(bookings=True))) == [
        "add_table menus",
        "remove_column late",
    ]


def test_our_schema_is_hidden_where_it_is_the_logins_own(server: Place) -> None:
    migrate(server.url)
    url = f"{server.url}&options=-csearch_path%3Dfourtop"
    seen = differences(Place("postgresql", url, server.name), hosts())
    assert seen == ["add_table menus"]


def test_a_hosts_own_alembic_lives_beside_ours(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "alembic"
    config = Config(tmp_path / "alembic.ini")
    command.init(config, str(folder))
    config = Config(tmp_path / "alembic.ini")
    config.set_main_option("sqlalchemy.url", place.url.replace("%", "%%"))
    (folder / "env.py").write_text(dedent(ENVIRONMENT))
    migrate(place.url)
    command.revision(config, message="menus", autogenerate=True)
    (script,) = (folder / "versions").glob("*.py")
    assert "menus" in script.read_text()
    assert "bookings" not in script.read_text()
    command.upgrade(config, "head")
    command.check(config)
    assert migrate(place.url) == ()
    downgrade(place.url, revision="base")
    tables = {name.split(".")[-1] for name in place.objects()}
    assert tables >= {"menus", "alembic_version"}
    command.check(config)
    migrate(place.url)
    command.downgrade(config, "base")
    assert migrate(place.url) == ()


@pytest.mark.parametrize(
    ("kind", "name", "parents", "is_seen"),
    [
        ("schema", "fourtop", {}, False),
        ("schema", "guests", {}, True),
        ("schema", None, {}, True),
        ("table", "bookings", {"schema_name": "fourtop"}, False),
        ("index", "late", {"schema_name": "fourtop", "table_name": "bookings"}, False),
        ("table", "bookings", {"schema_name": "guests"}, True),
        ("table", "bookings", {"schema_name": None}, True),
    ],
)
def test_the_hook_on_postgresql_hides_a_schema(
    server: Place, kind: str, name: str | None, parents: dict[str, str | None], *, is_seen: bool
) -> None:
    engine = create_engine(server.url)
    with engine.connect() as connection:
        assert exclude_fourtop(connection)(name, kind, parents) is is_seen
    engine.dispose()
