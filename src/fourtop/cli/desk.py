"""Desk: open the desk of a command that takes a floor or a restaurant of a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import attrs

from fourtop import Actor, Desk, Engine
from fourtop.cli.database import Database
from fourtop.cli.inputs import WrongInput, open_desk, open_house

# The actor of commands that change a restaurant.
HOST: Final = Actor("fourtop-cli", "staff")


@attrs.frozen
class Source:
    """A house as typed on the command line: a floor, or a restaurant of a database.

    Args:
        floor: Path of a house document, or ``pub``; ``None``: a restaurant of a database.
        bookings: Path of a file of bookings to import first; only for a floor.
        now: The present time; only for a floor.
        restaurant_id: The restaurant of the database.
    """

    floor: str | None
    bookings: str | None = None
    now: str | None = None
    restaurant_id: str | None = None

    @property
    def is_stored(self) -> bool:
        """Tell whether it is a restaurant of a database."""
        return self.floor is None

    def check(self, store: str | None) -> None:
        """Check that the options belong together.

        Args:
            store: The URL that was typed, if any.

        Raises:
            WrongInput: If they do not; names the options.
        """
        if not self.is_stored and (store or self.restaurant_id):
            raise WrongInput("--store, --restaurant: name a database; leave out the FLOOR")
        if self.is_stored and (self.bookings or self.now):
            raise WrongInput("--bookings, --now: need a FLOOR; a database has its own bookings")
        if self.is_stored and self.restaurant_id is None:
            raise WrongInput("the following arguments are required: FLOOR, or --restaurant")


@contextmanager
def opened_desk(source: Source, database: Database | None) -> Iterator[Desk]:
    """Open the desk of a guest.

    Args:
        source: The house; its options were checked.
        database: The database of a stored restaurant; ``None`` for a floor.

    Raises:
        WrongInput: If a file cannot be read or the database does not exist.
        StoreMisconfigured: If the schema is wrong; run ``fourtop doctor``.
        StoreUnavailable: If the database cannot be reached.
    """
    if database is None:
        assert source.floor is not None, "a floor or a database is given"
        yield open_desk(open_house(source.floor), now=source.now, bookings=source.bookings)
        return
    assert source.restaurant_id is not None, "a stored restaurant has an id"
    database.require_there()
    with database.opened() as store:
        yield Engine(store).desk(source.restaurant_id)


@contextmanager
def staff_desk(database: Database, restaurant_id: str) -> Iterator[Desk]:
    """Open the desk of staff at a restaurant of a database.

    Raises:
        NotFound: If the restaurant does not exist.
        WrongInput: If the database does not exist.
        StoreMisconfigured: If the schema is wrong; run ``fourtop doctor``.
        StoreUnavailable: If the database cannot be reached.
    """
    database.require_there()
    with database.opened() as store:
        yield Engine(store).desk(restaurant_id, actor=HOST)
