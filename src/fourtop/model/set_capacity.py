"""The hand-set capacity of a set of tables."""

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief, count_of, some
from fourtop.model import validators
from fourtop.model.distances import as_ids
from fourtop.model.table import MAX_CAPACITY


@attrs.frozen(repr=False)
class SetCapacity:
    """A hand-set capacity of a set of tables. It replaces the calculated sum.

    Args:
        tables: Two or more table ids.
        capacity: Seats of the set.
        min_party: Smallest party; ``None``: the largest minimum of its tables.

    Raises:
        InvalidInput: Naming the field and the rule.
    """

    tables: frozenset[str] = attrs.field(converter=as_ids)
    capacity: int = attrs.field(
        converter=validators.as_integer, validator=validators.integer(1, validators.MAX_PARTY)
    )
    min_party: int | None = attrs.field(
        default=None,
        converter=validators.as_optional_integer,
        validator=validators.optional(validators.integer(1, MAX_CAPACITY)),
    )

    def __attrs_post_init__(self) -> None:
        if len(self.tables) < 2:
            raise InvalidInput(
                "tables", "must name at least two tables", safe_repr(sorted(self.tables))
            )
        if self.min_party is not None and self.min_party > self.capacity:
            raise InvalidInput(
                "min_party",
                f"must be at most the capacity, {self.capacity}",
                safe_repr(self.min_party),
            )

    def __repr__(self) -> str:
        least = "" if self.min_party is None else f"parties from {self.min_party}"
        tables = some(sorted(self.tables), separator="+")
        return brief(self, tables, count_of(self.capacity, "seat"), least)
