"""Holds: tables kept for a party while it makes up its mind."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import attrs

from fourtop.model.actor import Actor
from fourtop.model.calendar import Stay
from fourtop.model.floor import Floor
from fourtop.model.planning import Planning
from fourtop.model.policy import ServicePeriod
from fourtop.model.receipt import NO_RECEIPT, Receipt
from fourtop.model.request import Preference
from fourtop.model.window import from_micros

_CANONICAL: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
)


def canonical(data: Any) -> str:
    """Write plain data as JSON that is the same for equal data: keys sorted at every depth, no spaces."""
    return _CANONICAL.encode(data)


@attrs.frozen
class Fingerprint:
    """What a hold relied on, and the digest of it. Drift compares digests; the facts name what changed.

    Args:
        facts: Canonical JSON of a flat object: a fact's name to its value.
    """

    facts: str

    @property
    def digest(self) -> str:
        """SHA-256 of the facts, in hexadecimal."""
        return hashlib.sha256(self.facts.encode()).hexdigest()

    def changed(self, now: Fingerprint) -> tuple[str, ...]:
        """Return the names of the facts that differ, sorted."""
        before, after = json.loads(self.facts), json.loads(now.facts)
        return tuple(
            sorted(
                name for name in before.keys() | after.keys() if before.get(name) != after.get(name)
            )
        )


def fingerprint_of(
    floor: Floor,
    planning: Planning,
    tables: tuple[str, ...],
    *,
    terms: tuple[ServicePeriod, Stay] | None,
    party_size: int,
) -> Fingerprint:
    """Write down what a hold of these tables for this stay relies on.

    Of each table: capacity, limits, zone, mobility, service state; of the set: the joins inside it
    with their losses, its hand-set capacity; of the policy: mode, turn time of the band, buffers.
    Where a table is drawn is no part of it. A table or a service that is gone is a changed fact
    too.

    Args:
        floor: The floor relied on.
        planning: The rules relied on.
        tables: The held table ids.
        terms: The service period and the stay; ``None`` if there is no such service any more.
        party_size: The party's size; it selects the mode.
    """
    facts: dict[str, Any] = {}
    for table_id in tables:
        table = floor.find_table(table_id)
        if table is not None:
            facts[f"tables[{table_id}].capacity"] = table.capacity
            facts[f"tables[{table_id}].min_party"] = table.min_party
            facts[f"tables[{table_id}].max_party"] = table.max_party
            facts[f"tables[{table_id}].zone_id"] = table.zone_id
            facts[f"tables[{table_id}].mobility"] = table.mobility.value
            facts[f"tables[{table_id}].is_offered"] = table.is_offered
    members = frozenset(tables)
    if len(members) > 1:
        mode = planning.mode_for(party_size)
        facts["adjacency_mode"] = None if mode is None else mode.value
        for join in floor.joins:
            if members.issuperset(join.tables):
                facts[f"joins[{'+'.join(join.tables)}]"] = join.seat_loss
        given = floor.find_set_capacity(members)
        facts["set_capacity"] = None if given is None else [given.capacity, given.min_party]
    if terms is not None:
        period, stay = terms
        facts["turn_minutes"] = stay.turn_minutes
        facts["buffer_before_minutes"] = period.buffer_before_minutes
        facts["buffer_after_minutes"] = period.buffer_after_minutes
    return Fingerprint(canonical(facts))


class HoldState(StrEnum):
    """What became of a hold. Only ``ACTIVE`` ones may be alive; whether one is depends on the time."""

    ACTIVE = "active"
    RELEASED = "released"
    REPLACED = "replaced"
    EXPIRED = "expired"
    CONFIRMED = "confirmed"


@attrs.frozen
class Hold:
    """Tables kept for a party until a moment. It ends at ``expires_us``: then it blocks nobody, swept or not.

    Args:
        id: Of the hold; unique in the restaurant.
        restaurant_id: The tenant.
        party_size: How many people.
        stay: Service, dining and block window.
        tables: Table ids, in table order.
        state: What became of it.
        created_us: When it was made, in microseconds.
        expires_us: The first microsecond in which it is dead.
        fingerprint: What it relied on.
        actor: Who made it.
        booking_id: The booking that it is for, if there is one already.
        session: The host's session, for the limit on live holds of one session.
        past_reason: The host's code for why a start in the past was taken, if it was.
        must: The conditions that its tables had to meet.
        wish: The conditions that would have been nice.
        names_tables: Whether the request named the tables.
        occasion: The occasion that the request named; that of the stay may be the period's own.
        receipt: What the command that returned it says besides; neither stored nor compared.
    """

    id: str
    restaurant_id: str
    party_size: int
    stay: Stay
    tables: tuple[str, ...]
    state: HoldState
    created_us: int
    expires_us: int
    fingerprint: Fingerprint
    actor: Actor
    booking_id: str | None = None
    session: str | None = None
    past_reason: str | None = None
    must: Preference = attrs.field(factory=Preference)
    wish: Preference = attrs.field(factory=Preference)
    names_tables: bool = False
    occasion: str | None = None
    receipt: Receipt = attrs.field(default=NO_RECEIPT, eq=False, repr=False, kw_only=True)

    @property
    def replayed(self) -> bool:
        """Whether this is the stored result of an earlier call."""
        return self.receipt.replayed

    def is_alive(self, now_us: int) -> bool:
        """Tell whether it keeps its tables: ``now < expires_at`` is alive, equal is dead."""
        return self.state is HoldState.ACTIVE and now_us < self.expires_us

    @property
    def expires_at(self) -> datetime:
        """The first instant in which it is dead, in UTC."""
        return from_micros(self.expires_us)

    @property
    def created_at(self) -> datetime:
        """When it was made, in UTC."""
        return from_micros(self.created_us)
