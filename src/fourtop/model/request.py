"""What a party asks for."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import attrs

from fourtop.model import validators
from fourtop.model.restaurant import Area, Zone
from fourtop.model.table import Table, as_features
from fourtop.model.window import from_micros, to_micros


def _areas(value: Any) -> frozenset[Area]:
    return frozenset(
        validators.as_members("areas", value, lambda each: validators.as_enum(Area, "areas", each))
    )


def _zones(value: Any) -> frozenset[str]:
    return frozenset(
        validators.as_members(
            "zones", value, lambda each: validators.check_identifier("zones", each)
        )
    )


def _seatings(value: Any) -> frozenset[str]:
    return frozenset(
        validators.as_members(
            "seatings", value, lambda each: validators.check_text("seatings", each, 50)
        )
    )


@attrs.frozen(cache_hash=True)
class Preference:
    """Conditions on tables. Each kind that is named has to hold for a table; none named: all tables do.

    Args:
        zones: Zone ids; the table stands in one of them.
        seatings: Seating types; the table has one of them.
        areas: indoor, outdoor, bar; the table's zone is one of them.
        features: The table has all of them.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> Preference(features={"window"}).kinds
    ('features',)
    """

    zones: frozenset[str] = attrs.field(default=(), kw_only=True, converter=_zones)
    seatings: frozenset[str] = attrs.field(default=(), kw_only=True, converter=_seatings)
    areas: frozenset[Area] = attrs.field(default=(), kw_only=True, converter=_areas)
    features: frozenset[str] = attrs.field(default=(), kw_only=True, converter=as_features)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of conditions that are named, in a fixed order."""
        return tuple(
            kind for kind in ("zones", "seatings", "areas", "features") if getattr(self, kind)
        )

    def unmet(self, table: Table, zone: Zone) -> tuple[str, ...]:
        """Return the kinds of conditions that a table (in its zone) does not meet, in a fixed order."""
        met = {
            "zones": table.zone_id in self.zones,
            "seatings": table.seating in self.seatings,
            "areas": zone.area in self.areas,
            "features": self.features <= table.features,
        }
        return tuple(kind for kind in self.kinds if not met[kind])


ANY_TABLE: Final = Preference()


def _start(value: Any) -> int:
    return to_micros(value, "start")


def _table_ids(value: Any) -> tuple[str, ...]:
    return validators.check_identifiers("tables", value)


@attrs.frozen
class BookingRequest:
    """A party that wants to sit down: how many, when, and how.

    Args:
        party_size: How many people (1–1,000).
        start: When they sit down. An aware datetime of any zone.
        occasion: Key of an occasion of the house; ``None``: the period's own.
        must: Conditions that every table has to meet; a refusal names them.
        wish: Conditions that cost in the score where a table of the set does not meet them.
        tables: Exactly these tables and no others; empty: the planner chooses.
        past_reason: The host's code (an id) for why a start in the past is all right; only for
            staff.

    Raises:
        InvalidInput: Naming the field and the rule.
        NaiveDatetime: If the start has no time zone.

    >>> from datetime import datetime, UTC
    >>> BookingRequest(4, datetime(2026, 5, 1, 18, tzinfo=UTC)).party_size
    4
    """

    party_size: int = attrs.field(converter=validators.as_integer, validator=validators.party_size)
    start_us: int = attrs.field(alias="start", converter=_start)
    occasion: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    must: Preference = attrs.field(
        default=ANY_TABLE, kw_only=True, validator=validators.one_of(Preference)
    )
    wish: Preference = attrs.field(
        default=ANY_TABLE, kw_only=True, validator=validators.one_of(Preference)
    )
    tables: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_table_ids)
    past_reason: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )

    @property
    def start(self) -> datetime:
        """When they sit down, in UTC."""
        return from_micros(self.start_us)
