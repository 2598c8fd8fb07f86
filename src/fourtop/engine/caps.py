"""Caps: the check of covers and parties for a booking that stays at its start."""

from __future__ import annotations

from fourtop.engine.admission import Admission
from fourtop.engine.candidacy import Candidacy, Inquiry
from fourtop.engine.checks.zone_caps import exclude_full_zones
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.enforcement import capacity_mode
from fourtop.engine.needed_records import missing_counts
from fourtop.engine.steps import own
from fourtop.engine.usage import Released
from fourtop.errors import Code, Proof, Reason, Refusal
from fourtop.model.actor import Actor
from fourtop.model.booking import Booking
from fourtop.model.enforcement import EnforcementMode
from fourtop.ports import Need, View


def recount(
    view: View, compiled: CompiledHouse, actor: Actor, booking: Booking, party_size: int
) -> tuple[Code, ...] | Refusal | Need:
    """Refuse a booking that would count, at a size, for more than the caps of its service take.

    It runs the checks of ``composition.CHECKS`` that count. The booking is not counted twice. Where
    these rules are in shadow mode, it returns the codes of those that would have refused.
    """
    start_us = booking.stay.dining.start_us
    admission = Admission(view, compiled, actor, Released(own(booking.id), booking.id))
    composition = admission.composition
    service = compiled.calendar.find_service(start_us)
    if service is None or not (composition.counted or composition.shadow_checks):
        return ()
    counts = missing_counts(view, compiled, (service.window,))
    if counts is not None:
        return Need(counts)
    party = Inquiry(party_size, start_us, booking.must, channel=booking.channel)
    candidacy = Candidacy(admission, party)
    candidacy.stay, candidacy.service = booking.stay, service
    mode = capacity_mode(candidacy)
    if mode is EnforcementMode.SHADOW:
        checks = (each.find(candidacy) for each in composition.shadow_checks)
        found = [reason for each in checks if each is not None for reason in each.reasons]
        found += _reasons_in_zone(candidacy, booking)
        return tuple(dict.fromkeys(reason.code for reason in found))
    for check in composition.counted:
        refusal = check.find(candidacy)
        if refusal is not None:
            return refusal
    reasons = _reasons_in_zone(candidacy, booking) if mode is EnforcementMode.ENFORCED else ()
    return Refusal(reasons, Proof.RULE) if reasons else ()


def _reasons_in_zone(candidacy: Candidacy, booking: Booking) -> tuple[Reason, ...]:
    """Return why a party would raise the zone in which it has its tables above a cap."""
    given = booking.assignment
    if given is None:
        return ()
    positions = candidacy.admission.compiled.house.floor.positions
    mask = sum(1 << positions[table] for table in given.tables if table in positions)
    full = exclude_full_zones(candidacy)
    return tuple(each.reason for each in full if each.tables & mask)
