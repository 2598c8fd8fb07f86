"""Overstays: the tables that seated parties keep beyond the end of their rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import attrs

from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.window import MAX_WINDOW_US, Window
from fourtop.ports.records import Records
from fourtop.ports.seated import SeatedParty


@attrs.frozen
class Overstay:
    """A table that a seated party keeps beyond the end of its row.

    Args:
        end_us: The end of the stored row, in microseconds.
        row: The row, lengthened to the time at which its table may be free again.
    """

    end_us: int
    row: Allocation

    @classmethod
    def of(cls, row: Allocation, until_us: int) -> Overstay:
        """Return the overstay of a stored row until some time."""
        # A party that was forgotten for a month sits longer than a window can be.
        start_us = max(row.window.start_us, until_us - MAX_WINDOW_US)
        window = Window.of_micros(start_us, until_us)
        return cls(row.window.end_us, attrs.evolve(row, window=window))

    def is_in(self, start_us: int, end_us: int) -> bool:
        """Tell whether the table is kept at some time in ``[start, end)`` after the row's end."""
        return self.end_us < end_us and start_us < self.row.window.end_us


def overstays_of(parties: tuple[SeatedParty, ...], source: Records) -> tuple[Overstay, ...]:
    """Return the overstays of seated parties, in their order."""
    return tuple(
        Overstay.of(row, party.until_us)
        for party in parties
        if party.until_us > party.end_us
        for row in source.of_owner(OwnerKind.BOOKING, party.booking.id)
        if _is_current(row, party)
    )


def rows_at(
    kept: tuple[Overstay, ...], table_id: str, window: Window, without: Collection[Owner]
) -> list[Allocation]:
    """Return the rows of a table that overlap a window, except for those of some owners."""
    return [
        each.row
        for each in kept
        if each.row.resource_id == table_id
        and each.row.window.overlaps(window)
        and each.row.owner not in without
    ]


def mask_of(
    kept: tuple[Overstay, ...],
    bits: Mapping[str, int],
    start_us: int,
    end_us: int,
    without: Collection[Owner] = (),
) -> int:
    """Return the mask of the tables that are kept at some time in ``[start, end)``.

    Args:
        kept: The overstays.
        bits: The bit of each table id.
        start_us: The start, in microseconds.
        end_us: The end, in microseconds.
        without: Owners with overstays that do not count.
    """
    mask = 0
    for each in kept:
        bit = bits.get(each.row.resource_id)
        if bit is not None and each.is_in(start_us, end_us) and each.row.owner not in without:
            mask |= 1 << bit
    return mask


def ends_of(
    kept: tuple[Overstay, ...],
    bits: Mapping[str, int],
    after_us: int,
    until_us: int,
    without: Collection[Owner],
) -> Iterator[tuple[int, int]]:
    """Yield the bit of a table and the end of its overstay, where it ends in ``(after, until]``.

    The other arguments are as for ``mask_of``.
    """
    for each in kept:
        end_us, bit = each.row.window.end_us, bits.get(each.row.resource_id)
        is_between = after_us < end_us <= until_us
        if bit is not None and is_between and each.row.owner not in without:
            yield bit, end_us


def _is_current(row: Allocation, party: SeatedParty) -> bool:
    """Tell whether a row is of a table where a party sits now; the tables it left have ended."""
    is_live_table = row.resource_type is ResourceType.TABLE and not row.shadow
    return is_live_table and row.window.end_us == party.end_us
