"""Migrations go up and down with data in them, twice, and leave what is not ours alone."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import create_engine

from fourtop import Engine, InvalidInput, ManualClock, StoreMisconfigured, StoreUnavailable
from fourtop.storage.sql import current, downgrade, history, migrate
from fourtop.storage.sql.migrations.versions import (
    r0004_columns,
    r0006_rules,
    r0008_floors,
    r0010_demand,
    r0011_waitlist,
)
from fourtop.storage.sql.tables.catalog import REVISION
from tests.database.cluster import Cluster
from tests.database.session import bouncer, cluster, fresh_database
from tests.evening import MONTH, NOW, booked
from tests.isolation.ward import OURS, archive, settle
from tests.migration.place import Place

ROOT = Path(__file__).parents[2]
REVISIONS = tuple(each.id for each in history())
# Waits for a line, so that all begin at once; then migrates, and says what it did.
MIGRATOR = """
import sys
from fourtop.storage.sql import migrate

print("ready", flush=True)
input()
print(*migrate(sys.argv[1]), flush=True)
"""


# Revision 0004 writes the rows of these tables anew; ``test_revision_0004`` compares them with rows
# of revision 0003. The JSON of events has other words there.
CHANGED = (*r0004_columns.MADE, "capacity_outbox")
# These revisions make these tables. Their rows have no place below.
MADE = {
    "0006": r0006_rules.MADE,
    "0008": r0008_floors.MADE,
    "0010": (r0010_demand.MADE,),
    "0011": r0011_waitlist.MADE,
}
RULES = tuple(table for tables in MADE.values() for table in tables)

# These revisions add so many columns at the end of these tables. Their values have no place below.
ADDED = {
    "0005": {"bookings": 14, "table_holds": 4},
    "0007": {"bookings": 2, "table_holds": 1},
    "0010": {"bookings": 1, "table_holds": 1},
    "0011": {"bookings": 4},
}
Rows = dict[str, list[tuple[Any, ...]]]


def added_above(revision: str, table: str) -> int:
    """Count the columns that the revisions above one add to a table."""
    return sum(found.get(table, 0) for each, found in ADDED.items() if each > revision)


def without_added(rows: Rows, revision: str) -> Rows:
    """Leave out the columns that the revisions above one add."""
    return {
        name: [row[: len(row) - added_above(revision, name)] for row in found]
        for name, found in rows.items()
    }


def added_to(rows: Rows, table: str, revision: str) -> set[tuple[Any, ...]]:
    """Return the values of the columns that the revisions above one add to a table."""
    count = added_above(revision, table)
    return {
        tuple(
            json.dumps(each) if isinstance(each, dict | list) else each
            for each in row[len(row) - count :]
        )
        for row in rows[table]
    }


# Revision 0003 has no place for these values of a booking that is stored as a result.
LATER = (
    *("must", "wish", "names_tables", "occasion", "channel", "minutes", "reference"),
    *("local_start", "seated_at", "left_at", "last_step", "is_pinned", "overrides"),
    "would_refuse",
    "waiting",
)


def rules_of(place: Place) -> Rows:
    """Read the rows of the tables that revision 0006 and later ones make."""
    return {name: rows for name, rows in place.rows().items() if name in RULES}


def rules_left(rules: Rows, revision: str) -> Rows:
    """Leave out the rows of the tables that the revisions above one make."""
    gone = {name for each, names in MADE.items() if each > revision for name in names}
    return {name: [] if name in gone else rows for name, rows in rules.items()}


def stored_results(place: Place, *, without: tuple[str, ...] = ()) -> list[Any]:
    """Read the stored results, without the receipts: revision 0003 keeps no plan of a hold."""
    found = []
    columns = "restaurant_id, command, idempotency_key, fingerprint, stored_us, result"
    for *row, text in place.execute(f"SELECT {columns} FROM {{schema}}command_results"):  # noqa: S608  # Our own names.
        data = json.loads(text)["data"]
        for each in data if isinstance(data, list) else [data]:
            for name in ("receipt", *without):
                each.pop(name, None)
        found.append((*row, data))
    return sorted(found, key=repr)


def fill(place: Place) -> None:
    settle(place.store_url)
    if place.database == "postgresql":
        archive(place.name)


def test_the_code_is_written_for_the_last_revision() -> None:
    assert REVISIONS[-1] == REVISION
    assert [int(each) for each in REVISIONS] == list(range(1, len(REVISIONS) + 1))
    assert {len(each) for each in REVISIONS} == {4}
    assert all(each.says.endswith(".") for each in history())


def test_migrating_says_what_was_done_and_twice_does_nothing(place: Place) -> None:
    assert current(place.url) is None
    assert migrate(place.url) == REVISIONS
    assert current(place.url) == REVISION
    before = place.objects()
    assert migrate(place.url) == ()
    assert place.objects() == before


def test_a_migrated_database_serves(place: Place) -> None:
    migrate(place.url)
    store = place.store(clock=ManualClock(NOW))
    settle(place.store_url)
    assert store.restaurant_ids() == ("ann", "ben")
    assert Engine(store).desk(OURS).audit().is_clean
    store.close()


def test_base_and_up_again_leaves_an_empty_database_that_serves(place: Place) -> None:
    migrate(place.url)
    fill(place)
    assert downgrade(place.url, revision="base") == REVISIONS[::-1]
    assert current(place.url) is None
    assert migrate(place.url) == REVISIONS
    assert not any(place.rows().values())
    fill(place)
    assert all(rows for name, rows in place.rows().items() if name != "allocations_archive")


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_every_revision_keeps_the_data_on_the_way_down_and_up(place: Place, revision: str) -> None:
    migrate(place.url)
    fill(place)
    lost = LATER if revision < "0004" else ()
    before = place.rows(without=["command_results", *RULES])
    rules = rules_of(place)
    results = stored_results(place, without=lost)
    assert downgrade(place.url, revision=revision) == REVISIONS[: REVISIONS.index(revision) : -1]
    assert current(place.url) == revision
    here = without_added(before, revision)
    # The revisions below 0011 know parties that wait by another status.
    here["bookings"] = sorted(
        (
            tuple(
                "priority_waitlist" if each == "waitlisted" and revision < "0011" else each
                for each in row
            )
            for row in here["bookings"]
        ),
        key=repr,
    )
    kept = place.rows(without=[*CHANGED, *RULES])
    assert kept == {name: rows for name, rows in here.items() if name in kept}
    assert migrate(place.url) == REVISIONS[REVISIONS.index(revision) + 1 :]
    after = place.rows(without=["command_results", *RULES])
    assert rules_of(place) == rules_left(rules, revision)
    assert without_added(after, revision) == here
    no = (None,) * 4
    promises = ("{}", "{}", 0, *no, "", *no, None, None) if revision < "0005" else ()
    reasons = (0, "[]") if revision < "0007" else ()
    shadow = (None,) if revision < "0010" else ()
    waiting = no if revision < "0011" else ()
    assert added_to(after, "bookings", revision) == {(*promises, *reasons, *shadow, *waiting)}
    times = no if revision < "0005" else ()
    assert added_to(after, "table_holds", revision) == {(*times, *reasons[1:], *shadow)}
    assert stored_results(place, without=lost) == results
    store = place.store(clock=ManualClock(NOW))
    desk = Engine(store).desk(OURS)
    assert len(desk.bookings(MONTH)) == 3
    assert booked(desk, 2, "21:00").tables
    assert [each for each in store.inspect() if each.severity == "refuse"] == []
    store.close()


@pytest.mark.parametrize("revision", REVISIONS)
def test_one_revision_at_a_time_ends_where_all_at_once_do(place: Place, revision: str) -> None:
    for each in REVISIONS:
        assert migrate(place.url, revision=each) == (each,)
        if each == revision:
            assert migrate(place.url, revision=REVISIONS[0]) == ()
            assert downgrade(place.url, revision="head") == ()
    step_by_step = place.objects()
    for each in (*REVISIONS[-2::-1], "base"):
        assert len(downgrade(place.url, revision=each)) == 1
    assert downgrade(place.url, revision="base") == ()
    migrate(place.url)
    assert place.objects() == step_by_step


def test_base_leaves_all_that_is_not_ours(place: Place) -> None:
    place.execute("CREATE TABLE menus (name text)")
    before = place.objects()
    migrate(place.url)
    assert len(place.objects()) > len(before) + 17
    downgrade(place.url, revision="base")
    assert place.objects() == before


def test_base_leaves_the_schema_if_somebody_uses_it_and_the_extension_and_the_roles(
    server: Place,
) -> None:
    migrate(server.url)
    server.execute("CREATE TABLE fourtop.menus (name text)")
    downgrade(server.url, revision="base")
    assert server.objects() == ["fourtop", "fourtop.menus"]
    assert server.execute("SELECT count(*) FROM pg_extension WHERE extname = 'btree_gist'") == [
        (1,)
    ]
    assert server.execute("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'fourtop%'") == [(2,)]
    assert migrate(server.url) == REVISIONS


def test_two_schemas_live_side_by_side(server: Place) -> None:
    migrate(server.url)
    assert migrate(server.url, schema='The "Corner"') == REVISIONS
    assert current(server.url, schema='The "Corner"') == REVISION
    store = server.store(schema='The "Corner"')
    assert store.restaurant_ids() == ()
    store.close()
    assert downgrade(server.url, schema='The "Corner"', revision="base") == REVISIONS[::-1]
    assert current(server.url) == REVISION


# ---- several at once -----------------------------------------------------------------------------


@pytest.mark.slow
def test_two_processes_that_migrate_at_once_do_it_once(place: Place) -> None:
    command = [sys.executable, "-c", MIGRATOR, place.url]
    migrators = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        for _ in range(2)
    ]
    try:
        for each in migrators:
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
        for each in migrators:
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        done = sorted(each.communicate()[0].strip() for each in migrators)
    finally:
        for each in migrators:
            each.kill()
            each.communicate()
    assert [each.returncode for each in migrators] == [0, 0]
    assert done == ["", " ".join(REVISIONS)]
    assert current(place.url) == REVISION


def test_eight_threads_that_migrate_at_once_do_it_once(place: Place) -> None:
    barrier = Barrier(8)

    def run(_: int) -> tuple[str, ...]:
        barrier.wait()
        return migrate(place.url)

    with ThreadPoolExecutor(8) as threads:
        done = sorted(threads.map(run, range(8)))
    assert done == [()] * 7 + [REVISIONS]


def test_a_migration_while_a_store_works_waits_and_keeps_it_whole(place: Place) -> None:
    migrate(place.url)
    store = place.store(clock=ManualClock(NOW))
    settle(place.store_url)
    desk = Engine(store).desk(OURS)
    with ThreadPoolExecutor(1) as threads:
        work = threads.submit(
            lambda: [booked(desk, 2, text) for text in ("20:00", "20:45", "21:00")]
        )
        assert migrate(place.url) == ()
        assert len(work.result()) == 3
    store.close()


def test_migrating_through_a_bouncer_leaves_nothing_in_the_session(server: Place) -> None:
    url = bouncer().url(server.name)
    assert migrate(url) == REVISIONS
    assert migrate(url) == ()
    assert server.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == [(0,)]


def test_an_engine_of_the_host_is_left_as_it_was(place: Place) -> None:
    engine = create_engine(place.url)
    assert migrate(engine) == REVISIONS
    with engine.connect() as connection:
        connection.exec_driver_sql(
            place.placed("INSERT INTO {schema}fourtop_version VALUES ('mine')")
        )
        connection.rollback()
        assert (
            connection.exec_driver_sql(
                place.placed("SELECT * FROM {schema}fourtop_version")
            ).scalar()
            == REVISION
        )
    assert downgrade(engine, revision="base") == REVISIONS[::-1]
    engine.dispose()


# ---- what cannot be done -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "revision", ["", "0000", "9999", "0001 ", "heads", "+1", "0002; DROP TABLE bookings"]
)
def test_a_revision_that_there_is_not_is_an_error(place: Place, revision: str) -> None:
    with pytest.raises(InvalidInput, match="must be base, head or one of 0001, 0002, 0003"):
        migrate(place.url, revision=revision)
    with pytest.raises(InvalidInput):
        downgrade(place.url, revision=revision)
    assert place.objects() == []


def test_a_schema_of_a_later_version_is_left_alone(place: Place) -> None:
    migrate(place.url)
    place.execute("UPDATE {schema}fourtop_version SET version_num = '9'")
    before = place.objects()
    with pytest.raises(StoreMisconfigured, match="a later version of fourtop"):
        migrate(place.url)
    with pytest.raises(StoreMisconfigured, match="a later version of fourtop"):
        downgrade(place.url, revision="base")
    assert place.objects() == before


def test_rows_that_overlap_are_named_before_they_are_forbidden(place: Place) -> None:
    migrate(place.url, revision="0001")
    place.execute(
        "INSERT INTO {schema}restaurants VALUES ('ann', 'ann', 'Ann', 'UTC', true, 1, 1, 0, 0)"
    )
    place.execute(
        "INSERT INTO {schema}table_blocks"
        " VALUES ('ann', 'x', '[]', 0, 9, 'a leg is loose', 'a', 'staff')"
    )
    columns = "restaurant_id, id, resource_type, resource_id, start_us, end_us, block_id, shadow"
    for id_, table, start, end, shadow in (
        ("long", "1", 0, 100, False),
        ("short", "1", 10, 20, False),
        ("later", "1", 50, 60, False),
        ("touching", "1", 100, 110, False),
        ("shadow", "1", 100, 110, True),
        ("elsewhere", "2", 0, 100, False),
    ):
        values = f"'ann', '{id_}', 'table', '{table}', {start}, {end}, 'x', {shadow}"
        place.execute("INSERT INTO {schema}allocations " + f"({columns}) VALUES ({values})")  # noqa: S608  # Our own words.
    before = place.objects()
    with pytest.raises(StoreMisconfigured) as error:
        migrate(place.url)
    assert error.value.problems == (
        "allocation later of ann overlaps another on table 1",
        "allocation short of ann overlaps another on table 1",
    )
    assert current(place.url) == "0001"
    assert place.objects() == before
    place.execute("DELETE FROM {schema}allocations WHERE id = 'long'")
    assert migrate(place.url) == REVISIONS[1:]


def test_a_file_that_is_no_database_is_an_error_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "night.db"
    path.write_text("Dear diary, tonight we were full. " * 100)
    with pytest.raises(StoreMisconfigured):
        migrate(f"sqlite:///{path}")
    assert path.read_text().startswith("Dear diary")


def test_a_server_that_is_not_there_is_an_error_of_ours() -> None:
    with pytest.raises(StoreUnavailable):
        migrate("postgresql://postgres@127.0.0.1:1/night")


def test_somebody_elses_tables_of_our_names_are_left_alone(file: Place) -> None:
    file.execute("CREATE TABLE zones (name text)")
    with pytest.raises(StoreMisconfigured, match="something is in its way"):
        migrate(file.url)
    assert file.objects() == ["zones"]


# ---- whose a database is -------------------------------------------------------------------------


@pytest.mark.slow
def test_an_owner_who_may_not_make_roles_is_told_the_lines_and_then_migrates() -> None:
    with Cluster() as server:
        server.execute("CREATE ROLE keeper LOGIN")
        server.create_database("night")
        url = server.url("night", user="keeper")
        with pytest.raises(StoreMisconfigured) as error:
            migrate(url)
        lines = str(error.value).split("ask an administrator to run: ")[1]
        assert lines == (
            "CREATE SCHEMA fourtop; CREATE EXTENSION btree_gist;"
            " CREATE ROLE fourtop_app NOLOGIN; CREATE ROLE fourtop_jobs NOLOGIN;"
        )
        assert current(url) is None
        server.execute(lines.replace("fourtop;", "fourtop AUTHORIZATION keeper;"), database="night")
        assert migrate(url) == REVISIONS
        assert migrate(url) == ()
        assert downgrade(url, revision="base") == REVISIONS[::-1]


@pytest.mark.slow
def test_two_databases_of_a_new_server_are_migrated_at_once() -> None:
    with Cluster() as server:
        urls = []
        for name in ("lunch", "dinner"):
            server.create_database(name)
            urls.append(server.url(name))
        with ThreadPoolExecutor(2) as threads:
            assert list(threads.map(migrate, urls)) == [REVISIONS, REVISIONS]


def test_an_owner_with_a_database_of_its_own_needs_no_superuser(server: Place) -> None:
    cluster().execute("CREATE ROLE keeper LOGIN")
    with fresh_database() as name:
        cluster().execute(f"GRANT CREATE ON DATABASE {name} TO keeper")
        url = cluster().url(name, user="keeper")
        assert migrate(url) == REVISIONS
        settle(cluster().url(name, user="service"))
        assert downgrade(url, revision="0001") == REVISIONS[:0:-1]
        assert migrate(url) == REVISIONS[1:]
        assert downgrade(url, revision="base") == REVISIONS[::-1]
    cluster().execute("DROP ROLE keeper")
    assert server.database == "postgresql"
