"""Offers: the starts around a wish, each a quote of one view, with its opportunity cost."""

from __future__ import annotations

from functools import partial
from typing import Final

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import (
    Caller,
    Query,
    check_request,
    optional_id,
)
from fourtop.engine.opportunity_cost import StartCosts
from fourtop.engine.preconditions import released_with
from fourtop.engine.queries.alternatives import answered, quoted, tried
from fourtop.engine.queries.explain import (
    missing_around,
    starts_around,
    windows_around,
)
from fourtop.model import validators
from fourtop.model.alternatives import Alternative, AlternativeKind, RejectedAlternative
from fourtop.model.offers import OfferedStart, OfferTerms, StartOffers
from fourtop.model.request import BookingRequest
from fourtop.model.window import MICROSECONDS_PER_MINUTE, from_micros
from fourtop.ports import Need

# The most starts that one call tries out, the nearest ones.
MOST_STARTS: Final = 40


def query(
    caller: Caller, request: BookingRequest, terms: OfferTerms, exclude: str | None = None
) -> Query[StartOffers]:
    """Build the query.

    Raises:
        InvalidInput: If an argument is of the wrong type.
        InvalidIdentifier: If ``exclude`` is malformed.
    """
    check_request(caller, request)
    validators.check_instance("terms", terms, OfferTerms)
    excluded = optional_id("exclude", exclude)
    return Query(
        caller.scope(excluded),
        lambda view, compiled: offers(
            Admission(view, compiled, caller.actor, released_with(view, excluded)), request, terms
        ),
        prefetch=partial(windows_around, request),
        name="offers",
    )


def offers(admission: Admission, request: BookingRequest, terms: OfferTerms) -> StartOffers | Need:
    """Return the starts around a request that can be booked, each with its cost."""
    compiled = admission.compiled
    need = missing_around(admission, starts_around(compiled, request))
    if need is not None:
        return need
    answer = quoted(admission, request)
    starts = starts_within(compiled, request, terms.flexible_minutes)
    moved = [request.replaced(start=from_micros(each)) for each in starts]
    own = answered(admission, request, request, AlternativeKind.TIME, answer)
    others = [tried(admission, request, each, AlternativeKind.TIME) for each in moved]
    costs = StartCosts(admission, terms.forecast)
    found = [_offered(costs, each) for each in (own, *others) if isinstance(each, Alternative)]
    least = min((each.cost.total for each in found), default=0.0)
    return StartOffers(
        request,
        terms,
        answer,
        tuple(attrs.evolve(each, extra_covers=each.cost.total - least) for each in found),
        tuple(each for each in others if isinstance(each, RejectedAlternative)),
        admission.view.versions,
        timezone=compiled.house.restaurant.timezone,
    )


def starts_within(compiled: CompiledHouse, request: BookingRequest, minutes: int) -> list[int]:
    """Return the other starts on offer of the date within a distance, the nearest first."""
    own_us, reach_us = request.start_us, minutes * MICROSECONDS_PER_MINUTE
    near = [
        each
        for each in starts_around(compiled, request)
        if each != own_us and abs(each - own_us) <= reach_us
    ]
    return sorted(near, key=lambda each: (abs(each - own_us), each))[:MOST_STARTS]


def _offered(costs: StartCosts, alternative: Alternative) -> OfferedStart:
    found = alternative.quotes[0]
    return OfferedStart(alternative, costs.cost(alternative.request, found.plan, found.stay))
