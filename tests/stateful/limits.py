"""The model's limits on the number of guests: caps, shares, pacing, zones and walk-ins."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import attrs

from fourtop.errors import Code
from fourtop.model.policy import Policy
from fourtop.model.request import BookingRequest
from tests.stateful.ledger import MINUTE, UNCOUNTED, Guest, Ledger, OwnerKey
from tests.stateful.modes import binds
from tests.stateful.service import WEEK, Opening, Sitting

KINDS = ("regular", "holiday", "event", "manual", "emergency")

Facts = tuple[Code, dict[str, Any]]


@attrs.frozen
class Own:
    """What the party gives up by the same command."""

    owners: tuple[OwnerKey, ...] = ()
    booking_id: str | None = None
    hold_id: str | None = None


NOTHING = Own()


@attrs.frozen
class Head:
    """A party that is counted; one that is counted by its booking already has tables only."""

    start: int
    end: int
    size: int
    channel: str | None
    tables: tuple[str, ...]
    counts: bool = True


# ---- who is there


def heads(ledger: Ledger, service: Opening, own: Own = NOTHING) -> list[Head]:
    """Return the parties of a service: bookings that count, and live holds."""
    booked = [guest for guest in ledger.guests.values() if _is_counted(guest, service)]
    ids = {guest.id for guest in booked}
    found = [_head_of(guest) for guest in booked if guest.id != own.booking_id]
    for keep in ledger.alive():
        is_own = keep.id == own.hold_id or ("hold", keep.id) in own.owners
        if service.start <= keep.sitting.start < service.end and not is_own:
            stay, counts = keep.sitting, keep.booking_id not in ids
            found.append(
                Head(stay.start, stay.end, keep.party_size, keep.channel, keep.tables, counts)
            )
    return found


def own_head(ledger: Ledger, service: Opening, own: Own) -> Head | None:
    """Return the party itself, if its booking counts in a service already."""
    guest = None if own.booking_id is None else ledger.guests.get(own.booking_id)
    return _head_of(guest) if guest is not None and _is_counted(guest, service) else None


def _is_counted(guest: Guest, service: Opening) -> bool:
    return guest.status not in UNCOUNTED and service.start <= guest.sitting.start < service.end


def _head_of(guest: Guest) -> Head:
    tables = () if guest.given is None else guest.given.tables
    stay = guest.sitting
    return Head(stay.start, stay.end, guest.party_size, guest.channel, tables)


def total(found: Iterable[Head]) -> tuple[int, int]:
    counted = [head for head in found if head.counts]
    return sum(head.size for head in counted), len(counted)


# ---- which rule counts


def applies(rule: Any, period: str, day: date) -> bool:
    return (
        rule.period in (None, period)
        and rule.on in (None, day)
        and (rule.weekday is None or rule.weekday.value == WEEK[day.weekday()])
    )


def rank(rule: Any) -> tuple[int, int]:
    kind = KINDS.index(rule.kind.value) if hasattr(rule, "kind") else 0
    return (
        kind,
        4 * (rule.on is not None) + 2 * (rule.weekday is not None) + (rule.period is not None),
    )


def most(rules: Iterable[Any], unit: str) -> Any:
    """Return the rule that decides on a unit."""
    setting = [rule for rule in rules if getattr(rule, unit) is not None]
    return max(setting, key=rank, default=None)


def caps(
    policy: Policy, period: str, day: date, zone: str | None = None
) -> tuple[int | None, int | None]:
    """Return the most covers and the most parties of a service, or of a zone in it."""
    found = [
        rule for rule in policy.capacity_rules if rule.zone == zone and applies(rule, period, day)
    ]
    covers, parties = most(found, "max_covers"), most(found, "max_parties")
    return (
        None if covers is None else covers.max_covers,
        None if parties is None else parties.max_parties,
    )


@attrs.frozen
class Pace:
    """A limit on one unit of each interval, in microseconds."""

    spread: str
    unit: str
    limit: int
    length: int

    def numbers(self, service: Opening, start: int, end: int) -> list[int]:
        """Return the intervals in which a stay counts."""
        first = (start - service.start) // self.length
        if self.spread == "start":
            return [first]
        found = []
        while service.start + first * self.length < end:
            found.append(first)
            first += 1
        return found

    def count(self, service: Opening, found: Iterable[Head], number: int) -> int:
        there = [head for head in found if number in self.numbers(service, head.start, head.end)]
        return total(there)[0 if self.unit == "covers" else 1]


def paces(policy: Policy, service: Opening) -> list[Pace]:
    found = []
    for spread in ("start", "meal"):
        rules = [
            rule
            for rule in policy.pacing_rules
            if rule.spread.value == spread and applies(rule, service.period.key, service.date)
        ]
        for unit in ("covers", "parties"):
            rule = most(rules, f"max_{unit}")
            if rule is not None:
                limit = getattr(rule, f"max_{unit}")
                found.append(Pace(spread, unit, limit, rule.interval_minutes * MINUTE))
    return found


# ---- what is refused


def refused_by_caps(ledger: Ledger, service: Opening, size: int, own: Own = NOTHING) -> list[Facts]:
    if not binds(ledger, service):
        return []
    limits = caps(ledger.policy, service.period.key, service.date)
    mine = own_head(ledger, service, own)
    others = heads(ledger, service, own)
    return _over(
        limits,
        total(others),
        () if mine is None else (mine,),
        size,
        {"code": Code.CAPACITY_EXCEEDED, "date": service.date.isoformat()},
    )


def _over(
    limits: tuple[int | None, int | None],
    booked: tuple[int, int],
    mine: tuple[Head, ...],
    size: int,
    facts: dict[str, Any],
) -> list[Facts]:
    """Return a reason for each unit that rises above its limit."""
    found = []
    named = {name: value for name, value in facts.items() if name != "code"}
    for unit, limit, others, before, more in zip(
        ("covers", "parties"), limits, booked, total(mine), (size, 1), strict=True
    ):
        if limit is not None and others + more > max(limit, others + before):
            told = {"unit": unit, "limit": limit, "booked": others, "requested": more, **named}
            found.append((facts["code"], told))
    return found


def refused_by_shares(
    ledger: Ledger, service: Opening, request: BookingRequest, own: Own = NOTHING
) -> list[Facts]:
    if not binds(ledger, service):
        return []
    limit = caps(ledger.policy, service.period.key, service.date)[0]
    mine, others = own_head(ledger, service, own), heads(ledger, service, own)
    channel = request.channel or (None if mine is None else mine.channel)
    kept = held_back(ledger, service, channel, others)
    booked = total(others)[0]
    if limit is None or not kept or booked + request.party_size + kept <= limit:
        return []
    if mine is not None and mine.channel == channel and request.party_size <= mine.size:
        return []
    facts = {"limit": limit, "booked": booked, "held_back": kept, "requested": request.party_size}
    return [(Code.CHANNEL_SHARE_HELD_BACK, facts)]


def held_back(ledger: Ledger, service: Opening, channel: str | None, others: list[Head]) -> int:
    """Return the covers that other channels have left of their shares."""
    found = 0
    shares = [
        share
        for share in ledger.policy.channel_shares
        if applies(share, service.period.key, service.date)
    ]
    for name in {share.channel for share in shares} - {channel}:
        share = most([each for each in shares if each.channel == name], "covers")
        if ledger.now < service.start - share.release_minutes * MINUTE:
            used = total([head for head in others if head.channel == name])[0]
            found += max(share.covers - used, 0)
    return found


def refused_by_pacing(
    ledger: Ledger, service: Opening, seated: Sitting, size: int, own: Own = NOTHING
) -> set[tuple[str, str]]:
    """Return the spread and unit of each limit that an interval of the stay would exceed."""
    if not binds(ledger, service):
        return set()
    mine, others = own_head(ledger, service, own), heads(ledger, service, own)
    found = set()
    for pace in paces(ledger.policy, service):
        more = size if pace.unit == "covers" else 1
        for number in pace.numbers(service, seated.start, seated.end):
            booked = pace.count(service, others, number)
            before = 0 if mine is None else pace.count(service, [mine], number)
            if booked + more > max(pace.limit, booked + before):
                found.add((pace.spread, pace.unit))
    return found


def full_zones(
    ledger: Ledger, service: Opening, size: int, own: Own = NOTHING
) -> list[tuple[set[str], Facts]]:
    """Return the tables of each zone that is too full for a party, with the reasons."""
    if not binds(ledger, service):
        return []
    mine, others = own_head(ledger, service, own), heads(ledger, service, own)
    found = []
    for zone, limits, tables in capped_zones(ledger, service):
        there = [head for head in others if tables & set(head.tables)]
        booked = (sum(head.size for head in there), len(there))
        there_already = (mine,) if mine is not None and tables & set(mine.tables) else ()
        facts = {"code": Code.ZONE_CAPACITY_EXCEEDED, "zone": zone}
        reasons = _over(limits, booked, there_already, size, facts)
        found += [(tables, reason) for reason in reasons]
    return found


def capped_zones(
    ledger: Ledger, service: Opening
) -> list[tuple[str, tuple[int | None, int | None], set[str]]]:
    """Return the zones with a cap in a service, in the order of the rules; with their tables."""
    names = dict.fromkeys(rule.zone for rule in ledger.policy.capacity_rules)
    found = []
    for zone in names:
        if zone is not None:
            limits = caps(ledger.policy, service.period.key, service.date, zone)
            tables = {table.id for table in ledger.floor.tables if table.zone_id == zone}
            if limits != (None, None):
                found.append((zone, limits, tables))
    return found


def walk_in_tables(ledger: Ledger, service: Opening, channel: str | None) -> set[str]:
    """Return the tables that are kept from a guest for walk-ins."""
    if ledger.actor.role != "guest" or channel == "walk_in":
        return set()
    found: set[str] = set()
    for rule in ledger.policy.walk_in_rules:
        day = service.date
        is_on = (
            day in rule.dates
            if rule.dates
            else (
                not rule.weekdays
                or WEEK[day.weekday()] in {str(each.value) for each in rule.weekdays}
            )
        )
        if is_on and rule.period in (None, service.period.key):
            found |= set(rule.tables) or {table.id for table in ledger.floor.tables}
    return found & {table.id for table in ledger.floor.tables}


def offered(ledger: Ledger) -> set[str]:
    return {table.id for table in ledger.floor.tables if table.active and not table.out_of_service}


def most_parties(ledger: Ledger, service: Opening, seated: Sitting, size: int) -> int | None:
    """Return how many such parties caps, shares and pacing take; None: any number."""
    if not binds(ledger, service):
        return None
    others = heads(ledger, service)
    covers, parties = total(others)
    limits = caps(ledger.policy, service.period.key, service.date)
    left = []
    if limits[0] is not None:
        kept = held_back(ledger, service, None, others)
        left.append((limits[0] - covers - kept) // size)
    if limits[1] is not None:
        left.append(limits[1] - parties)
    for pace in paces(ledger.policy, service):
        for number in pace.numbers(service, seated.start, seated.end):
            rest = pace.limit - pace.count(service, others, number)
            left.append(rest // size if pace.unit == "covers" else rest)
    return min(left, default=None)


def most_in_zone(ledger: Ledger, service: Opening, size: int) -> list[tuple[set[str], int]]:
    """Return the tables of each capped zone, and how many such parties it takes."""
    if not binds(ledger, service):
        return []
    others, found = heads(ledger, service), []
    for _, limits, tables in capped_zones(ledger, service):
        there = [head for head in others if tables & set(head.tables)]
        left = []
        if limits[0] is not None:
            left.append((limits[0] - sum(head.size for head in there)) // size)
        if limits[1] is not None:
            left.append(limits[1] - len(there))
        found.append((tables, max(min(left), 0)))
    return found
