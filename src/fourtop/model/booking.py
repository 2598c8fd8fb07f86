"""Bookings: their life cycle and their assigned tables."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, Self

import attrs

from fourtop.errors import Code
from fourtop.errors.display import (
    WIDTH,
    brief,
    clip,
    count_of,
    html_table,
    short_id,
    some,
    tables_of,
)
from fourtop.model.actor import Actor
from fourtop.model.direct_init import direct_init
from fourtop.model.override import Override
from fourtop.model.receipt import NO_RECEIPT, Receipt
from fourtop.model.request import ANY_TABLE, Preference
from fourtop.model.restaurant import zone_info
from fourtop.model.stay import Stay
from fourtop.model.waitlist_terms import Waiting
from fourtop.model.window import Window, brief_iso, from_micros


class BookingStatus(StrEnum):
    """The state of a booking in its life cycle."""

    PENDING = "pending"
    PENDING_ALLOCATION = "pending_allocation"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    WAITLISTED = "waitlisted"
    PRIORITY_WAITLIST = "priority_waitlist"
    SHADOW = "shadow"

    @property
    def occupies(self) -> bool:
        """Tell whether a booking of this status owns allocations for the rest of its window.

        The tables of a pending booking belong to its hold. A booking that ended keeps the
        allocations that it used, up to the moment it ended. A shadow booking occupies nothing: its
        allocations are shadows.
        """
        return self in _OCCUPYING

    @property
    def counts_covers(self) -> bool:
        """Tell whether its party counts towards the covers and parties of its service."""
        return self not in _UNCOUNTED

    def may_become(self, target: Self) -> bool:
        """Tell whether the life cycle has a step from this status to ``target``."""
        return target in _STEPS[self]


_S = BookingStatus
_OCCUPYING: Final = frozenset({_S.CONFIRMED, _S.CHECKED_IN})
_UNCOUNTED: Final = frozenset(
    {_S.CANCELLED, _S.NO_SHOW, _S.WAITLISTED, _S.PRIORITY_WAITLIST, _S.SHADOW}
)
_STEPS: Final[Mapping[BookingStatus, frozenset[BookingStatus]]] = {
    _S.PENDING: frozenset({_S.PENDING_ALLOCATION, _S.CONFIRMED, _S.CANCELLED}),
    _S.PENDING_ALLOCATION: frozenset({_S.CONFIRMED, _S.CANCELLED}),
    _S.CONFIRMED: frozenset({_S.PENDING_ALLOCATION, _S.CHECKED_IN, _S.CANCELLED, _S.NO_SHOW}),
    _S.WAITLISTED: frozenset({_S.CONFIRMED, _S.CANCELLED}),
    _S.PRIORITY_WAITLIST: frozenset({_S.CHECKED_IN, _S.CANCELLED, _S.NO_SHOW}),
    _S.CHECKED_IN: frozenset({_S.COMPLETED, _S.NO_SHOW}),
    _S.COMPLETED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.NO_SHOW: frozenset({_S.CONFIRMED}),
    _S.SHADOW: frozenset(),
}


@direct_init
@attrs.frozen(repr=False)
class Assignment:
    """The tables that are assigned to a booking.

    Args:
        tables: Table ids, in table order.
        window: The time for which they are, or were, taken. It ends earlier than the booking's
            occupied window once the party has left or cancelled.
        merge_group_id: The id of the merge group, if the booking has two tables or more.
        assigned_us: The time of the assignment, in microseconds.
        assigned_by: The actor of the assignment.
    """

    tables: tuple[str, ...]
    window: Window
    merge_group_id: str | None
    assigned_us: int
    assigned_by: Actor

    @property
    def assigned_at(self) -> datetime:
        """The time of the assignment, in UTC."""
        return from_micros(self.assigned_us)

    def __repr__(self) -> str:
        return brief(self, f"{tables_of(self.tables)} {self.window.brief()}")


@attrs.frozen(repr=False)
class Step:
    """The state of a booking before its last step of status.

    Args:
        status: The status before the step.
        window: The time for which its tables were taken before the step; ``None`` if it had none.
        at_us: The time of the step, in microseconds.
    """

    status: BookingStatus
    window: Window | None
    at_us: int

    @property
    def at(self) -> datetime:
        """The time of the step, in UTC."""
        return from_micros(self.at_us)

    def __repr__(self) -> str:
        taken = "" if self.window is None else self.window.brief()
        return brief(self, f"{self.status.value} until {brief_iso(self.at_us)}", taken)


@direct_init
@attrs.frozen(repr=False)
class Booking:
    """The promise of tables to a party for a time, through its whole life cycle.

    The allocations that it owns say which tables it occupies; no window is computed from it.

    Args:
        id: Of the booking; unique in the restaurant.
        restaurant_id: The tenant.
        party_size: The number of people.
        status: The state in its life cycle.
        stay: Its service, dining and occupied window.
        assignment: Its tables; kept when it ends. ``None`` while it has no tables.
        version: Counts its changes, from 1.
        created_us: The time of its creation, in microseconds.
        updated_us: The time of its last change, in microseconds.
        actor: The actor of its last change.
        past_reason: The host's code for accepting a start in the past, if any.
        must: The required conditions of its tables.
        wish: The optional conditions of its tables.
        names_tables: Whether its tables were promised: the request named them.
        occasion: The occasion of the request; the stay may have the period's default instead.
        channel: The way by which the request came.
        minutes: The length of the stay that the request set; ``None``: the policy decided.
        reference: The host's own id of the booking.
        local_start: The local time of its start that the party was told: ISO 8601 with the offset
            of that day. It changes only with the start; empty for a booking made before revision
            0005 of the schema.
        seated_us: When the party sat down, in microseconds; ``None`` before.
        left_us: When the party left, in microseconds; ``None`` before.
        last_step: The state before its last step of status, if that step can be undone.
        is_pinned: Whether staff pinned it to its tables: no move, swap or repair takes it away.
        overrides: The rules of the house that staff broke for it, in a fixed order.
        would_refuse: The rules in shadow mode that would have refused it when it was last admitted.
        waiting: The starts that it takes and how long it waits, if it joined the waitlist.
        receipt: Further facts from the command that returned it; neither stored nor compared.
    """

    id: str
    restaurant_id: str
    party_size: int
    status: BookingStatus
    stay: Stay
    assignment: Assignment | None
    version: int
    created_us: int
    updated_us: int
    actor: Actor
    past_reason: str | None = None
    must: Preference = ANY_TABLE
    wish: Preference = ANY_TABLE
    names_tables: bool = False
    occasion: str | None = None
    channel: str | None = None
    minutes: int | None = None
    reference: str | None = None
    local_start: str = ""
    seated_us: int | None = None
    left_us: int | None = None
    last_step: Step | None = None
    is_pinned: bool = False
    overrides: tuple[Override, ...] = ()
    would_refuse: tuple[Code, ...] = ()
    waiting: Waiting | None = None
    receipt: Receipt = attrs.field(default=NO_RECEIPT, eq=False, repr=False, kw_only=True)

    @property
    def replayed(self) -> bool:
        """Whether this is the stored result of an earlier call."""
        return self.receipt.replayed

    @property
    def tables(self) -> tuple[str, ...]:
        """Its table ids, in table order; empty while it has no tables."""
        return () if self.assignment is None else self.assignment.tables

    @property
    def start(self) -> datetime:
        """When the party sits down, in UTC."""
        return self.stay.dining.start

    @property
    def seated_at(self) -> datetime | None:
        """The time when the party sat down, in UTC; ``None`` before."""
        return None if self.seated_us is None else from_micros(self.seated_us)

    @property
    def left_at(self) -> datetime | None:
        """The time when the party left, in UTC; ``None`` before."""
        return None if self.left_us is None else from_micros(self.left_us)

    @property
    def created_at(self) -> datetime:
        """The time of its creation, in UTC."""
        return from_micros(self.created_us)

    @property
    def updated_at(self) -> datetime:
        """The time of its last change, in UTC."""
        return from_micros(self.updated_us)

    def __repr__(self) -> str:
        return brief(self, f"{short_id(self.id)} {self.summary()}", self.status.value)

    def summary(self) -> str:
        """Return its dining window, party size and tables as text."""
        tables = tables_of(self.tables) if self.tables else "no tables"
        return f"{self.stay.dining.brief()}, party of {self.party_size}, {tables}"


class Bookings(tuple[Booking, ...]):  # noqa: SLOT001  # A tuple cannot have named slots.
    """The bookings that a query returns: a tuple that a notebook shows as a table.

    Args:
        bookings: The bookings.
        timezone: The zone of the times that a person sees.
    """

    timezone: str

    def __new__(cls, bookings: Iterable[Booking] = (), timezone: str = "UTC") -> Self:
        """Make the tuple."""
        made = super().__new__(cls, bookings)
        made.timezone = timezone
        return made

    def __repr__(self) -> str:
        zone = zone_info(self.timezone)
        head = f"<{count_of(len(self), 'booking')}"
        texts = (f"{each.id} {brief_iso(each.stay.dining.start_us, zone)}" for each in self)
        shown = some(texts, most=3)
        return f"{clip(f'{head}: {shown}', WIDTH - 1)}>" if self else f"{head}>"

    def _repr_html_(self) -> str:
        zone = zone_info(self.timezone)
        columns = ("id", "dining", "party", "tables", "status")
        rows = [
            (
                each.id,
                each.stay.dining.brief(zone),
                each.party_size,
                ", ".join(each.tables),
                each.status.value,
            )
            for each in self
        ]
        return html_table(count_of(len(self), "booking"), columns, rows)
