"""Record statements at the driver, out of sight of SQLAlchemy and of our own code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from sqlalchemy import Engine, create_engine

_FRAMES: Final = ("BEGIN", "COMMIT", "ROLLBACK")


class Heard:
    """The recorded statements in order, each with its parameters."""

    def __init__(self) -> None:
        self.all: list[tuple[str, Any]] = []

    @property
    def statements(self) -> list[str]:
        """The statements between BEGIN and COMMIT."""
        return [text for text, _ in self.all if not text.startswith(_FRAMES)]

    @property
    def frames(self) -> list[str]:
        """The first words of the commands that begin or end transactions."""
        return [text.split()[0] for text, _ in self.all if text.startswith(_FRAMES)]

    def forget(self) -> None:
        self.all.clear()


@contextmanager
def heard_engine(url: str) -> Iterator[tuple[Engine, Heard]]:
    """Give an engine of PostgreSQL and the record of its statements after it has connected."""
    heard = Heard()

    class Listening(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
            heard.all.append((str(query), params))
            return super().execute(query, params, **how)

    engine = create_engine(
        url, connect_args={"cursor_factory": Listening, "prepare_threshold": None}
    )
    engine.connect().close()
    heard.forget()
    try:
        yield engine, heard
    finally:
        engine.dispose()
