"""The part of the asynchronous desk that shows the day to people.

Generated from ``day_desk.py`` by ``tests/generate/async_engine.py``; edit that file.
"""

from __future__ import annotations

from collections.abc import Collection

from fourtop.engine.async_service_desk import AsyncServiceDesk
from fourtop.engine.queries import records
from fourtop.model.booking import Bookings


class AsyncDayDesk(AsyncServiceDesk):
    """The reads for people; ``AsyncDesk`` has all commands and reads."""

    async def find_bookings(self, booking_ids: Collection[str]) -> Bookings:
        """Return the bookings of some ids that exist, by start, then id.

        Args:
            booking_ids: At most 500 ids.

        Raises:
            InvalidInput: If they are more.
            InvalidIdentifier: If one is malformed.
        """
        return await self._executor.query(records.found_bookings(self._caller, booking_ids))
