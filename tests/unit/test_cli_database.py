from __future__ import annotations

import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fourtop import Engine, SqlStore, sample
from fourtop.cli import main
from fourtop.cli.command import without_passwords
from fourtop.cli.database import VARIABLE, Database
from fourtop.storage.sql.migrations.migrate import current, history
from tests.database.furnished import sqlite_url

Captured = pytest.CaptureFixture[str]
LATEST = history()[-1].id


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative files belong to the test, and the runner's own settings must not name a store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """An empty database with the schema."""
    return sqlite_url(tmp_path / "kept.db")


@pytest.fixture
def played() -> str:
    """A database in which a night was played."""
    assert main(["demo", "--store", "sqlite:///night.db"]) == 0
    return "sqlite:///night.db"


def run(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(arguments)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def as_json(capsys: Captured, *arguments: str) -> tuple[int, Any]:
    code, out, err = run(capsys, *arguments, "--json")
    assert err == ""
    return code, json.loads(out)


def refused(capsys: Captured, *arguments: str) -> str:
    """Run a command that has to fail; return its one line."""
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert re.fullmatch(r"fourtop: [^\n]+\n", err), err
    return err.removeprefix("fourtop: ").rstrip()


# ---- the demo


@pytest.mark.slow
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
@pytest.mark.parametrize("seed", ["21", "4"])
def test_a_night_in_sqlite_prints_what_memory_prints(
    capsys: Captured, seed: str, form: list[str]
) -> None:
    of_memory = run(capsys, "demo", "--seed", seed, *form)
    assert run(capsys, "demo", "--seed", seed, *form, "--store", "sqlite:///night.db") == of_memory
    assert of_memory[0] == 0
    assert of_memory[2] == ""


@pytest.mark.slow
def test_a_night_in_sqlite_is_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fourtop.cli", "demo"]
    of_memory = subprocess.run(command, capture_output=True, check=True)
    of_sqlite = subprocess.run(
        [*command, "--store", "sqlite:///other.db"], cwd=tmp_path, capture_output=True, check=True
    )
    assert of_sqlite.stdout == of_memory.stdout
    assert of_sqlite.stderr == b""
    assert (tmp_path / "other.db").exists()


def test_a_night_stays_in_the_database(played: str) -> None:
    store = SqlStore(played)
    try:
        assert len(store.events("the-pub")) > 30
        assert Engine(store).desk("the-pub").house() == sample.pub()
    finally:
        store.close()


def test_no_night_is_played_over_another(capsys: Captured, played: str) -> None:
    kept = run(capsys, "audit", "--store", played)
    assert "the restaurant the-pub; an evening was played there before" in refused(
        capsys, "demo", "--store", played
    )
    assert run(capsys, "audit", "--store", played) == kept


def test_the_demo_takes_no_store_from_the_environment(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv(VARIABLE, url)
    assert run(capsys, "demo")[0] == 0
    assert run(capsys, "audit") == (0, "no restaurants\n", "")


def test_a_wrong_date_makes_no_file(capsys: Captured, tmp_path: Path) -> None:
    refused(capsys, "demo", "--on", "2199-05-01", "--store", "sqlite:///night.db")
    assert list(tmp_path.iterdir()) == []


# ---- what may be wrong with a URL

URLS = (
    "night.db",
    "sqlite://",
    "sqlite:///:memory:",
    "sqlite://ann:secret@host/night.db",
    "sqlite:///nul\0.db",
    "sqlite:////nowhere/night.db",
    "mysql://ann:secret@host/night",
    "postgresql://ann:secret@host:port/night",
    "postgresql://ann:secret@127.0.0.1:1/night",
    "postgresql://ann:se@cr@secret@127.0.0.1:1/night?connect_timeout=1",
    "postgresql://ann@127.0.0.1:1/night?password=secret",
    "postgresql://ann@127.0.0.1:1/night?colour=secret",
)


@pytest.mark.parametrize("wrong", URLS, ids=range(len(URLS)))
@pytest.mark.parametrize(
    "command",
    [["demo"], ["migrate"], ["doctor"], ["audit"], ["jobs", "sweep"]],
    ids=lambda command: command[0],
)
def test_what_is_wrong_with_a_url_is_one_line_without_its_password(
    capsys: Captured, command: list[str], wrong: str
) -> None:
    assert "secret" not in refused(capsys, *command, "--store", wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        "postgresql://ann:secret@host/night",
        "postgresql://ann:my secret@host/night",
        "postgresql://host/night?user=ann&password=secret",
    ],
)
def test_a_url_where_none_is_expected_is_told_without_its_password(
    capsys: Captured, wrong: str
) -> None:
    line = refused(capsys, "migrate", wrong)
    assert "unrecognized arguments: postgresql://" in line
    assert "secret" not in line
    assert without_passwords(line) == line


def test_what_has_no_password_is_told_as_it_is() -> None:
    text = "tables: must be tables: low-4a @ 19:00, see https://host/a:b and ann@host"
    assert without_passwords(text) == text


def test_a_url_is_shown_by_no_value_that_has_it() -> None:
    assert "secret" not in repr(Database("postgresql://ann:secret@host/night"))


@pytest.mark.parametrize(
    "command",
    [
        ["audit"],
        ["doctor"],
        ["jobs", "sweep"],
        ["migrate", "--current"],
        ["migrate", "--down", "base"],
    ],
)
def test_a_file_that_is_not_there_is_not_made_by_looking(
    capsys: Captured, tmp_path: Path, command: list[str]
) -> None:
    line = refused(capsys, *command, "--store", "sqlite:///nihgt.db")
    assert line == "nihgt.db: the file does not exist; create it with fourtop migrate"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["demo"], ["migrate"]], ids=lambda command: command[0])
