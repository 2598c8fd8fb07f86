"""Forks: a child shares no connection with its parent, and waits for no lock of a lost thread."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.database.furnished import postgresql_url, sqlite_url

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120
PLAYS = ("sync", "lock", "queue", "async")
TOLD = ["sync ('house',)", "lock 0", "queue 0", "async 0"]


def forked(url: str, *plays: str) -> list[str]:
    """Run the program that forks; return the lines that it prints."""
    command = [sys.executable, "-m", "tests.sql.forked", url, *plays]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.slow
def test_parent_and_child_work_at_once_on_sqlite(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "night.db")
    assert forked(url, *PLAYS) == TOLD


@pytest.mark.slow
def test_parent_and_child_work_at_once_on_postgresql() -> None:
    with postgresql_url() as url:
        assert forked(url, *PLAYS) == TOLD


@pytest.mark.slow
def test_a_child_has_a_server_process_of_its_own_because_a_store_uses_the_engine() -> None:
    with postgresql_url() as url:
        assert forked(url, "backends") == ["shared False", "own True"]
