"""Roles and logins: the page for operators, typed on a new server."""

from __future__ import annotations

import re
import shlex
from contextlib import closing

import pytest

from fourtop.cli import main
from fourtop.storage.sql import SqlStore
from tests.database.cluster import Cluster
from tests.sql.page import blocks

TITLE = "Roles and logins"
URL = re.compile(r"postgresql://(\w+)@db/(\w+)")


def typed(language: str) -> str:
    (found,) = blocks("operate.md", language)[TITLE]
    return found


def statements() -> list[str]:
    return [each.strip() for each in typed("sql").split(";") if each.strip()]


@pytest.mark.slow
def test_finding_31_roles_and_logins_work_as_typed(capsys: pytest.CaptureFixture[str]) -> None:
    with Cluster(fsync=True) as server:
        for statement in statements():
            server.execute(statement)
        for line in typed("sh").splitlines():
            here = URL.sub(lambda found: server.url(found[2], user=found[1]), line)
            code = main(shlex.split(here)[1:])
            printed = capsys.readouterr()
            assert (code, printed.err) == (0, ""), line
        with closing(SqlStore(server.url("bookings", user="bookings_service"))) as store:
            assert store.restaurant_ids() == ()
            found = [each for each in store.inspect() if each.severity in ("refuse", "warn")]
            assert found == []


def test_the_block_makes_every_login_that_the_table_lists() -> None:
    made = {each.split()[2] for each in statements() if "LOGIN" in each.split()}
    used = {user for user, _ in URL.findall(typed("sh"))}
    assert made == used == {"bookings_owner", "bookings_service", "bookings_jobs"}
