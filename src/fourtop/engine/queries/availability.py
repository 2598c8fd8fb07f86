"""Availability: the start times on offer of a date, each bookable or with its refusal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from functools import partial

import attrs

from fourtop.engine.admission import Admission, missing_counts
from fourtop.engine.candidacy import Inquiry
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Query
from fourtop.engine.limits import limits_of
from fourtop.errors import FourtopError, InvalidInput, Refusal, safe_repr
from fourtop.model import validators
from fourtop.model.actor import Actor
from fourtop.model.calendar import Calendar, Service, Stay
from fourtop.model.request import ANY_TABLE, Preference
from fourtop.model.results import Availability, Slot
from fourtop.model.service_period import as_date
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window, to_micros
from fourtop.ports import Need, Scope, View

MAX_SPOTS = 100

# A stay and its buffers last at most fourteen hours, and start inside a service.
_REACH_US = 14 * 60 * MICROSECONDS_PER_MINUTE


@attrs.frozen
class Wanted:
    """The arguments of an availability.

    Args:
        on: The date, in the restaurant's calendar.
        parties: Party sizes, increasing.
        must: Conditions on the tables.
        at: Only this start; ``None``: all that are on offer.
        spots_limit: The number at which counting spots stops.
    """

    on: date
    parties: tuple[int, ...]
    must: Preference
    at: datetime | str | None
    spots_limit: int


def wanted(
    on: date,
    parties: int | Collection[int],
    *,
    must: Preference | None,
    at: datetime | str | None,
    spots_limit: int,
) -> Wanted:
    """Return the checked arguments of an availability.

    Raises:
        InvalidInput: Naming the field and the rule.
    """
    given = parties if isinstance(parties, Iterable) else (parties,)
    sizes = validators.as_members("parties", given, _party_size)
    if isinstance(at, datetime):
        to_micros(at, "at")
    if not sizes:
        raise InvalidInput("parties", "must name at least one party size", safe_repr(parties))
    return Wanted(
        on=as_date(on),
        parties=tuple(sorted(set(sizes))),
        must=ANY_TABLE if must is None else validators.check_instance("must", must, Preference),
        at=at,
        spots_limit=validators.check_integer("spots_limit", spots_limit, 1, MAX_SPOTS),
    )


def _party_size(value: object) -> int:
    return validators.check_party(value, "parties")


def query(caller: Caller, wanted: Wanted) -> Query[Availability]:
    """Build the query."""
    return Query(
        Scope(caller.restaurant_id),
        lambda view, compiled: availability(view, compiled, wanted, caller.actor),
        prefetch=partial(_expected_windows, wanted),
    )


def availability(
    view: View, compiled: CompiledHouse, wanted: Wanted, actor: Actor
) -> Availability | Need:
    """Return every start on offer of a date, for each party, by the checks of every command."""
    calendar = compiled.calendar
    starts = _starts(calendar, wanted)
    reach = _reach(compiled, wanted.on, starts)
    scope = view.scope
    missing = tuple(window for window in reach.windows if not scope.covers(window))
    counted = missing_counts(view, compiled, reach.headcounts)
    if missing or counted is not None:
        need = Scope(scope.restaurant_id, windows=missing)
        return Need(need if counted is None else need | counted)
    admission = Admission(view, compiled, actor)
    slots = tuple(slot for start_us in starts for slot in _slots(admission, wanted, start_us))
    usage = tuple(admission.usage(service) for service in calendar.services_on(wanted.on))
    timezone = compiled.house.restaurant.timezone
    return Availability(wanted.on, slots, usage, view.versions, timezone=timezone)


def _expected_windows(
    wanted: Wanted, compiled: CompiledHouse
) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
    """Return the windows that an availability reads if these rules still hold."""
    try:
        reach = _reach(compiled, wanted.on, _starts(compiled.calendar, wanted))
    except FourtopError:
        return (), ()
    return reach.windows, reach.headcounts


def _starts(calendar: Calendar, wanted: Wanted) -> list[int]:
    if wanted.at is None:
        return [start_us for start_us, _ in calendar.starts_on(wanted.on)]
    return [_start_at(calendar, wanted.at, wanted.on)]


def _start_at(calendar: Calendar, at: datetime | str, on: date) -> int:
    start_us = calendar.instant(at, "at")
    service = calendar.find_service(start_us)
    days = {calendar.local_date(start_us)} | ({service.date} if service is not None else set())
    if on not in days:
        rule_text = f"must lie on {on.isoformat()} or in a service that begins on it"
        raise InvalidInput("at", rule_text, calendar.local_text(start_us))
    return start_us


def _reach(compiled: CompiledHouse, on: date, starts: list[int]) -> Scope:
    """Return the services of a date and of some starts, and the windows of stays in them."""
    calendar = compiled.calendar
    services = {service.window for service in calendar.services_on(on)}
    services |= {
        service.window for start_us in starts if (service := calendar.find_service(start_us))
    }
    in_order = sorted(services)
    windows = (
        Window.of_micros(max(each.start_us - _REACH_US, 0), each.end_us + _REACH_US)
        for each in in_order
    )
    return Scope(compiled.house.restaurant.id, windows=tuple(windows), headcounts=tuple(in_order))


def _slots(admission: Admission, wanted: Wanted, start_us: int) -> Iterator[Slot]:
    """Check one start for each party size."""
    service = admission.compiled.calendar.find_service(start_us)
    period = None if service is None else service.period.key
    timezone = admission.compiled.house.restaurant.timezone
    for party_size in wanted.parties:
        found = admission.spots(Inquiry(party_size, start_us, wanted.must), wanted.spots_limit)
        refusal, spots = (found, 0) if isinstance(found, Refusal) else (None, found)
        yield Slot(
            start_us,
            period,
            party_size,
            refusal,
            spots,
            utilisation_percent=_utilisation(admission, service, start_us, party_size),
            timezone=timezone,
        )


def _utilisation(
    admission: Admission, service: Service | None, start_us: int, party_size: int
) -> int | None:
    """Return the percentage of the fullest limit at a start; ``None`` without a limit."""
    if service is None or not limits_of(admission.compiled, service).binds:
        return None
    stay = admission.compiled.calendar.stay(start_us, party_size)
    usage = admission.usage(service, stay if isinstance(stay, Stay) else None)
    return usage.fullest_percent
