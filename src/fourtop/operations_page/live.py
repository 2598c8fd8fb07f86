"""The live stream of the page: the events of the restaurant, for the parts that they change."""

from __future__ import annotations

from typing import Final

from fourtop.http_api.event_routes import follow_events
from fourtop.operations_page.access import views

LIVE: Final = views()
LIVE.add_api_route("/live", follow_events, methods=["GET"], name="live", response_model=None)
