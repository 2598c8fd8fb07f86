"""Booking requests and preferences."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Self

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief, some
from fourtop.model import validators
from fourtop.model.override import Override, as_overrides, check_named
from fourtop.model.restaurant import Area, Zone
from fourtop.model.table import Table, as_features
from fourtop.model.window import brief_iso, from_micros, to_micros


def _areas(value: Iterable[Area | str]) -> frozenset[Area]:
    return frozenset(
        validators.as_members("areas", value, lambda each: validators.as_enum(Area, "areas", each))
    )


def _zones(value: Iterable[str]) -> frozenset[str]:
    return frozenset(
        validators.as_members(
            "zones", value, lambda each: validators.check_identifier("zones", each)
        )
    )


def _seatings(value: Iterable[str]) -> frozenset[str]:
    return frozenset(
        validators.as_members(
            "seatings", value, lambda each: validators.check_text("seatings", each, 50)
        )
    )


@attrs.frozen(cache_hash=True, repr=False)
class Preference:
    """Conditions on tables. A table must meet every kind that is named; no kind admits all tables.

    Args:
        zones: Zone ids; the table is in one of these zones.
        seatings: Seating types; the table has one of them.
        areas: indoor, outdoor, bar; the zone of the table is in one of them.
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

    def values_of(self, kinds: Iterable[str]) -> dict[str, list[str]]:
        """Return the values that are named for some kinds, as plain data.

        >>> Preference(zones={"patio", "main"}).values_of(["zones"])
        {'zones': ['main', 'patio']}
        """
        return {kind: sorted(map(str, getattr(self, kind))) for kind in kinds}

    def unmet(self, table: Table, zone: Zone) -> tuple[str, ...]:
        """Return the kinds of conditions that a table in its zone fails, in a fixed order."""
        met = {
            "zones": table.zone_id in self.zones,
            "seatings": table.seating in self.seatings,
            "areas": zone.area in self.areas,
            "features": self.features <= table.features,
        }
        return tuple(kind for kind in self.kinds if not met[kind])

    def __repr__(self) -> str:
        return brief(self, *(f"{kind} {some(sorted(getattr(self, kind)))}" for kind in self.kinds))


ANY_TABLE: Final = Preference()


class Relaxation(StrEnum):
    """A rule of the house that staff may lift for one request, if the answer is a no.

    ``ADJACENCY``: the tables need not touch. ``MIN_PARTY``: tables for larger parties count.
    ``CAPACITY``: the caps on covers and parties do not count.
    """

    ADJACENCY = "adjacency"
    MIN_PARTY = "min_party"
    CAPACITY = "capacity"


def as_relaxations(value: Iterable[Relaxation | str]) -> tuple[Relaxation, ...]:
    """Convert the relaxations of a request to a tuple without duplicates, in their order.

    Raises:
        InvalidInput: If one is unknown.
    """
    return tuple(
        dict.fromkeys(
            validators.as_members(
                "relax", value, lambda each: validators.as_enum(Relaxation, "relax", each)
            )
        )
    )


def as_party_sizes(field: str, value: object) -> tuple[int, ...]:
    """Convert a party size, or several, to increasing numbers.

    Raises:
        InvalidInput: If one is not a party size, or none is given.
    """
    sizes = value if isinstance(value, Iterable) else (value,)
    found = validators.as_members(field, sizes, lambda each: validators.check_party(each, field))
    if not found:
        raise InvalidInput(field, "must name at least one party size", safe_repr(value))
    return tuple(sorted(set(found)))


# The least and the greatest length of a stay of its own.
STAY_MINUTES: Final = (1, 600)


stay_minutes: Final = validators.optional(validators.integer(*STAY_MINUTES))


def as_start(value: datetime) -> int:
    """Convert the start of a request to microseconds.

    Raises:
        NaiveDatetime: If it has no time zone.
        InvalidWindow: If it is not a datetime, or outside the years 1970 to 2199.
    """
    return to_micros(value, "start")


def as_table_ids(value: Iterable[str]) -> tuple[str, ...]:
    """Convert the named tables of a request to sorted ids.

    Raises:
        InvalidInput: If they are not a collection.
        InvalidIdentifier: If one is not an id.
    """
    return validators.check_identifiers("tables", value)


@attrs.frozen(repr=False)
class BookingRequest:
    """A request for a table: the party size, the start and the conditions.

    Args:
        party_size: The number of people (1–1,000).
        start: The time when they sit down. An aware datetime of any zone.
        occasion: Key of an occasion of the house; ``None``: the period's default.
        must: Conditions that every table must meet; a refusal names them.
        wish: Conditions that add to the score for each table that does not meet them.
        tables: Exactly these tables and no others; empty: the planner chooses.
        past_reason: The host's code (an id) for accepting a start in the past; only for staff.
        channel: The way by which the request comes (an id), such as ``online`` or ``phone``.
        minutes: The length of the stay (1–600); ``None``: the policy decides.
        reference: The host's own id of the booking.
        relax: Rules of the house to lift if the answer is a no, in this order, each besides those
            before it. Only for staff; the answer says which were used.
        overrides: Rules of the house that staff break for it, each with a reason. To break a rule
            of tables, the request names the tables. Only for staff; the booking keeps those that
            were needed.

    Raises:
        InvalidInput: Naming the field and the rule.
        NaiveDatetime: If the start has no time zone.

    >>> from datetime import datetime, UTC
    >>> BookingRequest(4, datetime(2026, 5, 1, 18, tzinfo=UTC)).party_size
    4
    """

    party_size: int = attrs.field(converter=validators.as_integer, validator=validators.party_size)
    start_us: int = attrs.field(alias="start", converter=as_start)
    occasion: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    must: Preference = attrs.field(
        default=ANY_TABLE, kw_only=True, validator=validators.one_of(Preference)
    )
    wish: Preference = attrs.field(
        default=ANY_TABLE, kw_only=True, validator=validators.one_of(Preference)
    )
    tables: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_table_ids)
    past_reason: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    channel: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    minutes: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=stay_minutes,
    )
    reference: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    relax: tuple[Relaxation, ...] = attrs.field(default=(), kw_only=True, converter=as_relaxations)
    overrides: tuple[Override, ...] = attrs.field(default=(), kw_only=True, converter=as_overrides)

    @overrides.validator
    def _are_named(self, _attribute: object, overrides: tuple[Override, ...]) -> None:
        check_named(overrides, self.tables)

    @property
    def start(self) -> datetime:
        """The time when they sit down, in UTC."""
        return from_micros(self.start_us)

    def replaced(self, **fields: Any) -> Self:
        """Return this request with other values of some fields; they are named as its arguments.

        >>> from datetime import datetime, UTC
        >>> request = BookingRequest(4, datetime(2026, 5, 1, 18, tzinfo=UTC))
        >>> request.replaced(party_size=3).party_size
        3
        """
        own = {each.alias: getattr(self, each.name) for each in attrs.fields(type(self))}
        return type(self)(**{**own, "start": self.start, **fields})

    def __repr__(self) -> str:
        return brief(
            self,
            f"party of {self.party_size} at {brief_iso(self.start_us)}",
            "" if self.occasion is None else f"occasion {self.occasion}",
            "" if self.minutes is None else f"{self.minutes} minutes",
            f"must {' '.join(self.must.kinds)}" if self.must.kinds else "",
            f"wish {' '.join(self.wish.kinds)}" if self.wish.kinds else "",
            f"tables {some(self.tables, separator='+')}" if self.tables else "",
        )
