"""One host with its restaurants in two databases: a plain mapping from restaurant to store.

::

    python two_databases.py postgresql://…/north postgresql://…/south

It needs ``fourtop[postgres]``, and two databases that ``fourtop migrate`` has prepared.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import attrs

from fourtop import (
    GUEST,
    Actor,
    BookingRequest,
    Desk,
    Engine,
    Event,
    House,
    NotFound,
    SqlStore,
    relay_outbox,
    sample,
    sweep_holds,
)


class Restaurants:
    """The restaurants of a host, in several databases.

    Args:
        engines: The engines by the name of their database.
        homes: The name of the database of each restaurant. A host keeps it in a table of its own.
    """

    def __init__(self, engines: Mapping[str, Engine], homes: dict[str, str]) -> None:
        self._engines = engines
        self._homes = homes

    def add(self, house: House, home: str) -> Desk:
        """Add a restaurant to a database."""
        desk = self._engines[home].add_restaurant(house)
        self._homes[house.restaurant.id] = home
        return desk

    def desk(self, restaurant_id: str, *, actor: Actor = GUEST) -> Desk:
        """Return the desk of a restaurant, wherever it is.

        Raises:
            NotFound: If no database has it.
        """
        home = self._homes.get(restaurant_id)
        if home is None:
            raise NotFound("restaurant", restaurant_id)
        return self._engines[home].desk(restaurant_id, actor=actor)


@contextmanager
def opened(urls: Iterable[str]) -> Iterator[list[SqlStore]]:
    """Open a store for each database, and close them at the end."""
    with ExitStack() as stack:
        yield [stack.enter_context(SqlStore(url)) for url in urls]


def main(north_url: str, south_url: str) -> None:
    """Book in two restaurants of two databases, and run the jobs of both."""
    with opened([north_url, south_url]) as stores:
        engines = dict(zip(("north", "south"), map(Engine, stores), strict=True))
        restaurants = Restaurants(engines, {})
        for home in engines:
            pub = sample.pub()
            named = attrs.evolve(
                pub.restaurant, id=f"the-{home}-pub", slug=f"the-{home}-pub", name=f"The {home} pub"
            )
            restaurants.add(attrs.evolve(pub, restaurant=named), home)
        start = datetime(2050, 5, 6, 18, tzinfo=UTC)
        for restaurant_id in ("the-north-pub", "the-south-pub"):
            booking = restaurants.desk(restaurant_id).book(BookingRequest(4, start), key="form-1")
            print(restaurant_id, booking.party_size, booking.status.value)
        try:
            restaurants.desk("the-west-pub")
        except NotFound as error:
            print(error)
        for home, store in zip(engines, stores, strict=True):
            published: list[Event] = []
            sweep_holds(store)
            relay_outbox(store, published.append)
            print(home, store.restaurant_ids(), len(published), "events")


if __name__ == "__main__":
    main(*sys.argv[1:])
