"""Enforcement: whether rules refuse parties, only record what they would refuse, or are off."""

import hashlib
from datetime import date
from enum import StrEnum
from typing import Final

import attrs

from fourtop.errors.display import brief
from fourtop.model import validators

_EVERYTHING: Final = 100


class EnforcementMode(StrEnum):
    """What a rule does to a party that breaks it.

    ``ENFORCED``: it refuses the party. ``SHADOW``: it admits the party and records on the hold and
    the booking that it would have refused it. ``OFF``: it does nothing.
    """

    OFF = "off"
    SHADOW = "shadow"
    ENFORCED = "enforced"

    @property
    def milder(self) -> "EnforcementMode":
        """The mode of the services that a roll-out has not reached: shadow, or off."""
        return _MILDER[self]


_MILDER: Final = {
    EnforcementMode.ENFORCED: EnforcementMode.SHADOW,
    EnforcementMode.SHADOW: EnforcementMode.OFF,
    EnforcementMode.OFF: EnforcementMode.OFF,
}


def _capacity(value: EnforcementMode | str) -> EnforcementMode:
    return validators.as_enum(EnforcementMode, "capacity", value)


def _adjacency(value: EnforcementMode | str) -> EnforcementMode:
    return validators.as_enum(EnforcementMode, "adjacency", value)


@attrs.frozen(repr=False)
class Enforcement:
    """How strictly a house applies its capacity rules and its rule of adjacency.

    Capacity rules are caps, shares of channels, pacing, and caps of zones. The rule of adjacency
    is ``Planning.adjacency_required`` with its mode. Nothing here ever lets two parties have one
    table.

    A percentage rolls a mode out over services. Each service, by its restaurant, period and date,
    has a fixed place from 0 to 99, and the mode applies to those below the percentage. The others
    have the next milder mode: shadow in place of enforced, off in place of shadow. A service that a
    percentage reaches is also reached by every larger one. A service counts as a whole, so that
    each read answers as the command after it. Capacity and adjacency have places of their own.

    Args:
        capacity: The mode of the capacity rules.
        capacity_percent: The share of services that it applies to (0–100).
        adjacency: The mode of the rule of adjacency.
        adjacency_percent: The share of services that it applies to (0–100).

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> Enforcement(capacity="shadow").capacity_on("the-pub", "dinner", date(2026, 5, 1))
    <EnforcementMode.SHADOW: 'shadow'>
    """

    capacity: EnforcementMode = attrs.field(
        default=EnforcementMode.ENFORCED, kw_only=True, converter=_capacity
    )
    capacity_percent: int = attrs.field(
        default=_EVERYTHING,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(0, _EVERYTHING),
    )
    adjacency: EnforcementMode = attrs.field(
        default=EnforcementMode.ENFORCED, kw_only=True, converter=_adjacency
    )
    adjacency_percent: int = attrs.field(
        default=_EVERYTHING,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(0, _EVERYTHING),
    )

    @property
    def capacity_modes(self) -> frozenset[EnforcementMode]:
        """The modes of the capacity rules that services of the house may have."""
        return _modes(self.capacity, self.capacity_percent)

    @property
    def adjacency_modes(self) -> frozenset[EnforcementMode]:
        """The modes of the rule of adjacency that services of the house may have."""
        return _modes(self.adjacency, self.adjacency_percent)

    def capacity_on(self, restaurant_id: str, period: str, day: date) -> EnforcementMode:
        """Return the mode of the capacity rules in a service.

        Args:
            restaurant_id: The restaurant.
            period: Key of the service period.
            day: The service date.
        """
        place = place_of("capacity", restaurant_id, period, day)
        return self.capacity if place < self.capacity_percent else self.capacity.milder

    def adjacency_on(self, restaurant_id: str, period: str, day: date) -> EnforcementMode:
        """Return the mode of the rule of adjacency in a service, as ``capacity_on``."""
        place = place_of("adjacency", restaurant_id, period, day)
        return self.adjacency if place < self.adjacency_percent else self.adjacency.milder

    def __repr__(self) -> str:
        return brief(
            self,
            _text("capacity", self.capacity, self.capacity_percent),
            _text("adjacency", self.adjacency, self.adjacency_percent),
        )


def _modes(mode: EnforcementMode, percent: int) -> frozenset[EnforcementMode]:
    found = set()
    if percent > 0:
        found.add(mode)
    if percent < _EVERYTHING:
        found.add(mode.milder)
    return frozenset(found)


def _text(name: str, mode: EnforcementMode, percent: int) -> str:
    share = "" if percent == _EVERYTHING else f" for {percent} % of services"
    return f"{name} {mode.value}{share}"


def place_of(rule: str, restaurant_id: str, period: str, day: date) -> int:
    """Return the fixed place of a service in the roll-out of a rule, from 0 to 99.

    It is the same in every process and release: SHA-256 of the facts, and not ``hash``. No id
    contains a slash, so that two services never share a text.
    """
    text = f"{rule}/{restaurant_id}/{period}/{day.isoformat()}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) % _EVERYTHING
