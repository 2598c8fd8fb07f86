"""The model's judgement: may this party sit down then, and where?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

import attrs

from fourtop.errors import Code, NotFound, Proof, Refusal, Refused, UnknownName
from fourtop.model.request import BookingRequest, Preference
from tests.stateful.choosing import NO_CONDITION, Choice
from tests.stateful.guest_rules import guest_refusals
from tests.stateful.ledger import MINUTE, UNCOUNTED, Ledger, OwnerKey, Row, Wrong
from tests.stateful.service import Opening, Sitting, Unseated, cap, moment, opening_at, sitting


@attrs.frozen
class Own:
    """What the party gives up by the same command."""

    owners: tuple[OwnerKey, ...] = ()
    booking_id: str | None = None
    hold_id: str | None = None


NOTHING = Own()
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
        note(partial(check_caps, ledger, seated, request.party_size, NOTHING))
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
    counted = {
        guest.id: guest.party_size
        for guest in ledger.guests.values()
        if guest.status not in UNCOUNTED and service.start <= guest.sitting.start < service.end
    }
    held = [
        keep.party_size
        for keep in ledger.alive()
        if service.start <= keep.sitting.start < service.end
        and keep.id != own.hold_id
        and keep.booking_id not in counted
    ]
    booked = [party_size for guest_id, party_size in counted.items() if guest_id != own.booking_id]
    return sum(booked) + sum(held), len(booked) + len(held)


def check_caps(ledger: Ledger, seated: Sitting, party_size: int, own: Own) -> None:
    service = service_of(ledger, seated)
    rule = cap(ledger.policy, service.period.key, service.date)
    if rule is None:
        return
    covers, parties = usage(ledger, service, own)
    reasons = []
    for unit, most, booked, more in (
        ("covers", rule.max_covers, covers, party_size),
        ("parties", rule.max_parties, parties, 1),
    ):
        if most is not None and booked + more > most:
            facts = {"unit": unit, "limit": most, "booked": booked, "requested": more}
            reasons.append((Code.CAPACITY_EXCEEDED, {**facts, "date": service.date.isoformat()}))
    if reasons:
        raise refused(Proof.RULE, *reasons)


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


def choose(ledger: Ledger, request: BookingRequest, seated: Sitting, own: Own) -> Choice:
    ask = (request.party_size, request.must, request.wish)
    if request.tables:
        choice = judge_named(ledger, ask, request.tables)
        rivals = ledger.all_rivals(choice.tables, seated.block_start, seated.block_end, own.owners)
        if rivals:
            raise taken(choice.tables, rivals)
        return choice
    chooser = ledger.chooser()
    free = ledger.free_tables(seated.block_start, seated.block_end, own.owners)
    choice_or_none = chooser.first(ask, free)
    if choice_or_none is not None:
        return choice_or_none
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
    if not chooser.ranked(request.party_size, NO_CONDITION, NO_CONDITION):
        causes = chooser.causes(request.party_size)
        raise refused(Proof.NO_PLAN, *((code, {}) for code in causes))
    kinds = chooser.missing_kinds(request.party_size, request.must)
    values = {kind: sorted(map(str, getattr(request.must, kind))) for kind in kinds}
    facts = {"party_size": request.party_size, "conditions": kinds, "wanted": values}
    others: list[tuple[Code, dict[str, Any]]] = [
        (code, {}) for code in chooser.causes_alone(request.party_size, request.must)
    ]
    raise refused(Proof.NO_PLAN, (Code.NO_TABLES_MATCH, facts), *others)


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
    check_caps(ledger, seated, request.party_size, own)
    return seated, choose(ledger, request, seated, own)
