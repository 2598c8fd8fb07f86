"""The registry of statements: every statement of a store, compiled once."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import attrs

from fourtop.storage.sql.statements.conflict_explainer import ConflictExplainer
from fourtop.storage.sql.statements.dialect import Dialect
from fourtop.storage.sql.statements.dialects import DIALECTS
from fourtop.storage.sql.statements.events import EventStatements
from fourtop.storage.sql.statements.house import HouseMapper
from fourtop.storage.sql.statements.outbox import OutboxStatements
from fourtop.storage.sql.statements.reader import Reader
from fourtop.storage.sql.statements.removal import Removal
from fourtop.storage.sql.statements.retention import RetentionStatements
from fourtop.storage.sql.statements.writer import Writer, writer_for
from fourtop.storage.sql.tables.columns import Database

_KEPT_REGISTRIES: Final = 16


@attrs.frozen
class StatementRegistry:
    """The statements for one database and schema, by the part of the store. Thread-safe."""

    dialect: Dialect
    house: HouseMapper
    reader: Reader
    writer: Writer
    explainer: ConflictExplainer
    events: EventStatements
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
        events=EventStatements(dialect),
        removal=Removal(dialect),
        retention=RetentionStatements(dialect),
        outbox=OutboxStatements(dialect),
    )
