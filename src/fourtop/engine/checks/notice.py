"""Checks of guests' requests: the channel, the notice, the horizon and the length of the stay."""

from __future__ import annotations

from datetime import timedelta

from fourtop.engine.candidacy import Candidacy
from fourtop.errors import Code, Refusal
from fourtop.model.house import House
from fourtop.model.window import MICROSECONDS_PER_MINUTE


def check_channel(candidacy: Candidacy) -> Refusal | None:
    """Check that the policy knows the channel of the request.

    Raises:
        InvalidInput: If it does not; the error names the known channels.
    """
    candidacy.admission.compiled.house.policy.check_channel(candidacy.party.channel)
    return None


def has_booking_windows(house: House) -> bool:
    """Tell whether a notice or a horizon may bind guests."""
    return bool(house.policy.booking_windows)


def check_notice(candidacy: Candidacy) -> Refusal | None:
    """Refuse a guest's start that comes too soon or lies too far ahead. Staff are not bound."""
    if not (candidacy.is_guest and candidacy.has_service):
        return None
    admission, party = candidacy.admission, candidacy.party
    policy, calendar = admission.compiled.house.policy, admission.compiled.calendar
    window = policy.find_booking_window(party.channel, party.party_size)
    if window is None:
        return None
    now_us = admission.view.now_us
    notice_us = window.notice_minutes * MICROSECONDS_PER_MINUTE
    if notice_us and party.start_us < now_us + notice_us:
        return Refusal.by_rule(
            Code.NOTICE_TOO_SHORT,
            start=calendar.local_text(party.start_us),
            notice_minutes=window.notice_minutes,
            earliest=calendar.local_text(now_us + notice_us),
        )
    if window.horizon_days is None:
        return None
    last = calendar.local_date(now_us) + timedelta(days=window.horizon_days)
    date = candidacy.service.date
    if date <= last:
        return None
    return Refusal.by_rule(
        Code.BEYOND_HORIZON,
        date=date.isoformat(),
        horizon_days=window.horizon_days,
        opens=(date - timedelta(days=window.horizon_days)).isoformat(),
    )


def check_guest_stay(candidacy: Candidacy) -> Refusal | None:
    """Refuse a guest's stay of its own length outside the bounds. Staff are not bound.

    A guest may keep the length that its booking or its hold has.
    """
    minutes = candidacy.party.minutes
    if minutes in (None, candidacy.admission.released.minutes) or not candidacy.is_guest:
        return None
    bounds = candidacy.admission.compiled.house.policy.guest_stay
    if bounds is not None and bounds[0] <= minutes <= bounds[1]:
        return None
    least, most = bounds or (None, None)
    return Refusal.by_rule(
        Code.STAY_OUT_OF_BOUNDS, minutes=minutes, minimum_minutes=least, maximum_minutes=most
    )
