"""The script: all that is said to a database, compiled once for all stores that say it."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import attrs
from sqlalchemy import select

from fourtop.storage.sql.statements.conflict_explainer import Judge
from fourtop.storage.sql.statements.dialect import Idiom, Statement, restaurant
from fourtop.storage.sql.statements.house import Housing
from fourtop.storage.sql.statements.outbox import Sender
from fourtop.storage.sql.statements.reader import Reader
from fourtop.storage.sql.statements.removal import Removal
from fourtop.storage.sql.statements.retention import Maintainer
from fourtop.storage.sql.statements.writer import Writer
from fourtop.storage.sql.tables import codec
from fourtop.storage.sql.tables.catalog import Database

_KEPT_SCRIPTS: Final = 16


@attrs.frozen
class Script:
    """All that is said to a database, whichever store says it. Safe for threads."""

    idiom: Idiom
    housing: Housing
    reader: Reader
    writer: Writer
    judge: Judge
    events: Statement
    removal: Removal
    maintainer: Maintainer
    sender: Sender


@lru_cache(maxsize=_KEPT_SCRIPTS)
def script_of(database: Database, schema: str) -> Script:
    """Return what is said to a database: stores share it, since to write a statement takes longer than to run it."""
    idiom = Idiom(database, schema)
    housing = Housing(idiom)
    reader = Reader(idiom, housing.columns)
    return Script(
        idiom=idiom,
        housing=housing,
        reader=reader,
        writer=Writer(idiom),
        judge=Judge(idiom, reader),
        events=_events_of(idiom),
        removal=Removal(idiom),
        maintainer=Maintainer(idiom),
        sender=Sender(idiom),
    )


def _events_of(idiom: Idiom) -> Statement:
    table = idiom.tables["capacity_outbox"]
    packed = idiom.packed(*(table.c[name] for name in codec.EVENT))
    return idiom.compiled(
        select(idiom.as_text(packed))
        .where(table.c.restaurant_id == restaurant())
        .order_by(table.c.sequence)
    )
