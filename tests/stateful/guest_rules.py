"""The model's judgement of a guest: notice, horizon and start times. Staff are not bound."""

from __future__ import annotations

from datetime import date
from typing import Any

from fourtop.errors import Code
from fourtop.model.booking_rules import BookingWindow
from fourtop.model.request import BookingRequest
from tests.stateful.ledger import Ledger
from tests.stateful.service import MINUTE, Opening, local_date, opening_at, starts

Cause = tuple[Code, dict[str, Any]]


def guest_refusals(ledger: Ledger, request: BookingRequest, own_booking: str | None) -> list[Cause]:
    """Return the code and the facts of each rule of guests that refuses the party."""
    if ledger.actor.role != "guest":
        return []
    causes = (_window_refusal(ledger, request), _start_refusal(ledger, request, own_booking))
    return [cause for cause in causes if cause is not None]


def _window_refusal(ledger: Ledger, request: BookingRequest) -> Cause | None:
    found = opening_at(ledger.restaurant, ledger.policy, request.start_us)
    assert found is not None, "the party lies in a service"
    window = _window_of(ledger, request)
    if window is not None:
        notice = window.notice_minutes * MINUTE
        # Without a notice, a start may lie as far back as the grace allows.
        if notice and request.start_us < ledger.now + notice:
            return Code.NOTICE_TOO_SHORT, {"notice_minutes": window.notice_minutes}
        if _is_beyond(window, local_date(ledger.restaurant, ledger.now), found):
            return Code.BEYOND_HORIZON, {"horizon_days": window.horizon_days}
    return None


def _start_refusal(
    ledger: Ledger, request: BookingRequest, own_booking: str | None
) -> Cause | None:
    guest = None if own_booking is None else ledger.guests.get(own_booking)
    if guest is not None and guest.sitting.start == request.start_us:
        return None
    found = opening_at(ledger.restaurant, ledger.policy, request.start_us)
    assert found is not None, "the party lies in a service"
    if request.start_us in starts(ledger.restaurant, ledger.policy, found.date):
        return None
    return Code.NOT_A_START_TIME, {}


def _window_of(ledger: Ledger, request: BookingRequest) -> BookingWindow | None:
    for each in ledger.policy.booking_windows:
        is_large_enough = request.party_size >= each.min_party
        is_small_enough = each.max_party is None or request.party_size <= each.max_party
        if is_large_enough and is_small_enough and each.channel in (None, request.channel):
            return each
    return None


def _is_beyond(window: BookingWindow, today: date, found: Opening) -> bool:
    return window.horizon_days is not None and (found.date - today).days > window.horizon_days