def test_no_directory_is_made_for_a_file(
    capsys: Captured, tmp_path: Path, command: list[str]
) -> None:
    assert (
        refused(capsys, *command, "--store", "sqlite:///a/night.db")
        == "a: the directory does not exist"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["demo"], ["migrate"], ["audit"], ["jobs", "sweep"]])
def test_a_file_of_something_else_stays_as_it_is(
    capsys: Captured, tmp_path: Path, command: list[str]
) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Ann, " * 500, encoding="utf-8")
    assert "cannot be used" in refused(capsys, *command, "--store", "sqlite:///letter.txt")
    assert file.read_text("utf-8") == "Dear Ann, " * 500


def test_a_store_has_to_be_named(capsys: Captured) -> None:
    for command in (["migrate"], ["doctor"], ["jobs", "sweep"], ["audit"]):
        assert "required: --store, or the variable FOURTOP_STORE" in refused(capsys, *command)


def test_the_environment_names_the_store_for_all_but_the_demo(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "sqlite:///named.db")
    assert run(capsys, "migrate")[0] == 0
    assert current("sqlite:///named.db") == LATEST
    assert run(capsys, "migrate", "--current", "--store", "sqlite:///named.db")[0] == 0
    refused(capsys, "migrate", "--current", "--store", "sqlite:///other.db")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("missing", "url", "says"),
    [
        ("sqlalchemy", "sqlite:///night.db", "install fourtop[sql], or fourtop[postgres]"),
        ("alembic", "sqlite:///night.db", "alembic"),
        ("psycopg", "postgresql://ann:secret@host/night", "install fourtop[postgres]"),
    ],
)
def test_a_missing_extra_is_one_line_that_says_what_to_install(
    missing: str, url: str, says: str
) -> None:
    code = (
        f"import sys; sys.modules[{missing!r}] = None;"
        "from fourtop.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    for command in ("demo", "migrate"):
        done = subprocess.run(
            [sys.executable, "-c", code, command, "--store", url],
            capture_output=True,
            check=False,
            text=True,
        )
        assert (done.returncode, done.stdout) == (2, "")
        assert says in done.stderr
        assert done.stderr.count("\n") == 1
        assert "secret" not in done.stderr


@pytest.mark.slow
def test_commands_without_a_store_import_nothing_of_sql() -> None:
    code = (
        "import sys; from fourtop.cli import main; code = main(['demo']);"
        "names = ('sqlalchemy', 'alembic', 'cattrs', 'sqlite3');"
        "sys.exit(code or any(name in sys.modules for name in names))"
    )
    environment = os.environ | {VARIABLE: "sqlite:////nowhere/night.db"}
    assert (
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=False, env=environment
        ).returncode
        == 0
    )


