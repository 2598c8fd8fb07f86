"""Quote: the best free plan for one request, and the next best."""

from __future__ import annotations

from fourtop.engine.admission import Admission
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.errors import Refusal
from fourtop.model.plan import Plan
from fourtop.model.request import BookingRequest
from fourtop.model.results import Quote
from fourtop.planner import PlanRequest
from fourtop.ports import Need, View

MAX_OTHERS = 4


def quote(view: View, rules: CompiledHouse, request: BookingRequest) -> Quote | Refusal | Need:
    """Answer the best free plan and the next best, or what stands in the way."""
    judge = Admission(view, rules)
    seating = judge.admit(request)
    if isinstance(seating, Refusal | Need):
        return seating
    need = judge.missing(seating.stay, counts=True)
    if need is not None:
        return need
    ask = PlanRequest(request.party_size, must=request.must, wish=request.wish)
    others: tuple[Plan, ...] = ()
    if not request.tables:
        others = rules.planner.plans(ask, judge.free(seating.stay.occupied), limit=MAX_OTHERS + 1)[
            1:
        ]
    service = rules.calendar.find_service(request.start_us)
    assert service is not None, "an admitted party sits down in a service"
    return Quote(seating.plan, seating.stay, others, judge.usage(service), view.versions)
