"""Changes: the rows that a decision writes, judged as a whole."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import Final, Generic, TypeVar

import attrs

from fourtop.model.allocation import Allocation
from fourtop.model.booking import Booking
from fourtop.model.confirmation import ConfirmationResult
from fourtop.model.direct_init import direct_init
from fourtop.model.event import Event
from fourtop.model.floor import Floor
from fourtop.model.hold import Hold
from fourtop.model.policy import Policy
from fourtop.model.restaurant import Restaurant
from fourtop.ports.plain_records import PlainRecord, RecordRef
from fourtop.ports.scope import Scope

T = TypeVar("T")

_RESTAURANT_ID: Final = attrgetter("restaurant_id")


def _text(result: str | Callable[[], str]) -> str:
    return result if isinstance(result, str) else result()


@direct_init
@attrs.frozen
class StoredResult:
    """The stored result of a command that succeeded, under its idempotency key.

    A store keeps the text and never reads it: it knows no class of the engine.

    Args:
        restaurant_id: The tenant.
        command: The command's name.
        key: The key; unique for the restaurant and command.
        fingerprint: Digest of the request; another request under the key is refused.
        result: The result as JSON, written by the engine (``fourtop.formats.results``). The store
            returns it character by character. A function that returns the text is called when the
            text is read for the first time: a store in memory rarely reads it.
        stored_us: When the result was stored, in microseconds.
    """

    restaurant_id: str
    command: str
    key: str
    fingerprint: str
    _result: str | Callable[[], str] = attrs.field(eq=_text, repr=False)
    stored_us: int

    @cached_property
    def result(self) -> str:
        """The result as JSON."""
        return _text(self._result)


@attrs.frozen
class FloorChange:
    """A new floor, made from the version ``expected``."""

    floor: Floor
    expected: int


@attrs.frozen
class PolicyChange:
    """A new policy or restaurant record, made from the version ``expected``."""

    restaurant: Restaurant
    policy: Policy
    expected: int


@direct_init
@attrs.frozen(kw_only=True)
class Changes:
    """Everything one command writes: all of it or nothing, judged at its end.

    A store takes removals first, then replacements, then additions, each in order, and checks for
    overlapping live allocations after the last. It refuses, independently of the decision: an
    overlap, a row of another restaurant, an existing id or key, a version that does not follow the
    stored one, an owner or table that does not exist after the changes, a change or removal of a
    missing row, a slug that another restaurant of the store has. Each row may be added or removed
    at most once per ``Changes``.

    Args:
        removed: Allocations to remove, exactly as stored.
        replaced: Pairs (stored, new) with one id.
        added: New allocations.
        bookings: New ones (version 1) and changed ones (stored version + 1).
        bookings_removed: Ids of bookings to delete, with all their allocations. Only shadow
            bookings are ever deleted.
        holds_added: New holds.
        holds_changed: Holds with a new state or expiry; a hold's other facts never change.
        records_added: New plain records, such as blocks.
        records_changed: Plain records with new facts.
        records_removed: The classes and ids of plain records to delete.
        floor: A new floor.
        policy: A new policy or restaurant record.
        confirmations: New confirmation results; one success at most for a hold.
        stored_results: New stored results.
        events: New events, each with a new de-duplication key.
    """

    removed: tuple[Allocation, ...] = ()
    replaced: tuple[tuple[Allocation, Allocation], ...] = ()
    added: tuple[Allocation, ...] = ()
    bookings: tuple[Booking, ...] = ()
    bookings_removed: tuple[str, ...] = ()
    holds_added: tuple[Hold, ...] = ()
    holds_changed: tuple[Hold, ...] = ()
    records_added: tuple[PlainRecord, ...] = ()
    records_changed: tuple[PlainRecord, ...] = ()
    records_removed: tuple[RecordRef, ...] = ()
    floor: FloorChange | None = None
    policy: PolicyChange | None = None
    confirmations: tuple[ConfirmationResult, ...] = ()
    stored_results: tuple[StoredResult, ...] = ()
    events: tuple[Event, ...] = ()

    def __add__(self, other: Changes) -> Changes:
        """Return both sets of changes as one, this one's first."""
        if other is NO_CHANGES:
            return self
        if self is NO_CHANGES:
            return other
        assert self.floor is None or other.floor is None, "one command changes the floor once"
        assert self.policy is None or other.policy is None, "one command changes the policy once"
        return Changes(
            removed=self.removed + other.removed,
            replaced=self.replaced + other.replaced,
            added=self.added + other.added,
            bookings=self.bookings + other.bookings,
            bookings_removed=self.bookings_removed + other.bookings_removed,
            holds_added=self.holds_added + other.holds_added,
            holds_changed=self.holds_changed + other.holds_changed,
            records_added=self.records_added + other.records_added,
            records_changed=self.records_changed + other.records_changed,
            records_removed=self.records_removed + other.records_removed,
            floor=self.floor or other.floor,
            policy=self.policy or other.policy,
            confirmations=self.confirmations + other.confirmations,
            stored_results=self.stored_results + other.stored_results,
            events=self.events + other.events,
        )

    @property
    def gone(self) -> tuple[Allocation, ...]:
        """The allocations that end: the removed ones, then the replaced ones as stored."""
        if not self.replaced:
            return self.removed
        return (*self.removed, *(old for old, _ in self.replaced))

    @property
    def come(self) -> tuple[Allocation, ...]:
        """The allocations that begin: the replaced ones as they will be, then the new ones."""
        if not self.replaced:
            return self.added
        return (*(new for _, new in self.replaced), *self.added)

    def is_of(self, restaurant_id: str) -> bool:
        """Tell whether every row is of that restaurant."""
        if self.policy is not None and self.policy.restaurant.id != restaurant_id:
            return False
        rows = chain(
            self.gone,
            self.come,
            self.bookings,
            self.holds_added,
            self.holds_changed,
            self.records_added,
            self.records_changed,
            self.confirmations,
            self.stored_results,
            self.events,
        )
        return {restaurant_id}.issuperset(map(_RESTAURANT_ID, rows))

    @property
    def touches_occupancy(self) -> bool:
        """Tell whether an allocation, a booking, a hold or a plain record changes.

        The version of the occupancy then rises.
        """
        return bool(
            self.removed
            or self.replaced
            or self.added
            or self.bookings
            or self.bookings_removed
            or self.holds_added
            or self.holds_changed
            or self.records_added
            or self.records_changed
            or self.records_removed
        )


NO_CHANGES: Final = Changes()


@attrs.frozen
class Decision(Generic[T]):
    """The result of a command and its changes."""

    result: T
    changes: Changes = NO_CHANGES


@attrs.frozen
class Need:
    """A decision needs a larger scope: the store adds it and asks again, at most three times."""

    scope: Scope


MAX_NEEDS = 3
