"""The model's moves that make room: a batch of moves and then the newcomer, or nothing at all."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

import attrs

from fourtop.errors import Code, Proof, Refusal, Refused, StaleVersion
from fourtop.model.booking import Booking
from fourtop.model.hold import Hold
from fourtop.model.planned_move import PlannedMove
from fourtop.model.request import BookingRequest
from fourtop.model.results import Reseating, Versions
from tests.stateful.admission import admit, refused, sit
from tests.stateful.arranging import Swap, move
from tests.stateful.booking import check_expected, find
from tests.stateful.choosing import NO_CONDITION
from tests.stateful.editing import check_version
from tests.stateful.ledger import MINUTE, Guest, Keep, Ledger, Wrong
from tests.stateful.service import opening_at

# The reasons that depend on where other parties sit.
OF_OTHERS = frozenset(
    {
        Code.ALLOCATIONS_OVERLAP,
        Code.HOLD_CONFLICT,
        Code.TABLES_TAKEN,
        Code.TABLES_PROMISED,
        Code.ZONE_CAPACITY_EXCEEDED,
    }
)
# More ways to move one party are not tried.
MOST_TRIALS = 24

_UNKNOWN = Versions(0, 0, 0)

T = TypeVar("T", Guest, Keep)
Newcomer = Callable[[Ledger, BookingRequest], T]


class _Reasons(Protocol):
    @property
    def proof(self) -> Proof: ...

    @property
    def reasons(self) -> tuple[tuple[Code, dict[str, Any]], ...]: ...

    def check(self, refusal: Refusal) -> None: ...


@attrs.frozen
class Unmoved:
    """The refusal of a party for which no moves make room."""

    plain: _Reasons

    @property
    def reasons(self) -> tuple[tuple[Code, dict[str, Any]], ...]:
        """The reasons without moves."""
        return self.plain.reasons

    def check(self, refusal: Refusal) -> None:
        """Assert that the reasons without moves come first, and that the proof comes last."""
        last = refusal.reasons[-1]
        is_searched = last.code is Code.NO_RESEATING
        if is_searched:
            is_final = last.details["is_final"]
            proof = Proof.NO_RESEATING if is_final else Proof.NO_RESEATING_WITHIN
            assert refusal.proof is proof, "a small house is searched to the end"
        else:
            codes = [code for code, _ in self.reasons]
            assert codes != [Code.TABLES_TAKEN], f"no moves were looked for: {refusal}"
        first = refusal.reasons[: len(self.reasons)]
        # The search looks also where a rule that counts parties keeps the tables of a zone.
        self.plain.check(Refusal(first, self.plain.proof if is_searched else refusal.proof))


# ---- copies of a ledger


def copied(ledger: Ledger) -> Ledger:
    """Return a ledger whose rows, bookings and holds change apart from those of another."""
    rows, guests, keeps = copy.deepcopy((ledger.rows, ledger.guests, ledger.keeps))
    return attrs.evolve(ledger, rows=rows, guests=guests, keeps=keeps, news=list(ledger.news))


def adopt(ledger: Ledger, played: Ledger) -> None:
    """Take over what one command has changed on a copy."""
    ledger.rows, ledger.guests, ledger.keeps = played.rows, played.guests, played.keeps
    ledger.news = played.news
    ledger.occupancy_version += 1


def found_by(
    request: BookingRequest, made: Booking | Hold, moves: tuple[PlannedMove, ...]
) -> Reseating:
    """Return the moves of a command that has found and made them by itself."""
    return Reseating(
        request.party_size,
        request.start_us,
        made.tables,
        moves,
        _UNKNOWN,
        restaurant_id=made.restaurant_id,
    )


def _as_read(ledger: Ledger, found: Reseating) -> Reseating:
    """Return moves with the present versions, as a search finds them now."""
    versions = Versions(ledger.floor_version, ledger.policy_version, ledger.occupancy_version)
    return attrs.evolve(found, versions=versions)


# ---- who may move


def why_it_stays(ledger: Ledger, guest: Guest) -> str | None:
    """Return why a booking gets no other tables for the sake of another; ``None``: it may."""
    if guest.status != "confirmed":
        return guest.status
    if guest.pinned:
        return "pinned"
    if guest.named:
        return "promised"
    notice = ledger.policy.seating.reseat_notice_minutes * MINUTE
    is_kept_ready = guest.given is not None and guest.given.start < ledger.now
    is_due = guest.sitting.start - notice <= ledger.now
    return "due" if is_due or is_kept_ready else None


def movable(ledger: Ledger) -> list[Guest]:
    """Return the bookings that may move."""
    found = []
    for guest in ledger.guests.values():
        given = guest.given
        rows = ledger.rows_of(("booking", guest.id))
        if given is None or why_it_stays(ledger, guest) is not None:
            continue
        is_whole = all((row.start, row.end) == (given.start, given.end) for row in rows)
        service = opening_at(ledger.restaurant, ledger.policy, guest.sitting.start)
        if is_whole and service is not None:
            found.append(guest)
    return found


# ---- the commands


def seat(
    ledger: Ledger, request: BookingRequest, moves: int, found: Reseating | None, come: Newcomer[T]
) -> T:
    """Seat a newcomer, with moves only if it is refused without any.

    Args:
        ledger: The restaurant.
        request: The newcomer.
        moves: Most moves.
        found: The moves that the engine has made; ``None``: it has made none.
        come: Seats it, or raises and changes nothing.
    """
    try:
        made = come(ledger, request)
    except Wrong as wrong:
        if wrong.error is not Refused:
            raise
        check_found(ledger, request, moves, found, come)
        if found is None:
            raise Wrong(Refused, refusal=Unmoved(wrong.facts["refusal"])) from None
        return seat_after(ledger, request, _as_read(ledger, found), come)
    assert found is None, f"{found} although tables are free"
    return made


def check_found(
    ledger: Ledger, request: BookingRequest, moves: int, found: Reseating | None, come: Newcomer[T]
) -> None:
    """Assert that moves are as few as can be, and of parties that may move; none: none help."""
    count = 0 if found is None else len(found.moves)
    if found is not None:
        assert 1 <= count <= moves
        for each in found.moves:
            guest = ledger.guests[each.booking_id]
            assert why_it_stays(ledger, guest) is None, f"{guest.id} had to stay"
            assert guest.given is not None
            assert (each.version, each.before) == (guest.version, guest.given.tables)
    if count != 1:
        single = next(single_moves(ledger, request, come), None)
        assert single is None, f"{single} makes room, and the engine says {found}"


def seat_after(ledger: Ledger, request: BookingRequest, found: Reseating, come: Newcomer[T]) -> T:
    """Move the parties and seat the newcomer, or raise the error that is due."""
    check_version("floor", found.versions.floor, ledger.floor_version)
    check_version("policy", found.versions.policy, ledger.policy_version)
    _check_stay(ledger, found)
    played = copied(ledger)
    try:
        if found.moves:
            move(played, [Swap(each.booking_id, each.after) for each in found.moves])
        made = come(played, attrs.evolve(request, tables=found.tables))
    except Wrong as wrong:
        raise _stale_or(ledger, found, wrong) from None
    made.named = bool(request.tables)
    adopt(ledger, played)
    return made


def _check_stay(ledger: Ledger, found: Reseating) -> None:
    stuck = {}
    for each in found.moves:
        guest = find(ledger, each.booking_id)
        check_expected(guest, each.version)
        why = why_it_stays(ledger, guest)
        if why is not None:
            stuck[guest.id] = why
    if stuck:
        raise refused(Proof.NAMED_TABLES, (Code.CANNOT_BE_FREED, {"causes": stuck}))


def _stale_or(ledger: Ledger, found: Reseating, wrong: Wrong) -> Wrong:
    """Return the error of tables that others have taken since the moves were found."""
    said, true = found.versions.occupancy, ledger.occupancy_version
    if wrong.error is not Refused or said == true:
        return wrong
    codes = {code for code, _ in wrong.facts["refusal"].reasons}
    if not codes <= OF_OTHERS:
        return wrong
    return Wrong(StaleVersion, kind="occupancy", expected=said, found=true)


# ---- brute force for one move


def needs_a_move(ledger: Ledger, request: BookingRequest) -> bool:
    """Tell whether all tables for a newcomer are taken, and one move would free some."""
    try:
        admit(ledger, request)
    except Wrong as wrong:
        if wrong.error is not Refused:
            return False
        codes = [code for code, _ in wrong.facts["refusal"].reasons]
        return codes == [Code.TABLES_TAKEN] and any(_free_after_one(ledger, request))
    return False


def single_moves(ledger: Ledger, request: BookingRequest, come: Newcomer[T]) -> Iterator[Reseating]:
    """Yield each move of one party that makes room, as far as the trials go."""
    trials = 0
    for found in _free_after_one(ledger, request):
        trials += 1
        if trials > MOST_TRIALS:
            return
        try:
            seat_after(copied(ledger), request, found, come)
        except Wrong:
            continue
        yield found


def _free_after_one(ledger: Ledger, request: BookingRequest) -> Iterator[Reseating]:
    """Yield the moves of one party after which some tables are free for the newcomer."""
    try:
        seated = sit(ledger, request)
    except Wrong:
        return
    span, chooser = (seated.block_start, seated.block_end), ledger.chooser()
    wanted = chooser.ranked(request.party_size, request.must, request.wish)
    if request.tables:
        wanted = [each for each in wanted if set(each.tables) == set(request.tables)]
    versions = Versions(ledger.floor_version, ledger.policy_version, ledger.occupancy_version)
    for guest in movable(ledger):
        given, owner = guest.given, (("booking", guest.id),)
        assert given is not None
        if given.end <= span[0] or span[1] <= given.start:
            continue
        mine = ledger.free_tables(*span, owner)
        theirs = ledger.free_tables(given.start, given.end, owner)
        for choice in wanted:
            if not mine.issuperset(choice.tables):
                continue
            for other in chooser.free(
                (guest.party_size, guest.must, NO_CONDITION), theirs - set(choice.tables)
            ):
                if set(other.tables) != set(given.tables):
                    moved = PlannedMove(guest.id, guest.version, given.tables, other.tables)
                    yield Reseating(
                        request.party_size,
                        request.start_us,
                        choice.tables,
                        [moved],
                        versions,
                        restaurant_id=ledger.restaurant.id,
                    )
