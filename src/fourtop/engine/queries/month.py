"""Months: the bookable days of a month, and the first free day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Final, TypedDict, Unpack

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.candidacy import Inquiry
from fourtop.engine.checks.names import check_names, names_anything
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import (
    Caller,
    Query,
    check_request,
    optional_id,
)
from fourtop.engine.limits import limits_of
from fourtop.engine.preconditions import released_with
from fourtop.engine.queries.availability import Wanted, missing_from, reach_of
from fourtop.engine.relaxation import check_may_relax, ladder
from fourtop.errors import Refusal
from fourtop.model import validators
from fourtop.model.month import BookableDay, Month
from fourtop.model.request import BookingRequest, Preference
from fourtop.model.service_period import YEARS
from fourtop.model.window import Window, from_micros
from fourtop.ports import Need, Scope

MAX_FREE_DAYS: Final = 92

# A first free day is nearly always near: the days are loaded in three steps at most.
_STEPS: Final = (7, 35, MAX_FREE_DAYS)


class MonthTerms(TypedDict, total=False):
    """The optional arguments of a month.

    Args:
        must: Conditions on the tables.
        occasion: Key of an occasion of the house; without one, the period's default.
        channel: The way by which the requests come.
        minutes: The length of the stays; without it, the policy decides.
        exclude: A booking to leave out: its tables are free, and it does not count.
    """

    must: Preference | None
    occasion: str | None
    channel: str | None
    minutes: int | None
    exclude: str | None


# ---- a month


def month_query(
    caller: Caller, year: int, month: int, party_size: int, **terms: Unpack[MonthTerms]
) -> Query[Month]:
    """Build the query for a month.

    Raises:
        InvalidInput: If an argument breaks a rule; names the field and the rule.
        InvalidIdentifier: If an id is malformed.
    """
    first = date(
        validators.check_integer("year", year, *YEARS),
        validators.check_integer("month", month, 1, 12),
        1,
    )
    wanted = Wanted(first, validators.check_party(party_size), **terms)
    days = _days_of(first)
    return Query(
        caller.scope(wanted.exclude),
        lambda view, compiled: _month(
            Admission(view, compiled, caller.actor, released_with(view, wanted.exclude)),
            wanted,
            days,
        ),
        prefetch=partial(_expected_windows, days),
        name="month",
    )


def _month(admission: Admission, wanted: Wanted, days: Sequence[date]) -> Month | Need:
    party = wanted.party(wanted.parties[0], 0)
    if names_anything(party):
        check_names(admission.compiled, party)
    need = missing_from(admission, days_reach(admission.compiled, days))
    if need is not None:
        return need
    found = tuple(_bookable_day((admission,), party, day) for day in days)
    return Month(party.party_size, found, admission.view.versions)


def _days_of(first: date) -> tuple[date, ...]:
    days = (first + timedelta(days=number) for number in range(31))
    return tuple(day for day in days if day.month == first.month)


# ---- the first free day


def first_free_day_query(
    caller: Caller, request: BookingRequest, days: int, exclude: str | None
) -> Query[BookableDay | None]:
    """Build the query for the first day on which a request can be booked.

    Raises:
        InvalidInput: If it is not a request, or the number of days is out of range.
        InvalidIdentifier: If the id of the booking to leave out is malformed.
    """
    check_request(caller, request)
    most = validators.check_integer("days", days, 1, MAX_FREE_DAYS)
    left_out = optional_id("exclude", exclude)
    return Query(
        caller.scope(left_out),
        lambda view, compiled: _first_free_day(
            Admission(view, compiled, caller.actor, released_with(view, left_out)), request, most
        ),
        prefetch=lambda compiled: _expected_windows(
            _days_from(compiled, request, min(most, _STEPS[0])), compiled
        ),
        name="first_free_day",
    )


def _first_free_day(
    admission: Admission, request: BookingRequest, most: int
) -> BookableDay | Need | None:
    compiled = admission.compiled
    if names_anything(request):
        check_names(compiled, request)
    admissions: tuple[Admission, ...] = (admission,)
    if request.relax:
        check_may_relax(admission.actor, request.relax)
        admissions = (admission, *map(admission.relaxed, ladder(request.relax)))
    party = _inquiry_of(request)
    done = 0
    for step in _STEPS:
        days = _days_from(compiled, request, min(most, step))[done:]
        need = missing_from(admission, days_reach(compiled, days))
        if need is not None:
            return need
        for day in days:
            found = _bookable_day(admissions, party, day)
            if found.is_bookable:
                return found
        done += len(days)
    return None


def _days_from(compiled: CompiledHouse, request: BookingRequest, count: int) -> tuple[date, ...]:
    """Return the date of a request and those after it."""
    service = compiled.calendar.find_service(request.start_us)
    first = compiled.calendar.local_date(request.start_us) if service is None else service.date
    return tuple(first + timedelta(days=number) for number in range(count))


def _inquiry_of(request: BookingRequest) -> Inquiry:
    """Return a request without the rules to lift, which have admissions of their own."""
    names = [each.name for each in attrs.fields(Inquiry) if each.name != "relax"]
    return Inquiry(**{name: getattr(request, name) for name in names})


# ---- days


def days_reach(compiled: CompiledHouse, days: Iterable[date]) -> Scope:
    """Return the windows of the stays that begin on some dates, and the counts that bind them."""
    services = [each for day in days for each in compiled.calendar.services_on(day)]
    reach = reach_of(compiled, (), services)
    bound = {each.window for each in services if limits_of(compiled, each).binds}
    return attrs.evolve(reach, headcounts=tuple(sorted(bound)))


def _expected_windows(
    days: Iterable[date], compiled: CompiledHouse
) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
    """Return the windows that some days read if these rules still hold."""
    reach = days_reach(compiled, days)
    return reach.windows, reach.headcounts


def _bookable_day(admissions: Sequence[Admission], party: Inquiry, day: date) -> BookableDay:
    """Return the starts of a day that some admission admits; the view covers all that it reads."""
    first = admissions[0]
    calendar, timezone = first.compiled.calendar, first.compiled.house.restaurant.timezone
    starts = [start_us for start_us, _ in calendar.starts_on(day)]
    if not starts:
        return BookableDay(day, 0, (), calendar.closed_on(day), timezone=timezone)
    bookable = tuple(
        from_micros(start_us)
        for start_us in starts
        if any(each.admits(attrs.evolve(party, start_us=start_us)) for each in admissions)
    )
    refusal = None
    if not bookable:
        shown = next((each for each in starts if each >= first.earliest_us), starts[0])
        found = first.admit(attrs.evolve(party, start_us=shown))
        assert isinstance(found, Refusal), "a start that is not admitted is refused"
        refusal = found
    return BookableDay(day, len(starts), bookable, refusal, timezone=timezone)
