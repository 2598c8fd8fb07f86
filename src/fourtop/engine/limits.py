"""Limits: the rules on the number of guests that apply to one service, resolved once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache, partial
from typing import Final

import attrs

from fourtop.engine.compiled_house import CompiledHouse
from fourtop.model.capacity_rules import CapacityRule, ChannelShare, PacingRule
from fourtop.model.house import House
from fourtop.model.service import Service

_KEPT: Final = "limits"
_KEPT_SERVICES: Final = 512


@attrs.frozen
class ZoneCap:
    """A cap of one zone in a service.

    Args:
        rule: The cap; it names the zone.
        tables: Mask of the zone's tables.
        members: Their ids.
    """

    rule: CapacityRule
    tables: int
    members: frozenset[str]


@attrs.frozen
class Limits:
    """The rules on the number of guests of one service.

    Args:
        caps: The caps of the whole service, ``None`` without any.
        pacing: The caps of each interval, those at the start first.
        shares: The share of each channel.
        zones: The caps of zones.
    """

    caps: CapacityRule | None
    pacing: tuple[PacingRule, ...]
    shares: tuple[ChannelShare, ...]
    zones: tuple[ZoneCap, ...]

    @property
    def binds(self) -> bool:
        """Whether any rule needs a count of the guests."""
        return self.caps is not None or bool(self.pacing or self.zones)


NO_LIMITS: Final = Limits(None, (), (), ())


def limits_of(compiled: CompiledHouse, service: Service) -> Limits:
    """Return the limits of a service; those of the 512 services used last are kept."""
    resolve: Callable[[str, date], Limits] | None = compiled.kept.get(_KEPT)
    if resolve is None:
        resolve = compiled.kept[_KEPT] = _resolver(compiled.house)
    return resolve(service.period.key, service.date)


def _resolver(house: House) -> Callable[[str, date], Limits]:
    policy = house.policy
    if not (policy.capacity_rules or policy.pacing_rules or policy.channel_shares):
        return lambda *_: NO_LIMITS
    return lru_cache(_KEPT_SERVICES)(partial(_resolve, house))


def _resolve(house: House, period: str, day: date) -> Limits:
    policy, floor = house.policy, house.floor
    named = dict.fromkeys(rule.zone for rule in policy.capacity_rules if rule.zone is not None)
    zones = []
    for zone in named:
        rule = policy.find_capacity_rule(period, day, zone)
        if rule is not None:
            members = [table.id for table in floor.tables if table.zone_id == zone]
            zones.append(ZoneCap(rule, floor.mask(members), frozenset(members)))
    return Limits(
        policy.find_capacity_rule(period, day),
        policy.find_pacing_rules(period, day),
        policy.find_channel_shares(period, day),
        tuple(zones),
    )
