"""The model's modes of enforcement: in which services the limits on guests bind."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import attrs

from fourtop.model.enforcement import Enforcement
from tests.stateful.ledger import Ledger
from tests.stateful.service import Opening

MILDER = {"enforced": "shadow", "shadow": "off", "off": "off"}


def mode(ledger: Ledger, service: Opening) -> str:
    """Return the mode of the limits on guests in a service."""
    rules = ledger.policy.enforcement
    facts = ("capacity", ledger.restaurant.id, service.period.key, service.date.isoformat())
    place = int(hashlib.sha256("/".join(facts).encode()).hexdigest()[:16], 16) % 100
    named = rules.capacity.value
    return named if place < rules.capacity_percent else MILDER[named]


def binds(ledger: Ledger, service: Opening) -> bool:
    return mode(ledger, service) == "enforced"


@contextmanager
def enforced(ledger: Ledger) -> Iterator[None]:
    """Let every limit bind for a while."""
    policy = ledger.policy
    ledger.policy = attrs.evolve(policy, enforcement=Enforcement())
    try:
        yield
    finally:
        ledger.policy = policy
