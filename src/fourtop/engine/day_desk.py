"""The part of the desk that shows the day to people: bookings, tables and start times."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Unpack

from fourtop.engine.queries import alternatives, day, feed, offers, records, utilisation
from fourtop.engine.queries.month import MonthTerms, first_free_day_query, month_query
from fourtop.engine.service_desk import ServiceDesk
from fourtop.model.alternatives import Alternatives, AlternativeTerms
from fourtop.model.booking import Bookings
from fourtop.model.booking_list import ALL_BOOKINGS, BookingFilter, BookingPage
from fourtop.model.day import Day
from fourtop.model.feed import Feed, FeedTerms
from fourtop.model.forecast import DemandForecast
from fourtop.model.month import BookableDay, Month
from fourtop.model.offers import OfferTerms, StartOffers, SteeringPolicy
from fourtop.model.request import BookingRequest
from fourtop.model.rotations import Rotations
from fourtop.model.utilisation import Utilisation


class DayDesk(ServiceDesk):
    """The reads for people; ``Desk`` has all commands and reads."""

    # ---- the day and the days to come

    def day(self, on: date) -> Day:
        """Return who has which table at what time on a date, and the bookings without tables.

        It shows bookings, live holds and blocks with table numbers and local times. Shadow bookings
        occupy nothing and are left out. Without an entry, a table is free for another party.

        Args:
            on: The date, in the restaurant's calendar. It ends with its last service.

        Raises:
            InvalidInput: If it is not a date of the years 1971 to 2198.
        """
        return self._executor.query(day.query(self._caller, on))

    def month(self, year: int, month: int, party_size: int, **terms: Unpack[MonthTerms]) -> Month:
        """Return the days of a month for a party: bookable, full or closed.

        Each start that it shows can be booked at the versions that the month carries.

        Args:
            year: The year.
            month: The month (1–12).
            party_size: The party size.
            terms: ``MonthTerms``: ``must``, ``occasion``, ``channel``, ``minutes`` as in a
                ``BookingRequest``; ``exclude``, a booking to leave out.

        Raises:
            InvalidInput: If an argument breaks a rule; names the field and the rule.
            UnknownName: If the house does not have what a condition, occasion or channel names.
            NotFound: If the booking to leave out is unknown.
        """
        return self._executor.query(month_query(self._caller, year, month, party_size, **terms))

    def first_free_day(
        self, request: BookingRequest, *, days: int = 31, exclude: str | None = None
    ) -> BookableDay | None:
        """Return the first day on which a party can book some start; ``None`` without one.

        The time of day of the request does not matter.

        Args:
            request: The party. The search begins on the date of its start.
            days: The number of dates to search (1–92).
            exclude: A booking to leave out, as ``quote`` does.

        Raises:
            InvalidInput: If an argument breaks a rule; names the field and the rule.
            UnknownName: As ``quote``.
            NotFound: As ``quote``.
        """
        return self._executor.query(first_free_day_query(self._caller, request, days, exclude))

    def feed(self, terms: FeedTerms) -> Feed:
        """Return the spots of each start, party size and length of several days at one version.

        The spots open are those of ``availability``. The spots in all are those of the same start
        in an empty house.

        Args:
            terms: The dates, party sizes, lengths and conditions.

        Raises:
            InvalidInput: If it is not ``FeedTerms``.
            UnknownName: If the house does not have what a condition, occasion or channel names.
        """
        return self._executor.query(feed.query(self._caller, terms))

    # ---- lists of bookings

    def find_bookings(self, booking_ids: Collection[str]) -> Bookings:
        """Return the bookings of some ids that exist, by start, then id.

        Args:
            booking_ids: At most 500 ids.

        Raises:
            InvalidInput: If they are more.
            InvalidIdentifier: If one is malformed.
        """
        return self._executor.query(records.found_bookings(self._caller, booking_ids))

    def list_bookings(
        self,
        bookings: BookingFilter = ALL_BOOKINGS,
        *,
        limit: int = 100,
        after: str | None = None,
    ) -> BookingPage:
        """Return a page of the bookings of a filter, by start, then id.

        The pages of a list are reads of their own: a booking that changes its start in between may
        be on two of them or on none.

        Args:
            bookings: The start times, statuses or reference; by default all bookings.
            limit: The most bookings of the page (1–500).
            after: The ``next_page`` of the page before; ``None``: the first page.

        Raises:
            InvalidInput: If the limit is out of range, or no page has returned ``after``.
        """
        return self._executor.query(records.booking_list(self._caller, bookings, limit, after))

    def alternatives(
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
        return self._executor.query(
            alternatives.query(self._caller, request, terms or AlternativeTerms(), exclude)
        )

    def offers(
        self,
        request: BookingRequest,
        *,
        flexible_minutes: int = 30,
        forecast: DemandForecast | None = None,
        steering: SteeringPolicy | None = None,
        exclude: str | None = None,
    ) -> StartOffers:
        """Return the starts around a request that can be booked, each with its cost in covers.

        The cost is an estimate of the covers that later guests lose if the party gets that start.
        Each start was verified by a quote at the versions that the answer carries. Starts are those
        on offer of the same service date, at most 40, and the request's own.

        Args:
            request: The party.
            flexible_minutes: The greatest distance from its start, earlier and later (0–240).
            forecast: The demand that is expected; ``None``: costs follow from the seats taken.
            steering: What the house shows of them; ``None``: the wish, or else the nearest starts.
            exclude: A booking to leave out, as ``quote`` does.

        Raises:
            InvalidInput: If an argument breaks a rule; names the field and the rule.
            NotFound: As ``quote``.
            UnknownName: As ``quote``.
        """
        terms = OfferTerms(flexible_minutes, forecast=forecast, steering=steering)
        return self._executor.query(offers.query(self._caller, request, terms, exclude))

    def utilisation(self, on: date) -> Utilisation:
        """Return how full each service of a date is: in all, per slot, in seat-hours and turns.

        Args:
            on: The service date.

        Raises:
            InvalidInput: If it is not a date.
        """
        return self._executor.query(utilisation.query(self._caller, on))

    def rotations(self, on: date) -> Rotations:
        """Return how often each table can be seated in each service of a date, at most.

        It follows from the hours and stays alone, as if the house were empty.

        Args:
            on: The service date.

        Raises:
            InvalidInput: If it is not a date.
        """
        return self._executor.query(utilisation.rotations_query(self._caller, on))
