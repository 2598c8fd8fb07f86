"""Caps: the check of covers and parties for a booking that stays at its start."""

from __future__ import annotations

from fourtop.engine.admission import Admission
from fourtop.engine.candidacy import Candidacy, Inquiry
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.steps import own
from fourtop.engine.usage import Released
from fourtop.errors import Refusal
from fourtop.model.actor import Actor
from fourtop.model.booking import Booking
from fourtop.ports import Need, Scope, View


def refuse_count(
    view: View, compiled: CompiledHouse, actor: Actor, booking: Booking, party_size: int
) -> Refusal | Need | None:
    """Refuse a booking that would count, at a size, for more than the caps of its service take.

    It runs the checks of ``admission.CHECKS`` that count; the booking itself is not counted twice.
    """
    start_us = booking.stay.dining.start_us
    admission = Admission(view, compiled, actor, Released(own(booking.id), booking.id))
    service = compiled.calendar.find_service(start_us)
    checks = admission.composition.counted
    if service is None or not checks:
        return None
    if not view.scope.covers_headcounts(service.window):
        return Need(Scope(view.scope.restaurant_id, headcounts=(service.window,)))
    candidacy = Candidacy(admission, Inquiry(party_size, start_us, booking.must))
    candidacy.stay, candidacy.service = booking.stay, service
    found = (check.find(candidacy) for check in checks)
    return next((refusal for refusal in found if refusal is not None), None)
