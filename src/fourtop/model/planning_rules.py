"""Planning rules: modes of adjacency, limits, and weights of the score."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, Self

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief, count_of
from fourtop.model import validators
from fourtop.model.demand import MULTIPLIER
from fourtop.model.table import MAX_CAPACITY

MAX_TABLES_PER_PARTY = 8

_weight: Final = validators.number(0, 1_000)


class AdjacencyMode(StrEnum):
    """The rule by which a set of tables counts as pushed together.

    ``CONNECTED``: joins inside the set connect every member to every other. ``PAIRWISE``: every two
    members are joined. ``NEIGHBORS``: one member is joined to all the others. A single table always
    passes.
    """

    CONNECTED = "connected"
    PAIRWISE = "pairwise"
    NEIGHBORS = "neighbors"


def _mode(value: AdjacencyMode | str) -> AdjacencyMode:
    return validators.as_enum(AdjacencyMode, "adjacency_mode", value)


@attrs.frozen(repr=False, kw_only=True)
class Weights:
    """The cost of each term of the score, from 0 to 1,000. Lower scores are better.

    Costs are in seat-minutes: one seat that stands empty for one minute. ``dead_time`` and
    ``idle_time`` are for each seat-minute that the tables of the plan stand empty beside the stay.
    All other weights are in seats, for each minute of the party's stay. The terms
    ``joins_closed``, ``dead_time`` and ``idle_time`` need the stays beside the party's own. If all
    three weights are 0, the score leaves these terms out, and counts one minute.

    Args:
        overage: For each seat left over (times the demand multiplier).
        table_count: For each table after the first.
        fragmentation: For each seat of the set beyond its largest table.
        adjacency: For each step of depth from the set's first table.
        scarcity: For each table, times how scarce its kind is: 1 / the number of its kind on the
            floor, or the value of ``Planning.scarcities``.
        wish: For each wish that a table does not meet.
        joins_closed: For each join from a table of the plan to a table outside of it that is free
            for the stay: the two cannot be pushed together then.
        dead_time: For each seat-minute between the stay and another one, before or after it, where
            the time between them is shorter than the shortest stay.
        idle_time: For each other seat-minute beside the stay: back to the previous stay, to the
            start of the service or to now, and on to the next stay or to the end of the service.
        parties_starved: For each party without tables that could have some now, and none beside the
            plan. It was promised none: it is on the waitlist, pending, or lost its tables.

    >>> Weights.reference().scarcity
    22
    """

    overage: float = attrs.field(default=1, converter=validators.as_number, validator=_weight)
    table_count: float = attrs.field(default=1, converter=validators.as_number, validator=_weight)
    fragmentation: float = attrs.field(default=0, converter=validators.as_number, validator=_weight)
    adjacency: float = attrs.field(default=0, converter=validators.as_number, validator=_weight)
    scarcity: float = attrs.field(default=0, converter=validators.as_number, validator=_weight)
    wish: float = attrs.field(default=2, converter=validators.as_number, validator=_weight)
    joins_closed: float = attrs.field(
        default=0.75, converter=validators.as_number, validator=_weight
    )
    dead_time: float = attrs.field(default=1, converter=validators.as_number, validator=_weight)
    idle_time: float = attrs.field(default=0.2, converter=validators.as_number, validator=_weight)
    parties_starved: float = attrs.field(
        default=100, converter=validators.as_number, validator=_weight
    )

    @classmethod
    def reference(cls) -> Self:
        """Return the weights of the reference system: they spare scarce kinds of tables.

        On most floors they seat fewer people than the default.
        """
        return cls(
            overage=5,
            table_count=3,
            fragmentation=2,
            adjacency=1,
            scarcity=22,
            wish=10,
            joins_closed=0,
            dead_time=0,
            idle_time=0,
            parties_starved=500,
        )

    @property
    def sees_evening(self) -> bool:
        """Whether a term depends on the stays beside the party's own."""
        return bool(self.joins_closed or self.dead_time or self.idle_time)

    def __repr__(self) -> str:
        weights = attrs.asdict(self)
        return brief(self, *(f"{name} {weight:g}" for name, weight in weights.items()))


