"""Views: the rows of a restaurant that a decision may see."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from operator import attrgetter
from typing import Final, TypeVar

from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.booking import Booking
from fourtop.model.booking_slot import BookingSlot
from fourtop.model.confirmation import ConfirmationResult
from fourtop.model.hold import Hold, HoldState
from fourtop.model.house import House
from fourtop.model.results import Versions
from fourtop.model.window import Window
from fourtop.ports.booking_list import Listing
from fourtop.ports.changes import StoredResult
from fourtop.ports.headcount import CountedParty, Headcount, HeldCover
from fourtop.ports.overstay import Overstay, ends_of, mask_of, overstays_of, rows_at
from fourtop.ports.plain_records import PlainRecord, owner_class
from fourtop.ports.records import Records
from fourtop.ports.scope import Scope
from fourtop.ports.seated import SEATED_REACH_US, SeatedParty
from fourtop.ports.supposition import Supposition

_START: Final = attrgetter("window.start_us")
_BY_CREATION: Final = attrgetter("created_us", "id")

R = TypeVar("R", bound=PlainRecord)


class View:
    """One restaurant at one moment, guarded by a scope.

    A view never writes, and it ends with its call. A question outside the scope, or after the call,
    is an ``AssertionError``. *Dead* holds (expired, not yet swept) are not in the way here; their
    rows are still stored, and a decision that takes their tables must remove them
    (``dead_holds``).

    A *seated* party keeps its tables until it leaves. ``busy_mask``, ``busy_masks``,
    ``find_in_the_way``, ``all_in_the_way``, ``overstays`` and ``find_last_allocation`` treat them
    as taken until ``SeatedParty.until_us``, also beyond the end of the party's rows;
    ``allocations`` and ``allocations_of`` return the rows as they are stored.

    Args:
        source: The rows.
        scope: The rows that may be asked for.
        now_us: The store's clock for this transaction, in microseconds.
    """

    __slots__ = (
        *("_alive", "_dead", "_kept", "_seated", "_shown", "_source"),
        *("has_promises", "now_us", "scope"),
    )

    def __init__(self, source: Records, scope: Scope, now_us: int) -> None:
        self._source = source
        self._alive = True
        self._dead: dict[tuple[int, int], tuple[Hold, ...]] = {}
        self._shown: set[str] = set()
        self._seated: tuple[SeatedParty, ...] | None = None
        self._kept: tuple[Overstay, ...] | None = None
        self.scope: Scope = scope
        self.now_us: int = now_us
        # An attribute: every decision asks, and few houses have such a party.
        self.has_promises: bool = bool(source.promises)

    def close(self) -> None:
        """End the view; every later question fails."""
        self._alive = False

    def _ask(self, allowed: bool, *what: object) -> Records:  # noqa: FBT001  # A condition.
        # The text is built only when needed: writing a window takes longer than looking it up.
        assert allowed, f"{' '.join(map(str, what))} is outside the scope of this view"
        assert self._alive, "the view has ended with its call"
        return self._source

    def supposing(self, supposition: Supposition) -> View:
        """Return this view as it would be if a supposition had been written.

        It answers for the same scope, and for the bookings that the supposition knows: what
        admission and moves read, and no evidence or stored results. It holds values, and lasts
        beyond the call.
        """
        assert self._alive, "the view has ended with its call"
        loaded = supposition.applied(self._source, self.scope, self.now_us)
        if not supposition.known:
            return View(loaded, self.scope, self.now_us)
        known = frozenset(each.id for each in supposition.known)
        scope = self.scope | Scope(self.scope.restaurant_id, bookings=known)
        return View(loaded, scope, self.now_us)

    # ---- the house

    @property
    def house(self) -> House:
        """The restaurant, its floor and policy."""
        assert self._alive, "the view has ended with its call"
        return self._source.house

    @property
    def versions(self) -> Versions:
        """How often floor, policy and occupancy have changed."""
        assert self._alive, "the view has ended with its call"
        return self._source.versions

    # ---- occupancy

    def dead_holds(self, window: Window) -> tuple[Hold, ...]:
        """Return the dead holds that occupy a window, by start, then id."""
        # Every command asks. The hash of a pair takes less time than that of a window.
        bounds = (window.start_us, window.end_us)
        found = self._dead.get(bounds)
        if found is None:
            # Nearly always the window is one of the scope's: a look-up is cheaper than a search.
            is_covered = window in self.scope.windows or self.scope.covers(window)
            source = self._ask(is_covered, "the window", window)
            found = self._dead[bounds] = tuple(source.expired_holds(self.now_us, window))
            if found:
                self._shown.update(hold.id for hold in found)
        assert self._alive, "the view has ended with its call"
        return found

    def has_expired_holds(self) -> bool:
        """Tell whether any hold in the scope's windows has expired and is not yet swept."""
        return any(self.dead_holds(window) for window in self.scope.windows)

    def rows_of(self, hold: Hold) -> tuple[Allocation, ...]:
        """Return the rows of a hold of the scope or returned by this view, in order."""
        known = hold.id in self.scope.holds or hold.id in self._shown
        return self._ask(known, f"the hold {hold.id}").of_owner(OwnerKind.HOLD, hold.id)

    def _ignored(self, window: Window, without: Collection[Owner]) -> Collection[Owner]:
        dead = self.dead_holds(window)
        return (*without, *(Owner(OwnerKind.HOLD, hold.id) for hold in dead)) if dead else without

    def busy_mask(self, window: Window, without: Collection[Owner] = ()) -> int:
        """Return the mask of the tables taken at some instant of a window.

        Bit ``i`` is ``floor.tables[i]``.

        Rows of the owners in ``without``, of dead holds and shadow rows do not count.
        """
        ignored = self._ignored(window, without)
        mask = self._source.busy_mask(window, ignored)
        # Nearly always the window lies far from now, where no seated party stays.
        if window.start_us >= self.now_us + SEATED_REACH_US:
            return mask
        kept = self._staying(window.start_us)
        if not kept:
            return mask
        bits = self._source.house.floor.positions
        return mask | mask_of(kept, bits, window.start_us, window.end_us, without)

    def busy_masks(self, starts_us: Sequence[int], length_us: int) -> list[int]:
        """Return the busy mask of ``[start, start + length)`` for each start, sharing the work."""
        if not starts_us:
            return []
        whole = Window.of_micros(min(starts_us), max(starts_us) + length_us)
        if self.dead_holds(whole):
            windows = (Window.of_micros(start_us, start_us + length_us) for start_us in starts_us)
            return [self.busy_mask(window) for window in windows]
        masks = self._source.occupancy.busy_masks(starts_us, length_us)
        kept = self._staying(whole.start_us)
        if not kept:
            return masks
        bits = self._source.house.floor.positions
        return [
            mask | mask_of(kept, bits, start_us, start_us + length_us)
            for mask, start_us in zip(masks, starts_us, strict=True)
        ]

    def find_beside(
        self, window: Window, around: Window, without: Collection[Owner] = ()
    ) -> tuple[dict[int, int], dict[int, int]]:
        """Find the neighbouring stays of each table: those before and after a window.

        Rows of the owners in ``without``, of dead holds and shadow rows do not count.

        Args:
            window: The window.
            around: A window that contains it; only rows that overlap it count.
            without: Owners with rows that do not count.

        Returns:
            By place in the floor's table order the end of the last stay that ends at or before the
            start of the window; and by place the start of the first stay that starts at or after
            its end. A table without one is left out. Both are in microseconds.
        """
        ignored = self._ignored(around, without)
        before, after = self._source.find_beside(window, around, ignored)
        kept = self._staying(around.start_us)
        if not kept:
            return before, after
        # The answer of the records may be asked for again.
        before, bits = {**before}, self._source.house.floor.positions
        for bit, until_us in ends_of(kept, bits, around.start_us, window.start_us, without):
            before[bit] = max(before.get(bit, 0), until_us)
        return before, after

    def find_in_the_way(
        self, table_id: str, window: Window, without: Collection[Owner] = ()
    ) -> Allocation | None:
        """Return the earliest live allocation of a table in a window, dead holds' ignored.

        That of a seated party ends when its table may be free again.
        """
        ignored = self._ignored(window, without)
        found = self._source.occupancy.find_in_the_way(
            ResourceType.TABLE, table_id, window, ignored
        )
        own = rows_at(self._staying(window.start_us), table_id, window, without)
        # The row of an overstay replaces the stored one, which has the same start.
        rows = own if found is None else [*own, found]
        return min(rows, key=_START, default=None)

    def all_in_the_way(
        self, table_id: str, window: Window, without: Collection[Owner] = ()
    ) -> tuple[Allocation, ...]:
        """Return every live allocation of a table in a window, dead holds' ignored, by start.

        That of a seated party ends when its table may be free again, and may overlap the next one.
        O(log n + k) for k rows found.
        """
        ignored = self._ignored(window, without)
        rows = self._source.occupancy.of_resource(ResourceType.TABLE, table_id, window)
        found = [row for row in rows if not (row.shadow or (ignored and row.owner in ignored))]
        own = rows_at(self._staying(window.start_us), table_id, window, without)
        for late in own:
            # The row of an overstay replaces the stored one.
            found = [row for row in found if row.owner != late.owner or _is_before(row, late)]
        return tuple(sorted([*own, *found], key=_START) if own else found)

    def overstays(self, window: Window) -> tuple[Allocation, ...]:
        """Return the rows of the tables that seated parties keep in a window beyond their rows.

        Each is a stored row, lengthened to the time at which its table may be free again.
        """
        self._ask(self.scope.covers(window), "the window", window)
        kept = self._staying(window.start_us)
        return tuple(each.row for each in kept if each.is_in(window.start_us, window.end_us))

    # ---- seated parties

    def seated_parties(self) -> tuple[SeatedParty, ...]:
        """Return the parties that sit at tables now, by start, then id."""
        source = self._ask(self.scope.sees_seated(self.now_us), "every seated party")
        if self._seated is None:
            minutes = source.house.policy.seating.overstay_minutes
            seated = [each for each in source.seated() if each.assignment is not None]
            self._seated = tuple([SeatedParty.of(each, self.now_us, minutes) for each in seated])
        return self._seated

    def _staying(self, start_us: int) -> tuple[Overstay, ...]:
        """Return the rows of seated parties that may last beyond their end, by start of the party.

        Nearly always there are none; far from now the answer needs no record.
        """
        if start_us >= self.now_us + SEATED_REACH_US:
            return ()
        if self._kept is None:
            has_seated = bool(self._source.seated())
            self._kept = overstays_of(self.seated_parties(), self._source) if has_seated else ()
        return self._kept

    def promised(self, window: Window) -> tuple[Booking, ...]:
        """Return the parties of a window that were promised tables and have none, in order.

        These are the bookings that are ``pending_allocation``, without those for which a live hold
        keeps tables in this window; by their creation, then id. A hold beside the window does not
        count: a view of the window may not have loaded it. ``has_promises`` is false where no
        window of the scope has one.
        """
        source = self._ask(self.scope.covers(window), "the window", window)
        found = [each for each in source.promises.values() if each.stay.occupied.overlaps(window)]
        waiting = (each for each in found if not self.is_held(each.id, window))
        return tuple(sorted(waiting, key=_BY_CREATION))

    def is_held(self, booking_id: str, window: Window) -> bool:
        """Tell whether a live hold for a booking keeps tables at some time of a window."""
        source = self._ask(self.scope.covers(window), "the window", window)
        return any(
            hold.is_alive(self.now_us) and hold.stay.occupied.overlaps(window)
            for hold in source.holds_for(booking_id)
        )

    @property
    def has_waiting(self) -> bool:
        """Whether any party may wait for tables without a promise; if not, ``waiting`` is empty."""
        assert self._alive, "the view has ended with its call"
        return self._source.has_waiting

    def waiting(self, window: Window) -> tuple[Booking, ...]:
        """Return the parties that wait for tables in a window and were promised none, in order.

        These are the bookings that ``waits_in`` names, by their creation, then id. Some may have
        stopped waiting, and a live hold may keep tables for others (``is_held``).
        """
        source = self._ask(self.scope.covers(window), "the window", window)
        return tuple(sorted(source.waiting(window), key=_BY_CREATION))

    def allocations(self, window: Window) -> tuple[Allocation, ...]:
        """Return every row that overlaps a window, shadow and dead ones included, in order."""
        return self._ask(self.scope.covers(window), "the window", window).overlapping(window)

    def allocations_of(self, kind: OwnerKind, owner_id: str) -> tuple[Allocation, ...]:
        """Return the rows of one owner, in order."""
        if kind is OwnerKind.HOLD:
            is_named = owner_id in self.scope.holds
        elif kind is OwnerKind.BOOKING:
            is_named = owner_id in self.scope.bookings
        else:
            is_named = (owner_class(kind), owner_id) in self.scope.records
        source = self._ask(is_named, "the", kind, owner_id)
        return source.of_owner(kind, owner_id)

    def owner_of(self, row: Allocation) -> Booking | Hold | PlainRecord:
        """Return the owner of an allocation of the windows; a hold is in any state."""
        source = self._ask(self.scope.covers_owner(row), "the owner of", row)
        found: Booking | Hold | PlainRecord | None
        if row.owner_kind is OwnerKind.BOOKING:
            found = source.find_booking(row.owner_id)
        elif row.owner_kind is OwnerKind.HOLD:
            found = source.find_hold(row.owner_id)
        else:
            found = source.find_record(owner_class(row.owner_kind), row.owner_id)
        assert found is not None, f"the allocation {row.id} has no owner"
        return found

    def find_last_allocation(self, table_id: str) -> Allocation | None:
        """Return the live allocation of a table that ends last, or ``None``.

        Rows of dead holds do not count. The row of a seated party ends when its table may be free
        again.
        """
        last = self._last_stored(table_id)
        for each in self._staying(self.now_us):
            row = each.row
            if row.resource_id == table_id and (
                last is None or last.window.end_us < row.window.end_us
            ):
                last = row
        return last

    def _last_stored(self, table_id: str) -> Allocation | None:
        source = self._ask(table_id in self.scope.tables, "the table", table_id)
        dead: list[Owner] = []
        while True:
            last = source.occupancy.find_last(table_id, dead)
            assert last is None or last.owner not in dead, "an owner that was left out comes again"
            if last is None or last.owner_kind is not OwnerKind.HOLD:
                return last
            hold = source.find_hold(last.owner_id)
            if hold is None or hold.is_alive(self.now_us):
                return last
            dead.append(last.owner)

    def extent(self) -> tuple[int, int] | None:
        """Return the extent of the whole restaurant, in microseconds.

        It spans all rows and the starts of all bookings. ``None``: the restaurant has neither.
        """
        return self._ask(self.scope.has_extent, "the extent").extent()

    # ---- bookings, holds, plain records

    def find_booking(self, booking_id: str) -> Booking | None:
        """Return the booking of that id, or ``None``."""
        return self._ask(booking_id in self.scope.bookings, "the booking", booking_id).find_booking(
            booking_id
        )

    def find_hold(self, hold_id: str) -> Hold | None:
        """Return the hold of that id, in any state, or ``None``."""
        return self._ask(hold_id in self.scope.holds, "the hold", hold_id).find_hold(hold_id)

    def find_record(self, record: type[R], record_id: str) -> R | None:
        """Return the plain record of that class and id, or ``None``.

        ``view.find_record(Block, block_id)`` returns a block.
        """
        is_named = (record, record_id) in self.scope.records
        return self._ask(is_named, "the", record.__name__, record_id).find_record(record, record_id)

    def bookings_starting(self, window: Window) -> tuple[Booking, ...]:
        """Return the bookings, of any status, that start inside a window; by start, then id."""
        source = self._ask(self.scope.covers_sittings(window), "every sitting in", window)
        return tuple(source.bookings_starting(window))

    def listed(self, listing: Listing) -> tuple[Booking, ...]:
        """Return the bookings of the scope's listing, by start, then id."""
        return tuple(self._ask(listing == self.scope.listing, "the", listing).listed(listing))

    def slots_starting(self, window: Window) -> tuple[BookingSlot, ...]:
        """Return the booking slots that start inside a window, by start, then id."""
        source = self._ask(self.scope.covers_slots(window), "every slot in", window)
        return tuple(source.slots_starting(window))

    def headcounts(self, window: Window) -> tuple[Headcount, ...]:
        """Return the headcounts of the counted bookings inside a window, ascending."""
        source = self._ask(self.scope.covers_headcounts(window), "every headcount in", window)
        return tuple(source.headcounts(window))

    def held_covers(self, window: Window) -> tuple[HeldCover, ...]:
        """Return the held covers that start inside a window, by start, then id."""
        source = self._ask(self.scope.covers_headcounts(window), "every headcount in", window)
        return tuple(source.held_covers(window, self.now_us))

    def counted_parties(self, window: Window) -> tuple[CountedParty, ...]:
        """Return the counted parties that start inside a window, by start, then kind and id."""
        source = self._ask(self.scope.covers_parties(window), "every counted party in", window)
        return tuple(source.counted_parties(window, self.now_us))

    def active_holds_for(self, booking_id: str) -> tuple[Hold, ...]:
        """Return the active holds made for a booking, alive or dead, oldest first."""
        source = self._ask(booking_id in self.scope.bookings, "the booking", booking_id)
        found = tuple(
            hold for hold in source.holds_for(booking_id) if hold.state is HoldState.ACTIVE
        )
        self._shown.update(hold.id for hold in found)
        return found

    def holds_created(self, booking_id: str, since_us: int) -> tuple[int, ...]:
        """Return the creation times after an instant of all holds for a booking, ascending."""
        source = self._ask(booking_id in self.scope.bookings, "the booking", booking_id)
        return tuple(
            hold.created_us for hold in source.holds_for(booking_id) if hold.created_us > since_us
        )

    def count_live_holds(self, session: str | None = None) -> int:
        """Count the live holds of a session, or of the whole restaurant."""
        if session is None:
            return self._ask(self.scope.counts_holds, "the number of holds").count_alive(
                self.now_us
            )
        source = self._ask(session in self.scope.sessions, "the session", session)
        return source.count_alive(self.now_us, session)

    # ---- stored results and confirmations

    def find_stored_result(self, command: str, key: str) -> StoredResult | None:
        """Return the stored result under a key, or ``None``."""
        return self._ask(
            (command, key) in self.scope.stored_results, "the key", key, "of", command
        ).find_stored_result(command, key)

    def find_confirmation(self, hold_id: str) -> ConfirmationResult | None:
        """Return the successful confirmation of a hold, or ``None``."""
        return self._ask(hold_id in self.scope.holds, "the hold", hold_id).find_confirmation(
            hold_id
        )

    def confirmations_of(self, hold_id: str) -> tuple[ConfirmationResult, ...]:
        """Return all confirmation results of a hold, failures included, oldest first."""
        return self._ask(hold_id in self.scope.holds, "the hold", hold_id).confirmations_of(hold_id)


def _is_before(row: Allocation, other: Allocation) -> bool:
    return row.window.start_us < other.window.start_us
