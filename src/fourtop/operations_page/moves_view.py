"""Moves: the check of tables that staff chose by hand, before a party gets them."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import Query
from starlette.responses import Response

from fourtop.errors import Code
from fourtop.http_api.query_values import Id
from fourtop.model.validation import Selection, Validation
from fourtop.operations_page.access import OfForm, views
from fourtop.operations_page.booking_steps import overrides_of
from fourtop.operations_page.form import Form
from fourtop.operations_page.parties import parties_of, reasons_told
from fourtop.operations_page.screen import OfScreen, Screen

MOVES: Final = views()

_MOST_TABLES: Final = 50


@MOVES.get("/move", name="plan_move")
async def plan_move(
    screen: OfScreen,
    booking: Id,
    table: Annotated[list[str], Query(max_length=_MOST_TABLES)],
    back: str = "",
) -> Response:
    """Show what every check says of tables for a booking. Nothing changes."""
    chosen = Form({"table": table, "back": [back]})
    return await show_check(screen, booking, chosen)


@MOVES.post("/bookings/{booking_id}/move/check", name="check_move")
async def check_move(booking_id: Id, screen: OfScreen, form: OfForm) -> Response:
    """Run every check on the tables for a booking. Nothing changes."""
    return await show_check(screen, booking_id, form)


async def show_check(screen: Screen, booking_id: str, form: Form) -> Response:
    """Show what every check says of the tables of a form for a booking."""
    tables = form.all("table")
    booking = await screen.desk.get_booking(booking_id)
    selection = Selection(tables, booking_id=booking_id, overrides=overrides_of(form))
    found = await screen.desk.validate(selection)
    told = await _told(screen, found)
    if screen.is_script:
        return screen.data(told)
    (party,) = await parties_of(screen, [booking])
    return screen.page(
        "check.html",
        found=found,
        told=told,
        party=party,
        tables=tables,
        back=screen.back_of(form),
    )


async def _told(screen: Screen, found: Validation) -> dict[str, Any]:
    """Return what the checks say, for people and for the script."""
    errors = await reasons_told(screen, [reason for e in found.errors for reason in e.reasons])
    rules: list[Code] = []
    if all(each.is_overridable for each in found.errors):
        rules = [reason.code for each in found.errors for reason in each.reasons]
    return {
        "fits": bool(found),
        "where": " + ".join(found.numbers),
        "seats": found.seats,
        "errors": errors,
        "warnings": [screen.sentence(str(each)) for each in found.warnings],
        "rules": list(dict.fromkeys(rules)),
    }