@attrs.frozen(repr=False)
class Scarcity:
    """How scarce the tables of one kind are, in place of 1 / the number of them on the floor.

    A kind is a capacity, a category and a seating. A kind that the floor does not have counts for
    nothing.

    Args:
        capacity: Seats of a table of the kind (1–500).
        value: How scarce such a table is, from 0 to 1; the weight of scarcity multiplies it.
        category: The category of the kind.
        seating: The seating of the kind.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> Scarcity(2, 0.8)
    <Scarcity 2 seats, dining, standard, 0.8>
    """

    capacity: int = attrs.field(
        converter=validators.as_integer, validator=validators.integer(1, MAX_CAPACITY)
    )
    value: float = attrs.field(converter=validators.as_number, validator=validators.number(0, 1))
    category: str = attrs.field(default="dining", kw_only=True, validator=validators.text(50))
    seating: str = attrs.field(default="standard", kw_only=True, validator=validators.text(50))

    @property
    def kind(self) -> tuple[int, str, str]:
        """The kind of its tables, as ``Table.kind``."""
        return (self.capacity, self.category, self.seating)

    def __repr__(self) -> str:
        seats = "1 seat" if self.capacity == 1 else f"{self.capacity} seats"
        return brief(self, seats, self.category, self.seating, f"{self.value:g}")


def _scarcities(value: Iterable[Scarcity]) -> tuple[Scarcity, ...]:
    found = validators.as_instances("scarcities", value, Scarcity)
    counts = Counter(each.kind for each in found)
    double = next((kind for kind, count in counts.items() if count > 1), None)
    if double is not None:
        raise InvalidInput("scarcities", "must be of different kinds", safe_repr(double))
    return found


@attrs.frozen(repr=False)
class Planning:
    """The rules of a house for choosing tables.

    Args:
        adjacency_mode: The rule by which a set counts as pushed together.
        adjacency_required: Whether the tables of a set must be pushed together.
        adjacency_min_party: Require it only from this party size on; ``None``: always.
        max_tables: Largest set (1–8).
        slack_budget: Most seats left over in a set of two or more; ``None``: no limit. For a single
            table, seats left over only add to the score.
        staff_max_slack: The same limit for tables that staff name; ``None``: ``slack_budget``.
        weights: Of the score.
        demand_multiplier: The weight of seats left over while no ``DemandProfile`` applies
            (0.1–10).
        scarcities: How scarce some kinds of tables are; one for each kind. The others count 1 / the
            number of tables of the kind.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> Planning(adjacency_min_party=5).mode_for(4) is None
    True
    """

    adjacency_mode: AdjacencyMode = attrs.field(
        default=AdjacencyMode.CONNECTED, kw_only=True, converter=_mode
    )
    adjacency_required: bool = attrs.field(default=True, kw_only=True, validator=validators.flag)
    adjacency_min_party: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(1, validators.MAX_PARTY)),
    )
    max_tables: int = attrs.field(
        default=3,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(1, MAX_TABLES_PER_PARTY),
    )
    slack_budget: int | None = attrs.field(
        default=4,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(0, validators.MAX_PARTY)),
    )
    staff_max_slack: int | None = attrs.field(
        default=None,
        kw_only=True,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(0, validators.MAX_PARTY)),
    )
    weights: Weights = attrs.field(
        factory=Weights, kw_only=True, validator=validators.one_of(Weights)
    )
    demand_multiplier: float = attrs.field(
        default=1,
        kw_only=True,
        converter=validators.as_number,
        validator=validators.number(*MULTIPLIER),
    )
    scarcities: tuple[Scarcity, ...] = attrs.field(default=(), kw_only=True, converter=_scarcities)

    def mode_for(self, party_size: int) -> AdjacencyMode | None:
        """Return the mode that a set for this party must satisfy; ``None`` if any set will do."""
        if not self.adjacency_required:
            return None
        if self.adjacency_min_party is not None and party_size < self.adjacency_min_party:
            return None
        return self.adjacency_mode

    def __repr__(self) -> str:
        return brief(
            self,
            self.adjacency_mode.value if self.adjacency_required else "adjacency not required",
            f"at most {count_of(self.max_tables, 'table')}",
            "no slack budget" if self.slack_budget is None else f"slack {self.slack_budget}",
        )
