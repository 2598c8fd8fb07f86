"""The addresses of the page's views, wherever the host has mounted it."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlencode

import attrs
from starlette.requests import Request

from fourtop.operations_page.static_files import static_file

HOME: Final = "/restaurants/{restaurant_id}"


@attrs.frozen
class Places:
    """The addresses below one restaurant.

    Args:
        home: The path of the restaurant's room.
    """

    home: str

    @property
    def root(self) -> str:
        """The path at which the page is mounted."""
        return self.home.rsplit("/", 2)[0]

    def to(self, *parts: str, **query: object) -> str:
        """Return the address of a view.

        >>> Places("/staff/restaurants/pub").to("bookings", "b 1", on="2026-05-01", q=None)
        '/staff/restaurants/pub/bookings/b%201?on=2026-05-01'
        """
        path = "/".join([self.home, *(quote(str(part), safe="") for part in parts)])
        given = [(key, value) for key, value in query.items() if value not in (None, "")]
        return f"{path}?{urlencode(given, doseq=True)}" if given else path

    def file(self, name: str) -> str:
        """Return the address of a file of the page."""
        return f"{self.root}/files/{name}?v={static_file(name).digest}"


def places_of(request: Request) -> Places:
    """Return the addresses below the restaurant of a request.

    No id has a slash, so that the path has as many parts after the restaurant as its route.
    """
    template: str = request.scope["route"].path
    tail = template.rpartition(HOME)[2]
    return Places(request.url.path.rsplit("/", tail.count("/"))[0])
