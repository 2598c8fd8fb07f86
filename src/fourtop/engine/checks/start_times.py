"""The check of start times: guests sit down at a start on offer."""

from __future__ import annotations

from fourtop.engine.candidacy import Candidacy
from fourtop.errors import Code, Refusal


def check_start_times(candidacy: Candidacy) -> Refusal | None:
    """Refuse a guest's start that is not on offer.

    Staff are not bound. A booking may keep the start that it has.
    """
    start_us, calendar = candidacy.party.start_us, candidacy.admission.compiled.calendar
    # Nearly always the start is on offer; without a service it is not.
    if calendar.is_on_offer(start_us):
        return None
    if not (candidacy.is_guest and candidacy.has_service) or _is_kept(candidacy):
        return None
    return Refusal.by_rule(
        Code.NOT_A_START_TIME,
        start=calendar.local_text(start_us),
        nearest=[calendar.local_text(each) for each in calendar.nearest_starts(start_us)],
    )


def _is_kept(candidacy: Candidacy) -> bool:
    """Tell whether the party has this start already: staff may have given it."""
    admission = candidacy.admission
    booking_id = admission.released.booking_id
    known = None if booking_id is None else admission.view.find_booking(booking_id)
    return known is not None and known.stay.dining.start_us == candidacy.party.start_us
