"""Day plans: tables for all bookings of a date, as moves that one command makes."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from typing import Final, TypedDict

import attrs

from fourtop.errors import InvalidInput, Refusal, safe_repr
from fourtop.errors.display import brief, html_table, tables_of
from fourtop.model import validators
from fourtop.model.restaurant import timezone_name, zone_info
from fourtop.model.results import Versions, as_versions
from fourtop.model.service_period import as_date, calendar_date
from fourtop.model.window import LATEST_US, brief_iso, from_micros

NODE_BUDGET: Final = 50_000
MOST_NODES: Final = 100_000_000
# Sums of larger ones would not be exact in the solver.
MOST_VALUE: Final = 1_000_000_000
_MOST_SEED: Final = 2**63 - 1
_NO_TABLES: Final = "no tables"


class Objective(StrEnum):
    """The value of a party in a day plan.

    ``COVERS``: its people. ``REVENUE``: the amount that the caller expects of it. ``PRIORITY``: its
    people times the priority that the caller gives it; 1 without one.
    """

    COVERS = "covers"
    REVENUE = "revenue"
    PRIORITY = "priority"


class DayPlanTerms(TypedDict, total=False):
    """The optional arguments of a day plan.

    Args:
        objective: ``covers`` (the default), ``revenue`` or ``priority``.
        values: For each booking id its amount or priority, as a whole number of 0 or more. A
            booking without one has the amount 0 or the priority 1.
        node_budget: How many times the search may look for tables of a party (1–100,000,000;
            50,000, which takes about a second).
        seed: The seed of the search. The same seed, bookings and house give the same plan.
        optimum: Whether to look for the optimum as well, which needs the extra ``optimize``.
    """

    objective: Objective | str
    values: Mapping[str, int]
    node_budget: int
    seed: int
    optimum: bool


def _as_objective(value: Objective | str) -> Objective:
    return validators.as_enum(Objective, "objective", value)


def _as_values(value: Mapping[str, int]) -> Mapping[str, int]:
    if not isinstance(value, Mapping):
        raise InvalidInput("values", "must map booking ids to numbers", safe_repr(value))
    return {
        validators.check_identifier("values", each): validators.check_integer(
            "values", number, 0, MOST_VALUE
        )
        for each, number in value.items()
    }


@attrs.frozen(repr=False)
class DayPlanWish:
    """The arguments of a day plan, as ``DayPlanTerms`` describes them.

    Raises:
        InvalidInput: Naming the field and the rule.
        InvalidIdentifier: If a booking id is malformed.
    """

    on: date = attrs.field(converter=as_date, validator=calendar_date)
    objective: Objective = attrs.field(default=Objective.COVERS, converter=_as_objective)
    values: Mapping[str, int] = attrs.field(factory=dict, converter=_as_values)
    node_budget: int = attrs.field(
        default=NODE_BUDGET,
        converter=validators.as_integer,
        validator=validators.integer(1, MOST_NODES),
    )
    seed: int = attrs.field(
        default=0, converter=validators.as_integer, validator=validators.integer(0, _MOST_SEED)
    )
    optimum: bool = attrs.field(default=False, validator=validators.flag)

    def __attrs_post_init__(self) -> None:
        if self.objective is Objective.COVERS and self.values:
            raise InvalidInput("values", "must be empty for the objective covers", "some")
        if self.objective is Objective.REVENUE and not self.values:
            raise InvalidInput("values", "must give the amounts of the objective revenue", "none")

    def value_of(self, booking_id: str, party_size: int) -> int:
        """Return the value of a party."""
        if self.objective is Objective.COVERS:
            return party_size
        if self.objective is Objective.REVENUE:
            return self.values.get(booking_id, 0)
        return party_size * self.values.get(booking_id, 1)


def _as_before(value: Iterable[str]) -> tuple[str, ...]:
    check = partial(validators.check_identifier, "before")
    return validators.as_members("before", value, check)


def _as_tables(value: Iterable[str]) -> tuple[str, ...]:
    return validators.check_tables("tables", value)


_start: Final = validators.integer(0, LATEST_US - 1)


@attrs.frozen(repr=False)
class DayMove:
    """A booking that gets other tables by a day plan, or its first ones.

    Args:
        booking_id: The booking.
        version: The version of the booking that the plan read.
        party_size: The number of people.
        start_us: When the party sits down, in microseconds.
        before: The tables that it has; empty for a booking that waits for tables.
        tables: The tables that it gets, in table order.
        timezone: Of the restaurant, for the times that a person sees.

    Raises:
        InvalidInput: If it gets no table, or a value is of another type or out of range.
        InvalidIdentifier: If an id is malformed.
    """

    booking_id: str = attrs.field(validator=validators.identifier)
    version: int = attrs.field(converter=validators.as_integer, validator=validators.version)
    party_size: int = attrs.field(converter=validators.as_integer, validator=validators.party_size)
    start_us: int = attrs.field(converter=validators.as_integer, validator=_start)
    before: tuple[str, ...] = attrs.field(converter=_as_before)
    tables: tuple[str, ...] = attrs.field(converter=_as_tables)
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True, validator=timezone_name)

    @property
    def start(self) -> datetime:
        """When the party sits down, in UTC."""
        return from_micros(self.start_us)

    @property
    def after(self) -> tuple[str, ...]:
        """The tables that it gets, as those of a re-seating are named."""
        return self.tables

    def __str__(self) -> str:
        before = tables_of(self.before) if self.before else _NO_TABLES
        return f"{before} → {tables_of(self.tables)}"

    def __repr__(self) -> str:
        return brief(self, f"{self.booking_id} party of {self.party_size}", str(self))


@attrs.frozen(repr=False)
class LeftBooking:
    """A booking that gets no tables by a day plan.

    Args:
        booking_id: The booking.
        party_size: The number of people.
        start_us: When the party would sit down, in microseconds.
        refusal: Why it cannot have tables wherever the other parties go; ``None``: the plan gives
            the tables that it could have to other parties, or they are some that no plan looks at,
            which leaves the plan without a bound.
        timezone: Of the restaurant, for the times that a person sees.

    Raises:
        InvalidInput: If a value is of another type or out of range.
        InvalidIdentifier: If the id is malformed.
    """

    booking_id: str = attrs.field(validator=validators.identifier)
    party_size: int = attrs.field(converter=validators.as_integer, validator=validators.party_size)
    start_us: int = attrs.field(converter=validators.as_integer, validator=_start)
    refusal: Refusal | None = attrs.field(
        default=None, validator=validators.optional(validators.one_of(Refusal))
    )
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True, validator=timezone_name)

    @property
    def start(self) -> datetime:
        """When the party would sit down, in UTC."""
        return from_micros(self.start_us)

    def __str__(self) -> str:
        return "other parties get the tables" if self.refusal is None else str(self.refusal)

    def __repr__(self) -> str:
        return brief(self, f"{self.booking_id} party of {self.party_size}", str(self))


def _as_moves(value: Iterable[DayMove]) -> tuple[DayMove, ...]:
    return validators.as_instances("moves", value, DayMove)


def _as_left(value: Iterable[LeftBooking]) -> tuple[LeftBooking, ...]:
    return validators.as_instances("left", value, LeftBooking)


@attrs.frozen(repr=False, kw_only=True)
class DayPlan:
    """Tables for all bookings of a date: the moves, the bookings left, the value and its bound.

    Args:
        restaurant_id: The restaurant. No other one accepts the plan.
        on: The service date.
        objective: The value that it makes as large as it can.
        moves: The bookings that get other tables, or their first ones, by start, then id.
        left: The bookings that get no tables, by start, then id.
        kept: How many bookings of the plan stay at the tables that they have. Bookings that no plan
            moves are not among them.
        value: The value of the bookings of the plan that have tables.
        value_before: The value of those that have tables now.
        bound: No plan is worth more; ``None``: unknown.
        nodes: How many times the search looked for tables of a party.
        versions: Of the floor, policy and occupancy that it read.
        timezone: Of the restaurant, for the times that a person sees.

    Raises:
        InvalidInput: If the moves and the bookings left name a booking twice, or a value is of
            another type or out of range.
        InvalidIdentifier: If the restaurant's id is malformed.
    """

    restaurant_id: str = attrs.field(validator=validators.identifier)
    on: date = attrs.field(converter=as_date, validator=calendar_date)
    objective: Objective = attrs.field(converter=_as_objective)
    moves: tuple[DayMove, ...] = attrs.field(converter=_as_moves)
    left: tuple[LeftBooking, ...] = attrs.field(converter=_as_left)
    kept: int = attrs.field(converter=validators.as_integer, validator=validators.count)
    value: int = attrs.field(converter=validators.as_integer, validator=validators.count)
    value_before: int = attrs.field(converter=validators.as_integer, validator=validators.count)
    bound: int | None = attrs.field(
        converter=validators.as_optional_integer, validator=validators.optional(validators.count)
    )
    nodes: int = attrs.field(converter=validators.as_integer, validator=validators.count)
    versions: Versions = attrs.field(converter=as_versions)
    timezone: str = attrs.field(default="UTC", eq=False, validator=timezone_name)

    def __attrs_post_init__(self) -> None:
        ids = [each.booking_id for each in self.moves]
        validators.check_named_once("moves", ids)
        validators.check_named_once("left", [*ids, *(each.booking_id for each in self.left)])

    @property
    def gap_percent(self) -> float | None:
        """How far the value is below the bound, in percent of the bound; ``None``: unknown."""
        if self.bound is None:
            return None
        return 100 * (self.bound - self.value) / self.bound if self.bound else 0.0

    @property
    def is_optimal(self) -> bool:
        """Whether its value is proven to be the greatest."""
        return self.bound == self.value

    @property
    def gap_text(self) -> str:
        """The gap for people.

        >>> DayPlan(restaurant_id="the-pub", on=date(2026, 5, 1), objective=Objective.COVERS,
        ...         moves=(), left=(), kept=0, value=57, value_before=40, bound=None, nodes=0,
        ...         versions=Versions(1, 1, 1)).gap_text
        'gap unknown'
        """
        gap = self.gap_percent
        if gap is None:
            return "gap unknown"
        return "optimal" if self.is_optimal else f"{gap:.1f} % below the bound of {self.bound}"

    def __repr__(self) -> str:
        return brief(
            self,
            f"{self.on}",
            self.summary(),
            self.gap_text,
        )

    def summary(self) -> str:
        """Return the value and the numbers of bookings as text."""
        first = sum(not move.before for move in self.moves)
        parts = [
            f"{self.objective.value} {self.value} (now {self.value_before})",
            f"{first} assigned" if first else "",
            f"{len(self.moves) - first} moved" if len(self.moves) > first else "",
            f"{len(self.left)} left" if self.left else "",
        ]
        return ", ".join(part for part in parts if part)

    def _repr_html_(self) -> str:
        columns = ("booking", "start", "party", "plan")
        return html_table(repr(self).strip("<>"), columns, self._rows())

    def _rows(self) -> Iterator[tuple[object, ...]]:
        zone = zone_info(self.timezone)
        rows: tuple[DayMove | LeftBooking, ...] = (*self.moves, *self.left)
        for each in rows:
            start = brief_iso(each.start_us, zone)
            yield each.booking_id, start, each.party_size, each
