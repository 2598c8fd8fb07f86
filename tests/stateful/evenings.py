"""The model's own evening: the cost of the time beside a party, from the rows of the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction

import attrs

from tests.stateful.choosing import Choice, joins_outward
from tests.stateful.ledger import Ledger, OwnerKey
from tests.stateful.limits import Own
from tests.stateful.lookahead import starved, waiting
from tests.stateful.promises import span_of
from tests.stateful.service import Opening, Sitting, opening_at

MINUTE = 60_000_000


def in_evening(ledger: Ledger, seated: Sitting, own: Own, found: Iterable[Choice]) -> list[Choice]:
    """Return choices in the order of an evening, each with its cost in seat-minutes."""
    weights = {
        name: Fraction(str(value))
        for name, value in attrs.asdict(ledger.policy.planning.weights).items()
    }
    parties = waiting(ledger, seated, own) if weights["parties_starved"] else []
    sees_evening = any(weights[name] for name in ("joins_closed", "dead_time", "idle_time"))
    if not (sees_evening or parties):
        return list(found)
    minutes = Fraction(1)
    if sees_evening:
        minutes = Fraction(seated.block_end - seated.block_start, MINUTE)
    measured = []
    for each in found:
        count = starved(parties, each.tables, span_of(seated))
        cost = minutes * (each.exact + count * weights["parties_starved"])
        if sees_evening:
            cost += _time_beside(ledger, each.tables, seated, own.owners, weights)
        measured.append(attrs.evolve(each, exact=cost))
    return sorted(measured, key=lambda each: (each.cost, each.ties))


def _time_beside(
    ledger: Ledger,
    tables: Collection[str],
    seated: Sitting,
    owners: Collection[OwnerKey],
    weights: Mapping[str, Fraction],
) -> Fraction:
    """Return the cost of the joins that a plan closes and of the time beside it."""
    span = span_of(seated)
    joins = _joins_closed(ledger, tables, ledger.free_tables(*span, owners))
    cost = Fraction(span[1] - span[0], MINUTE) * joins * weights["joins_closed"]
    capacities = {table.id: table.capacity for table in ledger.floor.tables}
    for table in tables:
        for name, length in stretches(ledger, table, seated, owners):
            cost += capacities[table] * length * weights[name]
    return cost


def _joins_closed(ledger: Ledger, tables: Collection[str], free: Collection[str]) -> int:
    if ledger.policy.planning.max_tables == 1:
        return 0
    return len([other for other in joins_outward(ledger.floor, tables) if other in free])


def stretches(
    ledger: Ledger, table: str, seated: Sitting, owners: Collection[OwnerKey]
) -> list[tuple[str, Fraction]]:
    """Return how long a table stands empty before and after a party, and the weight of that."""
    service = opening_at(ledger.restaurant, ledger.policy, seated.start)
    assert service is not None
    start, end = seated.block_start, seated.block_end
    first, last = min(service.start, start), max(service.end, end)
    rows = ledger.all_in_the_way(table, first, last, owners)
    before = max([row.end for row in rows if row.end <= start], default=0)
    after = min([row.start for row in rows if row.start >= end], default=service.end)
    opens = max(service.start, ledger.now)
    shortest = shortest_stay(ledger, service)
    dead = "dead_time"
    found = []
    if before >= opens:
        found.append((dead if start - before < shortest else "idle_time", start - before))
    else:
        found.append(("idle_time", max(start - opens, 0)))
    if after < service.end:
        found.append((dead if after - end < shortest else "idle_time", after - end))
    else:
        found.append(("idle_time", max(service.end - end, 0)))
    return [(name, Fraction(length, MINUTE)) for name, length in found]


def shortest_stay(ledger: Ledger, service: Opening) -> int:
    """Return the shortest stay of a service, with its buffers."""
    policy, period = ledger.policy, service.period
    if period.occasions:
        bands = [
            band
            for each in policy.occasions
            if each.key in period.occasions
            for band in each.turn_bands
        ]
    else:
        bands = [*(period.turn_bands or policy.turn_bands)]
        bands += [band for rule in policy.zone_rules for band in rule.turn_bands]
    usual = ledger.restaurant.default_duration_minutes
    least = min([band.minutes for band in bands], default=usual)
    return (least + period.buffer_before_minutes + period.buffer_after_minutes) * MINUTE
