"""Planning rules: modes of adjacency, limits, and weights of the score."""

from enum import StrEnum

import attrs

from fourtop.errors.display import brief, count_of
from fourtop.model import validators

MAX_TABLES_PER_PARTY = 8


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


@attrs.frozen(repr=False)
class Weights:
    """The cost of each term of the score, from 0 to 1,000. Lower scores are better.

    Args:
        overage: For each seat left over (times the demand multiplier).
        table_count: For each table after the first.
        fragmentation: For each seat of the set beyond its largest table.
        adjacency: For each step of depth from the set's first table.
        scarcity: For each table, divided by the number of its kind on the floor.
        wish: For each wish that a table does not meet.
    """

    overage: float = attrs.field(
        default=5,
        kw_only=True,
        converter=validators.as_number,
        validator=validators.number(0, 1_000),
    )
    table_count: float = attrs.field(
        default=3,
        kw_only=True,
        converter=validators.as_number,
        validator=validators.number(0, 1_000),
    )
    fragmentation: float = attrs.field(
        default=2,
        kw_only=True,
        converter=validators.as_number,
        validator=validators.number(0, 1_000),
    )
    adjacency: float = attrs.field(
        default=1,
        kw_only=True,
        converter=validators.as_number,
        validator=validators.number(0, 1_000),
    )
    scarcity: float = attrs.field(
        default=22,
        kw_only=True,
        converter=validators.as_number,
        validator=validators.number(0, 1_000),
    )
    wish: float = attrs.field(
        default=10,
        kw_only=True,
        converter=validators.as_number,
        validator=validators.number(0, 1_000),
    )

    def __repr__(self) -> str:
        weights = attrs.asdict(self)
        return brief(self, *(f"{name} {weight:g}" for name, weight in weights.items()))


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
        demand_multiplier: The weight of seats left over (0.1–10).

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
        validator=validators.number(0.1, 10),
    )

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
