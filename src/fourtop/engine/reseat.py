"""Reseat: the moves that make room for a party, decided together with the command that needs them.

A re-seating is a batch of moves and then the newcomer: the moves pass the checks of ``move``, and
the newcomer passes the checks of its command on the view that the moves leave.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from fourtop.engine.commands.move import Move, move_bookings
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import Caller
from fourtop.engine.invocation import Invocation
from fourtop.engine.needed_records import expected_windows
from fourtop.engine.preconditions import check_house_versions, get_booking
from fourtop.errors import (
    Code,
    InvalidInput,
    Proof,
    Reason,
    Refusal,
    Refused,
    StaleVersion,
    safe_repr,
)
from fourtop.model import validators
from fourtop.model.allocation import Owner, OwnerKind
from fourtop.model.booking import Booking, BookingStatus
from fourtop.model.override import standing
from fourtop.model.planned_move import PlannedMove
from fourtop.model.request import BookingRequest
from fourtop.model.results import Reseating
from fourtop.model.window import MICROSECONDS_PER_MINUTE, Window
from fourtop.ports import NO_CHANGES, Changes, Need, Scope, Supposition, View

MAX_RESEATED = 5
"""Most bookings that one request may move."""

# Codes of the rules of tables that depend on where other parties sit.
_OF_OTHERS = frozenset(
    {
        Code.ALLOCATIONS_OVERLAP,
        Code.HOLD_CONFLICT,
        Code.TABLES_TAKEN,
        Code.TABLES_TOO_CLOSE,
        Code.AISLE_CLOSED,
        Code.ZONE_CAPACITY_EXCEEDED,
        Code.TABLES_PROMISED,
        Code.SEARCH_LIMIT_REACHED,
    }
)


def check_moves(
    caller: Caller, moves: int | Reseating | None, request: BookingRequest
) -> int | Reseating:
    """Return how many bookings a request may move, or the moves of a quote of this request.

    ``None`` allows none: it is the ``reseating`` of a quote that needs no moves.

    Raises:
        InvalidInput: If it is neither, or the quote was of another restaurant, party size or start,
            or has other tables than those that the request names.
    """
    if moves is None:
        return 0
    if not isinstance(moves, Reseating):
        return validators.check_integer("moves", moves, 0, MAX_RESEATED)
    if moves.restaurant_id != caller.restaurant_id:
        rule = "must be those of a quote of this restaurant"
        raise InvalidInput("moves", rule, safe_repr(moves.restaurant_id))
    if len(moves.moves) > MAX_RESEATED:
        rule = f"must be at most {MAX_RESEATED} moves"
        raise InvalidInput("moves", rule, str(len(moves.moves)))
    asked = (request.party_size, request.start_us)
    has_others = bool(request.tables) and set(request.tables) != set(moves.tables)
    if has_others or (moves.party_size, moves.start_us) != asked:
        raise InvalidInput("moves", "must be those of a quote of this request", safe_repr(moves))
    return moves


def with_moves(arguments: Mapping[str, Any], moves: int | Reseating) -> Mapping[str, Any]:
    """Return the arguments of a call with its moves, if it allows any.

    Without them the digest of the call stays as it was before calls could move others.
    """
    return {**arguments, "moves": moves} if moves != 0 else arguments


def why_it_stays(booking: Booking, view: View) -> str | None:
    """Return why a booking with tables is not re-seated for another party; ``None``: it may be.

    The party has arrived or is due, staff have pinned it, or its tables were promised to it or
    given to it against a rule. A party is due by the policy's notice, and from the time from which
    its tables are kept ready for it: a move would leave the used part of that time behind.
    """
    if booking.status is not BookingStatus.CONFIRMED:
        return booking.status.value
    if booking.is_pinned:
        return "pinned"
    if booking.names_tables or standing(booking.overrides, is_same_size=True):
        return "promised"
    notice_us = view.house.policy.seating.reseat_notice_minutes * MICROSECONDS_PER_MINUTE
    given = booking.assignment
    is_kept_ready = given is not None and given.window.start_us < view.now_us
    is_due = booking.stay.dining.start_us - notice_us <= view.now_us
    return "due" if is_due or is_kept_ready else None


@attrs.frozen
class Room:
    """The room that a command has made for a party.

    Args:
        view: The restaurant after the moves.
        changes: The changes of the moves.
        reseating: The moves; ``None``: nothing was moved.
    """

    view: View
    changes: Changes = NO_CHANGES
    reseating: Reseating | None = None

    @property
    def moves(self) -> tuple[PlannedMove, ...]:
        """The moves."""
        return () if self.reseating is None else self.reseating.moves

    def asked(self, request: BookingRequest) -> BookingRequest:
        """Return a request that takes the tables which the moves have freed for it."""
        if self.reseating is None:
            return request
        return request.replaced(tables=self.reseating.tables)

    def refused(self, refusal: Refusal) -> Refused | StaleVersion:
        """Return the error of a party that is refused after the moves."""
        if self.reseating is None:
            return Refused(refusal)
        return _stale_or_refused(self.view, self.reseating, refusal)

    @property
    def expired(self) -> frozenset[str]:
        """The ids of the holds that the moves have ended, because they had expired."""
        return frozenset(each.id for each in self.changes.holds_changed)


def scope_with(scope: Scope, reseating: Reseating | None) -> Scope:
    """Return the scope of a command with the bookings that its moves concern."""
    if reseating is None:
        return scope
    booking_ids = frozenset(each.booking_id for each in reseating.moves)
    return scope | Scope(scope.restaurant_id, bookings=booking_ids)


def make_room(
    invocation: Invocation,
    view: View,
    compiled: CompiledHouse,
    reseating: Reseating | None,
    request: BookingRequest,
) -> Room | Need:
    """Decide the moves of a re-seating; without one, nothing moves.

    Args:
        invocation: The call.
        view: The restaurant at this moment; ``scope_with`` has its bookings.
        compiled: The rules of the house.
        reseating: The moves.
        request: The party that the moves make room for.

    Raises:
        StaleVersion: If floor, policy or one of the bookings has changed since the search, or other
            parties have taken the tables. Ask for a new quote.
        Refused: If one of the bookings may not be moved any more.
        NotFound: If a booking is unknown.
    """
    if reseating is None:
        return Room(view)
    check_house_versions(view, reseating.versions)
    _check_movable(view, reseating)
    try:
        room = move_out(invocation, view, compiled, reseating)
    except Refused as error:
        raise _stale_or_refused(view, reseating, error.refusal) from error
    return _and_newcomer(room, compiled, request) if isinstance(room, Need) else room


def _and_newcomer(need: Need, compiled: CompiledHouse, request: BookingRequest) -> Need:
    """Return what the moves need with what the newcomer will need.

    A decision may ask three times: for both, then for the promises that the moves touch, and for
    those that the newcomer touches.
    """
    windows, counted = expected_windows(request, compiled, counts=True)
    parties: tuple[Window, ...] = ()
    if compiled.counts_by_party:
        counted, parties = (), counted
    return Need(need.scope.extended(windows, counted, parties, frozenset()))


def move_out(
    invocation: Invocation, view: View, compiled: CompiledHouse, reseating: Reseating
) -> Room | Need:
    """Decide the moves of a re-seating by the checks of ``move``.

    Raises:
        Refused: If the moves are refused.
    """
    if not reseating.moves:
        return Room(view, reseating=reseating)
    of_moves = attrs.evolve(invocation, id=invocation.row_id("moves"))
    moves = tuple(Move(each.booking_id, each.after) for each in reseating.moves)
    decision = move_bookings(of_moves, view, compiled, moves)
    if isinstance(decision, Need):
        return decision
    owners = tuple(Owner(OwnerKind.BOOKING, each.booking_id) for each in reseating.moves)
    supposition = Supposition(rows=decision.changes.added, released=owners, moved=decision.result)
    return Room(view.supposing(supposition), decision.changes, reseating)


def _check_movable(view: View, reseating: Reseating) -> None:
    stuck = dict(_stuck(view, reseating))
    if stuck:
        tables = [
            each for move in reseating.moves if move.booking_id in stuck for each in move.before
        ]
        facts = {"tables": tables, "causes": stuck, "in_the_way": []}
        raise Refused(Refusal((Reason(Code.CANNOT_BE_FREED, facts),), Proof.NAMED_TABLES))


def _stuck(view: View, reseating: Reseating) -> Iterator[tuple[str, str]]:
    for move in reseating.moves:
        booking = get_booking(view, move.booking_id, move.version)
        why = why_it_stays(booking, view)
        if why is not None:
            yield booking.id, why


def _stale_or_refused(view: View, reseating: Reseating, refusal: Refusal) -> Refused | StaleVersion:
    """Return the error of tables that the search found free: others have taken them since."""
    expected, found = reseating.versions.occupancy, view.versions.occupancy
    is_about_others = all(reason.code in _OF_OTHERS for reason in refusal.reasons)
    if is_about_others and expected != found:
        return StaleVersion("occupancy", expected, found)
    return Refused(refusal)
