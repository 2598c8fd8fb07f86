"""Fixed orders of the sets of tables, in place of the ranking by the score."""

from __future__ import annotations

from enum import StrEnum

from fourtop.model import validators
from fourtop.model.floor import bits
from fourtop.planner.candidate import Candidate


class TableOrder(StrEnum):
    """A fixed order of the sets of tables: a party gets the first set that is free.

    Houses without a score follow such orders, so the laboratory compares a ranking with them.

    ``ALPHABETICAL``: the set with the fewest seats, then the fewest tables, then in table order.
    ``ISLANDS_FIRST``: a table that can be joined to none, then the fewest seats, then in table
    order.
    """

    ALPHABETICAL = "alphabetical"
    ISLANDS_FIRST = "islands_first"

    def key(self, candidate: Candidate) -> tuple[int, int, int, tuple[int, ...]]:
        """Return the place of a candidate, the least first. No two candidates have the same."""
        places = tuple(bits(candidate.mask))
        if self is TableOrder.ALPHABETICAL:
            return 0, candidate.seats, candidate.size, places
        is_island = candidate.size == 1 and not candidate.joins
        return int(not is_island), candidate.seats, 0, places


def as_table_order(value: TableOrder | str | None) -> TableOrder | None:
    """Return a fixed order by its name; ``None``: none.

    Raises:
        InvalidInput: If it is unknown.
    """
    return None if value is None else validators.as_enum(TableOrder, "table_order", value)
