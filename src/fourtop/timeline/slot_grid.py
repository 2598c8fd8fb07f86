"""Which tables are taken in which quarter of an hour, as integers with one bit a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fourtop.timeline.disjoint_index import DisjointIndex

SLOT_US: Final = 15 * 60_000_000
SLOTS_A_DAY: Final = 96
DAY_US: Final = SLOTS_A_DAY * SLOT_US

_ALMOST_A_SLOT: Final = SLOT_US - 1

# From here on, asking each table is cheaper than going over the slots of each day.
_LONG_US: Final = 2 * DAY_US


class _Day:
    """One day in UTC. ``slots[i]`` has the bits of the tables taken at some time in slot ``i``.

    A stay over the whole day is in ``whole`` and in no slot. ``late[i]`` has the tables of which a
    stay starts inside slot ``i`` (not with it), ``early[i]`` those of which one ends inside it (not
    with it).
    """

    __slots__ = ("early", "late", "slots", "stays", "whole")

    def __init__(self) -> None:
        self.slots = [0] * SLOTS_A_DAY
        self.late = [0] * SLOTS_A_DAY
        self.early = [0] * SLOTS_A_DAY
        self.whole = 0
        self.stays = 0

    def put(self, flag: int, start: int, end: int) -> None:
        """Write a stay in; its bounds count from the day's start and lie within it."""
        self.stays += 1
        if start == 0 and end == DAY_US:
            self.whole |= flag
            return
        first, last = start // SLOT_US, (end + _ALMOST_A_SLOT) // SLOT_US
        slots = self.slots
        for at in range(first, last):
            slots[at] |= flag
        if first * SLOT_US != start:
            self.late[first] |= flag
        if last * SLOT_US != end:
            self.early[last - 1] |= flag

    def wipe(self, flag: int, start: int, end: int) -> tuple[int, ...]:
        """Remove a stay; return its cut slots, which other stays of the table may share."""
        self.stays -= 1
        if start == 0 and end == DAY_US:
            self.whole ^= flag
            return ()
        first, last = start // SLOT_US, (end + _ALMOST_A_SLOT) // SLOT_US
        slots = self.slots
        for at in range(first, last):
            slots[at] ^= flag
        cut: tuple[int, ...] = ()
        if first * SLOT_US != start:
            self.late[first] ^= flag
            cut = (first,)
        if last * SLOT_US != end:
            self.early[last - 1] ^= flag
            cut = (last - 1,) if last - 1 == first else (*cut, last - 1)
        return cut

    def settle(self, flag: int, at: int, stays: Sequence[tuple[int, int]]) -> None:
        """Write the other stays of a table into a cleared slot; bounds count from its start."""
        self.slots[at] |= flag
        if any(start > 0 for start, _ in stays):
            self.late[at] |= flag
        if any(end < SLOT_US for _, end in stays):
            self.early[at] |= flag

    def facts(self) -> tuple[Any, ...]:
        """Return everything that it holds, for comparing."""
        return self.slots, self.whole, self.late, self.early, self.stays


_FREE: Final = _Day()
"""Stands for every day without a stay; never written to."""


