"""The view from which a form came: it tells why a step was refused."""

from __future__ import annotations

from urllib.parse import unquote

import attrs
from fastapi import HTTPException
from pydantic import ValidationError
from starlette.responses import Response

from fourtop.operations_page.bookings_view import ListQuery, show_booking, show_bookings
from fourtop.operations_page.form import Form, fields_of_text
from fourtop.operations_page.room_view import show_room
from fourtop.operations_page.screen import Screen
from fourtop.operations_page.tables_view import show_at_table
from fourtop.operations_page.timeline_view import show_timeline
from fourtop.operations_page.waitlist_view import show_waitlist


@attrs.frozen
class BackView:
    """The view of an address that a form carries.

    The form may be forged, so that only views for all of the staff are shown.

    Args:
        address: The address, a path of ours.
    """

    address: str

    def place(self, _screen: Screen) -> str:
        """Return the address."""
        return self.address

    async def show(self, screen: Screen, _form: Form) -> Response:
        """Show the view.

        Raises:
            HTTPException: 404, if no view of the staff has the address; 413 for a long query.
        """
        path, _, query = self.address.partition("?")
        tail = path.removeprefix(screen.places.home)
        fields = Form(fields_of_text(query))
        match [unquote(each) for each in tail.split("/") if each]:
            case []:
                return await show_room(screen)
            case ["timeline"]:
                return await show_timeline(screen, fields.text("on"))
            case ["waitlist"]:
                return await show_waitlist(screen, fields.text("on"))
            case ["bookings"]:
                return await show_bookings(screen, _query(fields))
            case ["bookings", booking_id]:
                return await show_booking(booking_id, screen)
            case ["at", table_id]:
                return await show_at_table(table_id, screen)
        raise HTTPException(404, "no such view")


def _query(fields: Form) -> ListQuery:
    given = {name: fields.text(name) for name in ListQuery.model_fields if fields.flag(name)}
    try:
        return ListQuery.model_validate({**given, "status": fields.all("status")})
    except ValidationError:
        return ListQuery()
