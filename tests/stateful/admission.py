"""The model's judgement: may this party sit down then, and where?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

import attrs

from fourtop.errors import Code, NotFound, Proof, Refusal, Refused, UnknownName
from fourtop.model.request import BookingRequest, Preference
from tests.stateful import limits, modes, promises
from tests.stateful.choosing import NO_CONDITION, Choice
from tests.stateful.evenings import in_evening
from tests.stateful.guest_rules import guest_refusals
from tests.stateful.ledger import MINUTE, Ledger, Row, Wrong
from tests.stateful.limits import NOTHING, Own
from tests.stateful.promises import Claim
from tests.stateful.service import Opening, Sitting, Unseated, moment, opening_at, sitting

# The reason that a hold gives when it is checked again.
WAS_HELD = "was-held"


@attrs.frozen
class No:
    """What a refusal must say: the codes of its reasons with facts, and what was established."""

    proof: Proof
    reasons: tuple[tuple[Code, dict[str, Any]], ...]

    def check(self, refusal: Refusal) -> None:
        """Assert that a refusal says exactly this."""
        assert refusal.proof is self.proof
        assert [reason.code for reason in refusal.reasons] == [code for code, _ in self.reasons]
        assert refusal.code is self.reasons[0][0]
        assert str(refusal), "a refusal explains itself"
        for reason, (code, facts) in zip(refusal.reasons, self.reasons, strict=True):
            said = {name: reason.details[name] for name in facts}
            assert said == facts, f"{code}: the refusal says {said}, and true is {facts}"


@attrs.frozen
class Barred:
    """A refusal because rules keep the tables that would be free: their reasons come first."""

    reasons: tuple[tuple[Code, dict[str, Any]], ...]
    proof: Proof = Proof.RULE

    def check(self, refusal: Refusal) -> None:
        """Assert that a refusal names these reasons first."""
        first = refusal.reasons[: len(self.reasons)]
        No(self.proof, self.reasons).check(attrs.evolve(refusal, reasons=first))


@attrs.frozen
class Paced:
    """The refusal of pacing: the spread and unit of each limit, in any order."""

    limits: frozenset[tuple[str, str]]
    proof: Proof = Proof.RULE

    @property
    def reasons(self) -> tuple[tuple[Code, dict[str, Any]], ...]:
        """The code of each reason."""
        return tuple((Code.PACING_EXCEEDED, {}) for _ in self.limits)

    def check(self, refusal: Refusal) -> None:
        """Assert that a refusal names these limits."""
        assert {reason.code for reason in refusal.reasons} == {Code.PACING_EXCEEDED}
        assert refusal.proof is self.proof
        said = [(each.details["spread"], each.details["unit"]) for each in refusal.reasons]
        assert len(said) == len(set(said))
        assert set(said) == self.limits
        assert str(refusal), "a refusal explains itself"


def refused(proof: Proof, *reasons: tuple[Code, dict[str, Any]]) -> Wrong:
    return Wrong(Refused, refusal=No(proof, reasons))


def described(row: Row) -> dict[str, Any]:
    return {
        "allocation_id": row.id,
        "table_id": row.resource,
        "owner_kind": row.owner[0],
        "owner_id": row.owner[1],
        "start": moment(row.start).isoformat(),
        "end": moment(row.end).isoformat(),
    }


def taken(tables: Sequence[str], rivals: Sequence[Row], *, is_new: bool = False) -> Wrong:
    """Return the refusal of named tables; rows that only this command would write have no ids."""
    code = (
        Code.HOLD_CONFLICT
        if any(row.owner[0] == "hold" for row in rivals)
        else Code.ALLOCATIONS_OVERLAP
    )
    facts: dict[str, Any] = {"constraint": "allocations_no_overlap", "tables": list(tables)}
    if not is_new:
        facts["in_the_way"] = [described(row) for row in rivals]
    return refused(Proof.NAMED_TABLES, (code, facts))


# ---- the rules of the house


def check_names(ledger: Ledger, request: BookingRequest) -> None:
    """Raise the error of the first name that the house does not have."""
    zones, tables = ledger.floor.zones, ledger.floor.tables
    known = {
        "zones": {zone.id for zone in zones},
        "seatings": {table.seating for table in tables},
        "areas": {zone.area.value for zone in zones},
        "features": {feature for table in tables for feature in table.features},
    }
    for field in ("must", "wish"):
        for kind, names in known.items():
            if {str(each) for each in getattr(getattr(request, field), kind)} - names:
                raise Wrong(UnknownName, field=f"{field}.{kind}", known=tuple(sorted(names)))
    occasions = tuple(sorted(each.key for each in ledger.policy.occasions))
    if request.occasion is not None and request.occasion not in occasions:
        raise Wrong(UnknownName, field="occasion", known=occasions)


def every_no(ledger: Ledger, request: BookingRequest) -> No:
    """Return the refusal with the reasons of all checks; one check at least refuses."""
    found: list[No] = []

    def note(check: Callable[[], Any]) -> Any:
        try:
            return check()
        except Wrong as wrong:
            if wrong.error is not Refused:
                raise
            found.append(wrong.facts["refusal"])
            return None

    seated = None
    for check in (check_active, check_past, check_hours):
        seated = note(partial(check, ledger, request))
    if seated is not None:
        found += [No(Proof.RULE, (each,)) for each in guest_refusals(ledger, request, None)]
        note(partial(check_caps, ledger, seated, request, NOTHING))
        note(partial(choose, ledger, request, seated, NOTHING))
    reasons = tuple(reason for each in found for reason in each.reasons)
    return No(found[0].proof, reasons)


def check_active(ledger: Ledger, _: BookingRequest) -> None:
    if not ledger.restaurant.active:
        raise refused(Proof.RULE, (Code.RESTAURANT_INACTIVE, {}))


def check_past(ledger: Ledger, request: BookingRequest) -> None:
    earliest = ledger.now - ledger.policy.past_grace_minutes * MINUTE
    if request.start_us < earliest and request.past_reason is None:
        raise refused(
            Proof.RULE, (Code.BOOKING_IN_PAST, {"grace_minutes": ledger.policy.past_grace_minutes})
        )


def check_hours(ledger: Ledger, request: BookingRequest) -> Sitting:
    try:
        return sitting(
            ledger.restaurant, ledger.policy, request.start_us, request.party_size, request.occasion
        )
    except Unseated as reason:
        raise refused(Proof.RULE, (reason.code, {})) from None


def sit(ledger: Ledger, request: BookingRequest) -> Sitting:
    """Return how long the party stays, if the house takes it then at all."""
    if request.past_reason != WAS_HELD:
        check_names(ledger, request)
    check_active(ledger, request)
    check_past(ledger, request)
    return check_hours(ledger, request)


def service_of(ledger: Ledger, seated: Sitting) -> Opening:
    found = opening_at(ledger.restaurant, ledger.policy, seated.start)
    assert found is not None
    return found


def usage(ledger: Ledger, service: Opening, own: Own = NOTHING) -> tuple[int, int]:
    """Count a service's covers and parties: bookings, and live holds without a counted booking."""
    return limits.total(limits.heads(ledger, service, own))


