"""The views of the forms: where a form is shown again if a field is wrong or a step is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import attrs
from starlette.responses import Response

from fourtop.errors import InvalidInput
from fourtop.model.service_period import check_date
from fourtop.operations_page.back_view import BackView
from fourtop.operations_page.blocks_view import show_blocks
from fourtop.operations_page.bookings_view import ListQuery, show_booking, show_bookings
from fourtop.operations_page.document_view import show_document
from fourtop.operations_page.form import Form
from fourtop.operations_page.moves_view import show_check
from fourtop.operations_page.plan_view import show_plan
from fourtop.operations_page.room_view import show_room
from fourtop.operations_page.rules_view import show_rules
from fourtop.operations_page.screen import Screen
from fourtop.operations_page.tables_view import show_new_table, show_table, show_tables
from fourtop.operations_page.waitlist_view import show_waitlist


@attrs.frozen
class FormView:
    """The view of a form.

    Args:
        parts: The parts of its address below the room. A name in braces is one of the form's.
        show: Shows it.
    """

    parts: tuple[str, ...]
    show: Callable[[Screen, Form], Awaitable[Response]]

    def place(self, screen: Screen) -> str:
        """Return its address."""
        params = screen.request.path_params
        return screen.places.to(*(each.format_map(params) for each in self.parts))


def _date_of(form: Form) -> str:
    """Return the date of a form; empty if it is the wrong field."""
    try:
        return check_date("on", form.text("on")).isoformat()
    except InvalidInput:
        return ""


async def _show_list(screen: Screen, form: Form) -> Response:
    return await show_bookings(screen, ListQuery(on=_date_of(form)))


async def _show_waitlist(screen: Screen, form: Form) -> Response:
    return await show_waitlist(screen, _date_of(form))


async def _show_blocks(screen: Screen, form: Form) -> Response:
    return await show_blocks(screen, _date_of(form))


async def _show_booking(screen: Screen, form: Form) -> Response:
    params = screen.request.path_params
    if params.get("step") == "move":
        return await show_check(screen, params["booking_id"], form)
    return await show_booking(params["booking_id"], screen)


_BOOKING: Final = FormView(("bookings", "{booking_id}"), _show_booking)
_BLOCKS: Final = FormView(("blocks",), _show_blocks)
_WAITLIST: Final = FormView(("waitlist",), _show_waitlist)
_PLAN: Final = FormView(("plan",), lambda screen, _: show_plan(screen))
_RULES: Final = FormView(("rules",), lambda screen, _: show_rules(screen))
# By the name of the route that takes the form.
_OF_ROUTES: Final[Mapping[str, FormView]] = {
    "walk_in": FormView((), lambda screen, _: show_room(screen)),
    "book": FormView(("bookings",), _show_list),
    "take_step": _BOOKING,
    "add_table": FormView(("new-table",), lambda screen, _: show_new_table(screen)),
    "put_table": FormView(
        ("tables", "{table_id}"),
        lambda screen, _: show_table(screen.request.path_params["table_id"], screen),
    ),
    "remove_table": FormView(("tables",), lambda screen, _: show_tables(screen)),
    "put_document": FormView(("document",), lambda screen, _: show_document(screen)),
    **dict.fromkeys(("join_waitlist", "offer"), _WAITLIST),
    **dict.fromkeys(("add_block", "end_block"), _BLOCKS),
    **dict.fromkeys(("toggle_join", "put_zone", "remove_zone"), _PLAN),
    **dict.fromkeys(("put_period", "remove_period", "close_day"), _RULES),
    **dict.fromkeys(("put_channel", "remove_channel", "put_rule", "remove_rule"), _RULES),
}


def of_form(screen: Screen) -> FormView | None:
    """Return the view that has the form of a request, if one has."""
    return _OF_ROUTES.get(screen.request.scope["route"].name)


def of_refusal(screen: Screen, form: Form) -> list[FormView | BackView]:
    """Return the views that may tell of a refusal, that from which the form came first."""
    came_from = [BackView(screen.back_of(form))] if form.flag("back") else []
    found = of_form(screen)
    return [*came_from, *([] if found is None else [found])]
