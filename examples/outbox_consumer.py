"""A consumer of the outbox without a broker: each event becomes one row of the service, once.

The consumer is a process of its own. It takes events from fourtop's outbox, and writes a message to
the guest into a table of the service. The relay may deliver an event twice, for instance after a
crash; the key of the event makes the second delivery harmless. Run it against an empty database of
PostgreSQL:

    python examples/outbox_consumer.py postgresql://owner@localhost/bookings

It books a few tables, consumes their events, and prints the messages.
"""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from threading import Event as Flag
from threading import Thread
from typing import Any

from sqlalchemy import Column, MetaData, Table, Text, create_engine, make_url, select
from sqlalchemy import Engine as Connections
from sqlalchemy.dialects.postgresql import insert

from fourtop import (
    BookingRequest,
    Engine,
    Event,
    EventType,
    RelayOptions,
    SqlStore,
    migrate,
    relay_outbox,
    sample,
)

IDLE_SECONDS = 1.0

own = MetaData()
messages = Table(
    "guest_messages",
    own,
    Column("dedupe_key", Text, primary_key=True),
    Column("booking_id", Text, nullable=False),
    Column("text", Text, nullable=False),
)
TEXTS = {
    EventType.BOOKING_CREATED: "Your table is booked.",
    EventType.BOOKING_RESCHEDULED: "Your booking has a new time.",
    EventType.BOOKING_STATUS: "Your booking has changed.",
}


class Consumer:
    """Consumes events until it is told to stop. Any number of processes may run one.

    Args:
        store: The store with the outbox. Its login may run jobs.
        connections: The connections of the service.
    """

    def __init__(self, store: SqlStore, connections: Connections) -> None:
        self._store = store
        self._connections = connections
        self._stop = Flag()

    def stop(self, *_signal: Any) -> None:
        """End after the batch that is under way."""
        self._stop.set()

    def run(self) -> None:
        """Consume on and on; wait after a look at an outbox where nothing is due."""
        # A small batch ends soon, so that the process ends soon after it was told to.
        options = RelayOptions(batch=20, max_batches=1)
        while not self._stop.is_set():
            done = relay_outbox(self._store, self.publish, options)
            if not (done.published or done.failed):
                self._stop.wait(IDLE_SECONDS)

    def publish(self, event: Event) -> None:
        """Write the message of an event in a transaction of its own; a second time, do nothing.

        When this returns, the message is safe, and the relay settles the event.
        """
        text = TEXTS.get(event.type)
        if text is None or event.booking_id is None:
            return
        row = {"dedupe_key": event.dedupe_key, "booking_id": event.booking_id, "text": text}
        with self._connections.begin() as connection:
            connection.execute(insert(messages).values(row).on_conflict_do_nothing())


class ClumsyConsumer(Consumer):
    """A consumer that fails once, after it wrote a message and before the relay knows it."""

    def __init__(self, store: SqlStore, connections: Connections) -> None:
        super().__init__(store, connections)
        self.delivered: Counter[str] = Counter()

    def publish(self, event: Event) -> None:
        """Count the delivery, and fail at the first one."""
        super().publish(event)
        is_first = not self.delivered
        self.delivered[event.dedupe_key] += 1
        if is_first:
            raise ConnectionError


def take_bookings(store: SqlStore) -> None:
    """Make some events."""
    desk = Engine(store).add_restaurant(sample.pub(), exist_ok=True)
    start = datetime(2050, 5, 6, 18, tzinfo=UTC)
    for number, size in enumerate((2, 4, 6)):
        desk.book(BookingRequest(size, start), booking_id=f"b{number}", key=f"form-{number}")
    desk.cancel("b1", key="click-1")


def main(url: str) -> None:
    """Create the tables, make events, and consume them."""
    migrate(url)
    connections = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    own.create_all(connections)
    with SqlStore(connections) as store:
        take_bookings(store)
        consumer = ClumsyConsumer(store, connections)
        # As a process of its own, it ends when the supervisor asks it to.
        signal.signal(signal.SIGTERM, consumer.stop)
        worker = Thread(target=consumer.run)
        worker.start()
        while len(written(connections)) < 4 or 2 not in consumer.delivered.values():
            time.sleep(0.05)
        consumer.stop()
        worker.join()
        for row in written(connections):
            print(*row)
        print(f"one event was delivered {max(consumer.delivered.values())} times")


def written(connections: Connections) -> list[tuple[str, str]]:
    """Return the messages in the order of their bookings."""
    found = select(messages.c.booking_id, messages.c.text)
    with connections.connect() as connection:
        rows = connection.execute(found.order_by(messages.c.booking_id, messages.c.text.desc()))
        return [tuple(row) for row in rows]


if __name__ == "__main__":
    main(sys.argv[1])