def check_caps(ledger: Ledger, seated: Sitting, request: BookingRequest, own: Own) -> None:
    """Raise the refusal of the first limit on guests that is due, in the order of the checks."""
    check_walk_ins(ledger, seated, request)
    check_counts(ledger, seated, request, own)


def check_walk_ins(ledger: Ledger, seated: Sitting, request: BookingRequest) -> None:
    """Raise the refusal of a guest on a day on which all tables are for walk-ins."""
    service, tables = service_of(ledger, seated), limits.offered(ledger)
    if tables <= (kept := limits.walk_in_tables(ledger, service, request.channel)) and kept:
        raise refused(Proof.RULE, (Code.WALK_INS_ONLY, {"date": service.date.isoformat()}))


def check_counts(ledger: Ledger, seated: Sitting, request: BookingRequest, own: Own) -> None:
    """Raise the refusal of the first limit that counts guests."""
    service, size = service_of(ledger, seated), request.party_size
    tables = limits.offered(ledger)
    reasons = limits.refused_by_caps(ledger, service, size, own)
    reasons = reasons or limits.refused_by_shares(ledger, service, request, own)
    if reasons:
        raise refused(Proof.RULE, *reasons)
    paced = limits.refused_by_pacing(ledger, service, seated, size, own)
    if paced:
        raise Wrong(Refused, refusal=Paced(frozenset(paced)))
    full = limits.full_zones(ledger, service, size, own)
    if full and tables <= set().union(*(zone for zone, _ in full)):
        raise refused(Proof.RULE, *(reason for _, reason in full))


