"""The part of the asynchronous desk that brings bookings in and out.

Generated from ``file_desk.py`` by ``tests/generate/async_engine.py``; edit that file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fourtop.engine.async_house_desk import AsyncHouseDesk
from fourtop.engine.commands import import_bookings
from fourtop.engine.commands.import_bookings import ImportTerms, OnConflict
from fourtop.engine.queries import export_rows
from fourtop.formats.booking_row import BookingRow
from fourtop.model.results import ImportReport
from fourtop.model.window import Window


class AsyncFileDesk(AsyncHouseDesk):
    """The import and the exports of one restaurant; ``AsyncDesk`` has all of them."""

    async def import_bookings(
        self,
        rows: Sequence[BookingRow],
        *,
        shadow: bool = False,
        on_conflict: OnConflict = "refuse",
        key: str | None = None,
    ) -> ImportReport:
        """Take over bookings with their tables, in one step.

        Admission does not check them, because they exist. Rows of the past become history: a party
        that left early has had its tables until then, a cancelled booking has none.

        Args:
            rows: The bookings.
            shadow: Whether to write shadow bookings, of the ids ``shadow:`` and the row's. They
                occupy nothing, count nowhere and may overlap anything.
            on_conflict: ``refuse``: all rows come in, or none. ``skip``: a row with a problem is
                left out, and so is one in conflict with a row before it; the report lists them.
            key: Idempotency key.

        Raises:
            ImportRejected: If rows are wrong, or overlap without being shadows, and none may be
                left out; lists every problem and every rival.
        """
        terms = ImportTerms(shadow, on_conflict)
        return await self._executor.execute(
            import_bookings.command(self._caller, rows, terms, key=key)
        )

    async def check_import(
        self,
        rows: Sequence[BookingRow],
        *,
        shadow: bool = False,
        on_conflict: OnConflict = "refuse",
    ) -> ImportReport:
        """Return the report that ``import_bookings`` would return now; it writes nothing.

        Args:
            rows: The bookings.
            shadow: As in ``import_bookings``.
            on_conflict: As in ``import_bookings``.

        Raises:
            ImportRejected: As ``import_bookings``.
        """
        terms = ImportTerms(shadow, on_conflict)
        return await self._executor.query(import_bookings.check(self._caller, rows, terms))

    async def export_rows(self, *windows: Window) -> tuple[BookingRow, ...]:
        """Return the bookings that start inside some windows, as rows; by start, then id.

        They come from one snapshot and have every status; shadows are left out. An import of them
        into a restaurant with the same floor makes equal bookings with equal allocations. It draws
        new versions, actors and events.

        Args:
            windows: One window or more; each has at most 31 days.

        Raises:
            InvalidInput: If there is no window.
        """
        return await self._executor.query(export_rows.rows(self._caller, windows))

    async def export_icalendar(self, on: date) -> str:
        """Return the bookings of a service date as an iCalendar text (RFC 5545); by start, then id.

        Args:
            on: The date of their service, in the restaurant's calendar.

        Raises:
            InvalidInput: If it is not a date.
        """
        return await self._executor.query(export_rows.icalendar(self._caller, on))
