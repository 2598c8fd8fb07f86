"""What the model knows of one restaurant: plain lists, and loops over them.

The model is written apart from the engine. Of fourtop its modules import the values and the errors,
nothing else, and of the values they use the attributes, not the rules.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import attrs

from fourtop.errors import Code, FourtopError
from fourtop.model.actor import Actor
from fourtop.model.event import EventType
from fourtop.model.floor import Floor
from fourtop.model.planning_rules import Planning
from fourtop.model.policy import Policy
from fourtop.model.request import Preference
from fourtop.model.restaurant import Restaurant
from tests.stateful.choosing import Chooser
from tests.stateful.service import Sitting

SECOND = 1_000_000
MINUTE = 60 * SECOND

# Statuses as words, so that no rule of the library's own enum is leaned on.
AWAITING = ("pending", "pending_allocation")
# A hold may be made for these.
UNSEATED = (*AWAITING, "waitlisted")
SEATED = ("confirmed", "checked_in")
UNCOUNTED = ("cancelled", "no_show", "waitlisted", "priority_waitlist")

OwnerKey = tuple[str, str]


class Wrong(Exception):
    """The error that the engine must raise: its type, and the facts that it must carry."""

    def __init__(self, error: type[FourtopError], /, **facts: Any) -> None:
        super().__init__(error, facts)
        self.error = error
        self.facts = facts


@attrs.define(eq=False)
class Row:
    """An allocation. The engine chooses its id and its merge group; the model learns them."""

    kind: str
    resource: str | None
    start: int
    end: int
    owner: OwnerKey
    id: str | None = None


@attrs.define(eq=False)
class Given:
    """The tables that a booking was given."""

    tables: tuple[str, ...]
    start: int
    end: int
    group: Row | None
    at: int
    by: Actor


@attrs.frozen
class Last:
    """The state of a booking before its last step: its status, and the time of its tables."""

    status: str
    window: tuple[int, int] | None


@attrs.define(eq=False)
class Wait:
    """What a party on the waitlist takes: starts, and until when it waits. It counts its offers."""

    earliest: int
    latest: int
    until: int
    offers: int = 0


@attrs.define(eq=False)
class Guest:
    """A booking."""

    id: str
    party_size: int
    status: str
    sitting: Sitting
    given: Given | None
    version: int
    created: int
    updated: int
    actor: Actor
    past_reason: str | None
    must: Preference
    wish: Preference
    named: bool
    occasion: str | None
    reference: str | None
    told: str
    channel: str | None = None
    seated: int | None = None
    left: int | None = None
    last: Last | None = None
    pinned: bool = False
    # The codes of the limits in shadow mode; None: the model does not follow them that far.
    would_refuse: tuple[Code, ...] | None = None
    wait: Wait | None = None

    def comes_at(self, start: int) -> bool:
        """Tell whether tables at a start suit the party."""
        if self.status == "waitlisted" and self.wait is not None:
            return self.wait.earliest <= start <= self.wait.latest
        return self.sitting.start == start


@attrs.define(eq=False)
class Keep:
    """A hold, with the facts that it relies on."""

    id: str
    party_size: int
    sitting: Sitting
    tables: tuple[str, ...]
    created: int
    expires: int
    life: int
    actor: Actor
    house: tuple[int, int]
    relies_on: dict[str, Any]
    booking_id: str | None
    session: str | None
    past_reason: str | None
    must: Preference
    wish: Preference
    named: bool
    occasion: str | None
    reference: str | None
    channel: str | None = None
    state: str = "active"
    would_refuse: tuple[Code, ...] = ()


@attrs.define(eq=False)
class Closed:
    """A block."""

    id: str
    tables: tuple[str, ...]
    start: int
    end: int


@attrs.define(eq=False)
class Proofread:
    """The evidence of one attempt to confirm."""

    booking_id: str | None
    key: str | None
    code: str | None
    at: int
    tables: tuple[tuple[str, int | None], ...]
    rivals: tuple[tuple[str | None, str, str, str], ...]
    actor: Actor


@attrs.define(eq=False)
class Ledger:
    """One restaurant."""

    restaurant: Restaurant
    floor: Floor
    policy: Policy
    now: int = 0
    actor: Actor = attrs.field(factory=lambda: Actor("nobody", "nobody"))
    floor_version: int = 1
    policy_version: int = 1
    occupancy_version: int = 0
    rows: list[Row] = attrs.field(factory=list)
    guests: dict[str, Guest] = attrs.field(factory=dict)
    keeps: dict[str, Keep] = attrs.field(factory=dict)
    blocks: dict[str, Closed] = attrs.field(factory=dict)
    proofs: dict[str, list[Proofread]] = attrs.field(factory=dict)
    confirmed: dict[str, tuple[str, Any]] = attrs.field(factory=dict)
    answers: dict[tuple[str, str], tuple[Any, Any]] = attrs.field(factory=dict)
    news: list[tuple[str, str | None, str | None]] = attrs.field(factory=list)
    _choosers: dict[tuple[Floor, Planning], Chooser] = attrs.field(factory=dict)

    def tell(
        self, kind: EventType, *, booking_id: str | None = None, hold_id: str | None = None
    ) -> None:
        """Note an event that the engine must have written."""
        self.news.append((kind.value, booking_id, hold_id))

    def chooser(self) -> Chooser:
        """Return the brute force for the floor and the rules as they are now."""
        key = (self.floor, self.policy.planning)
        if key not in self._choosers:
            self._choosers.clear()
            self._choosers[key] = Chooser(*key)
        return self._choosers[key]

    # ---- who has what

    def is_alive(self, keep: Keep) -> bool:
        return keep.state == "active" and self.now < keep.expires

    def is_dead(self, keep: Keep) -> bool:
        """Tell whether a hold has expired and was not swept: its rows exist but block no one."""
        return keep.state == "active" and self.now >= keep.expires

    def alive(self) -> list[Keep]:
        return [keep for keep in self.keeps.values() if self.is_alive(keep)]

    def rows_of(self, owner: OwnerKey) -> list[Row]:
        return [row for row in self.rows if row.owner == owner]

    def in_the_way(
        self, table: str, start: int, end: int, without: Collection[OwnerKey] = ()
    ) -> Row | None:
        """Return the earliest row of a table that a party could not sit beside in time."""
        found = self.all_in_the_way(table, start, end, without)
        return min(found, key=lambda row: row.start, default=None)

    def leaves(self, guest: Guest) -> int:
        """Return when a guest that sits at a table may have left it at the earliest."""
        assert guest.given is not None
        buffer = guest.sitting.block_end - guest.sitting.end
        margin = self.policy.seating.overstay_minutes * MINUTE
        return max(guest.given.end, self.now + max(margin + buffer, 1))

    def is_sitting(self, owner: OwnerKey) -> bool:
        """Tell whether an owner of rows is a party that sits at its tables."""
        return owner[0] == "booking" and self.guests[owner[1]].status == "checked_in"

    def as_it_lasts(self, row: Row) -> Row:
        """Return a row; that of a table where a party sits now lasts until it may have left."""
        guest = self.guests.get(row.owner[1]) if row.owner[0] == "booking" else None
        if row.kind != "table" or guest is None or guest.status != "checked_in":
            return row
        assert guest.given is not None
        is_there = row.end == guest.given.end
        return attrs.evolve(row, end=self.leaves(guest)) if is_there else row

    def all_in_the_way(
        self, table: str, start: int, end: int, without: Collection[OwnerKey] = ()
    ) -> list[Row]:
        """Return every row of a table that a party could not sit beside in time, by start."""
        found = [
            row
            for row in map(self.as_it_lasts, self.rows)
            if row.kind == "table"
            and row.resource == table
            and row.start < end
            and start < row.end
            and row.owner not in without
            and not (row.owner[0] == "hold" and self.is_dead(self.keeps[row.owner[1]]))
        ]
        return sorted(found, key=lambda row: row.start)

    def rivals(
        self, tables: Collection[str], start: int, end: int, without: Collection[OwnerKey] = ()
    ) -> list[Row]:
        found = (self.in_the_way(table, start, end, without) for table in tables)
        return [row for row in found if row is not None]

    def all_rivals(
        self, tables: Collection[str], start: int, end: int, without: Collection[OwnerKey] = ()
    ) -> list[Row]:
        return [row for table in tables for row in self.all_in_the_way(table, start, end, without)]

    def free_tables(
        self, start: int, end: int, without: Collection[OwnerKey] = ()
    ) -> frozenset[str]:
        return frozenset(
            table.id
            for table in self.floor.tables
            if self.in_the_way(table.id, start, end, without) is None
        )

    # ---- changes

    def place(self, owner: OwnerKey, tables: tuple[str, ...], start: int, end: int) -> Row | None:
        """Write an owner's rows: tables, a group for several, a handle. Return the group."""
        group = None
        self.rows.extend(Row("table", table, start, end, owner) for table in tables)
        if len(tables) > 1 and owner[0] != "block":
            group = Row("merge_group", None, start, end, owner)
            self.rows.append(group)
        if owner[0] == "hold":
            self.rows.append(Row("hold", owner[1], start, end, owner))
        return group

    def drop(self, owner: OwnerKey) -> None:
        self.rows = [row for row in self.rows if row.owner != owner]

    def free(self, owner: OwnerKey) -> None:
        """Free the rows of an owner from now on; what was used of them stays."""
        kept = []
        for row in self.rows:
            if row.owner == owner:
                if row.start >= self.now:
                    continue
                row.end = min(row.end, self.now)
            kept.append(row)
        self.rows = kept

    def end_keep(self, keep: Keep, state: str, kind: EventType) -> None:
        """End a hold, take its rows away, tell of it."""
        keep.state = state
        self.drop(("hold", keep.id))
        self.tell(kind, booking_id=keep.booking_id, hold_id=keep.id)

    def sweep(self, start: int, end: int) -> None:
        """Sweep the dead holds that a command meets where it writes."""
        for keep in list(self.keeps.values()):
            if (
                self.is_dead(keep)
                and keep.sitting.block_start < end
                and start < keep.sitting.block_end
            ):
                self.end_keep(keep, "expired", EventType.HOLD_EXPIRED)

    def end_keeps_for(self, booking_id: str, *, but: str | None = None) -> None:
        """End the holds of a booking that wants no tables any more, or has others."""
        for keep in self.keeps_for(booking_id):
            if keep.id == but:
                continue
            if self.is_alive(keep):
                self.end_keep(keep, "released", EventType.HOLD_RELEASED)
            else:
                self.end_keep(keep, "expired", EventType.HOLD_EXPIRED)

    def keeps_for(self, booking_id: str) -> Iterator[Keep]:
        return (
            each
            for each in list(self.keeps.values())
            if each.booking_id == booking_id and each.state == "active"
        )
