"""The table rule of distance: tables that are kept apart, and joins that close an aisle."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import attrs

from fourtop.engine.candidacy import Candidacy, Excluded
from fourtop.engine.rivals import describe, find_all_rivals
from fourtop.errors import Code, Reason
from fourtop.model.allocation import Allocation, Owner, OwnerKind
from fourtop.model.distances import Aisle
from fourtop.model.floor import Floor, bits
from fourtop.model.house import House
from fourtop.model.window import Window
from fourtop.ports import View


def has_distances(house: House) -> bool:
    """Tell whether a house keeps tables apart or has an aisle that closes."""
    return bool(house.floor.kept_apart or house.floor.aisles)


def exclude_close_tables(candidacy: Candidacy) -> tuple[Excluded, ...]:
    """Return the tables that other parties at the time of the stay keep from a party."""
    admission = candidacy.admission
    parties = Parties(admission.view, admission.released.owners)
    return close_tables(
        admission.compiled.house.floor, parties, lambda tables: candidacy.stay_at(tables).occupied
    )


@attrs.frozen
class Parties:
    """The parties at the tables of a view. A block is no party.

    Args:
        view: The restaurant at this moment.
        without: Owners whose rows do not count.
        added: Rows that count besides, such as those that a command is about to add.
    """

    view: View
    without: tuple[Owner, ...] = ()
    added: tuple[Allocation, ...] = ()

    def at(self, tables: Collection[str], window: Window) -> list[Allocation]:
        """Return the rows of parties at some tables in a window."""
        rows = find_all_rivals(self.view, tables, window, self.without)
        found = [row for row in rows if row.owner_kind is not OwnerKind.BLOCK]
        found += [
            row for row in self.added if row.resource_id in tables and row.window.overlaps(window)
        ]
        return found

    def with_all(self, tables: Collection[str], window: Window) -> list[Allocation]:
        """Return the rows of a party that has all of some tables at one time in a window."""
        by_owner: dict[Owner, list[Allocation]] = {}
        for row in self.at(tables, window):
            by_owner.setdefault(row.owner, []).append(row)
        for rows in by_owner.values():
            # Where the rows meet, they meet at the start of one of them, or of the window.
            for first in rows:
                at_us = max(first.window.start_us, window.start_us)
                if _taken_at(rows, at_us) >= set(tables):
                    return rows
        return []


def _taken_at(rows: list[Allocation], at_us: int) -> set[str]:
    return {row.resource_id for row in rows if row.window.start_us <= at_us < row.window.end_us}


def close_tables(
    floor: Floor, parties: Parties, window_at: Callable[[int], Window]
) -> tuple[Excluded, ...]:
    """Return the tables that the distances of a floor keep from a further party.

    Args:
        floor: The floor.
        parties: The other parties.
        window_at: Returns the time of the stay at some tables, given as a mask.
    """
    return (*_apart(floor, parties, window_at), *_behind_aisles(floor, parties, window_at))


def _apart(
    floor: Floor, parties: Parties, window_at: Callable[[int], Window]
) -> Iterator[Excluded]:
    for pair in floor.kept_apart:
        for table_id, beside in (pair.tables, pair.tables[::-1]):
            mask = floor.mask((table_id,))
            rows = parties.at((beside,), window_at(mask))
            if rows:
                facts = {
                    "tables": [table_id],
                    "beside": beside,
                    "in_the_way": [describe(row) for row in rows],
                }
                yield Excluded(mask, Reason(Code.TABLES_TOO_CLOSE, facts))


def _behind_aisles(
    floor: Floor, parties: Parties, window_at: Callable[[int], Window]
) -> Iterator[Excluded]:
    for aisle in floor.aisles:
        closes, joined = floor.mask(aisle.closes), floor.mask(aisle.joined)
        for bit in bits(closes):
            rows = parties.with_all(aisle.joined, window_at(1 << bit))
            if rows:
                yield Excluded(1 << bit, _closed(floor, aisle, rows))
        rows = parties.at(aisle.closes, window_at(joined))
        if rows:
            yield Excluded(joined, _closed(floor, aisle, rows), as_a_set=True)


def _closed(floor: Floor, aisle: Aisle, rows: list[Allocation]) -> Reason:
    facts = {
        "tables": list(floor.in_order(aisle.closes)),
        "joined": list(floor.in_order(aisle.joined)),
        "in_the_way": [describe(row) for row in rows],
    }
    return Reason(Code.AISLE_CLOSED, facts)


def reasons_against(
    floor: Floor, parties: Parties, tables: Collection[str], window: Window
) -> tuple[Reason, ...]:
    """Return the distances that a party at some tables does not keep from other parties."""
    mask = floor.mask(tables)
    excluded = close_tables(floor, parties, lambda _: window)
    return tuple(each.reason for each in excluded if each.concerns(mask))


@attrs.define
class FreeTables:
    """The tables that are left while parties of one start sit down one after another.

    Args:
        floor: The floor.
        free: Mask of the free tables.
        barred: Masks of tables that no party may have all of.
    """

    floor: Floor
    free: int
    barred: tuple[int, ...]

    def take(self, tables: int) -> None:
        """Give tables to a party, and keep from the next ones those that it may not be near."""
        self.free &= ~tables
        for pair in self.floor.kept_apart:
            mask = self.floor.mask(pair.tables)
            if mask & tables:
                self.free &= ~mask
        for aisle in self.floor.aisles:
            closes, joined = self.floor.mask(aisle.closes), self.floor.mask(aisle.joined)
            if not joined & ~tables:
                self.free &= ~closes
            if closes & tables:
                self.barred = (*self.barred, joined)
