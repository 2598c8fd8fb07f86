"""Views: the rows of a restaurant that a decision may see."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

from fourtop.model.allocation import Allocation, Owner, OwnerKind, ResourceType
from fourtop.model.booking import Booking
from fourtop.model.confirmation import ConfirmationResult
from fourtop.model.hold import Hold, HoldState
from fourtop.model.house import House
from fourtop.model.results import Versions
from fourtop.model.window import Window
from fourtop.ports.changes import StoredResult
from fourtop.ports.headcount import CountedParty, Headcount, HeldCover
from fourtop.ports.plain_records import PlainRecord, owner_class
from fourtop.ports.records import Records
from fourtop.ports.scope import Scope

R = TypeVar("R", bound=PlainRecord)


class View:
    """One restaurant at one moment, guarded by a scope.

    A view never writes, and it ends with its call. A question outside the scope, or after the call,
    is an ``AssertionError``. *Dead* holds (expired, not yet swept) are not in the way here; their
    rows are still stored, and a decision that takes their tables must remove them
    (``dead_holds``).

    Args:
        source: The rows.
        scope: The rows that may be asked for.
        now_us: The store's clock for this transaction, in microseconds.
    """

    __slots__ = ("_alive", "_dead", "_shown", "_source", "now_us", "scope")

    def __init__(self, source: Records, scope: Scope, now_us: int) -> None:
        self._source = source
        self._alive = True
        self._dead: dict[Window, tuple[Hold, ...]] = {}
        self._shown: set[str] = set()
        self.scope: Scope = scope
        self.now_us: int = now_us

    def close(self) -> None:
        """End the view; every later question fails."""
        self._alive = False

    def _ask(self, allowed: bool, *what: object) -> Records:  # noqa: FBT001  # A condition.
        # The text is built only when needed: writing a window takes longer than looking it up.
        assert allowed, f"{' '.join(map(str, what))} is outside the scope of this view"
        assert self._alive, "the view has ended with its call"
        return self._source

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
        # Nearly always the window is one of the scope's: a look-up is cheaper than a search.
        is_covered = window in self.scope.windows or self.scope.covers(window)
        source = self._ask(is_covered, "the window", window)
        found = self._dead.get(window)
        if found is None:
            found = self._dead[window] = tuple(source.expired_holds(self.now_us, window))
            if found:
                self._shown.update(hold.id for hold in found)
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
        return self._source.busy_mask(window, ignored)

    def busy_masks(self, starts_us: Sequence[int], length_us: int) -> list[int]:
        """Return the busy mask of ``[start, start + length)`` for each start, sharing the work."""
        if not starts_us:
            return []
        whole = Window.of_micros(min(starts_us), max(starts_us) + length_us)
        if self.dead_holds(whole):
            windows = (Window.of_micros(start_us, start_us + length_us) for start_us in starts_us)
            return [self.busy_mask(window) for window in windows]
        return self._source.occupancy.busy_masks(starts_us, length_us)

    def find_in_the_way(
        self, table_id: str, window: Window, without: Collection[Owner] = ()
    ) -> Allocation | None:
        """Return the earliest live allocation of a table in a window, dead holds' ignored."""
        ignored = self._ignored(window, without)
        return self._source.occupancy.find_in_the_way(ResourceType.TABLE, table_id, window, ignored)

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

    def find_last_allocation(self, table_id: str) -> Allocation | None:
        """Return the live allocation of a table that ends last, or ``None``.

        Rows of dead holds do not count.
        """
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
