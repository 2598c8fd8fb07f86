"""Stale screens: a colleague was faster. The page says what changed, and offers the form again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import attrs
from starlette.responses import Response

from fourtop.model.booking import Booking
from fourtop.operations_page.form import Form
from fourtop.operations_page.parties import parties_of
from fourtop.operations_page.screen import Screen

STALE: Final = 412
# Fields that the page gives anew.
_RENEWED: Final = frozenset({"token", "version", "seen"})
SEPARATOR: Final = "\t"
FACTS: Final = ("Status", "People", "From", "Until", "Tables")


@attrs.frozen
class Difference:
    """A fact that changed: its name, its value on the stale screen, and its value now."""

    name: str
    before: str
    now: str


def differences(names: Iterable[str], before: str, now: str) -> list[Difference]:
    """Return the facts that differ, of two texts of facts.

    Args:
        names: The names of the facts.
        before: The facts of the stale screen, which its form carried.
        now: The facts now.
    """
    facts = zip(names, before.split(SEPARATOR), now.split(SEPARATOR), strict=False)
    return [
        Difference(name, one or "–", other or "–") for name, one, other in facts if one != other
    ]


def kept_fields(form: Form) -> list[tuple[str, str]]:
    """Return the fields of a form that is offered again."""
    return [
        (name, value)
        for name, values in form.fields.items()
        if name not in _RENEWED
        for value in values
    ]


async def stale_booking(screen: Screen, booking: Booking, form: Form) -> Response:
    """Tell that a booking has changed since the form was shown."""
    (party,) = await parties_of(screen, [booking])
    return screen.page(
        "stale.html",
        status=STALE,
        heading=f"{party.title} has changed",
        now=party.text,
        changes=differences(FACTS, form.text("seen"), party.seen),
        version=booking.version,
        seen=party.seen,
        fields=kept_fields(form),
        back=screen.back_of(form),
        record=screen.places.to("bookings", booking.id),
        actor=booking.actor,
    )
