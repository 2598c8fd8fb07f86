"""Quote: the best free plan for one request, and the next best."""

from __future__ import annotations

from functools import partial

from fourtop.engine.admission import Admission, expected_windows
from fourtop.engine.dispatch.requests import (
    Caller,
    Query,
    check_request,
    optional_id,
)
from fourtop.engine.preconditions import released_with
from fourtop.errors import Refusal
from fourtop.model.request import BookingRequest
from fourtop.model.results import Quote
from fourtop.ports import Need

MAX_OTHERS = 4


def query(
    caller: Caller, request: BookingRequest, exclude: str | None = None
) -> Query[Quote | Refusal]:
    """Build the query.

    Args:
        caller: The caller.
        request: The party.
        exclude: A booking to leave out: its tables are free, and it does not count.

    Raises:
        InvalidInput: If the request is of the wrong type.
        InvalidIdentifier: If ``exclude`` is malformed.
    """
    check_request(caller, request)
    excluded = optional_id("exclude", exclude)
    return Query(
        caller.scope(excluded),
        lambda view, compiled: quote(
            Admission(view, compiled, caller.actor, released_with(view, excluded)), request
        ),
        prefetch=partial(expected_windows, request, counts=True),
    )


def quote(admission: Admission, request: BookingRequest) -> Quote | Refusal | Need:
    """Return the best free plan and the next best, or the refusal with every binding reason."""
    seating = admission.admit(request, most_plans=MAX_OTHERS + 1, counts=True)
    if isinstance(seating, Need):
        return seating
    if isinstance(seating, Refusal):
        return admission.refusal_of(request)
    usage = admission.usage(seating.service, seating.stay)
    timezone = admission.compiled.house.restaurant.timezone
    versions = admission.view.versions
    return Quote(
        seating.plan,
        seating.stay,
        seating.others,
        usage,
        versions,
        relaxed=seating.relaxed,
        broken=tuple(each.rule for each in seating.overrides),
        would_refuse=seating.would_refuse,
        timezone=timezone,
    )
