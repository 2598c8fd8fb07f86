from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest

from fourtop import BookingRequest, Engine, SqlStore, Zone, dump_house, sample
from fourtop.cli import main
from fourtop.storage.sql.migrations.migrate import history
from tests.database.furnished import LOGIN, postgresql_database, postgresql_url
from tests.database.session import cluster, fresh_database

Captured = pytest.CaptureFixture[str]
LATEST = history()[-1].id
SUPERUSER = "postgres"


@pytest.fixture
def empty() -> Iterator[str]:
    """The name of an empty database, in a cluster with the roles and the service's login."""
    with postgresql_database(), fresh_database() as name:
        yield name


def run(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(arguments)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def as_json(capsys: Captured, *arguments: str) -> tuple[int, Any]:
    code, out, _ = run(capsys, *arguments, "--json")
    return code, json.loads(out)


def refused(capsys: Captured, *arguments: str) -> str:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert re.fullmatch(r"fourtop: [^\n]+\n", err), err
    return err.removeprefix("fourtop: ").rstrip()


@pytest.mark.slow
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("seed", ["21", "4"])
@pytest.mark.parametrize("way", ["owner", "service", "bouncer"])
def test_a_night_in_postgresql_prints_what_memory_prints(
    capsys: Captured, way: str, seed: str, form: list[str]
) -> None:
    of_memory = run(capsys, "demo", "--seed", seed, *form)
    user = SUPERUSER if way == "owner" else LOGIN
    with postgresql_url(by_bouncer=way == "bouncer", user=user) as url:
        code, out, _ = run(capsys, "demo", "--seed", seed, *form, "--store", url)
    assert (code, out) == of_memory[:2]
    assert code == 0


@pytest.mark.slow
def test_a_night_makes_the_schema_that_it_needs(capsys: Captured, empty: str) -> None:
    url = cluster().url(empty)
    of_memory = run(capsys, "demo")
    assert run(capsys, "demo", "--store", url)[:2] == of_memory[:2]
    assert as_json(capsys, "migrate", "--store", url, "--current")[1] == {
        "revision": LATEST,
        "latest": LATEST,
    }
    assert "an evening was played there before" in refused(capsys, "demo", "--store", url)
    code, out, _ = run(capsys, "audit", "--store", url)
    assert code == 0
    assert out.startswith("The Pub (the-pub): audit of ")


@pytest.mark.slow
def test_the_tables_may_live_in_a_schema_of_another_name(capsys: Captured, empty: str) -> None:
    how = ("--store", cluster().url(empty), "--schema", "the_host")
    of_memory = run(capsys, "demo")
    assert run(capsys, "demo", *how)[:2] == of_memory[:2]
    assert run(capsys, "audit", *how)[0] == 0
    assert run(capsys, "jobs", "sweep", *how)[0] == 0
    schemas = cluster().execute(
        "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename = 'allocations'", database=empty
    )
    assert schemas == [("the_host",)]


def test_a_login_that_may_not_make_what_is_missing_is_told_what_to_have_typed(
    capsys: Captured, empty: str
) -> None:
    url = cluster().url(empty, user=LOGIN)
    for command in ("demo", "migrate"):
        line = refused(capsys, command, "--store", url)
        assert "CREATE SCHEMA fourtop; CREATE EXTENSION btree_gist;" in line


@pytest.mark.parametrize(
    "command", [["demo"], ["migrate"], ["doctor"], ["audit"], ["jobs", "sweep"]]
)
def test_a_database_that_cannot_be_reached_is_one_line(
    capsys: Captured, command: list[str]
) -> None:
    for url, advice in (
        (cluster().url("nowhere"), "the server has no such database"),
        (cluster().url(user="nobody_at_all"), "the server does not let this login in"),
        ("postgresql://ann:secret@127.0.0.1:1/night", "the server cannot be reached"),
    ):
        line = refused(capsys, *command, "--store", url)
        assert advice in line
        assert "secret" not in line


@pytest.mark.slow
def test_a_login_without_the_role_is_refused(capsys: Captured) -> None:
    with postgresql_database() as name:
        cluster().execute("CREATE ROLE passer_by LOGIN")
        try:
            url = cluster().url(name, user="passer_by")
            for command in (["demo"], ["audit"], ["jobs", "sweep"]):
                assert "cannot be used" in refused(capsys, *command, "--store", url)
        finally:
            cluster().execute("DROP ROLE passer_by")


@pytest.mark.slow
def test_jobs_run_as_the_login_of_a_service(capsys: Captured) -> None:
    with postgresql_url() as url:
        run(capsys, "demo", "--on", "2020-05-01", "--store", url)
        code, first = as_json(capsys, "jobs", "all", "--publish", "nobody", "--store", url)
        assert code == 0
        assert (
            min(
                first["relay"]["published"],
                first["prune"]["allocations"],
                first["retain"]["stored_results"],
            )
            > 10
        )
        code, second = as_json(capsys, "jobs", "all", "--publish", "nobody", "--store", url)
        assert code == 0
        assert {number for numbers in second.values() for number in numbers.values()} == {0}


@pytest.mark.slow
def test_an_audit_of_a_service_finds_a_booking_whose_tables_somebody_has_deleted(
    capsys: Captured,
) -> None:
    with postgresql_database() as name:
        url = cluster().url(name, user=LOGIN)
        store = SqlStore(url)
        desk = Engine(store).add_restaurant(sample.pub())
        kept, bare = (
            desk.book(
                BookingRequest(4, datetime(2050, 5, 6, 18, tzinfo=UTC)), booking_id=booking_id
            ).id
            for booking_id in ("kept", "bare")
        )
        store.close()
        assert run(capsys, "audit", "--store", url)[0] == 0
        cluster().execute(
            "DELETE FROM fourtop.allocations WHERE booking_id = 'bare'", database=name
        )
        code, out, err = run(capsys, "audit", "--store", url)
        assert (code, err) == (1, "")
        assert out.splitlines()[1:] == [f"without tables: booking {bare}"]
        assert kept not in out


@pytest.mark.slow
def test_the_doctor_warns_of_a_superuser_and_refuses_what_has_no_constraint(
    capsys: Captured,
) -> None:
    with postgresql_database() as name:
        for user, is_warned in ((LOGIN, False), (SUPERUSER, True)):
            code, data = as_json(capsys, "doctor", "--store", cluster().url(name, user=user))
            assert (code, data["refused"]) == (0, False)
            assert ("login_superuser" in {each["code"] for each in data["findings"]}) is is_warned
        cluster().execute(
            "ALTER TABLE fourtop.allocations DROP CONSTRAINT allocations_no_overlap", database=name
        )
        code, out, _ = run(capsys, "doctor", "--store", cluster().url(name, user=LOGIN))
        assert code == 1
        assert out.startswith("refuse   constraint_missing\n")


def test_the_doctor_sees_that_nothing_was_migrated(capsys: Captured, empty: str) -> None:
    code, data = as_json(capsys, "doctor", "--store", cluster().url(empty, user=LOGIN))
    assert (code, data["findings"][0]["code"]) == (1, "schema_missing")


@pytest.mark.slow
def test_a_house_goes_into_postgresql_and_comes_back(capsys: Captured, tmp_path: Path) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    dump_house(sample.pub(), first)
    edited = sample.pub().floor.with_zone(Zone("terrace", "Terrace"))
    dump_house(attrs.evolve(sample.pub(), floor=edited), second)
    with postgresql_url() as url:
        store = ("--store", url)
        for file, outcome in ((first, "added"), (second, "replaced"), (second, "unchanged")):
            code, data = as_json(capsys, "house", "put", str(file), *store)
            assert (code, data["outcome"]) == (0, outcome)
        code, out, _ = run(capsys, "house", "export", "the-pub", *store)
        assert (code, out) == (0, second.read_text(encoding="utf-8"))
        assert "versions: floor 2, policy 1" in run(capsys, "house", "show", "the-pub", *store)[1]
