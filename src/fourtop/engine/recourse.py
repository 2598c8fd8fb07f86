"""Recourse: a command that looks for moves of other bookings after its refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import attrs

from fourtop.engine.dispatch.requests import Command, Recourse
from fourtop.engine.queries.quote import Prepare, query_with_moves
from fourtop.model.request import BookingRequest
from fourtop.model.results import Quote, Reseating

T = TypeVar("T")


def command_with_moves(
    request: BookingRequest | None,
    moves: int | Reseating,
    decided: Callable[[Reseating | None], Command[T]],
    prepare: Prepare,
) -> Command[T]:
    """Return a command that may move other bookings.

    With a number of moves, it is decided without moves first. If it is refused, a read looks for a
    re-seating, and the command is decided with that.

    Args:
        request: The party, for what to read in advance; ``None``: only the search knows it.
        moves: Most bookings that may move, or the moves of a quote.
        decided: Returns the command with some moves, or without any.
        prepare: Returns the admission and the party of the search.
    """
    if isinstance(moves, Reseating):
        return decided(moves)
    plain = decided(None)
    if not moves:
        return plain

    def follow(answer: Quote) -> Command[T]:
        return plain if answer.reseating is None else decided(answer.reseating)

    query = query_with_moves(plain.scope, request, moves, prepare)
    return attrs.evolve(plain, recourse=Recourse(query, follow))
