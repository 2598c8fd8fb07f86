"""The shape of a scope: everything that decides the text of the statement that loads it."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from operator import attrgetter
from typing import Final, NamedTuple

from fourtop.ports import IntervalSet, Listing, Scope

# A scope with more intervals is loaded as one interval that covers them all, for instance an import
# of a year, most of which is full of rows.
MAX_SPANS: Final = 4
# The parts of a scope that are ids.
_ID_PARTS: Final = ("bookings", "holds", "tables", "sessions")
_IDS_OF: Final = attrgetter(*_ID_PARTS)
_FLAGS_WITHOUT_WINDOWS: Final = ("counts_holds", "has_extent")
_FLAGS: Final = (*_FLAGS_WITHOUT_WINDOWS, "has_owners")


class ScopeShape(NamedTuple):
    """Which parts a scope has: everything that decides the text of the statement, and no value.

    A tuple, because it is the key of a cache that every call looks into.

    Args:
        windows: The number of intervals of windows.
        sittings: The number of intervals of sittings.
        headcounts: The number of intervals in which heads are counted.
        counted_parties: The number of intervals in which parties are counted one by one.
        slot_starts: The number of intervals of the starts of slots.
        stored_results: The number of stored results.
        named: The names of the other parts that the scope has.
        single: The parts among them that consist of one id.
        has_house: Whether the house is loaded, too.
        has_seated: Whether the bookings that are checked in are loaded, with their rows.
        listing: The optional conditions of a listing: ``"status"`` for each status, and
            ``"reference"``; ``None`` without a listing.
    """

    windows: int
    sittings: int
    headcounts: int
    counted_parties: int
    slot_starts: int
    stored_results: int
    named: tuple[str, ...]
    single: tuple[str, ...]
    has_house: bool
    has_seated: bool
    listing: tuple[str, ...] | None = None

    @classmethod
    def of(cls, scope: Scope, *, has_house: bool, has_seated: bool) -> ScopeShape:
        """Return the shape of a scope.

        Args:
            scope: The scope.
            has_house: Whether the house is loaded, too.
            has_seated: Whether the seated parties are loaded: ``Scope.sees_seated`` tells.
        """
        ids = named_ids(scope)
        # Owners are those of the allocations in windows; without a window nothing is loaded.
        flags = _FLAGS if scope.windows else _FLAGS_WITHOUT_WINDOWS
        return cls(
            windows=_number_of(scope.spans) if scope.windows else 0,
            sittings=_number_of(scope.sitting_spans) if scope.sittings else 0,
            headcounts=_number_of(scope.headcount_spans) if scope.headcounts else 0,
            counted_parties=_number_of(scope.party_spans) if scope.counted_parties else 0,
            slot_starts=_number_of(scope.slot_spans) if scope.slot_starts else 0,
            stored_results=len(scope.stored_results),
            named=(*ids, *[name for name in flags if getattr(scope, name)]),
            single=tuple([name for name in ids if name != "tables" and len(ids[name]) == 1]),
            has_house=has_house,
            has_seated=has_seated,
            listing=None if scope.listing is None else conditions_of(scope.listing),
        )

    @property
    def is_empty(self) -> bool:
        """Whether the scope names nothing."""
        spans = self.windows or self.sittings or self.headcounts or self.counted_parties
        is_listed = self.listing is not None or self.slot_starts
        is_named = self.named or self.has_house or self.has_seated
        return not (spans or is_listed or self.stored_results or is_named)


def named_ids(scope: Scope) -> dict[str, Collection[str]]:
    """Return the ids that a scope names, by the parts that are not empty.

    The statement differs for one id and for several, except for tables.
    """
    parts = zip(_ID_PARTS, _IDS_OF(scope), strict=True)
    found: dict[str, Collection[str]] = {name: ids for name, ids in parts if ids}
    if scope.records:
        found |= {kind.plural: named for kind, named in scope.record_ids.items()}
    return found


def conditions_of(listing: Listing) -> tuple[str, ...]:
    """Return the optional conditions that a listing has, one for each of its statuses."""
    reference = () if listing.reference is None else ("reference",)
    return ("status",) * len(listing.statuses) + reference


def intervals(spans: IntervalSet) -> list[tuple[int, int]]:
    """Return the intervals to load, as pairs of start and end."""
    if len(spans.starts_us) > MAX_SPANS:
        return [(spans.starts_us[0], spans.ends_us[-1])]
    return list(zip(spans.starts_us, spans.ends_us, strict=True))


def _number_of(spans: IntervalSet) -> int:
    """Return how many intervals ``intervals`` returns."""
    number = len(spans.starts_us)
    return number if number <= MAX_SPANS else 1


@cache
def interval_names(letter: str, number: int) -> tuple[tuple[str, str], ...]:
    """Return the names of the parameters for the intervals of one part, as start and end.

    Args:
        letter: It stands for the part.
        number: The number of intervals.
    """
    return tuple((f"{letter}{each}_start", f"{letter}{each}_end") for each in range(number))