# ---- migrate


def test_migrate_makes_the_schema_and_does_nothing_the_second_time(capsys: Captured) -> None:
    how = ("migrate", "--store", "sqlite:///new.db")
    steps = [each.id for each in history()]
    assert as_json(capsys, *how) == (0, {"steps": steps, "revision": LATEST, "latest": LATEST})
    assert as_json(capsys, *how) == (0, {"steps": [], "revision": LATEST, "latest": LATEST})
    code, out, _ = run(capsys, *how)
    assert (code, out) == (
        0,
        f"nothing to do\nthe schema is at revision {LATEST}, the latest\n",
    )


def test_migrate_goes_to_a_revision_and_back(capsys: Captured) -> None:
    how = ("migrate", "--store", "sqlite:///new.db")
    first, *later = history()
    assert as_json(capsys, *how, "--to", first.id)[1]["steps"] == [first.id]
    assert as_json(capsys, *how, "--current") == (1, {"revision": first.id, "latest": LATEST})
    code, out, _ = run(capsys, *how)
    assert code == 0
    assert [line for line in out.splitlines() if line.startswith("up  ")] == [
        f"up  {each.id}  {each.says}" for each in later
    ]
    assert as_json(capsys, *how, "--current")[0] == 0
    code, out, _ = run(capsys, *how, "--down", first.id)
    assert code == 0
    assert out.splitlines()[-1] == f"the schema is at revision {first.id}; the latest is {LATEST}"
    assert as_json(capsys, *how, "--down", "base")[1]["revision"] is None
    assert as_json(capsys, *how, "--current") == (1, {"revision": None, "latest": LATEST})


def test_a_revision_that_nobody_knows_is_wrong_input(capsys: Captured, url: str) -> None:
    assert "(got 'tomorrow')" in refused(capsys, "migrate", "--store", url, "--to", "tomorrow")
    assert "(got 'tomorrow')" in refused(capsys, "migrate", "--store", url, "--down", "tomorrow")
    assert "not allowed with" in refused(
        capsys, "migrate", "--store", url, "--to", "0001", "--down", "0001"
    )
    assert current(url) == LATEST


# ---- audit


def test_an_audit_of_a_database_tells_of_each_restaurant(capsys: Captured, played: str) -> None:
    code, out, err = run(capsys, "audit", "--store", played)
    assert (code, err) == (0, "")
    assert re.fullmatch(
        r"The Pub \(the-pub\): audit of [0-9]+ rows: 0 overlaps, 0 rows without an owner, .*\n", out
    )
    code, data = as_json(capsys, "audit", "--store", played, "--restaurant", "the-pub")
    assert (code, data["clean"]) == (0, True)
    assert [each["restaurant"] for each in data["restaurants"]] == ["the-pub"]


def test_an_audit_finds_what_somebody_wrote_past_the_triggers(
    capsys: Captured, played: str
) -> None:
    with sqlite3.connect("night.db") as connection:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master"
            " WHERE type = 'trigger' AND tbl_name = 'allocations'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(
            "CREATE TEMP TABLE twin AS SELECT * FROM allocations WHERE NOT shadow LIMIT 1"
        )
        connection.execute("UPDATE twin SET id = 'twin'")
        connection.execute("INSERT INTO allocations SELECT * FROM twin")
        # Without them no store would work on it at all.
        for _, sql in triggers:
            connection.execute(sql)
    connection.close()
    code, data = as_json(capsys, "audit", "--store", played)
    assert (code, data["clean"]) == (1, False)
    ((pair,),) = [each["overlaps"] for each in data["restaurants"]]
    assert pair["first"]["resource_id"] == pair["second"]["resource_id"]
    code, out, err = run(capsys, "audit", "--store", played)
    assert (code, err) == (1, "")
    assert re.search(r"^overlap: .+ and .+$", out, re.MULTILINE)


