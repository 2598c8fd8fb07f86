"""Checks of the house: it takes bookings, the start lies ahead, and a service is open."""

from __future__ import annotations

from fourtop.engine.candidacy import Candidacy
from fourtop.engine.stays import find_stays
from fourtop.errors import Code, Refusal
from fourtop.model.house import House


def is_inactive(house: House) -> bool:
    """Tell whether the restaurant takes no bookings."""
    return not house.restaurant.active


def check_active(_: Candidacy) -> Refusal:
    """Refuse every party while the restaurant takes no bookings."""
    return Refusal.by_rule(Code.RESTAURANT_INACTIVE)


def check_past(candidacy: Candidacy) -> Refusal | None:
    """Refuse a start in the past, unless staff gave a reason for it."""
    admission, party = candidacy.admission, candidacy.party
    if party.start_us >= admission.earliest_us or party.past_reason is not None:
        return None
    return Refusal.by_rule(
        Code.BOOKING_IN_PAST,
        start=admission.compiled.calendar.local_text(party.start_us),
        grace_minutes=admission.compiled.house.policy.past_grace_minutes,
    )


def check_hours(candidacy: Candidacy) -> Refusal | None:
    """Refuse a start outside service hours; find the stays and the service."""
    party, compiled = candidacy.party, candidacy.admission.compiled
    if compiled.house.policy.zone_rules:
        stays = find_stays(compiled, party)
        if isinstance(stays, Refusal):
            return stays
        candidacy.stay = stays.stay
        candidacy.variants, candidacy.zones_out = stays.variants, stays.closed
    else:
        stay = compiled.calendar.stay(
            party.start_us, party.party_size, party.occasion, party.minutes
        )
        if isinstance(stay, Refusal):
            return stay
        candidacy.stay = stay
    service = compiled.calendar.find_service(party.start_us)
    assert service is not None, "a stay lies in a service"
    candidacy.service = service
    return None
