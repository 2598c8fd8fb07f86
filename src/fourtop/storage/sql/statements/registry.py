"""The registry of statements: every statement of a store, compiled once."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import attrs
from sqlalchemy import select

from fourtop.storage.sql.statement import Statement
from fourtop.storage.sql.statements.conflict_explainer import ConflictExplainer
from fourtop.storage.sql.statements.dialect import DIALECTS, Dialect
from fourtop.storage.sql.statements.expressions import restaurant
from fourtop.storage.sql.statements.house import HouseMapper
from fourtop.storage.sql.statements.outbox import OutboxStatements
from fourtop.storage.sql.statements.reader import Reader
from fourtop.storage.sql.statements.removal import Removal
from fourtop.storage.sql.statements.retention import RetentionStatements
from fourtop.storage.sql.statements.writer import Writer, writer_for
from fourtop.storage.sql.tables.columns import Database
from fourtop.storage.sql.tables.event import EVENT

_KEPT_REGISTRIES: Final = 16


@attrs.frozen
class StatementRegistry:
    """The statements for one database and schema, by the part of the store. Thread-safe."""

    dialect: Dialect
    house: HouseMapper
    reader: Reader
    writer: Writer
    explainer: ConflictExplainer
    events: Statement
    removal: Removal
    retention: RetentionStatements
    outbox: OutboxStatements


@lru_cache(maxsize=_KEPT_REGISTRIES)
def statements_for(database: Database, schema: str) -> StatementRegistry:
    """Return the statements for a database; all stores on it share them.

    Compiling all of them takes longer than a command.
    """
    dialect = DIALECTS[database](schema)
    house = HouseMapper(dialect)
    reader = Reader(dialect, house.columns)
    return StatementRegistry(
        dialect=dialect,
        house=house,
        reader=reader,
        writer=writer_for(dialect),
        explainer=ConflictExplainer(dialect, reader),
        events=_events_of(dialect),
        removal=Removal(dialect),
        retention=RetentionStatements(dialect),
        outbox=OutboxStatements(dialect),
    )


def _events_of(dialect: Dialect) -> Statement:
    table = dialect.tables["capacity_outbox"]
    array = dialect.json_array(*(table.c[name] for name in EVENT))
    return dialect.compile(
        select(dialect.as_text(array))
        .where(table.c.restaurant_id == restaurant())
        .order_by(table.c.sequence),
        "list_events",
        "Read the events of a restaurant in the order in which they were written.",
    )