def excluded(
    ledger: Ledger, seated: Sitting, request: BookingRequest, own: Own = NOTHING
) -> list[tuple[set[str], tuple[Code, dict[str, Any]]]]:
    """Return the tables that a rule keeps from a party, with the reason."""
    service = service_of(ledger, seated)
    kept = limits.walk_in_tables(ledger, service, request.channel)
    reason = (Code.WALK_INS_ONLY, {"period": service.period.key})
    found = [(kept, reason)] if kept else []
    return found + limits.full_zones(ledger, service, request.party_size, own)


def would_refuse(
    ledger: Ledger, seated: Sitting, request: BookingRequest, own: Own, *, later: bool = False
) -> tuple[Code, ...]:
    """Return the codes of the limits in shadow mode that would have refused an admitted party."""
    service, size = service_of(ledger, seated), request.party_size
    if modes.mode(ledger, service) != "shadow":
        return ()
    with modes.enforced(ledger):
        reasons = limits.refused_by_caps(ledger, service, size, own)
        reasons += limits.refused_by_shares(ledger, service, request, own)
        codes = [code for code, _ in reasons]
        if limits.refused_by_pacing(ledger, service, seated, size, own):
            codes.append(Code.PACING_EXCEEDED)
        zones = limits.full_zones(ledger, service, size, own)
        full = set[str]().union(*(zone for zone, _ in zones))
        is_full = bool(full) and limits.offered(ledger) <= full
        if full and not later and request.tables:
            is_full = is_full or bool(full & set(request.tables))
        elif full and not later:
            is_full = is_full or not choices(ledger, request, seated, own)
        if is_full:
            codes.append(Code.ZONE_CAPACITY_EXCEEDED)
    return tuple(dict.fromkeys(codes))


# ---- its tables


def judge_named(
    ledger: Ledger, ask: tuple[int, Preference, Preference], tables: Collection[str]
) -> Choice:
    """Return the named set as a choice, or raise every rule that it breaks."""
    party_size, must, _ = ask
    known = [table.id for table in ledger.floor.tables]
    for table_id in sorted(tables):
        if table_id not in known:
            raise Wrong(NotFound, kind="table", id=table_id)
    chooser = ledger.chooser()
    broken = chooser.broken_rules(party_size, must, tables)
    if broken:
        raise refused(Proof.NAMED_TABLES, *((code, {}) for code in broken))
    found = [each for each in chooser.ranked(*ask) if set(each.tables) == set(tables)]
    assert len(found) == 1, "a set that breaks no rule is on the list"
    return found[0]


def named_of(
    ledger: Ledger,
    ask: tuple[int, Preference, Preference],
    tables: Collection[str],
    kept: list[tuple[set[str], tuple[Code, dict[str, Any]]]],
) -> Choice:
    """Return the named set, or raise the rules that it breaks and those that keep its tables."""
    reasons = [reason for barred, reason in kept if barred & set(tables)]
    try:
        choice = judge_named(ledger, ask, tables)
    except Wrong as wrong:
        if wrong.error is not Refused or not reasons:
            raise
        raise refused(Proof.NAMED_TABLES, *wrong.facts["refusal"].reasons, *reasons) from None
    if reasons:
        raise refused(Proof.RULE, *reasons)
    return choice


def choose(ledger: Ledger, request: BookingRequest, seated: Sitting, own: Own) -> Choice:
    """Return the best tables that leave the waiting parties theirs."""
    choice = choose_free(ledger, request, seated, own)
    waiting = promises.protected(ledger, seated, own)
    if promises.fit(waiting, [promises.claim(choice, seated)]):
        return choice
    if not request.tables:
        for other in choices(ledger, request, seated, own):
            if promises.fit(waiting, [promises.claim(other, seated)]):
                return other
    proof = Proof.NAMED_TABLES if request.tables else Proof.RULE
    facts = {
        "party_size": request.party_size,
        "promised": [each.booking_id for each in waiting],
    }
    raise refused(proof, (Code.TABLES_PROMISED, facts))


