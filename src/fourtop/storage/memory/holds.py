"""The holds of one restaurant: by id, with indexes of time, expiry, session and booking."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Final

from sortedcontainers import SortedList

from fourtop.model.allocation import OwnerKind
from fourtop.model.hold import Hold, HoldState
from fourtop.model.window import Window
from fourtop.storage.memory.confirmations import ConfirmationRecords
from fourtop.timeline import Occupancy, OverlappingIndex

# Sorts after every id.
_LAST_ID: Final = "~"
_ID: Final = attrgetter("id")
_BY_CREATION: Final = attrgetter("created_us", "id")


class HoldRecords:
    """The holds of one restaurant, in any state. Not thread-safe: the store holds its lock."""

    def __init__(self) -> None:
        self.by_id: dict[str, Hold] = {}
        # The active holds, alive or dead.
        self._active: OverlappingIndex[Hold] = OverlappingIndex(key=_ID)
        self._expiries: SortedList[tuple[int, str]] = SortedList()
        self._sessions: dict[str, SortedList[tuple[int, str]]] = {}
        # The ids of the holds made for each booking.
        self._made_for: dict[str, list[str]] = {}

    @property
    def has_active(self) -> bool:
        """Whether any hold is active, alive or dead."""
        return bool(self._expiries)

    def has_expired(self, now_us: int) -> bool:
        """Tell whether any active hold has expired. O(1)."""
        return bool(self._expiries) and self._expiries[0][0] <= now_us

    def active(self, window: Window) -> list[Hold]:
        """Return the active holds that occupy a window, by start, then id."""
        found = self._active.overlapping(window.start_us, window.end_us)
        return sorted(found, key=lambda each: (each.stay.dining.start_us, each.id))

    def count_alive(self, now_us: int, session: str | None = None) -> int:
        """Count the holds that are alive: of a session, or all. O(log n)."""
        expiries = self._expiries if session is None else self._sessions.get(session, ())
        return len(expiries) - bisect_right(expiries, (now_us, _LAST_ID))

    def made_for(self, booking_id: str) -> list[Hold]:
        """Return the holds made for a booking, oldest first, then by id."""
        found = (self.by_id[hold_id] for hold_id in self._made_for.get(booking_id, ()))
        return sorted(found, key=_BY_CREATION)

    def expired_by(self, before_us: int) -> Iterator[tuple[int, str]]:
        """Yield (expiry, id) of the active holds that expired by an instant, in this order."""
        yield from self._expiries.irange(maximum=(before_us, _LAST_ID))

    # ---- writing

    def extend(self, added: Iterable[Hold]) -> None:
        """Keep new holds; their ids are new."""
        for hold in added:
            self.by_id[hold.id] = hold
            if hold.booking_id is not None:
                self._made_for.setdefault(hold.booking_id, []).append(hold.id)
            self._activate(hold)

    def replace(self, changed: Iterable[Hold]) -> None:
        """Keep holds in place of those with their ids, which were made for the same bookings."""
        for hold in changed:
            self._deactivate(self.by_id[hold.id])
            self.by_id[hold.id] = hold
            self._activate(hold)

    def drop(self, hold_id: str) -> None:
        """Forget an ended hold."""
        hold = self.by_id.pop(hold_id)
        if hold.booking_id is not None:
            made = self._made_for[hold.booking_id]
            made.remove(hold_id)
            if not made:
                del self._made_for[hold.booking_id]

    def index(self) -> None:
        """Make the indexes of the holds anew."""
        fresh = HoldRecords()
        fresh.extend(self.by_id.values())
        self._active, self._expiries = fresh._active, fresh._expiries
        self._sessions, self._made_for = fresh._sessions, fresh._made_for

    def _activate(self, hold: Hold) -> None:
        if hold.state is HoldState.ACTIVE:
            self._active.add(hold.stay.occupied.start_us, hold.stay.occupied.end_us, hold)
            self._expiries.add((hold.expires_us, hold.id))
            if hold.session is not None:
                of_session = self._sessions.setdefault(hold.session, SortedList())
                of_session.add((hold.expires_us, hold.id))

    def _deactivate(self, hold: Hold) -> None:
        if hold.state is HoldState.ACTIVE:
            self._active.remove(hold.stay.occupied.start_us, hold.stay.occupied.end_us, hold)
            self._expiries.remove((hold.expires_us, hold.id))
            if hold.session is not None:
                of_session = self._sessions[hold.session]
                of_session.remove((hold.expires_us, hold.id))
                if not of_session:
                    del self._sessions[hold.session]

    # ---- retention

    def unused(
        self, confirmations: ConfirmationRecords, occupancy: Occupancy, before_us: int
    ) -> Iterator[tuple[int, str]]:
        """Yield (creation, id) of the ended holds of an instant or earlier without references."""
        for hold in self.by_id.values():
            is_over = hold.state is not HoldState.ACTIVE and hold.stay.occupied.end_us <= before_us
            if not is_over or hold.created_us > before_us or confirmations.has_results(hold.id):
                continue
            if not occupancy.of_owner(OwnerKind.HOLD, hold.id):
                yield hold.created_us, hold.id
