"""Shadow report: the bookings that rules in shadow mode would have refused."""

from __future__ import annotations

from collections.abc import Iterable

from fourtop.engine.dispatch.requests import Caller, Query
from fourtop.engine.queries.records import check_windows, real_bookings
from fourtop.errors import Code
from fourtop.model.booking import Booking, Bookings
from fourtop.model.shadow_report import ShadowCount, ShadowReport, covers_of
from fourtop.model.window import Window
from fourtop.ports import Scope, View


def query(caller: Caller, windows: tuple[Window, ...]) -> Query[ShadowReport]:
    """Build the query.

    Raises:
        InvalidInput: If there is no window, or a value is not a window.
    """
    checked = check_windows(windows)
    scope = Scope(caller.restaurant_id, sittings=checked)
    return Query(scope, lambda view, _: shadow_report(view, checked), name="shadow_report")


def shadow_report(view: View, windows: tuple[Window, ...]) -> ShadowReport:
    """Return the bookings of some windows that rules in shadow mode would have refused."""
    found = real_bookings(view, windows)
    refused = tuple(each for each in found if each.would_refuse)
    timezone = view.house.restaurant.timezone
    return ShadowReport(
        windows,
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
