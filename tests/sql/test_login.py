"""Errors of a login name the cause and the cure, and never the password."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fourtop import SqlStore, StoreMisconfigured, StoreUnavailable, migrate, sweep_holds
from fourtop.storage.sql.checks.findings import KINDS
from tests.database.furnished import postgresql_database
from tests.database.session import cluster

SECRET = "of-nobodys-business"  # noqa: S105  # No login has it.
HOST = "127.0.0.1"


def refusal(url: str, kind: type[Exception]) -> str:
    """Return the text with which a store refuses to work, which shows no password."""
    store = SqlStore(url)
    with pytest.raises(kind) as caught:
        store.restaurant_ids()
    assert type(caught.value) is kind
    text = f"{caught.value} {caught.value!r}"
    assert SECRET not in text
    store.close()
    return str(caught.value)


@pytest.fixture
def locked() -> Iterator[str]:
    """Make a login that needs a password."""
    rules = Path(cluster().data) / "pg_hba.conf"
    before = rules.read_text("utf-8")
    cluster().execute("CREATE ROLE locked LOGIN PASSWORD 'right'")
    rules.write_text(f"host all locked {HOST}/32 scram-sha-256\n{before}", "utf-8")
    cluster().execute("SELECT pg_reload_conf()")
    yield "locked"
    rules.write_text(before, "utf-8")
    cluster().execute("SELECT pg_reload_conf()")
    cluster().execute("DROP ROLE locked")


def test_finding_30_a_refused_connection_says_so() -> None:
    text = refusal(f"postgresql://ann:{SECRET}@{HOST}:1/night", StoreUnavailable)
    assert "the server cannot be reached; check that it runs" in text


def test_finding_30_an_unknown_database_says_so() -> None:
    url = f"postgresql://postgres:{SECRET}@{HOST}:{cluster().port}/nowhere"
    text = refusal(url, StoreMisconfigured)
    assert "the server has no such database; check its name in the URL" in text


def test_finding_30_a_wrong_password_says_so(locked: str) -> None:
    url = f"postgresql://{locked}:{SECRET}@{HOST}:{cluster().port}/postgres"
    assert "the server rejects the password; check the user and the password" in refusal(
        url, StoreMisconfigured
    )
    without = f"postgresql://{locked}@{HOST}:{cluster().port}/postgres"
    assert "the server rejects the password" in refusal(without, StoreMisconfigured)


def test_finding_30_an_unknown_login_says_so() -> None:
    url = f"postgresql://no_login:{SECRET}@{HOST}:{cluster().port}/postgres"
    assert "the server does not let this login in" in refusal(url, StoreMisconfigured)


def test_finding_30_a_migration_says_so_too() -> None:
    with pytest.raises(StoreMisconfigured, match="no such database"):
        migrate(f"postgresql://postgres:{SECRET}@{HOST}:{cluster().port}/nowhere")


def test_finding_30_a_file_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    text = refusal(f"sqlite:///{tmp_path}/nowhere/night.db", StoreMisconfigured)
    assert "the file cannot be opened; check the path" in text
    (tmp_path / "note.txt").write_text("no database, only a long enough text " * 99)
    text = refusal(f"sqlite:///{tmp_path}/note.txt", StoreMisconfigured)
    assert "the file is not an SQLite database" in text


@pytest.fixture
def service() -> Iterator[str]:
    """Make a database, and a login that may serve but run no jobs; give its URL."""
    with postgresql_database() as name:
        cluster().execute("CREATE ROLE serving LOGIN NOINHERIT IN ROLE fourtop_app")
        yield cluster().url(name, user="serving")
        cluster().execute("DROP ROLE serving")


def test_finding_30_jobs_with_the_login_of_a_service_name_the_login_to_use(service: str) -> None:
    store = SqlStore(service)
    assert store.restaurant_ids() == ()
    with pytest.raises(StoreMisconfigured) as caught:
        sweep_holds(store)
    assert "the login serving may not run jobs, because it is not a member of fourtop_jobs" in str(
        caught.value
    )
    assert "GRANT fourtop_jobs TO" in str(caught.value)
    store.close()


def test_finding_30_doctor_notes_a_login_that_may_not_run_jobs(service: str) -> None:
    store = SqlStore(service)
    (note,) = [each for each in store.inspect() if each.code == "jobs_not_granted"]
    assert note.severity == "note"
    assert note.text == "serving is not a member of fourtop_jobs"
    assert "run fourtop jobs with a login that is a member" in note.remedy
    store.close()


def test_finding_30_a_note_is_not_logged(service: str, caplog: pytest.LogCaptureFixture) -> None:
    store: Any = SqlStore(service)
    store.restaurant_ids()
    assert "jobs_not_granted" not in caplog.text
    store.close()


def test_finding_30_no_remedy_cites_a_page_outside_of_the_package() -> None:

    assert not [remedy for _, remedy in KINDS.values() if "docs/" in remedy or ".md" in remedy]
