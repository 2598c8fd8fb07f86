"""Checks that bind guests: the notice, the horizon, the start times, the length of the stay."""

from __future__ import annotations

from datetime import timedelta

from fourtop.engine.candidacy import Candidacy
from fourtop.errors import Code, Refusal
from fourtop.model.house import House
from fourtop.model.window import MICROSECONDS_PER_MINUTE


def has_booking_windows(house: House) -> bool:
    """Tell whether a notice or a horizon may bind guests."""
    return bool(house.policy.booking_windows)


def check_notice(candidacy: Candidacy) -> Refusal | None:
    """Refuse a guest's start that comes too soon or lies too far ahead. Staff are not bound."""
    if not candidacy.is_guest:
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
    if minutes is None or not candidacy.is_guest:
        return None
    if minutes == candidacy.admission.released.minutes:
        return None
    bounds = candidacy.admission.compiled.house.policy.guest_stay
    if bounds is not None and bounds[0] <= minutes <= bounds[1]:
        return None
    least, most = bounds or (None, None)
    return Refusal.by_rule(
        Code.STAY_OUT_OF_BOUNDS, minutes=minutes, minimum_minutes=least, maximum_minutes=most
    )


def check_start_times(candidacy: Candidacy) -> Refusal | None:
    """Refuse a guest's start that is not on offer.

    Staff are not bound. A booking may keep the start that it has.
    """
    start_us = candidacy.party.start_us
    # Nearly always the start is on offer.
    if start_us in candidacy.service.starts_us:
        return None
    if not candidacy.is_guest or _is_kept(candidacy):
        return None
    calendar = candidacy.admission.compiled.calendar
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
