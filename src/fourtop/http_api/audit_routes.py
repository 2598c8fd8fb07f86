"""The route that checks every record of a restaurant, for admins."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from fourtop.engine import Audit
from fourtop.http_api.answer import answered, problems
from fourtop.http_api.answer_model import answer_model
from fourtop.http_api.call import OfDesk
from fourtop.http_api.roles import Level
from fourtop.http_api.route_group import RouteGroup

AUDIT = RouteGroup("house", Level.ADMIN)


@AUDIT.get("/audit", response_model=answer_model(Audit), responses=problems())
async def audit(request: Request, desk: OfDesk) -> Response:
    """List the records that break a rule: overlaps, orphans, bookings without their tables.

    It reads every allocation that is not archived. Each list is empty in a sound house.
    """
    return answered(request, await desk.audit())
