"""A Django service: its order and our booking in one ``transaction.atomic()``, on its connection.

fourtop reads and runs its jobs by connections of its own; commands that belong to an order run on
Django's. Run it against an empty database of PostgreSQL:

    python examples/django_orders.py postgresql://owner@localhost/bookings

It creates both schemas, serves a few requests to itself and prints the answers.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime
from functools import cache, wraps
from typing import Any

import django
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from sqlalchemy import make_url

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

URL = make_url(sys.argv[1])
WAITS_SECONDS = (0.1, 0.2, 0.4)

settings.configure(
    ALLOWED_HOSTS=["testserver"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": URL.database,
            "USER": URL.username,
            "PASSWORD": URL.password or "",
            "HOST": URL.query.get("host", URL.host),
            "PORT": URL.query.get("port", URL.port),
        }
    },
    ROOT_URLCONF=__name__,
    USE_TZ=True,
)
django.setup()

from django.db import connection, models, transaction  # noqa: E402  # After the settings.
from django.test import Client  # noqa: E402  # As above.
from django.urls import path  # noqa: E402  # As above.


class Order(models.Model):
    """An order for a booking."""

    id = models.CharField(max_length=64, primary_key=True)
    restaurant_id = models.CharField(max_length=64)
    booking_id = models.CharField(max_length=64)
    menu = models.TextField()

    class Meta:
        """The model of this file."""

        app_label = "orders"
        db_table = "orders"

    def __str__(self) -> str:
        return self.id


# In a migration of your own: migrations.RunSQL(FOREIGN_KEY).
FOREIGN_KEY = """
ALTER TABLE orders ADD CONSTRAINT orders_booking FOREIGN KEY (restaurant_id, booking_id)
    REFERENCES fourtop.bookings (restaurant_id, id)
"""


class SoldOutError(Exception):
    """The service's own reason to refuse an order."""


@cache
def engine() -> Engine:
    """Return the engine of the process; a worker makes its own after it was forked."""
    return Engine(SqlStore(URL.render_as_string(hide_password=False)))


def again_after_conflicts(view: Callable[..., JsonResponse]) -> Callable[..., JsonResponse]:
    """Run a view with its transaction again after a conflict, and answer errors."""

    @wraps(view)
    def attempts(*arguments: Any, **named: Any) -> JsonResponse:
        try:
            for seconds in WAITS_SECONDS:
                try:
                    return view(*arguments, **named)
                except TransactionConflict:
                    time.sleep(seconds)
            return view(*arguments, **named)
        except FourtopError as error:
            return JsonResponse({"code": error.code.value}, status=error.http_status)
        except SoldOutError:
            return JsonResponse({"code": "SOLD_OUT"}, status=409)

    return attempts


@again_after_conflicts
@transaction.atomic
def take_order(request: HttpRequest, restaurant_id: str) -> JsonResponse:
    """Book a table and store the order, or do neither."""
    body = json.loads(request.body)
    key = request.headers["Idempotency-Key"]
    # Inside of atomic() the connection is open and belongs to the transaction.
    inside = engine().within(connection.connection)
    wish = BookingRequest(body["party_size"], datetime.fromisoformat(body["start"]))
    desk = inside.desk(restaurant_id, actor=Actor("web", "guest"))
    booking = desk.book(wish, booking_id=key, key=key)
    Order.objects.update_or_create(
        id=key,
        defaults={
            "restaurant_id": restaurant_id,
            "booking_id": booking.id,
            "menu": body["menu"],
        },
    )
    if body["menu"] == "lobster":
        # Whatever the service raises here takes the booking back, too.
        raise SoldOutError
    return JsonResponse({"tables": booking.tables, "replayed": booking.replayed}, status=201)


def list_orders(_request: HttpRequest) -> JsonResponse:
    """List the orders."""
    return JsonResponse({"orders": list(Order.objects.order_by("id").values_list("id", flat=True))})


urlpatterns = [
    path("restaurants/<str:restaurant_id>/orders", take_order),
    path("orders", list_orders),
]


def visit() -> None:
    """Order, order again with the same key, and ask for what there is not."""
    guest = Client()
    order = {"menu": "roast", "party_size": 4, "start": "2050-05-06T18:00:00+00:00"}
    for key, change in (
        ("order-1", {}),
        ("order-1", {}),
        ("order-2", {"menu": "lobster"}),
        ("order-3", {"party_size": 40}),
        ("order-4", {"party_size": 2}),
    ):
        answer = guest.post(
            "/restaurants/the-pub/orders",
            data={**order, **change},
            content_type="application/json",
            headers={"Idempotency-Key": key},
        )
        body = answer.json()
        print(
            answer.status_code, key, body.get("code") or ("replayed" if body["replayed"] else "new")
        )
    print(guest.get("/orders").json())


def main() -> None:
    """Create the tables as a deployment does, then serve."""
    migrate(URL.render_as_string(hide_password=False))
    with connection.schema_editor() as editor:
        editor.create_model(Order)
        editor.execute(FOREIGN_KEY)
    engine().add_restaurant(sample.pub(), exist_ok=True)
    visit()
    engine().store.close()
    connection.close()


if __name__ == "__main__":
    main()
