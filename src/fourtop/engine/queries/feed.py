"""Feed: the spots open and the spots in all of each start, size and length over several days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from fourtop.engine.admission import Admission, in_empty_house
from fourtop.engine.candidacy import Candidacy, Inquiry
from fourtop.engine.checks.names import check_names, names_anything
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Query
from fourtop.engine.opportunity_cost import StartCosts
from fourtop.engine.queries.availability import missing_from
from fourtop.engine.queries.month import days_reach
from fourtop.engine.spots import StartSpots
from fourtop.engine.stays import find_stays
from fourtop.errors import Refusal
from fourtop.model import validators
from fourtop.model.feed import Feed, FeedCell, FeedTerms
from fourtop.model.service import Service
from fourtop.model.window import Window
from fourtop.ports import Need, Scope


def query(caller: Caller, terms: FeedTerms) -> Query[Feed]:
    """Build the query.

    Raises:
        InvalidInput: If it is not ``FeedTerms``.
    """
    checked = validators.check_instance("terms", terms, FeedTerms)
    days = tuple(checked.start + timedelta(days=number) for number in range(checked.days))
    return Query(
        Scope(caller.restaurant_id),
        lambda view, compiled: _feed(Admission(view, compiled, caller.actor), checked, days),
        prefetch=partial(_expected_windows, days),
        name="feed",
    )


def _expected_windows(
    days: tuple[date, ...], compiled: CompiledHouse
) -> tuple[tuple[Window, ...], tuple[Window, ...]]:
    reach = days_reach(compiled, days)
    return reach.windows, reach.headcounts


def _feed(admission: Admission, terms: FeedTerms, days: tuple[date, ...]) -> Feed | Need:
    compiled = admission.compiled
    party = _party(terms, terms.party_sizes[0], terms.lengths[0], 0)
    if names_anything(party):
        check_names(compiled, party)
    need = missing_from(admission, days_reach(compiled, days))
    if need is not None:
        return need
    empty = in_empty_house(admission)
    costs = StartCosts.asked(admission, terms.costs)
    timezone = compiled.house.restaurant.timezone
    cells = [
        cell
        for day in days
        for start_us, service in compiled.calendar.starts_on(day)
        for cell in _cells((admission, empty, costs), terms, start_us, service)
    ]
    return Feed(terms, tuple(cells), admission.view.versions, timezone=timezone)


def _party(terms: FeedTerms, party_size: int, minutes: int | None, start_us: int) -> Inquiry:
    return Inquiry(
        party_size,
        start_us,
        terms.must,
        occasion=terms.occasion,
        channel=terms.channel,
        minutes=minutes,
    )


def _cells(
    known: tuple[Admission, Admission, StartCosts | None],
    terms: FeedTerms,
    start_us: int,
    service: Service,
) -> Iterator[FeedCell]:
    """Count the spots of one start: now, and in the empty house; with the costs, if any."""
    now, empty, costs = known
    compiled, limit = now.compiled, terms.spots_limit
    timezone = compiled.house.restaurant.timezone
    counters = [[StartSpots(each, limit) for each in (now, empty)] for _ in terms.lengths]
    for party_size in terms.party_sizes:
        for minutes, of_length in zip(terms.lengths, counters, strict=True):
            party = _party(terms, party_size, minutes, start_us)
            spots, in_empty = (
                _spots(spots_at, Candidacy(each, party))
                for each, spots_at in zip((now, empty), of_length, strict=True)
            )
            yield FeedCell(
                start_us,
                service.period.key,
                party_size,
                _minutes_of(compiled, party) if minutes is None else minutes,
                spots,
                # Counting is greedy: with fewer free tables it may find more.
                max(in_empty, spots),
                cost=None if costs is None else costs.find(party),
                timezone=timezone,
            )


def _spots(spots_at: StartSpots, candidacy: Candidacy) -> int:
    found = spots_at.count(candidacy)
    return 0 if isinstance(found, Refusal) else found


def _minutes_of(compiled: CompiledHouse, party: Inquiry) -> int | None:
    """Return the length of the stay that the policy sets; ``None``: it admits no such party."""
    found = find_stays(compiled, party)
    return None if isinstance(found, Refusal) else found.stay.turn_minutes
