"""Records: read bookings, holds, blocks, allocations and evidence from the store."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import attrs

from fourtop.engine.dispatch.requests import Caller, Query
from fourtop.engine.preconditions import get_booking
from fourtop.errors import InvalidInput
from fourtop.model import validators
from fourtop.model.allocation import Allocation, OwnerKind
from fourtop.model.block import Block
from fourtop.model.booking import Booking, Bookings, BookingStatus
from fourtop.model.booking_list import (
    MAX_PAGE,
    BookingFilter,
    BookingPage,
    cursor_of,
    place_of,
)
from fourtop.model.booking_slot import BookingSlot
from fourtop.model.confirmation import ConfirmationResult
from fourtop.model.hold import Hold
from fourtop.model.house import House
from fourtop.model.results import Versions
from fourtop.model.window import Window
from fourtop.ports import Listing, Need, Scope, View, refs

MAX_IDS: Final = 500


def house(caller: Caller) -> Query[House]:
    """Build the query for the restaurant, its floor and policy."""
    return Query(Scope(caller.restaurant_id), lambda view, _: view.house)


def versions(caller: Caller) -> Query[Versions]:
    """Build the query for the three counters."""
    return Query(Scope(caller.restaurant_id), lambda view, _: view.versions)


def booking_or_none(caller: Caller, booking_id: str) -> Query[Booking | None]:
    """Build the query for a booking that may not exist.

    Raises:
        InvalidIdentifier: If the id is malformed.
    """
    scope = _of_booking(caller, booking_id)
    return Query(scope, lambda view, _: view.find_booking(booking_id))


def booking(caller: Caller, booking_id: str) -> Query[Booking]:
    """Build the query for a booking that must exist.

    Raises:
        InvalidIdentifier: If the id is malformed.
    """
    scope = _of_booking(caller, booking_id)
    return Query(scope, lambda view, _: get_booking(view, booking_id))


def found_bookings(caller: Caller, booking_ids: Collection[str]) -> Query[Bookings]:
    """Build the query for the bookings of some ids, without those that do not exist.

    Raises:
        InvalidInput: If they are no collection, or more than ``MAX_IDS``.
        InvalidIdentifier: If one is malformed.
    """
    ids = validators.check_identifiers("booking_ids", booking_ids)
    if len(ids) > MAX_IDS:
        raise InvalidInput("booking_ids", f"must be at most {MAX_IDS}", f"{len(ids):,}")

    def ask(view: View, _: object) -> Bookings:
        found = [each for each in map(view.find_booking, ids) if each is not None]
        found.sort(key=lambda each: (each.stay.dining.start_us, each.id))
        return Bookings(found, view.house.restaurant.timezone)

    return Query(Scope(caller.restaurant_id, bookings=frozenset(ids)), ask)


def booking_list(
    caller: Caller, filtered: BookingFilter, limit: int, after: str | None
) -> Query[BookingPage]:
    """Build the query for a page of a list of bookings.

    Raises:
        InvalidInput: If it is not a filter, the limit is out of range, or no page has returned
            ``after``.
    """
    checked = validators.check_instance("bookings", filtered, BookingFilter)
    most = validators.check_integer("limit", limit, 1, MAX_PAGE)
    # One booking more tells whether another page follows.
    listing = Listing(
        checked.start_us, checked.end_us, most + 1, checked.statuses, checked.reference
    )
    if after is not None:
        listing = attrs.evolve(listing, after=place_of(after))

    def ask(view: View, _: object) -> BookingPage:
        found = view.listed(listing)
        page = Bookings(found[:most], view.house.restaurant.timezone)
        return BookingPage(page, cursor_of(page[-1]) if len(found) > most else None)

    return Query(Scope(caller.restaurant_id, listing=listing), ask)


def _of_booking(caller: Caller, booking_id: str) -> Scope:
    checked = validators.check_identifier("booking_id", booking_id)
    return Scope(caller.restaurant_id, bookings=frozenset((checked,)))


def slot_or_none(caller: Caller, slot_id: str) -> Query[BookingSlot | None]:
    """Build the query for a booking slot that may not exist.

    Raises:
        InvalidIdentifier: If the id is malformed.
    """
    checked = validators.check_identifier("slot_id", slot_id)
    scope = Scope(caller.restaurant_id, records=refs(BookingSlot, (checked,)))
    return Query(scope, lambda view, _: view.find_record(BookingSlot, checked))


def live_hold_or_none(caller: Caller, hold_id: str) -> Query[Hold | None]:
    """Build the query for a hold that may not be alive.

    Raises:
        InvalidIdentifier: If the id is malformed.
    """

    def ask(view: View, _: object) -> Hold | None:
        hold = view.find_hold(hold_id)
        return hold if hold is not None and hold.is_alive(view.now_us) else None

    return Query(_of_hold(caller, hold_id), ask)


def confirmations(caller: Caller, hold_id: str) -> Query[tuple[ConfirmationResult, ...]]:
    """Build the query for the evidence of a hold.

    Raises:
        InvalidIdentifier: If the id is malformed.
    """
    scope = _of_hold(caller, hold_id)
    return Query(scope, lambda view, _: view.confirmations_of(hold_id))


def _of_hold(caller: Caller, hold_id: str) -> Scope:
    checked = validators.check_identifier("hold_id", hold_id)
    return Scope(caller.restaurant_id, holds=frozenset((checked,)))


def bookings(caller: Caller, window: Window) -> Query[Bookings]:
    """Build the query for the bookings that start inside a window.

    Raises:
        InvalidInput: If it is not a window.
    """
    sittings = (validators.check_instance("window", window, Window),)
    scope = Scope(caller.restaurant_id, sittings=sittings)
    return Query(
        scope,
        lambda view, _: Bookings(view.bookings_starting(window), view.house.restaurant.timezone),
    )


def allocations(caller: Caller, window: Window) -> Query[tuple[Allocation, ...]]:
    """Build the query for the allocations that overlap a window.

    Raises:
        InvalidInput: If it is not a window.
    """
    return Query(_of_window(caller, window), lambda view, _: view.allocations(window))


def blocks(caller: Caller, window: Window) -> Query[tuple[Block, ...]]:
    """Build the query for the blocks that overlap a window, by start, then id.

    Raises:
        InvalidInput: If it is not a window.
    """
    return Query(_of_window(caller, window), lambda view, _: _blocks(view, window))


def _of_window(caller: Caller, window: Window) -> Scope:
    windows = (validators.check_instance("window", window, Window),)
    return Scope(caller.restaurant_id, windows=windows)


def _blocks(view: View, window: Window) -> tuple[Block, ...] | Need:
    rows = view.allocations(window)
    block_ids = frozenset(row.owner_id for row in rows if row.owner_kind is OwnerKind.BLOCK)
    named = refs(Block, block_ids)
    if not named <= view.scope.records:
        return Need(Scope(view.scope.restaurant_id, records=named))
    found = (view.find_record(Block, block_id) for block_id in block_ids)
    blocks = (block for block in found if block is not None)
    return tuple(sorted(blocks, key=lambda block: (block.window.start_us, block.id)))


def check_windows(windows: Collection[Window]) -> tuple[Window, ...]:
    """Return the windows of a query.

    Raises:
        InvalidInput: If there is no window, or a value is not a window.
    """
    checked = validators.as_instances("windows", windows, Window)
    if not checked:
        raise InvalidInput("windows", "must be one window or more", "none")
    return checked


def real_bookings(view: View, windows: Iterable[Window]) -> tuple[Booking, ...]:
    """Return the bookings that start inside some windows, apart from shadow bookings.

    Each comes once, by start, then id, although windows may overlap.
    """
    found = {each.id: each for window in windows for each in view.bookings_starting(window)}
    in_order = sorted(found.values(), key=lambda each: (each.stay.dining.start_us, each.id))
    return tuple(each for each in in_order if each.status is not BookingStatus.SHADOW)