def test_an_audit_is_of_a_file_or_of_a_database(capsys: Captured, url: str) -> None:
    assert "there is no restaurant 'nowhere'" in refused(
        capsys, "audit", "--store", url, "--restaurant", "nowhere"
    )
    assert "leave out the FLOOR" in refused(capsys, "audit", "pub", "--store", url)
    assert "leave out the FLOOR" in refused(capsys, "audit", "pub", "--restaurant", "the-pub")
    assert "need a FLOOR" in refused(capsys, "audit", "--store", url, "--bookings", "rows.csv")


# ---- clock


def test_finding_17_a_clock_that_ran_ahead_is_found_and_set_back(
    capsys: Captured, played: str
) -> None:
    with sqlite3.connect("night.db") as connection:
        (restaurant_id,) = connection.execute("SELECT id FROM restaurants").fetchone()
        connection.execute("UPDATE restaurants SET latest_us = 7000000000000000")
    connection.close()
    _, found = as_json(capsys, "doctor", "--store", played)
    assert "clock_ahead" in [each["code"] for each in found["findings"]]
    refusal = refused(capsys, "audit", "--store", played)
    assert "the clock says" in refusal
    reset = ("clock", "reset", "--restaurant", restaurant_id, "--store", played)
    code, out, _ = run(capsys, *reset)
    assert (code, out.split(" by ")[0]) == (0, f"{restaurant_id}: set back")
    assert run(capsys, "audit", "--store", played)[0] == 0
    _, again = as_json(capsys, *reset)
    assert again == {"restaurants": [{"restaurant": restaurant_id, "set_back_us": 0}]}
    code, out, _ = run(capsys, *reset)
    assert "nothing to do" in out
    assert "nowhere" in refused(capsys, *reset[:3], "nowhere", "--store", played)


# ---- doctor


def test_a_database_that_was_migrated_is_well(capsys: Captured, url: str) -> None:
    code, data = as_json(capsys, "doctor", "--store", url)
    assert (code, data["refused"]) == (0, False)
    # What it warns of depends on the SQLite of this machine.
    assert {each["severity"] for each in data["findings"]} <= {"warn"}
    code, out, _ = run(capsys, "doctor", "--store", url)
    assert code == 0
    assert re.search(r"^0 reasons to refuse, [0-9]+ warnings?$", out, re.MULTILINE)


def test_the_doctor_names_what_is_missing_and_what_to_do(
    capsys: Captured, url: str, tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "kept.db") as connection:
        connection.execute("DROP TRIGGER allocations_no_overlap_insert")
    connection.close()
    code, data = as_json(capsys, "doctor", "--store", url)
    assert (code, data["refused"]) == (1, True)
    refusal = data["findings"][0]
    assert list(refusal) == ["severity", "code", "text", "remedy"]
    assert (refusal["severity"], refusal["code"]) == ("refuse", "constraint_missing")
    code, out, err = run(capsys, "doctor", "--store", url)
    assert (code, err) == (1, "")
    assert out.startswith(
        "refuse   constraint_missing\n"
        "         trigger allocations_no_overlap_insert of allocations is"
    )
    assert "\n         mend it: " in out
    assert max(map(len, out.splitlines())) <= 100
    # A store does not work on it either.
    assert "constraint_missing" in refused(capsys, "audit", "--store", url)


def test_a_file_without_tables_is_not_to_be_used(capsys: Captured, tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    code, data = as_json(capsys, "doctor", "--store", "sqlite:///empty.db")
    assert (code, data["findings"][0]["code"]) == (1, "schema_missing")
    assert "fourtop migrate" in refused(capsys, "jobs", "sweep", "--store", "sqlite:///empty.db")
