"""The model's day plans: what a plan may contain, and its commit as one command."""

from __future__ import annotations

from typing import Any

import attrs

from fourtop.errors import Code, IllegalTransition, Proof, Refusal, Refused
from fourtop.model.day_plan import DayMove, DayPlan
from fourtop.model.event import EventType
from tests.stateful import promises
from tests.stateful.admission import WAS_HELD, check_caps, excluded, named_of, refused, sit, taken
from tests.stateful.arranging import Swap, move
from tests.stateful.booking import as_request, asked_by, check_expected, find, touched
from tests.stateful.editing import check_version
from tests.stateful.ledger import AWAITING, Given, Guest, Ledger, Row, Wrong
from tests.stateful.limits import Own
from tests.stateful.promises import Claim
from tests.stateful.room import adopt, copied
from tests.stateful.service import local_date, opening_at

OVERLAPS = (Code.ALLOCATIONS_OVERLAP, Code.HOLD_CONFLICT)


@attrs.frozen
class Clash:
    """The refusal of tables that are taken: others have them, or a late party has used them."""

    reasons: tuple[tuple[Code, dict[str, Any]], ...]

    def check(self, refusal: Refusal) -> None:
        """Assert that a refusal is about tables that overlap."""
        assert refusal.proof is Proof.NAMED_TABLES
        assert refusal.code in OVERLAPS, f"{refusal} is the answer against {self.reasons}"
        assert str(refusal), "a refusal explains itself"


# ---- the plan


def check_plan(ledger: Ledger, plan: DayPlan) -> None:
    """Assert that a plan has every booking that may get tables, and no other."""
    said = plan.versions
    assert (said.floor, said.policy, said.occupancy) == (
        ledger.floor_version,
        ledger.policy_version,
        ledger.occupancy_version,
    )
    before = 0
    waiting = set()
    for guest in ledger.guests.values():
        if _is_of_date(ledger, guest, plan) and not any(
            ledger.is_alive(keep) for keep in ledger.keeps_for(guest.id)
        ):
            if guest.status == "pending_allocation" and guest.sitting.block_end > ledger.now:
                waiting.add(guest.id)
            elif may_move(ledger, guest):
                before += guest.party_size
    first = {each.booking_id for each in plan.moves if not each.before}
    left = {each.booking_id for each in plan.left}
    assert not first & left
    assert first | left == waiting, "each party that waits gets tables, or is left"
    gained = 0
    for each in plan.moves:
        guest = ledger.guests[each.booking_id]
        assert (each.version, each.party_size) == (guest.version, guest.party_size)
        assert each.start_us == guest.sitting.start
        if each.before:
            assert may_move(ledger, guest), f"{guest.id} had to stay"
            assert guest.given is not None
            assert each.before == guest.given.tables != each.tables
        else:
            gained += guest.party_size
    assert plan.value_before <= before
    assert plan.value == plan.value_before + gained, "a booking that has tables keeps some"
    assert plan.bound is None or plan.value <= plan.bound


def may_move(ledger: Ledger, guest: Guest) -> bool:
    """Tell whether a plan may give a booking other tables."""
    given = guest.given
    return (
        guest.status == "confirmed"
        and not (guest.pinned or guest.named)
        and given is not None
        and given.start >= ledger.now
    )


def _is_of_date(ledger: Ledger, guest: Guest, plan: DayPlan) -> bool:
    """Tell whether a booking is of the date: of a service that starts on it, by today's hours."""
    start = guest.sitting.start
    found = opening_at(ledger.restaurant, ledger.policy, start)
    on = local_date(ledger.restaurant, start) if found is None else found.date
    return on == plan.on


# ---- the commit


def is_about_promises(wrong: Wrong) -> bool:
    """Tell whether parties that wait outside of a plan would lose their last tables."""
    if wrong.error is not Refused:
        return False
    return bool(wrong.facts["refusal"].reasons[0][0] is Code.TABLES_PROMISED)


