"""Availability: the start times on offer of a date, each bookable or with its refusal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from functools import partial
from typing import TypedDict, Unpack

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.candidacy import Candidacy, Inquiry
from fourtop.engine.checks.names import check_names, names_anything
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Query
from fourtop.engine.limits import limits_of
from fourtop.engine.needed_records import missing_counts
from fourtop.engine.opportunity_cost import StartCosts
from fourtop.engine.preconditions import released_with
from fourtop.engine.spots import DateSpots, StartSpots
from fourtop.errors import FourtopError, InvalidInput, Refusal
from fourtop.model import validators
from fourtop.model.calendar import Calendar
from fourtop.model.opportunity_cost import Costs, as_costs
from fourtop.model.request import ANY_TABLE, STAY_MINUTES, Preference, as_party_sizes
from fourtop.model.results import Availability, Slot
from fourtop.model.service import Service
from fourtop.model.service_period import as_date, calendar_date
from fourtop.model.stay import Stay
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window, to_micros
from fourtop.ports import Need, Scope

MAX_SPOTS = 100

# A stay and its buffers last at most fourteen hours, and start inside a service.
_REACH_US = 14 * 60 * MICROSECONDS_PER_MINUTE


class AvailabilityTerms(TypedDict, total=False):
    """The optional arguments of an availability.

    Args:
        must: Conditions on the tables.
        wish: Conditions that tables meet if possible.
        occasion: Key of an occasion of the house; without one, the period's default.
        channel: The way by which the requests come.
        minutes: The length of the stays; without it, the policy decides.
        at: Only this start: an aware datetime, or a local time as text. It lies on the date or in a
            service that begins on it, but need not be a start on offer.
        exclude: A booking to leave out: its tables are free, and it does not count.
        spots_limit: The number at which counting the spots of a slot stops (1–100; 20).
        costs: Whether each slot that can be booked has its opportunity cost: by the demand of a
            forecast, or by the seats taken if it is ``True``.
    """

    must: Preference | None
    wish: Preference | None
    occasion: str | None
    channel: str | None
    minutes: int | None
    at: datetime | str | None
    exclude: str | None
    spots_limit: int
    costs: Costs | None


def _parties(given: int | Collection[int]) -> tuple[int, ...]:
    return as_party_sizes("parties", given)


def _preference(value: Preference | None) -> Preference:
    return ANY_TABLE if value is None else value


@attrs.frozen
class Wanted:
    """The arguments of an availability, as ``AvailabilityTerms`` describes them.

    Args:
        on: The date, in the restaurant's calendar.
        parties: Party sizes, increasing.

    Raises:
        InvalidInput: Naming the field and the rule.
        InvalidIdentifier: If an id is malformed.
    """

    on: date = attrs.field(converter=as_date, validator=calendar_date)
    parties: tuple[int, ...] = attrs.field(converter=_parties)
    must: Preference = attrs.field(
        default=None, kw_only=True, converter=_preference, validator=validators.one_of(Preference)
    )
    wish: Preference = attrs.field(
        default=None, kw_only=True, converter=_preference, validator=validators.one_of(Preference)
    )
    occasion: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    channel: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    minutes: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(*STAY_MINUTES)),
    )
    at: datetime | str | None = attrs.field(default=None, kw_only=True)
    exclude: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    spots_limit: int = attrs.field(
        default=20,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(1, MAX_SPOTS),
    )
    costs: Costs = attrs.field(default=False, kw_only=True, converter=as_costs)

    def __attrs_post_init__(self) -> None:
        if isinstance(self.at, datetime):
            to_micros(self.at, "at")

    def party(self, party_size: int, start_us: int) -> Inquiry:
        """Return a party of a size at a start."""
        return Inquiry(
            party_size,
            start_us,
            self.must,
            self.wish,
            self.occasion,
            channel=self.channel,
            minutes=self.minutes,
        )


def query(
    caller: Caller,
    on: date,
    parties: int | Collection[int],
    **terms: Unpack[AvailabilityTerms],
) -> Query[Availability]:
    """Build the query.

    Raises:
        InvalidInput: If an argument breaks a rule; names the field and the rule.
    """
    wanted = Wanted(on, parties, **terms)
    return Query(
        caller.scope(wanted.exclude),
        lambda view, compiled: availability(
            Admission(view, compiled, caller.actor, released_with(view, wanted.exclude)), wanted
        ),
        prefetch=partial(_expected_windows, wanted),
        name="availability",
    )


def availability(admission: Admission, wanted: Wanted) -> Availability | Need:
    """Return every start on offer of a date, for each party, by the checks of every command.

    Raises:
        UnknownName: If the house does not have what a condition, occasion or channel names.
    """
    view, compiled = admission.view, admission.compiled
    calendar = compiled.calendar
    starts = _starts(calendar, wanted)
    party = wanted.party(wanted.parties[0], 0)
    if names_anything(party):
        check_names(compiled, party)
    reach = _reach(compiled, wanted.on, starts)
    need = missing_from(admission, reach)
    if need is not None:
        return need
    costs = StartCosts.asked(admission, wanted.costs)
    timezone = compiled.house.restaurant.timezone
    spots = DateSpots(admission, wanted.parties, wanted.spots_limit)
    services = calendar.services_on(wanted.on)
    for each in services if wanted.at is None else ():
        spots.expect(each, party)
    slots: list[Slot] = []
    for start_us in starts:
        service = calendar.find_service(start_us)
        if costs is not None or _has_limits(compiled, service):
            slots += _full_slots(admission, wanted, start_us, service, costs)
        else:
            slots += _slots(spots, wanted, start_us, service, timezone)
    return Availability(
        wanted.on,
        tuple(slots),
        tuple(admission.usage(service) for service in services),
        view.versions,
        closed=None if services else calendar.closed_on(wanted.on),
        timezone=timezone,
    )


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
    return reach_of(compiled, starts, compiled.calendar.services_on(on))


def reach_of(
    compiled: CompiledHouse, starts: Iterable[int], services: Iterable[Service] = ()
) -> Scope:
    """Return some services and those of some starts, and the windows of stays in them."""
    calendar = compiled.calendar
    found = {service.window for service in services}
    found |= {service.window for start_us in starts if (service := calendar.find_service(start_us))}
    in_order = sorted(found)
    windows = (
        Window.of_micros(max(each.start_us - _REACH_US, 0), each.end_us + _REACH_US)
        for each in in_order
    )
    return Scope(compiled.house.restaurant.id, windows=tuple(windows), headcounts=tuple(in_order))


def missing_from(admission: Admission, reach: Scope) -> Need | None:
    """Return what the view lacks of some windows and counts; ``None`` if it has them."""
    scope = admission.view.scope
    windows = tuple(each for each in reach.windows if not scope.covers(each))
    counted = missing_counts(admission.view, admission.compiled, reach.headcounts)
    if not windows and counted is None:
        return None
    need = Scope(scope.restaurant_id, windows=windows)
    return Need(need if counted is None else need | counted)


def _slots(
    spots: DateSpots, wanted: Wanted, start_us: int, service: Service | None, timezone: str
) -> list[Slot]:
    """Check one start for each party size, without limits or costs."""
    period = None if service is None else service.period.key
    found = spots.count(lambda party_size: wanted.party(party_size, start_us))
    return [
        Slot(start_us, period, party_size, each, 0, timezone=timezone)
        if isinstance(each, Refusal)
        else Slot(start_us, period, party_size, None, each, timezone=timezone)
        for party_size, each in zip(wanted.parties, found, strict=True)
    ]


def _full_slots(
    admission: Admission,
    wanted: Wanted,
    start_us: int,
    service: Service | None,
    costs: StartCosts | None,
) -> Iterator[Slot]:
    """Check one start for each party size, with its limits and costs."""
    period = None if service is None else service.period.key
    timezone = admission.compiled.house.restaurant.timezone
    limited = service if _has_limits(admission.compiled, service) else None
    percents: dict[int, int | None] = {}
    spots_at = StartSpots(admission, wanted.spots_limit)
    for party_size in wanted.parties:
        candidacy = Candidacy(admission, wanted.party(party_size, start_us))
        found = spots_at.count(candidacy)
        refusal, spots = (found, 0) if isinstance(found, Refusal) else (None, found)
        yield Slot(
            start_us,
            period,
            party_size,
            refusal,
            spots,
            utilisation_percent=(
                None if limited is None else _utilisation(limited, candidacy, percents)
            ),
            cost=None if costs is None else costs.find(candidacy.party),
            timezone=timezone,
        )


def _has_limits(compiled: CompiledHouse, service: Service | None) -> bool:
    return service is not None and limits_of(compiled, service).binds


def _utilisation(
    service: Service, candidacy: Candidacy, percents: dict[int, int | None]
) -> int | None:
    """Return the percentage of the fullest limit at a start.

    Args:
        service: The service.
        candidacy: The party.
        percents: Those of the start that are known, by the end of the stay.
    """
    # Without a stay, outside of the hours, no interval counts.
    stay: Stay | None = getattr(candidacy, "stay", None)
    ends_us = 0 if stay is None else stay.dining.end_us
    if ends_us not in percents:
        percents[ends_us] = candidacy.admission.usage(service, stay).fullest_percent
    return percents[ends_us]
