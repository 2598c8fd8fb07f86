"""The witness of crashes reads the clients' lines and the rows, and finds lost or torn writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import attrs
from sqlalchemy import NullPool, create_engine, text

from fourtop import Code, Engine, EventType
from fourtop.storage.sql import SqlStore
from tests.crash.client import Acknowledged, Intent, Lost, Message, large_house

TABLES_OF: Final = (
    "SELECT resource_id FROM {schema}allocations WHERE {owner}_id = :id AND resource_type = 'table'"
)
QUERIES: Final = {
    "answers": """SELECT command FROM {schema}command_results
        WHERE command = 'confirm' AND idempotency_key = :key""",
    "proofs": """SELECT hold_id FROM {schema}booking_confirmation_results
        WHERE hold_id = :hold AND confirmed""",
    "news": """SELECT type FROM {schema}capacity_outbox
        WHERE hold_id = :hold OR booking_id = :booking""",
    "hold": "SELECT state FROM {schema}table_holds WHERE id = :hold",
    "held": TABLES_OF.replace("{owner}", "hold").replace(":id", ":hold"),
    "booking": "SELECT status FROM {schema}bookings WHERE id = :booking",
    "seated": TABLES_OF.replace("{owner}", "booking").replace(":id", ":booking"),
    "assigned": """SELECT table_id FROM {schema}booking_table_assignments
        WHERE booking_id = :booking""",
}
BOOKING_OF: Final = """SELECT booking_id FROM {schema}booking_confirmation_results
    WHERE hold_id = :hold AND confirmed"""
NEWS: Final = sorted(
    each.value
    for each in (
        EventType.HOLD_CREATED,
        EventType.HOLD_CONFIRMED,
        EventType.BOOKING_CREATED,
        EventType.ASSIGNMENT_SYNC,
    )
)


@attrs.define
class Toll:
    """How the crashes fell.

    Args:
        hits: How many kills fell between an intent and its acknowledgement.
        before: How many confirmations were not in place when the witness looked.
        after: How many were, though nobody had been told.
        unknown: How many were reported as ``OutcomeUnknown``.
    """

    hits: int = 0
    before: int = 0
    after: int = 0
    unknown: int = 0


class Witness:
    """Opens the house of the clients, and knows what they were told.

    Args:
        url: Of the database, as a service sees it.
        owner_url: Of the same database, as somebody who sees all rows.
    """

    def __init__(self, url: str, owner_url: str) -> None:
        self.store = SqlStore(url)
        self.desk = Engine(self.store).add_restaurant(large_house())
        self.toll = Toll()
        is_sqlite = url.startswith("sqlite")
        # On a server, what was sent before a kill may still come to its end while we look: one
        # snapshot for all rows.
        isolation: Any = "SERIALIZABLE" if is_sqlite else "REPEATABLE READ"
        self._engine = create_engine(owner_url, poolclass=NullPool, isolation_level=isolation)
        self._schema = "" if is_sqlite else "fourtop."
        self._intents: dict[str, Intent] = {}
        self._acknowledged: dict[str, str] = {}

    def hear(self, message: Message) -> None:
        """Take note of what a client says."""
        if isinstance(message, Intent):
            assert message.key not in self._intents
            self._intents[message.key] = message
        elif isinstance(message, Acknowledged):
            self._acknowledged[message.key] = message.booking_id

    @property
    def open(self) -> list[Intent]:
        """The intents that nobody has acknowledged."""
        return [intent for key, intent in self._intents.items() if key not in self._acknowledged]

    @property
    def acknowledged(self) -> int:
        """How many confirmations were acknowledged."""
        return len(self._acknowledged)

    def look(self, key: str) -> bool:
        """Tell whether a confirmation is in place; assert that it is wholly so, or not at all."""
        intent = self._intents[key]
        booking_id, found = self._rows(intent)
        tables = sorted(intent.tables)
        if booking_id is None:
            assert found == {
                "answers": [],
                "proofs": [],
                "news": [EventType.HOLD_CREATED],
                "hold": ["active"],
                "held": tables,
                "booking": [],
                "seated": [],
                "assigned": [],
            }, f"{intent} is torn"
            return False
        assert found == {
            "answers": ["confirm"],
            "proofs": [intent.hold_id],
            "news": NEWS,
            "hold": ["confirmed"],
            "held": [],
            "booking": ["confirmed"],
            "seated": tables,
            "assigned": tables,
        }, f"{intent} is torn"
        told = self._acknowledged.get(key, booking_id)
        assert told == booking_id, f"{intent} was acknowledged as {told}, and is {booking_id}"
        return True

    def look_after_loss(self, lost: Lost) -> None:
        """Look at a confirmation whose client has lost its server, before any retry."""
        if lost.key is None:
            return
        is_done = self.look(lost.key)
        self._count(is_done=is_done)
        if lost.error.code is Code.OUTCOME_UNKNOWN:
            self.toll.unknown += 1
        else:
            assert not is_done, f"{lost.error!r} says that nothing was changed"

    def settle(self) -> None:
        """Settle each open confirmation by one retry with its key."""
        for intent in self.open:
            is_done = self.look(intent.key)
            self._count(is_done=is_done)
            confirmed = self.desk.confirm(intent.hold_id, key=intent.key)
            assert confirmed.replayed or not is_done
            self._acknowledged[intent.key] = confirmed.id
            assert self.look(intent.key)

    def check_everything(self) -> None:
        """Assert that each acknowledged write is there, whole, and that no other exists."""
        assert not self.open
        for key, intent in self._intents.items():
            assert self.look(key), f"{intent} was acknowledged, and is lost"
            again = self.desk.confirm(intent.hold_id, key=key)
            assert again.replayed
            assert again.id == self._acknowledged[key]
        with self._engine.connect() as connection:
            rows = connection.execute(text(f"SELECT id FROM {self._schema}bookings"))  # noqa: S608  # Our own schema.
            untold = {id_ for (id_,) in rows} - set(self._acknowledged.values())
        assert not untold, f"nobody was told of {untold}"
        audit = self.desk.audit()
        assert audit.is_clean, audit

    def close(self) -> None:
        self.store.close()
        self._engine.dispose()

    def _count(self, *, is_done: bool) -> None:
        if is_done:
            self.toll.after += 1
        else:
            self.toll.before += 1

    def _rows(self, intent: Intent) -> tuple[str | None, dict[str, list[Any]]]:
        """Return the booking that a confirmation has made, and all of its rows, as they are now."""
        with self._engine.connect() as connection:
            found: dict[str, str | None] = {"key": intent.key, "hold": intent.hold_id}

            def answered(query: str) -> list[Any]:
                rows = connection.execute(text(query.format(schema=self._schema)), found)
                return sorted(value for (value,) in rows)

            made = answered(BOOKING_OF)
            found["booking"] = made[0] if made else None
            return found["booking"], {name: answered(query) for name, query in QUERIES.items()}


@contextmanager
def witness(url: str, owner_url: str) -> Iterator[Witness]:
    """Give a witness, and let go of the database in the end."""
    given = Witness(url, owner_url)
    try:
        yield given
    finally:
        given.close()
