"""Checks of capacity: the caps of a service, and the covers that are held back for channels."""

from __future__ import annotations

from fourtop.engine.candidacy import Candidacy
from fourtop.engine.limits import limits_of
from fourtop.engine.usage import Attendance
from fourtop.errors import Code, Proof, Reason, Refusal
from fourtop.model.capacity_rules import ChannelShare
from fourtop.model.house import House
from fourtop.model.window import MICROSECONDS_PER_MINUTE


def has_caps(house: House) -> bool:
    """Tell whether a house has a cap on its services."""
    return any(rule.zone is None for rule in house.policy.capacity_rules)


def has_shares(house: House) -> bool:
    """Tell whether a house holds covers back for a channel."""
    return bool(house.policy.channel_shares)


def check_capacity(candidacy: Candidacy) -> Refusal | None:
    """Refuse a party that raises the covers or parties of its service above a cap.

    A booking that counts already may keep or lower its number, even under a cap that was lowered.
    """
    admission, service = candidacy.admission, candidacy.service
    caps = limits_of(admission.compiled, service).caps
    if caps is None:
        return None
    attendance, more_covers = admission.attendance(service), candidacy.party.party_size
    reasons = []
    for unit, maximum, booked, own, more in (
        ("covers", caps.max_covers, attendance.covers, attendance.own_covers, more_covers),
        ("parties", caps.max_parties, attendance.parties, attendance.own_parties, 1),
    ):
        if maximum is not None and booked + more > maximum and more > own:
            facts = {
                "period": service.period.key,
                "date": service.date.isoformat(),
                "unit": unit,
                "limit": maximum,
                "booked": booked,
                "requested": more,
            }
            reasons.append(Reason(Code.CAPACITY_EXCEEDED, facts))
    return Refusal(tuple(reasons), Proof.RULE) if reasons else None


def count_within_capacity(candidacy: Candidacy) -> int | None:
    """Return how many such parties the caps of the service still take; ``None``: any number."""
    admission, service = candidacy.admission, candidacy.service
    caps = limits_of(admission.compiled, service).caps
    if caps is None:
        return None
    attendance = admission.attendance(service)
    left = []
    if caps.max_covers is not None:
        left.append((caps.max_covers - attendance.covers) // candidacy.party.party_size)
    if caps.max_parties is not None:
        left.append(caps.max_parties - attendance.parties)
    return min(left, default=None)


# ---- shares of channels


def check_shares(candidacy: Candidacy) -> Refusal | None:
    """Refuse a party that would take covers which are held back for other channels.

    A share is held back until it is used or released. A booking that counts already is refused
    only if it takes more of them than before.
    """
    admission, service, party = candidacy.admission, candidacy.service, candidacy.party
    caps = limits_of(admission.compiled, service).caps
    if caps is None or caps.max_covers is None:
        return None
    attendance = admission.attendance(service)
    shares, own = _held_back(candidacy, attendance), attendance.own
    held_back = sum(shares.values())
    if not shares or attendance.covers + party.party_size + held_back <= caps.max_covers:
        return None
    channel = _channel_of(candidacy, attendance)
    if own is not None and own.channel == channel and party.party_size <= own.covers:
        return None
    until_us = max(_release_us(candidacy, share) for share in shares)
    facts = {
        "period": service.period.key,
        "date": service.date.isoformat(),
        "limit": caps.max_covers,
        "booked": attendance.covers,
        "held_back": held_back,
        "channels": [share.channel for share in shares],
        "until": admission.compiled.calendar.local_text(until_us),
        "available": max(caps.max_covers - attendance.covers - held_back, 0),
        "requested": party.party_size,
    }
    return Refusal.by_rule(Code.CHANNEL_SHARE_HELD_BACK, **facts)


def count_within_shares(candidacy: Candidacy) -> int | None:
    """Return how many such parties fit besides the shares of other channels; ``None``: any."""
    admission, service = candidacy.admission, candidacy.service
    caps = limits_of(admission.compiled, service).caps
    if caps is None or caps.max_covers is None:
        return None
    attendance = admission.attendance(service)
    held_back = sum(_held_back(candidacy, attendance).values())
    return (caps.max_covers - attendance.covers - held_back) // candidacy.party.party_size


def _held_back(candidacy: Candidacy, attendance: Attendance) -> dict[ChannelShare, int]:
    """Return the unused covers of each share of another channel that is not released yet."""
    admission, channel = candidacy.admission, _channel_of(candidacy, attendance)
    found = {}
    for share in limits_of(admission.compiled, candidacy.service).shares:
        if share.channel == channel:
            continue
        if admission.view.now_us >= _release_us(candidacy, share):
            continue
        unused = share.covers - attendance.covers_of(share.channel)
        if unused > 0:
            found[share] = unused
    return found


def _channel_of(candidacy: Candidacy, attendance: Attendance) -> str | None:
    """Return the channel of the request, or else that of the booking that counts already."""
    own = attendance.own
    return candidacy.party.channel or (None if own is None else own.channel)


def _release_us(candidacy: Candidacy, share: ChannelShare) -> int:
    start_us = candidacy.service.window.start_us
    return start_us - share.release_minutes * MICROSECONDS_PER_MINUTE
