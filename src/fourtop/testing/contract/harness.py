"""A trial: one store with two restaurants in it, on a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from typing import Any, Final, TypeVar

from fourtop.clock import ManualClock
from fourtop.model.allocation import Owner, OwnerKind
from fourtop.model.window import from_micros
from fourtop.ports import Changes, Clock, Decision, Need, Scope, Store, View, owner_refs
from fourtop.testing.contract.samples import HERE, MONTHS, NOON_US, THERE, a_house

T = TypeVar("T")
E = TypeVar("E", bound=Exception)
MakeStore = Callable[[Clock], Store]

# Far longer than any call takes, so that a store that hangs fails its own test only. Two
# hundred commits in a row are a call's longest wait, and a slow disk takes a tenth of a second for
# each.
PATIENCE_SECONDS: Final = 120
_TABLES: Final = frozenset({"t1", "t2", "t3", "t4"})


def raised_by(call: Callable[[], object]) -> Exception | None:
    """Return what a call raises, if it raises."""
    try:
        call()
    except Exception as error:  # noqa: BLE001  # The caller inspects any error.
        return error
    return None


class Trial:
    """A store under test with the restaurants ``here`` and ``there``, which have the same tables.

    Args:
        make_store: Makes an empty store that tells the time by the clock it is given.
    """

    def __init__(self, make_store: MakeStore) -> None:
        self.clock: ManualClock = ManualClock(from_micros(NOON_US))
        self.store: Store = make_store(self.clock)
        self._scopes = {restaurant_id: _whole(restaurant_id) for restaurant_id in (HERE, THERE)}
        self.store.add_restaurant(a_house(HERE))
        self.store.add_restaurant(a_house(THERE))

    # ---- writing

    def write(self, restaurant_id: str = HERE, **changes: Any) -> None:
        """Write changes in one transaction; the arguments are those of ``Changes``."""
        written = Changes(**changes)
        self._scopes[restaurant_id] |= _named(restaurant_id, written)
        answer = self.store.transact(Scope(restaurant_id), lambda _: Decision("done", written))
        assert answer == "done", "transact returns the result of the decision"

    def refuse(self, error: type[E], **changes: Any) -> E:
        """Assert that a write raises exactly this error and changes nothing; return it."""
        self._scopes[HERE] |= _named(HERE, Changes(**changes))
        before = self.see(), self.see(THERE)
        raised = raised_by(lambda: self.write(**changes))
        assert raised is not None, f"the store accepted a change that must raise {error.__name__}"
        if type(raised) is not error:
            raise raised
        assert (self.see(), self.see(THERE)) == before, (
            f"what raised {error.__name__} has changed something"
        )
        return raised

    # ---- reading

    def ask(
        self, question: Callable[[View], T | Need], restaurant_id: str = HERE, **scope: Any
    ) -> T:
        """Put a question to a view of that scope."""
        return self.store.read(Scope(restaurant_id, **scope), question)

    def see(self, restaurant_id: str = HERE) -> dict[str, object]:
        """Return all that a view and the events show of a restaurant, to detect changes."""
        seen = self.store.read(self._scopes[restaurant_id], _everything)
        return {**seen, "events": self.store.events(restaurant_id)}

    # ---- at once

    def beside(self, call: Callable[[], object]) -> Beside:
        """Start a call in another thread, and return when it has begun."""
        return Beside(call)


class Beside:
    """A call in a thread of its own.

    Args:
        call: What to call.
    """

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call
        self._raised: Exception | None = None
        self._has_begun = Event()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()
        self._has_begun.wait()

    def _run(self) -> None:
        self._has_begun.set()
        self._raised = raised_by(self._call)

    def is_over_within(self, seconds: float) -> bool:
        """Wait for a while, and tell whether the call has ended by then."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def wait(self) -> None:
        """Wait for the end of the call and raise its exception, if any."""
        assert self.is_over_within(PATIENCE_SECONDS), "a call of the store hangs"
        if self._raised is not None:
            raise self._raised


def _whole(restaurant_id: str) -> Scope:
    return Scope(
        restaurant_id,
        windows=MONTHS,
        sittings=MONTHS,
        headcounts=MONTHS,
        counted_parties=MONTHS,
        tables=_TABLES,
        counts_holds=True,
        has_extent=True,
    )


def _named(restaurant_id: str, changes: Changes) -> Scope:
    """Return the scope of everything that changes name, to read its state afterwards."""
    rows = (*changes.removed, *(row for pair in changes.replaced for row in pair), *changes.added)
    holds = (*changes.holds_added, *changes.holds_changed)
    plain = {(type(each), each.id) for each in (*changes.records_added, *changes.records_changed)}
    return Scope(
        restaurant_id,
        bookings=_owners(rows, OwnerKind.BOOKING)
        | {booking.id for booking in changes.bookings}
        | set(changes.bookings_removed)
        | {hold.booking_id for hold in holds if hold.booking_id is not None},
        holds=_owners(rows, OwnerKind.HOLD)
        | {hold.id for hold in holds}
        | {result.hold_id for result in changes.confirmations},
        records=owner_refs(rows) | plain | set(changes.records_removed),
        stored_results=frozenset((answer.command, answer.key) for answer in changes.stored_results),
        sessions=frozenset(hold.session for hold in holds if hold.session is not None),
    )


def _owners(rows: tuple[Any, ...], kind: OwnerKind) -> frozenset[str]:
    return frozenset(row.owner_id for row in rows if row.owner_kind is kind)


def _everything(view: View) -> dict[str, object]:
    scope = view.scope
    named = {OwnerKind.BOOKING: scope.bookings, OwnerKind.HOLD: scope.holds}
    named |= {
        kind.owner: frozenset(ids)
        for kind, ids in scope.record_ids.items()
        if kind.owner is not None
    }
    owners = [Owner(kind, owner_id) for kind, ids in named.items() for owner_id in sorted(ids)]
    return {
        "house": view.house,
        "versions": view.versions,
        "extent": view.extent(),
        "rows": [view.allocations(window) for window in scope.windows],
        "busy": [view.busy_mask(window) for window in scope.windows],
        "owners": {
            (owner.kind, owner.id): view.allocations_of(owner.kind, owner.id) for owner in owners
        },
        "last": [view.find_last_allocation(table_id) for table_id in sorted(scope.tables)],
        "bookings": {id_: view.find_booking(id_) for id_ in scope.bookings},
        "starting": [view.bookings_starting(window) for window in scope.sittings],
        "holds": {id_: view.find_hold(id_) for id_ in scope.holds},
        "heads": [view.headcounts(window) for window in scope.headcounts],
        "held_covers": [view.held_covers(window) for window in scope.headcounts],
        "parties": [view.counted_parties(window) for window in scope.counted_parties],
        "dead": [view.dead_holds(window) for window in scope.windows],
        "waiting": {id_: view.active_holds_for(id_) for id_ in scope.bookings},
        "made": {id_: view.holds_created(id_, 0) for id_ in scope.bookings},
        "alive": view.count_live_holds(),
        "sessions": {session: view.count_live_holds(session) for session in scope.sessions},
        "records": {ref: view.find_record(*ref) for ref in scope.records},
        "stored_results": {each: view.find_stored_result(*each) for each in scope.stored_results},
        "confirmed": {id_: view.find_confirmation(id_) for id_ in scope.holds},
        "evidence": {id_: view.confirmations_of(id_) for id_ in scope.holds},
    }