def check_promises(ledger: Ledger, party_size: int, claims: Sequence[Claim], own: Own) -> None:
    """Refuse named tables beside which the waiting parties cannot all sit."""
    starved = promises.starved(ledger, claims, own)
    if starved:
        facts = {"party_size": party_size, "promised": starved}
        raise refused(Proof.NAMED_TABLES, (Code.TABLES_PROMISED, facts))


def choices(
    ledger: Ledger, request: BookingRequest, seated: Sitting, own: Own = NOTHING
) -> list[Choice]:
    """Return all free sets that no rule keeps from a party, the best first."""
    free = set(ledger.free_tables(seated.block_start, seated.block_end, own.owners))
    for tables, _ in excluded(ledger, seated, request, own):
        free -= tables
    found = ledger.chooser().free((request.party_size, request.must, request.wish), free)
    return in_evening(ledger, seated, own, found)


def choose_free(ledger: Ledger, request: BookingRequest, seated: Sitting, own: Own) -> Choice:
    """Return the best free tables, whoever waits."""
    ask = (request.party_size, request.must, request.wish)
    kept = excluded(ledger, seated, request, own)
    if request.tables:
        choice = named_of(ledger, ask, request.tables, kept)
        rivals = ledger.all_rivals(choice.tables, seated.block_start, seated.block_end, own.owners)
        if rivals:
            raise taken(choice.tables, rivals)
        return in_evening(ledger, seated, own, [choice])[0]
    chooser = ledger.chooser()
    unhindered = ledger.free_tables(seated.block_start, seated.block_end, own.owners)
    free = {table for table in unhindered if not any(table in tables for tables, _ in kept)}
    found = in_evening(ledger, seated, own, chooser.free(ask, free))
    if found:
        return found[0]
    barred = chooser.first(ask, unhindered)
    if barred is not None:
        reasons = [reason for tables, reason in kept if tables & set(barred.tables)]
        raise Wrong(Refused, refusal=Barred(tuple(reasons)))
    wanted = chooser.ranked(*ask)
    if wanted:
        tables = [table for table in wanted[0].tables if table not in free]
        rivals = ledger.all_rivals(tables, seated.block_start, seated.block_end, own.owners)
        facts = {
            "party_size": request.party_size,
            "tables": tables,
            "in_the_way": [described(row) for row in rivals],
        }
        raise refused(Proof.NO_FREE_PLAN, (Code.TABLES_TAKEN, facts))
    raise never_suited(ledger, request)


def never_suited(ledger: Ledger, request: BookingRequest) -> Wrong:
    """Return the refusal of a party that no tables of the house suit."""
    chooser = ledger.chooser()
    if not chooser.ranked(request.party_size, NO_CONDITION, NO_CONDITION):
        causes = chooser.causes(request.party_size)
        return refused(Proof.NO_PLAN, *((code, {}) for code in causes))
    kinds = chooser.missing_kinds(request.party_size, request.must)
    values = {kind: sorted(map(str, getattr(request.must, kind))) for kind in kinds}
    facts = {"party_size": request.party_size, "conditions": kinds, "wanted": values}
    others: list[tuple[Code, dict[str, Any]]] = [
        (code, {}) for code in chooser.causes_alone(request.party_size, request.must)
    ]
    return refused(Proof.NO_PLAN, (Code.NO_TABLES_MATCH, facts), *others)


def check_guest(ledger: Ledger, request: BookingRequest, own: Own) -> None:
    for reason in guest_refusals(ledger, request, own.booking_id):
        raise refused(Proof.RULE, reason)


def admit(
    ledger: Ledger, request: BookingRequest, own: Own = NOTHING, *, is_held: bool = False
) -> tuple[Sitting, Choice]:
    """Return how long and where the party may sit, or raise the refusal that is due."""
    seated = sit(ledger, request)
    if not is_held:
        check_guest(ledger, request, own)
    check_caps(ledger, seated, request, own)
    return seated, choose(ledger, request, seated, own)
