"""A Flask service with SQLAlchemy and its own Alembic: order and booking in one transaction.

The service keeps its tables, its revisions and its sessions as it always did. Run it against an
empty database of PostgreSQL:

    python examples/flask_orders/app.py postgresql://owner@localhost/bookings

It migrates both schemas, serves a few requests to itself and prints the answers.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import alembic.command
from alembic.config import Config
from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from models import Order
from sqlalchemy import Engine as Connections
from sqlalchemy import create_engine, make_url, select
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from fourtop import (
    Actor,
    BookingRequest,
    Engine,
    FourtopError,
    SqlStore,
    TransactionConflict,
    migrate,
    sample,
)

T = TypeVar("T")

FOLDER = Path(__file__).parent
WAITS_SECONDS = (0.1, 0.2, 0.4)


class CardRefusedError(Exception):
    """The service's own reason to refuse an order."""


def create_app(connections: Connections) -> Flask:
    """Make the service. fourtop takes its connections from the service's engine."""
    app = Flask("orders")
    sessions = scoped_session(sessionmaker(connections))
    engine = Engine(SqlStore(connections))
    engine.add_restaurant(sample.pub(), exist_ok=True)

    @app.teardown_appcontext
    def end(_error: BaseException | None) -> None:
        sessions.remove()

    @app.errorhandler(FourtopError)
    def problem(error: FourtopError) -> ResponseReturnValue:
        return jsonify(code=error.code.value, title=str(error)), error.http_status

    @app.errorhandler(CardRefusedError)
    def refuse(_error: CardRefusedError) -> ResponseReturnValue:
        return jsonify(code="CARD_REFUSED"), 402

    @app.post("/restaurants/<restaurant_id>/orders")
    def take_order(restaurant_id: str) -> ResponseReturnValue:
        body = request.get_json()
        key = request.headers["Idempotency-Key"]

        def work(session: Session) -> dict[str, Any]:
            desk = engine.within(session).desk(restaurant_id, actor=Actor("web", "guest"))
            wish = BookingRequest(body["party_size"], datetime.fromisoformat(body["start"]))
            booking = desk.book(wish, booking_id=key, key=key)
            session.merge(
                Order(
                    id=key,
                    restaurant_id=restaurant_id,
                    booking_id=booking.id,
                    card=body["card"],
                )
            )
            if body["card"] == "stolen":
                # Whatever the service raises here takes the booking back, too.
                raise CardRefusedError
            return {"tables": booking.tables, "replayed": booking.replayed}

        return jsonify(in_a_transaction(sessions, work)), 201

    @app.get("/orders")
    def list_orders() -> ResponseReturnValue:
        return jsonify([each.id for each in sessions.scalars(select(Order).order_by(Order.id))])

    return app


def in_a_transaction(sessions: scoped_session[Session], work: Callable[[Session], T]) -> T:
    """Run work in a transaction; run all of it again after a conflict."""
    for seconds in (*WAITS_SECONDS, None):
        session = sessions()
        try:
            result = work(session)
            session.commit()
        except TransactionConflict:
            session.rollback()
            if seconds is None:
                raise
            time.sleep(seconds)
        except BaseException:
            session.rollback()
            raise
        else:
            return result
    raise AssertionError("the last attempt returns or raises")


def upgrade(url: str) -> None:
    """Migrate as a deployment does: first fourtop, because the service refers to it."""
    migrate(url)
    config = Config()
    config.set_main_option("script_location", str(FOLDER / "migrations"))
    config.attributes["url"] = url
    alembic.command.upgrade(config, "head")
    # It fails if a model has changed without a revision; it does not see fourtop's tables.
    alembic.command.check(config)


def visit(app: Flask) -> None:
    """Order, order again with the same key, and ask for what there is not."""
    guest = app.test_client()
    order = {"card": "visa", "party_size": 4, "start": "2050-05-06T18:00:00+00:00"}
    for key, change in (
        ("order-1", {}),
        ("order-1", {}),
        ("order-2", {"card": "stolen"}),
        ("order-3", {"party_size": 40}),
        ("order-4", {"party_size": 2}),
    ):
        answer = guest.post(
            "/restaurants/the-pub/orders",
            json={**order, **change},
            headers={"Idempotency-Key": key},
        )
        body = answer.get_json()
        print(
            answer.status_code, key, body.get("code") or ("replayed" if body["replayed"] else "new")
        )
    print(guest.get("/orders").get_json())


def main(url: str) -> None:
    """Migrate, serve a few requests, and end."""
    bare = make_url(url).set(drivername="postgresql+psycopg")
    url = bare.render_as_string(hide_password=False)
    upgrade(url)
    connections = create_engine(url)
    visit(create_app(connections))
    connections.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
