"""Quote: the best free plan for one request, and the next best; or the moves that make room."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.compiled_house import CompiledHouse
from fourtop.engine.dispatch.requests import (
    Caller,
    Query,
    check_request,
    optional_id,
)
from fourtop.engine.needed_records import expected_windows
from fourtop.engine.preconditions import released_with
from fourtop.engine.reseat import MAX_RESEATED
from fourtop.engine.reseat_problem import ReseatFacts, may_help, read_facts
from fourtop.errors import Refusal
from fourtop.model import validators
from fourtop.model.request import BookingRequest
from fourtop.model.results import Quote
from fourtop.ports import Need, Scope, View

MAX_OTHERS: Final = 4


def query(
    caller: Caller, request: BookingRequest, exclude: str | None = None, *, moves: int = 0
) -> Query[Quote | Refusal]:
    """Build the query.

    Args:
        caller: The caller.
        request: The party.
        exclude: A booking to leave out: its tables are free, and it does not count.
        moves: Most bookings that may get other tables to make room.

    Raises:
        InvalidInput: If the request is of the wrong type, or the number of moves is out of range.
        InvalidIdentifier: If ``exclude`` is malformed.
    """
    check_request(caller, request)
    excluded = optional_id("exclude", exclude)
    scope = caller.scope(excluded)

    def prepare(view: View, compiled: CompiledHouse) -> tuple[Admission, BookingRequest]:
        released = released_with(view, excluded)
        return Admission(view, compiled, caller.actor, released), request

    if validators.check_integer("moves", moves, 0, MAX_RESEATED):
        return query_with_moves(scope, request, moves, prepare)
    return Query(
        scope,
        lambda view, compiled: quote(*prepare(view, compiled)),
        prefetch=partial(expected_windows, request, counts=True),
        name="quote",
    )


def quote(admission: Admission, request: BookingRequest) -> Quote | Refusal | Need:
    """Return the best free plan and the next best, or the refusal with every binding reason."""
    seating = admission.admit(request, most_plans=MAX_OTHERS + 1, counts=True)
    if isinstance(seating, Need):
        return seating
    if isinstance(seating, Refusal):
        return admission.refusal_of(request)
    usage = admission.usage(seating.service, seating.stay)
    timezone = admission.compiled.house.restaurant.timezone
    versions = admission.view.versions
    return Quote(
        seating.plan,
        seating.stay,
        seating.others,
        usage,
        versions,
        relaxed=seating.relaxed,
        broken=tuple(each.rule for each in seating.overrides),
        would_refuse=seating.would_refuse,
        timezone=timezone,
    )


# ---- with moves

# Returns the admission and the party of a question.
Prepare = Callable[[View, CompiledHouse], tuple[Admission, BookingRequest]]


def query_with_moves(
    scope: Scope, request: BookingRequest | None, moves: int, prepare: Prepare
) -> Query[Quote | Refusal]:
    """Build a query that looks for moves of other bookings where no tables are free.

    The search runs after the read, outside of any lock and any transaction.

    Args:
        scope: The records that the preparation reads.
        request: The request, for what to read in advance; ``None``: only the read knows it.
        moves: Most bookings that may get other tables to make room.
        prepare: Returns the admission and the party.
    """
    return Query(
        scope,
        lambda view, compiled: _quote_or_facts(*prepare(view, compiled), moves),
        prefetch=None if request is None else partial(expected_windows, request, counts=True),
        finish=_finish,
        name="quote",
    )


def _quote_or_facts(
    admission: Admission, request: BookingRequest, moves: int
) -> Quote | Refusal | ReseatFacts | Need:
    answer = quote(admission, request)
    if not isinstance(answer, Refusal) or not may_help(admission, request, answer):
        return answer
    return read_facts(admission, request, answer, moves)


def _finish(read: Quote | Refusal | ReseatFacts) -> Quote | Refusal:
    if not isinstance(read, ReseatFacts):
        return read
    room = read.find()
    if isinstance(room, Refusal):
        return room
    admission = read.admission
    beside = Admission(room.view, admission.compiled, admission.actor, admission.released)
    answer = quote(beside, room.asked(read.request))
    assert isinstance(answer, Quote), "the search has asked for these tables"
    return attrs.evolve(answer, reseating=room.reseating)
