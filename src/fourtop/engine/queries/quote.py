"""Quote: the best free plan for one request, and the next best."""

from __future__ import annotations

from functools import partial

from fourtop.engine.admission import Admission, expected_windows
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Query, check_request
from fourtop.errors import Refusal
from fourtop.model.actor import Actor
from fourtop.model.request import BookingRequest
from fourtop.model.results import Quote
from fourtop.ports import Need, Scope, View

MAX_OTHERS = 4


def query(caller: Caller, request: BookingRequest) -> Query[Quote | Refusal]:
    """Build the query.

    Raises:
        InvalidInput: If the request is of the wrong type.
    """
    check_request(request)
    return Query(
        Scope(caller.restaurant_id),
        lambda view, compiled: quote(view, compiled, request, caller.actor),
        prefetch=partial(expected_windows, request, counts=True),
    )


def quote(
    view: View, compiled: CompiledHouse, request: BookingRequest, actor: Actor
) -> Quote | Refusal | Need:
    """Return the best free plan and the next best, or the refusal."""
    admission = Admission(view, compiled, actor)
    seating = admission.admit(request, most_plans=MAX_OTHERS + 1, counts=True)
    if isinstance(seating, Refusal | Need):
        return seating
    usage = admission.usage(seating.service, seating.stay)
    timezone = compiled.house.restaurant.timezone
    return Quote(
        seating.plan, seating.stay, seating.others, usage, view.versions, timezone=timezone
    )
