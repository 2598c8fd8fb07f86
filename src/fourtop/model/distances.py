"""Distances on a floor: tables that are kept apart, and joins that close an aisle."""

from collections.abc import Collection, Iterable

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief, some
from fourtop.model import validators


def as_ids(value: Iterable[str]) -> frozenset[str]:
    """Convert the ids of a field ``tables`` to a set.

    Raises:
        InvalidInput: If it is not a collection.
        InvalidIdentifier: If a member is not an id.
    """
    return frozenset(validators.check_identifiers("tables", value))


def _joined(value: Iterable[str]) -> frozenset[str]:
    return frozenset(validators.check_identifiers("joined", value))


def _closes(value: Iterable[str]) -> frozenset[str]:
    return frozenset(validators.check_identifiers("closes", value))


def as_pair(value: Iterable[str]) -> tuple[str, str]:
    """Convert two different table ids to a sorted pair.

    Raises:
        InvalidInput: If they are not two different ids.
        InvalidIdentifier: If a member is not an id.
    """
    # An id that is given twice is a mistake here, so duplicates are kept.
    pair = sorted(
        validators.as_members(
            "tables", value, lambda each: validators.check_identifier("tables", each)
        )
    )
    if len(pair) != 2 or pair[0] == pair[1]:
        raise InvalidInput("tables", "must be two different table ids", safe_repr(pair))
    return (pair[0], pair[1])


@attrs.frozen(repr=False)
class KeptApart:
    """Two tables that different parties may not occupy at the same time.

    One party may have both. A block occupies no seat, so it does not count.

    Args:
        tables: The two table ids, in any order; kept sorted.

    Raises:
        InvalidInput: If they are not two different tables.

    >>> KeptApart(("t2", "t1")) == KeptApart(("t1", "t2"))
    True
    """

    tables: tuple[str, str] = attrs.field(converter=as_pair)

    def __repr__(self) -> str:
        return brief(self, " and ".join(self.tables))


@attrs.frozen(repr=False)
class Aisle:
    """An aisle that closes while some tables are joined.

    While one party has all tables of ``joined``, no other party can use those of ``closes``. While
    a party uses one of ``closes``, no other party can have all of ``joined``.

    Args:
        joined: Two table ids or more.
        closes: The ids of the tables behind the aisle, one or more; none of ``joined``.

    Raises:
        InvalidInput: If a side has too few tables, or a table is on both.

    >>> Aisle(joined={"t1", "t2"}, closes={"t3"})
    <Aisle t1+t2 closes t3>
    """

    joined: frozenset[str] = attrs.field(kw_only=True, converter=_joined)
    closes: frozenset[str] = attrs.field(kw_only=True, converter=_closes)

    def __attrs_post_init__(self) -> None:
        _check_size("joined", self.joined, 2, "two tables")
        _check_size("closes", self.closes, 1, "one table")
        both = self.joined & self.closes
        if both:
            raise InvalidInput(
                "closes", "must name none of the joined tables", safe_repr(min(both))
            )

    def __repr__(self) -> str:
        joined, closes = some(sorted(self.joined), separator="+"), some(sorted(self.closes))
        return brief(self, f"{joined} closes {closes}")


def _check_size(field: str, tables: Collection[str], least: int, text: str) -> None:
    if len(tables) < least:
        raise InvalidInput(field, f"must name at least {text}", safe_repr(sorted(tables)))


def as_kept_apart(value: Iterable[KeptApart]) -> tuple[KeptApart, ...]:
    """Convert pairs to a tuple, sorted by their tables.

    Raises:
        InvalidInput: If a member is not of that class.
    """
    pairs = validators.as_instances("kept_apart", value, KeptApart)
    return tuple(sorted(pairs, key=lambda each: each.tables))


def as_aisles(value: Iterable[Aisle]) -> tuple[Aisle, ...]:
    """Convert aisles to a tuple, sorted by the joined tables.

    Raises:
        InvalidInput: If a member is not of that class.
    """
    aisles = validators.as_instances("aisles", value, Aisle)
    return tuple(sorted(aisles, key=lambda each: sorted(each.joined)))
