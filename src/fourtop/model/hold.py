"""Holds: tables reserved for a short time while a guest decides."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final, Self

import attrs

from fourtop.errors import Code
from fourtop.errors.display import brief, count_of, short_id, tables_of
from fourtop.model.actor import Actor
from fourtop.model.direct_init import direct_init
from fourtop.model.floor import Floor
from fourtop.model.override import Override
from fourtop.model.planning_rules import Planning
from fourtop.model.receipt import NO_RECEIPT, Receipt
from fourtop.model.request import Preference, Relaxation
from fourtop.model.service_period import ServicePeriod
from fourtop.model.stay import Stay
from fourtop.model.window import brief_iso, from_micros

_VERSIONS: Final = "versions"
_RELAXED: Final = "relaxed"

# Encodes plain data as canonical JSON: keys sorted at every depth, no spaces.
canonical: Final[Callable[[Any], str]] = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
).encode


@lru_cache(maxsize=1_024)
def _versions_of(facts: str) -> tuple[int, int] | None:
    # Holds of the same tables at the same hours have the same facts.
    found = json.loads(facts).get(_VERSIONS)
    return None if found is None else (found[0], found[1])


@attrs.frozen(repr=False)
class Fingerprint:
    """The facts that a hold relies on. Drift compares them; the facts name the changes.

    Args:
        facts: Canonical JSON of a flat object from the name of a fact to its value. The versions of
            floor and policy are among them, but do not count as drift.
    """

    facts: str

    @property
    def versions(self) -> tuple[int, int] | None:
        """The versions of the floor and the policy; ``None``: it was made without them."""
        return _versions_of(self.facts)

    @property
    def relaxed(self) -> tuple[Relaxation, ...]:
        """The rules of the house that were lifted for the hold."""
        if _RELAXED not in self.facts:
            return ()
        return tuple(Relaxation(each) for each in json.loads(self.facts).get(_RELAXED, ()))

    def with_relaxed(self, relaxed: tuple[Relaxation, ...]) -> Self:
        """Return the fingerprint with the rules that were lifted for the hold."""
        facts = json.loads(self.facts) | {_RELAXED: [each.value for each in relaxed]}
        return attrs.evolve(self, facts=canonical(facts))

    def with_versions(self, floor: int, policy: int) -> Self:
        """Return the fingerprint with the versions that its facts were read at."""
        facts = json.loads(self.facts) | {_VERSIONS: [floor, policy]}
        return attrs.evolve(self, facts=canonical(facts))

    @property
    def digest(self) -> str:
        """SHA-256 of the facts, in hexadecimal."""
        return hashlib.sha256(self.facts.encode()).hexdigest()

    def changed(self, now: Self) -> tuple[str, ...]:
        """Return the names of the facts that differ, sorted."""
        before, after = json.loads(self.facts), json.loads(now.facts)
        names = (before.keys() | after.keys()) - {_VERSIONS, _RELAXED}
        return tuple(sorted(name for name in names if before.get(name) != after.get(name)))

    def __repr__(self) -> str:
        return brief(self, self.digest[:12], count_of(len(json.loads(self.facts)), "fact"))


def fingerprint_of(
    floor: Floor,
    planning: Planning,
    tables: tuple[str, ...],
    *,
    terms: tuple[ServicePeriod, Stay] | None,
    party_size: int,
) -> Fingerprint:
    """Collect the facts that a hold of these tables for this stay relies on.

    For each table: capacity, limits, zone, mobility, service state. For the set: the joins inside
    it with their losses, and its hand-set capacity and minimum. For the policy: mode, turn time of
    the band, buffers. The position on the plan does not count. A table or service that no longer
    exists counts as a changed fact.

    Args:
        floor: The floor relied on.
        planning: The rules relied on.
        tables: The held table ids.
        terms: The service period and the stay; ``None`` if the service no longer exists.
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
    """The state of a hold. An ``ACTIVE`` hold is alive until it expires."""

    ACTIVE = "active"
    RELEASED = "released"
    REPLACED = "replaced"
    EXPIRED = "expired"
    CONFIRMED = "confirmed"


@direct_init
@attrs.frozen(repr=False)
class Hold:
    """Tables reserved for a party until ``expires_us``. From then on the tables are free.

    The tables are free even before a sweep ends the hold.

    Args:
        id: Of the hold; unique in the restaurant.
        restaurant_id: The tenant.
        party_size: The number of people.
        stay: Service, dining and occupied window.
        tables: Table ids, in table order.
        state: The state of the hold.
        created_us: The time of its creation, in microseconds.
        expires_us: The first microsecond in which it is dead.
        fingerprint: The facts that it relies on.
        actor: The actor of the command.
        booking_id: The booking that it is for, if one exists.
        session: The host's session, for the limit on live holds of one session.
        past_reason: The host's code for accepting a start in the past, if any.
        must: The required conditions of its tables.
        wish: The optional conditions of its tables.
        names_tables: Whether the request named the tables.
        occasion: The occasion of the request; the stay may have the period's default instead.
        channel: The way by which the request came.
        minutes: The length of the stay that the request set; ``None``: the policy decided.
        reference: The host's own id of the booking.
        life_start_us: The time since which the party has kept tables, in microseconds: the creation
            of the first hold in a chain of replacements.
        overrides: The rules of the house that staff broke for it, in a fixed order.
        would_refuse: The rules in shadow mode that would have refused it.
        receipt: Further facts from the command that returned it; neither stored nor compared.
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
    channel: str | None = None
    minutes: int | None = None
    reference: str | None = None
    life_start_us: int = attrs.field(
        default=attrs.Factory(lambda self: self.created_us, takes_self=True)
    )
    overrides: tuple[Override, ...] = ()
    would_refuse: tuple[Code, ...] = ()
    receipt: Receipt = attrs.field(default=NO_RECEIPT, eq=False, repr=False, kw_only=True)

    @property
    def replayed(self) -> bool:
        """Whether this is the stored result of an earlier call."""
        return self.receipt.replayed

    def is_alive(self, now_us: int) -> bool:
        """Tell whether it keeps its tables: it is alive while ``now < expires_at``."""
        return self.state is HoldState.ACTIVE and now_us < self.expires_us

    @property
    def expires_at(self) -> datetime:
        """The first instant in which it is dead, in UTC."""
        return from_micros(self.expires_us)

    @property
    def created_at(self) -> datetime:
        """The time of its creation, in UTC."""
        return from_micros(self.created_us)

    def __repr__(self) -> str:
        return brief(
            self,
            f"{short_id(self.id)} {self.stay.dining.brief()}",
            f"party of {self.party_size}",
            tables_of(self.tables),
            f"{self.state.value} until {brief_iso(self.expires_us)}"
            if self.state is HoldState.ACTIVE
            else self.state.value,
        )
