"""Caps: the check of covers and parties for a booking that stays at its start."""

from __future__ import annotations

from fourtop.engine.admission import Admission, missing_counts
from fourtop.engine.candidacy import Candidacy, Inquiry
from fourtop.engine.checks.zone_caps import exclude_full_zones
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.steps import own
from fourtop.engine.usage import Released
from fourtop.errors import Proof, Refusal
from fourtop.model.actor import Actor
from fourtop.model.booking import Booking
from fourtop.ports import Need, View


def refuse_count(
    view: View, compiled: CompiledHouse, actor: Actor, booking: Booking, party_size: int
) -> Refusal | Need | None:
    """Refuse a booking that would count, at a size, for more than the caps of its service take.

    It runs the checks of ``composition.CHECKS`` that count. The booking is not counted twice.
    """
    start_us = booking.stay.dining.start_us
    admission = Admission(view, compiled, actor, Released(own(booking.id), booking.id))
    service = compiled.calendar.find_service(start_us)
    checks = admission.composition.counted
    if service is None or not checks:
        return None
    counts = missing_counts(view, compiled, (service.window,))
    if counts is not None:
        return Need(counts)
    party = Inquiry(party_size, start_us, booking.must, channel=booking.channel)
    candidacy = Candidacy(admission, party)
    candidacy.stay, candidacy.service = booking.stay, service
    found = (check.find(candidacy) for check in checks)
    refusal = next((each for each in found if each is not None), None)
    return _refuse_zone(candidacy, booking) if refusal is None else refusal


def _refuse_zone(candidacy: Candidacy, booking: Booking) -> Refusal | None:
    """Refuse a party that would raise the zone in which it has its tables above a cap."""
    given = booking.assignment
    if given is None:
        return None
    positions = candidacy.admission.compiled.house.floor.positions
    mask = sum(1 << positions[table] for table in given.tables if table in positions)
    full = exclude_full_zones(candidacy)
    reasons = tuple(each.reason for each in full if each.tables & mask)
    return Refusal(reasons, Proof.RULE) if reasons else None
