"""Shadow report: the bookings that rules in shadow mode would have refused."""

from __future__ import annotations

from collections.abc import Iterable

from fourtop.engine.dispatch.requests import Caller, Query
from fourtop.errors import Code
from fourtop.model import validators
from fourtop.model.booking import Booking, Bookings, BookingStatus
from fourtop.model.shadow_report import ShadowCount, ShadowReport, covers_of
from fourtop.model.window import Window
from fourtop.ports import Scope, View


def query(caller: Caller, window: Window) -> Query[ShadowReport]:
    """Build the query.

    Raises:
        InvalidInput: If it is not a window.
    """
    sittings = (validators.check_instance("window", window, Window),)
    scope = Scope(caller.restaurant_id, sittings=sittings)
    return Query(scope, lambda view, _: shadow_report(view, window))


def shadow_report(view: View, window: Window) -> ShadowReport:
    """Return the bookings of a window that rules in shadow mode would have refused."""
    found = tuple(
        each for each in view.bookings_starting(window) if each.status is not BookingStatus.SHADOW
    )
    refused = tuple(each for each in found if each.would_refuse)
    timezone = view.house.restaurant.timezone
    return ShadowReport(
        window,
        Bookings(refused, timezone),
        _by_code(refused),
        len(found),
        covers_of(found),
        view.versions,
        timezone=timezone,
    )


def _by_code(refused: Iterable[Booking]) -> tuple[ShadowCount, ...]:
    of_code: dict[Code, list[Booking]] = {}
    for booking in refused:
        for code in booking.would_refuse:
            of_code.setdefault(code, []).append(booking)
    counts = (
        ShadowCount(code, len(bookings), covers_of(tuple(bookings)))
        for code, bookings in of_code.items()
    )
    return tuple(sorted(counts, key=lambda each: (-each.bookings, -each.covers, each.code)))