class SlotGrid:
    """The stays of a floor's tables by time: one integer a slot, bit ``i`` for table ``i``.

    A window's tables are the OR of its slots. A slot inside the window is exact both ways. In a
    slot that the window only cuts, a free bit is proof, and so is a taken one unless a stay begins
    or ends inside that very slot: only those few tables are looked up in their exact index.

    Days are written when they are asked for the second time (the first question is answered from
    the exact indexes, for a tenth of the price of a day), and kept up to date from then on; one
    without a stay costs an entry in a dict. The grid is a cache: everything in it follows from the
    indexes.

    Costs: a question O(slots of the window), a change O(slots of the stay) on the days that are
    written.

    Args:
        indexes: The exact index of each table, in the order of the bits. Read only; the owner
            changes them first and then tells the grid.
    """

    __slots__ = ("_asked", "_days", "_tables")

    def __init__(self, indexes: Sequence[DisjointIndex[Any]]) -> None:
        self._tables = [(1 << bit, index) for bit, index in enumerate(indexes)]
        self._days: dict[int, _Day] = {}
        self._asked: set[int] = set()

    def use(self, bit: int, index: DisjointIndex[Any]) -> None:
        """Look into another index for table ``bit``: one with the same stays as the one before."""
        self._tables[bit] = (1 << bit, index)

    def add(self, bit: int, start_us: int, end_us: int) -> None:
        """Take in a stay that has just been added to the index of table ``bit``."""
        if not self._days:
            return
        for number, start, end in _pieces(start_us, end_us):
            day = self._days.get(number)
            if day is None:
                continue
            if day is _FREE:
                day = self._days[number] = _Day()
            day.put(1 << bit, start, end)

    def remove(self, bit: int, start_us: int, end_us: int) -> None:
        """Forget a stay that has just been removed from the index of table ``bit``."""
        flag, index = self._tables[bit]
        for number, start, end in _pieces(start_us, end_us):
            day = self._days.get(number)
            if day is None:
                continue
            for at in day.wipe(flag, start, end):
                base = number * DAY_US + at * SLOT_US
                if index.find_overlap(base, base + SLOT_US) is not None:
                    day.settle(
                        flag,
                        at,
                        [(s - base, e - base) for s, e in index.spans(base, base + SLOT_US)],
                    )
            if not day.stays:
                self._days[number] = _FREE

    def busy_mask(self, start_us: int, end_us: int) -> int:
        """Return the bits of the tables with a stay in ``[start, end)``; exact."""
        first, last = (start_us + _ALMOST_A_SLOT) // SLOT_US, end_us // SLOT_US
        at = first % SLOTS_A_DAY
        until = at + last - first
        day = self._days.get(first // SLOTS_A_DAY)
        if day is None or until > SLOTS_A_DAY or until <= at:
            return self._busy_anywhere(start_us, end_us)
        mask = day.whole
        for row in day.slots[at:until]:
            mask |= row
        if (last - first) * SLOT_US != end_us - start_us:
            return self._with_edges(start_us, end_us, mask)
        return mask

    def busy_masks(self, starts_us: Sequence[int], length_us: int) -> list[int]:
        """Return ``busy_mask(start, start + length)`` for each start, in their order.

        The windows share their slots: OR-ing pairs, pairs of pairs and so on gives every window as
        the OR of two runs (the doubling of a sparse table; Bender and Farach-Colton, 2000, section
        3).
        """
        if not starts_us:
            return []
        low, high = min(starts_us) // SLOT_US, (max(starts_us) + length_us) // SLOT_US + 1
        # A window has so many slots inside, or one more.
        fewest = length_us // SLOT_US - 1
        if fewest < 1 or (high - low) * SLOT_US > _LONG_US:
            return [self.busy_mask(start, start + length_us) for start in starts_us]
        level, run = self._rows(low, high), 1
        while 2 * run <= fewest:
            level = [one | two for one, two in zip(level, level[run:], strict=False)]
            run *= 2
        masks = []
        for start in starts_us:
            end = start + length_us
            first, last = (start + _ALMOST_A_SLOT) // SLOT_US, end // SLOT_US
            mask = level[first - low] | level[last - low - run]
            masks.append(
                mask
                if (last - first) * SLOT_US == length_us
                else self._with_edges(start, end, mask)
            )
        return masks

    def _rows(self, low: int, high: int) -> list[int]:
        """Copy the slots ``[low, high)``, counted since 1970, whole-day stays included."""
        rows: list[int] = []
        first_day = low // SLOTS_A_DAY
        for number in range(first_day, (high - 1) // SLOTS_A_DAY + 1):
            day = self._day(number)
            rows += [row | day.whole for row in day.slots] if day.whole else day.slots
        return rows[low - first_day * SLOTS_A_DAY : high - first_day * SLOTS_A_DAY]

    def _busy_anywhere(self, start_us: int, end_us: int) -> int:
        """Answer for windows over midnight, in one slot, very long, or on days not written."""
        numbers = range(start_us // DAY_US, (end_us - 1) // DAY_US + 1)
        if end_us - start_us > _LONG_US or not self._is_worth_writing(numbers):
            mask = 0
            for flag, index in self._tables:
                if index.find_overlap(start_us, end_us) is not None:
                    mask |= flag
            return mask
        first, last = (start_us + _ALMOST_A_SLOT) // SLOT_US, end_us // SLOT_US
        mask = 0
        for number in numbers:
            day = self._day(number)
            mask |= day.whole
            for row in day.slots[
                max(first - number * SLOTS_A_DAY, 0) : max(last - number * SLOTS_A_DAY, 0)
            ]:
                mask |= row
        return self._with_edges(start_us, end_us, mask)

    def _with_edges(self, start_us: int, end_us: int, mask: int) -> int:
        """Add to the mask of the slots inside a window the tables of its two cut slots.

        A cut slot may lie on another day than all the slots inside, so that day's whole stays count
        too.
        """
        head, tail = start_us // SLOT_US, end_us // SLOT_US
        unsure = 0
        if head == tail:
            unsure = self._day(head // SLOTS_A_DAY).slots[head % SLOTS_A_DAY]
        else:
            days = self._days
            if head * SLOT_US != start_us:
                day, at = (
                    days.get(head // SLOTS_A_DAY) or self._write(head // SLOTS_A_DAY),
                    head % SLOTS_A_DAY,
                )
                unsure = day.early[at]
                mask |= (day.slots[at] | day.whole) & ~unsure
            if tail * SLOT_US != end_us:
                day, at = (
                    days.get(tail // SLOTS_A_DAY) or self._write(tail // SLOTS_A_DAY),
                    tail % SLOTS_A_DAY,
                )
                late = day.late[at]
                mask |= (day.slots[at] | day.whole) & ~late
                unsure |= late
        unsure &= ~mask
        while unsure:
            flag, index = self._tables[unsure.bit_length() - 1]
            if index.find_overlap(start_us, end_us) is not None:
                mask |= flag
            unsure ^= flag
        return mask

    def _is_worth_writing(self, numbers: range) -> bool:
        """Tell whether these days are written or were asked for before; remember the request."""
        new = [
            number for number in numbers if number not in self._days and number not in self._asked
        ]
        self._asked.update(new)
        return not new

    def _day(self, number: int) -> _Day:
        """Return a day, written now if it was not."""
        return self._days.get(number) or self._write(number)

    def _write(self, number: int) -> _Day:
        day = self._read(number)
        self._days[number] = day
        self._asked.discard(number)
        return day

    def _read(self, number: int) -> _Day:
        """Make a day of what the exact indexes hold."""
        midnight = number * DAY_US
        day = _Day()
        for flag, index in self._tables:
            for start, end in index.spans(midnight, midnight + DAY_US):
                day.put(flag, max(start - midnight, 0), min(end - midnight, DAY_US))
        return day if day.stays else _FREE

    def _check(self) -> None:
        assert _FREE.facts() == _Day().facts(), "the free day was written to"
        for number, day in self._days.items():
            assert day.facts() == self._read(number).facts(), "a day differs from the exact indexes"
            assert day.stays or day is _FREE, "a free day is kept"


def _pieces(start_us: int, end_us: int) -> list[tuple[int, int, int]]:
    """Cut a stay at the midnights; return each day's number, and bounds from its start."""
    number = start_us // DAY_US
    midnight = number * DAY_US
    if end_us <= midnight + DAY_US:
        return [(number, start_us - midnight, end_us - midnight)]
    pieces = []
    while end_us > midnight + DAY_US:
        pieces.append((number, max(start_us - midnight, 0), DAY_US))
        number += 1
        midnight += DAY_US
    pieces.append((number, max(start_us - midnight, 0), end_us - midnight))
    return pieces
