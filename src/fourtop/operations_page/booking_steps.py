"""The steps of a booking: seat, leave, no-show, cancel, and other changes of one booking."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from fastapi import HTTPException
from starlette.responses import Response

from fourtop.engine import Move
from fourtop.errors import StaleVersion
from fourtop.http_api.query_values import Id
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.booking_change import BookingChange
from fourtop.model.override import Override
from fourtop.model.window import from_micros
from fourtop.operations_page.access import OfForm, views
from fourtop.operations_page.form import Form
from fourtop.operations_page.screen import OfScreen, Screen
from fourtop.operations_page.stale import stale_booking

STEPS: Final = views()

_Give = Callable[[Screen, str, Form], Awaitable[object]]
_S = BookingStatus
# The status after a step. A booking that has it already needs the step no more.
_AFTER: Final[Mapping[str, BookingStatus]] = {
    "seat": _S.CHECKED_IN,
    "complete": _S.COMPLETED,
    "no-show": _S.NO_SHOW,
    "cancel": _S.CANCELLED,
    "unassign": _S.PENDING_ALLOCATION,
}


def _plain(method: str) -> _Give:
    """Return a step without fields of its own."""

    async def give(screen: Screen, booking_id: str, form: Form) -> object:
        command: Any = getattr(screen.desk, method)
        return await command(booking_id, expected=form.integer("version"))

    return give


async def _prolong(screen: Screen, booking_id: str, form: Form) -> object:
    minutes, version = form.integer("minutes"), form.integer("version")
    return await screen.desk.prolong(booking_id, minutes=minutes, expected=version)


async def _resize(screen: Screen, booking_id: str, form: Form) -> object:
    size, version = form.integer("party_size"), form.integer("version")
    return await screen.desk.resize(booking_id, size, expected=version)


async def _assign(screen: Screen, booking_id: str, form: Form) -> object:
    return await screen.desk.assign(
        booking_id,
        form.all("table"),
        overrides=overrides_of(form),
        expected=form.integer("version"),
    )


async def _reschedule(screen: Screen, booking_id: str, form: Form) -> object:
    """Give a booking another time or size.

    Only the fields that differ from those that the page showed are a change. The others keep what
    a colleague may have changed meanwhile.
    """
    local = f"{form.text('on')}T{form.text('at')}"
    given: dict[str, Any] = {}
    if form.text("party_size") != form.text("was_size"):
        given["party_size"] = form.integer("party_size")
    if local != form.text("was"):
        given["start"] = from_micros(screen.calendar.instant(local))
    if form.text("minutes") != form.text("was_minutes"):
        given["minutes"] = form.optional_integer("minutes")
    change = BookingChange(**given)
    return await screen.desk.reschedule(booking_id, change, expected=form.integer("version"))


async def _move(screen: Screen, booking_id: str, form: Form) -> object:
    """Give a party other tables, or its first ones if it waits for some."""
    booking = await screen.desk.get_booking(booking_id)
    if not booking.tables:
        return await _assign(screen, booking_id, form)
    move = Move(
        booking_id,
        form.all("table"),
        overrides=overrides_of(form),
        expected=form.integer("version"),
    )
    return await screen.desk.move([move])


def overrides_of(form: Form) -> list[Override]:
    """Return the rules that staff break, with the one reason of the form."""
    return [Override(rule, form.text("reason")) for rule in form.all("override")]


_STEPS: Final[Mapping[str, _Give]] = {
    "seat": _plain("seat"),
    "complete": _plain("complete"),
    "no-show": _plain("no_show"),
    "cancel": _plain("cancel"),
    "undo": _plain("undo"),
    "pin": _plain("pin"),
    "unpin": _plain("unpin"),
    "unassign": _plain("unassign"),
    "prolong": _prolong,
    "resize": _resize,
    "assign": _assign,
    "reschedule": _reschedule,
    "move": _move,
}


@STEPS.post("/bookings/{booking_id}/{step}", name="take_step")
async def take_step(booking_id: Id, step: str, screen: OfScreen, form: OfForm) -> Response:
    """Take a step in the life of a booking, at the version that the form saw."""
    give = _STEPS.get(step)
    if give is None:
        raise HTTPException(404, "no such step")
    try:
        await give(screen, booking_id, form)
    except StaleVersion:
        if screen.is_script:
            raise
        booking = await screen.desk.get_booking(booking_id)
        if _is_done(step, booking):
            return screen.done(screen.back_of(form), "same")
        return await stale_booking(screen, booking, form)
    if screen.is_script:
        return screen.data({})
    return screen.done(screen.back_of(form), step)


def _is_done(step: str, booking: Booking) -> bool:
    if step in ("pin", "unpin"):
        return booking.is_pinned is (step == "pin")
    return booking.status is _AFTER.get(step)
