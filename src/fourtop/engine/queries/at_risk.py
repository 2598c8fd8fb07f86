"""At risk: the bookings that come next to tables where another party may still sit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_

import attrs

from fourtop.engine.alternatives import TableSearch
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller, Query
from fourtop.errors import Refusal
from fourtop.errors.display import brief, tables_of
from fourtop.model.actor import Actor
from fourtop.model.allocation import Allocation, OwnerKind, ResourceType
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.plan import Plan
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window
from fourtop.ports import Need, Scope, SeatedParty, View

# The longest buffer after a stay, which a service period may set.
_LONGEST_BUFFER_MINUTES = 120


@attrs.frozen(repr=False)
class AtRisk:
    """A booking whose table another party may still have when it comes. Nothing moves by itself.

    Args:
        booking: The booking that comes next; its rows stay as they are.
        seated: The party in its way.
        tables: The tables of both.
        short_minutes: How many minutes after the start of the booking's rows its tables may be
            free, rounded up.
        alternative: The best other tables for the booking from then or now on, or the refusal.
    """

    booking: Booking
    seated: Booking
    tables: tuple[str, ...]
    short_minutes: int
    alternative: Plan | Refusal

    def __repr__(self) -> str:
        alternative = self.alternative
        instead = f"best {tables_of(alternative.tables)}" if isinstance(alternative, Plan) else ""
        return brief(
            self,
            f"{self.booking.id} at {tables_of(self.tables)} after {self.seated.id}",
            f"{self.short_minutes} minutes short",
            instead or "no other tables",
        )


@attrs.frozen
class _Conflict:
    """The rows of a booking that begin before a seated party may have left their tables."""

    party: SeatedParty
    rows: tuple[Allocation, ...]
    booking: Booking

    def window_from(self, now_us: int) -> Window:
        """Return the time for which the booking needs tables from now on."""
        window = self.rows[0].window
        return Window.of_micros(max(window.start_us, now_us), window.end_us)


def query(caller: Caller) -> Query[tuple[AtRisk, ...]]:
    """Build the query."""
    return Query(
        Scope(caller.restaurant_id, has_owners=True),
        lambda view, compiled: at_risk(view, compiled, caller.actor),
        name="at_risk",
    )


def at_risk(view: View, compiled: CompiledHouse, actor: Actor) -> tuple[AtRisk, ...] | Need:
    """Return the bookings at risk, by start, then id, then seated party.

    A booking is at risk if a party that sits at one of its tables is expected to leave it after the
    booking's rows begin.

    It asks three times at most: for the next rows with their owners, for all else that the search
    for other tables reads, and for what the promised parties need.
    """
    minutes = view.house.policy.seating.overstay_minutes + _LONGEST_BUFFER_MINUTES
    soon = Window.of_micros(view.now_us, view.now_us + minutes * MICROSECONDS_PER_MINUTE)
    if not view.scope.covers(soon):
        return Need(Scope(view.scope.restaurant_id, windows=(soon,)))
    search, found, needs = TableSearch(compiled, actor), [], []
    alternative: Plan | Refusal | Need
    for conflict in _conflicts(view, soon):
        booking = conflict.booking
        if booking.status is not BookingStatus.CONFIRMED:
            continue
        window = conflict.window_from(view.now_us)
        if booking.id in view.scope.bookings:
            alternative = search.find(view, booking, window)
        else:
            need = Scope(booking.restaurant_id, bookings=frozenset({booking.id}))
            alternative = search.need_with(need, view, booking, window)
        if isinstance(alternative, Need):
            needs.append(alternative.scope)
        else:
            found.append(_at_risk(conflict, alternative))
    if needs:
        return Need(reduce(or_, needs))
    return tuple(sorted(found, key=_order))


def _conflicts(view: View, soon: Window) -> Iterator[_Conflict]:
    parties = {party.booking.id: party for party in view.seated_parties()}
    kept = {row.resource_id: row for row in view.overstays(soon)}
    found: dict[tuple[str, str], list[Allocation]] = {}
    for row in _of_bookings(view.allocations(soon)):
        sitting = kept.get(row.resource_id)
        if sitting is None or sitting.owner_id == row.owner_id:
            continue
        if row.window.start_us < sitting.window.end_us:
            found.setdefault((sitting.owner_id, row.owner_id), []).append(row)
    for (party_id, _), rows in found.items():
        booking = view.owner_of(rows[0])
        assert isinstance(booking, Booking), "the rows are those of a booking"
        yield _Conflict(parties[party_id], tuple(rows), booking)


def _of_bookings(rows: Iterable[Allocation]) -> Iterator[Allocation]:
    for row in rows:
        is_table = row.resource_type is ResourceType.TABLE and not row.shadow
        if is_table and row.owner_kind is OwnerKind.BOOKING:
            yield row


def _at_risk(conflict: _Conflict, alternative: Plan | Refusal) -> AtRisk:
    late_us = conflict.party.until_us - conflict.rows[0].window.start_us
    return AtRisk(
        booking=conflict.booking,
        seated=conflict.party.booking,
        tables=tuple(sorted(row.resource_id for row in conflict.rows)),
        short_minutes=-(-late_us // MICROSECONDS_PER_MINUTE),
        alternative=alternative,
    )


def _order(found: AtRisk) -> tuple[int, str, str]:
    return found.booking.stay.dining.start_us, found.booking.id, found.seated.id
