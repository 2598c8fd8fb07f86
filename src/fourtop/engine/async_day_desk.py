"""The part of the asynchronous desk that shows the day to people.

Generated from ``day_desk.py`` by ``tests/generate/async_engine.py``; edit that file.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from fourtop.engine.async_service_desk import AsyncServiceDesk
from fourtop.engine.queries import alternatives, records, utilisation
from fourtop.model.alternatives import Alternatives, AlternativeTerms
from fourtop.model.booking import Bookings
from fourtop.model.request import BookingRequest
from fourtop.model.rotations import Rotations
from fourtop.model.utilisation import Utilisation


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

    async def alternatives(
        self,
        request: BookingRequest,
        terms: AlternativeTerms | None = None,
        *,
        exclude: str | None = None,
    ) -> Alternatives:
        """Return the alternatives to a request: other times, zones, a shorter stay or a split.

        Each alternative was verified by a quote at the versions that the answer carries; without
        one, the answer says why. To book one, book its requests in order.

        Args:
            request: The party.
            terms: The alternatives to look for; ``None``: times within 15, 30, 60 and 120 minutes.
            exclude: A booking to leave out, as ``quote`` does.

        Raises:
            InvalidInput: If a party of one asks for a split.
            NotFound: As ``quote``.
            UnknownName: As ``quote``.
        """
        return await self._executor.query(
            alternatives.query(self._caller, request, terms or AlternativeTerms(), exclude)
        )

    async def utilisation(self, on: date) -> Utilisation:
        """Return how full each service of a date is: in all, per slot, in seat-hours and turns.

        Args:
            on: The service date.

        Raises:
            InvalidInput: If it is not a date.
        """
        return await self._executor.query(utilisation.query(self._caller, on))

    async def rotations(self, on: date) -> Rotations:
        """Return how often each table can be seated in each service of a date, at most.

        It follows from the hours and stays alone, as if the house were empty.

        Args:
            on: The service date.

        Raises:
            InvalidInput: If it is not a date.
        """
        return await self._executor.query(utilisation.rotations_query(self._caller, on))
