"""What is said to a database, heard at the driver: SQLAlchemy and our own code know nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from sqlalchemy import Engine, create_engine

_FRAMES: Final = ("BEGIN", "COMMIT", "ROLLBACK")


class Heard:
    """The statements that were said, in order, each with its parameters."""

    def __init__(self) -> None:
        self.all: list[tuple[str, Any]] = []

    @property
    def statements(self) -> list[str]:
        """Those between the beginning and the end of a transaction."""
        return [text for text, _ in self.all if not text.startswith(_FRAMES)]

    @property
    def frames(self) -> list[str]:
        """The first word of what begins or ends a transaction."""
        return [text.split()[0] for text, _ in self.all if text.startswith(_FRAMES)]

    def forget(self) -> None:
        self.all.clear()


@contextmanager
def heard_engine(url: str) -> Iterator[tuple[Engine, Heard]]:
    """Give an engine of PostgreSQL whose every statement is heard. What it says as it connects is forgotten."""
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