def commit(ledger: Ledger, plan: DayPlan) -> list[Guest]:
    """Give all bookings of a plan their tables, or raise the error that is due."""
    check_version("floor", plan.versions.floor, ledger.floor_version)
    check_version("policy", plan.versions.policy, ledger.policy_version)
    guests = [find(ledger, each.booking_id) for each in plan.moves]
    for guest, each in zip(guests, plan.moves, strict=True):
        check_expected(guest, each.version)
    late = [guest for guest in guests if guest.given is not None and guest.given.start < ledger.now]
    if late:
        causes = {guest.id: "late" for guest in late}
        raise refused(Proof.NAMED_TABLES, (Code.CANNOT_BE_FREED, {"causes": causes}))
    played = copied(ledger)
    try:
        _moved(played, plan)
        for each in plan.moves:
            if not each.before:
                _give_first(played, plan, each)
    except Wrong as wrong:
        raise _clash(wrong) from None
    guests = [played.guests[each.booking_id] for each in plan.moves]
    _check_promises(ledger, plan, guests)
    if guests:
        adopt(ledger, played)
    return guests


def _moved(played: Ledger, plan: DayPlan) -> None:
    swaps = [Swap(each.booking_id, each.tables) for each in plan.moves if each.before]
    if swaps:
        move(played, swaps, asks_promises=False)


def _give_first(played: Ledger, plan: DayPlan, planned: DayMove) -> None:
    """Give a booking that waits its tables, beside all others at theirs."""
    guest = played.guests[planned.booking_id]
    if guest.status not in AWAITING:
        raise Wrong(IllegalTransition, booking_id=guest.id, status=guest.status, target="confirmed")
    others = [
        (played.guests[each.booking_id], each.tables)
        for each in plan.moves
        if each.booking_id != guest.id and played.guests[each.booking_id].given is None
    ]
    for other, tables in others:
        other.given = Given(tables, 0, 0, None, 0, played.actor)
    try:
        holds = tuple(("hold", keep.id) for keep in played.keeps_for(guest.id))
        own = Own((("booking", guest.id), *holds), guest.id)
        asked = {**asked_by(guest), "tables": planned.tables, "past_reason": WAS_HELD}
        request = as_request(asked)
        seated = sit(played, request)
        check_caps(played, seated, request, own)
        ask = (guest.party_size, guest.must, guest.wish)
        choice = named_of(played, ask, planned.tables, excluded(played, seated, request, own))
    finally:
        for other, _ in others:
            other.given = None
    start, end = seated.block_start, seated.block_end
    rivals = _rivals(played, choice.tables, (start, end), own)
    if rivals:
        raise taken(choice.tables, rivals)
    played.end_keeps_for(guest.id)
    group = played.place(("booking", guest.id), choice.tables, start, end)
    guest.given = Given(choice.tables, start, end, group, played.now, played.actor)
    guest.status, guest.sitting, guest.last = "confirmed", seated, None
    touched(played, guest)
    played.tell(EventType.BOOKING_STATUS, booking_id=guest.id)
    played.tell(EventType.ASSIGNMENT_SYNC, booking_id=guest.id)
    played.sweep(start, end)


def _rivals(played: Ledger, tables: tuple[str, ...], span: tuple[int, int], own: Own) -> list[Row]:
    return played.all_rivals(tables, *span, own.owners)


def _clash(wrong: Wrong) -> Wrong:
    if wrong.error is not Refused:
        return wrong
    reasons = wrong.facts["refusal"].reasons
    is_clash = {code for code, _ in reasons} <= set(OVERLAPS)
    return Wrong(Refused, refusal=Clash(reasons)) if is_clash else wrong


def _check_promises(ledger: Ledger, plan: DayPlan, guests: list[Guest]) -> None:
    """Refuse a plan beside which the parties that wait outside of it cannot all sit."""
    claims = []
    for guest in guests:
        assert guest.given is not None
        span = (max(guest.given.start, 0), guest.given.end)
        claims.append(Claim(frozenset(guest.given.tables), span))
    known = {each.booking_id for each in plan.moves} | {each.booking_id for each in plan.left}
    own = Own(tuple(("booking", guest.id) for guest in guests))
    waiting = list[promises.Waiting]()
    for claim in claims:
        seen = {each.booking_id for each in waiting} | known
        found = promises.protected_at(ledger, claim.span, own)
        waiting += [each for each in found if each.booking_id not in seen]
    if not promises.fit(waiting, claims):
        facts = {
            "party_size": sum(guest.party_size for guest in guests),
            "promised": [each.booking_id for each in waiting],
        }
        raise refused(Proof.NAMED_TABLES, (Code.TABLES_PROMISED, facts))
