"""Every statement has a name and a comment, and its text in ``docs/evidence`` is current."""

from __future__ import annotations

import pytest

from fourtop.storage.sql.statement import Statement
from fourtop.storage.sql.tables.columns import Database
from tests.sql.sql_text import pretty
from tests.sql.statements import COMMAND, DATABASES, fixed, path_of, record, text_of


@pytest.mark.slow
@pytest.mark.parametrize("database", DATABASES)
def test_the_evidence_of_statements_is_current(database: Database) -> None:
    stored = path_of(database).read_text("utf-8")
    assert text_of(database) == stored, f"run: {COMMAND}"


@pytest.mark.slow
def test_every_statement_that_is_executed_has_a_name_and_a_comment() -> None:
    executed = [each for statements in record("sqlite").values() for each in statements]
    assert len({each.name for each in executed}) > 30
    for each in executed:
        assert each.name.isidentifier()
        assert each.comment.endswith("."), each.name


@pytest.mark.parametrize("database", DATABASES)
def test_fixed_statements_are_commented(database: Database) -> None:
    assert all(each.comment.endswith(".") for each in fixed(database).values())


@pytest.mark.parametrize("database", DATABASES)
def test_a_layout_changes_nothing_but_white_space(database: Database) -> None:
    for each in fixed(database).values():
        assert "".join(pretty(each.text).split()) == "".join(each.text.split())


def test_a_layout_has_a_line_per_clause() -> None:
    statement = Statement("look", "SELECT a, max(b) FROM t WHERE c IN (SELECT c FROM u) ORDER BY a")
    assert pretty(statement.text).splitlines() == [
        "SELECT a, max(b)",
        "FROM t",
        "WHERE c IN (",
        "    SELECT c",
        "    FROM u",
        ")",
        "ORDER BY a",
    ]
