"""The part of the desk that shows the day to people: bookings, tables and start times."""

from __future__ import annotations

from collections.abc import Collection

from fourtop.engine.queries import records
from fourtop.engine.service_desk import ServiceDesk
from fourtop.model.booking import Bookings


class DayDesk(ServiceDesk):
    """The reads for people; ``Desk`` has all commands and reads."""

    def find_bookings(self, booking_ids: Collection[str]) -> Bookings:
        """Return the bookings of some ids that exist, by start, then id.

        Args:
            booking_ids: At most 500 ids.

        Raises:
            InvalidInput: If they are more.
            InvalidIdentifier: If one is malformed.
        """
        return self._executor.query(records.found_bookings(self._caller, booking_ids))
