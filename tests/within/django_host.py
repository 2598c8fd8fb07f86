"""A program with Django: an order and its booking in one ``atomic()``; it prints the result."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import django  # type: ignore[import-untyped]  # Django has no types.
from django.conf import settings  # type: ignore[import-untyped]  # As above.
from sqlalchemy import make_url

from fourtop import BookingRequest, Engine, SqlStore, TransactionUnusable, sample

URL = make_url(sys.argv[1])
EIGHT = datetime(2050, 5, 6, 19, tzinfo=UTC)


def database() -> dict[str, Any]:
    if URL.get_backend_name() == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": URL.database}
    names = {"HOST": URL.query["host"], "PORT": URL.query["port"], "USER": URL.username}
    return {"ENGINE": "django.db.backends.postgresql", "NAME": URL.database, **names}


settings.configure(DATABASES={"default": database()}, USE_TZ=True)
django.setup()

from django.db import (  # type: ignore[import-untyped]  # noqa: E402  # After the settings.
    connection,
    transaction,
)


def say(*what: object) -> None:
    sys.stdout.write(" ".join(map(str, what)) + "\n")


def order(engine: Engine, name: str, *, fails: bool = False) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO orders (id) VALUES (%s)", [name])
        desk = engine.within(connection.connection).desk("the-pub")
        with transaction.atomic():
            hold = desk.hold(BookingRequest(4, EIGHT), key=f"{name}-hold")
            desk.confirm(hold.id, booking_id=name, key=name)
        assert desk.day(EIGHT.date()).tables
        if fails:
            raise LookupError


def main() -> None:
    with SqlStore(sys.argv[1]) as store:
        engine = Engine(store)
        engine.add_restaurant(sample.pub())
        order(engine, "kept")
        try:
            order(engine, "lost", fails=True)
        except LookupError:
            say("rolled back")
        desk = engine.desk("the-pub")
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM orders")
            say(cursor.fetchall(), [desk.find_booking(name) is None for name in ("kept", "lost")])
        try:
            engine.within(connection.connection).desk("the-pub").cancel("kept")
        except TransactionUnusable as error:
            say(error.code)
    connection.close()


if __name__ == "__main__":
    main()
