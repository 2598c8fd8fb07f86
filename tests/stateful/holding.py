"""The model's holds: made, replaced, extended, released, confirmed."""

from __future__ import annotations

from typing import Any

import attrs

from fourtop.errors import (
    Code,
    HoldEnded,
    HoldExpired,
    HoldLimit,
    HoldMismatch,
    HoldRateLimit,
    IllegalTransition,
    NotFound,
    PolicyDrift,
    Proof,
    Refused,
)
from fourtop.model.event import EventType
from fourtop.model.request import BookingRequest
from tests.stateful.admission import (
    WAS_HELD,
    admit,
    check_caps,
    excluded,
    refused,
    sit,
    would_refuse,
)
from tests.stateful.booking import check_expected, find
from tests.stateful.choosing import NO_CONDITION
from tests.stateful.ledger import (
    SECOND,
    UNSEATED,
    Given,
    Guest,
    Keep,
    Ledger,
    Proofread,
    Row,
    Wrong,
)
from tests.stateful.limits import NOTHING, Own
from tests.stateful.service import Opening, Sitting, moment, opening_at, told


@attrs.frozen
class Terms:
    """On what terms a hold is asked for."""

    booking_id: str | None = None
    ttl_seconds: int | None = None
    session: str | None = None


def hold(ledger: Ledger, new_id: str, request: BookingRequest, terms: Terms) -> Keep:
    life = life_of(ledger, terms.ttl_seconds, ledger.now)
    own = NOTHING
    if terms.booking_id is not None:
        check_awaits(ledger, terms.booking_id, request)
        request = completed(ledger.guests[terms.booking_id], request)
        own = Own(booking_id=terms.booking_id)
    check_limits(ledger, terms, given_up=0)
    seated, choice = admit(ledger, request, own)
    codes = would_refuse(ledger, seated, request, own)
    keep = made(ledger, new_id, (request, terms), seated, choice.tables, life=life)
    keep.would_refuse = codes
    return keep


def replace(
    ledger: Ledger, new_id: str, old_id: str, request: BookingRequest, ttl_seconds: int | None
) -> Keep:
    old = live(ledger, old_id)
    life = life_of(ledger, ttl_seconds, old.life)
    terms = Terms(old.booking_id, ttl_seconds, old.session)
    if old.booking_id is not None:
        check_awaits(ledger, old.booking_id, request)
        request = completed(ledger.guests[old.booking_id], request)
    check_limits(ledger, terms, given_up=1)
    own = Own((("hold", old.id),), old.booking_id, old.id)
    seated, choice = admit(ledger, request, own)
    codes = would_refuse(ledger, seated, request, own)
    ledger.end_keep(old, "replaced", EventType.HOLD_REPLACED)
    keep = made(ledger, new_id, (request, terms), seated, choice.tables, life=life)
    keep.would_refuse = codes
    return keep


def life_of(ledger: Ledger, ttl_seconds: int | None, since: int) -> tuple[int, int]:
    """Return since when the party keeps tables, and when its new hold expires."""
    rules = ledger.policy.holds
    last = since + rules.max_lifetime_seconds * SECOND
    expires = ledger.now + (rules.ttl_seconds if ttl_seconds is None else ttl_seconds) * SECOND
    if ttl_seconds is None:
        expires = min(expires, last)
    if expires > last or expires <= ledger.now:
        raise Wrong(HoldLimit, limit="lifetime_seconds", maximum=rules.max_lifetime_seconds)
    return since, expires


def made(
    ledger: Ledger,
    new_id: str,
    what: tuple[BookingRequest, Terms],
    seated: Sitting,
    tables: tuple[str, ...],
    *,
    life: tuple[int, int],
) -> Keep:
    request, terms = what
    assert new_id not in ledger.keeps, "the id of a new hold is new"
    ledger.sweep(seated.block_start, seated.block_end)
    keep = Keep(
        id=new_id,
        party_size=request.party_size,
        sitting=seated,
        tables=tables,
        created=ledger.now,
        expires=life[1],
        life=life[0],
        actor=ledger.actor,
        house=(ledger.floor_version, ledger.policy_version),
        relies_on=facts(
            ledger, tables, request.party_size, (seated, opening_of(ledger, seated.start))
        ),
        booking_id=terms.booking_id,
        session=terms.session,
        past_reason=request.past_reason,
        must=request.must,
        wish=request.wish,
        named=bool(request.tables),
        occasion=request.occasion,
        reference=request.reference,
        channel=request.channel,
    )
    ledger.keeps[new_id] = keep
    ledger.place(("hold", new_id), tables, seated.block_start, seated.block_end)
    ledger.tell(EventType.HOLD_CREATED, hold_id=new_id, booking_id=terms.booking_id)
    ledger.occupancy_version += 1
    return keep


def extend(ledger: Ledger, hold_id: str, seconds: int) -> Keep:
    keep = live(ledger, hold_id)
    longest = ledger.policy.holds.max_lifetime_seconds
    if keep.expires + seconds * SECOND > keep.life + longest * SECOND:
        raise Wrong(HoldLimit, limit="lifetime_seconds", maximum=longest)
    keep.expires += seconds * SECOND
    ledger.tell(EventType.HOLD_EXTENDED, hold_id=keep.id, booking_id=keep.booking_id)
    ledger.occupancy_version += 1
    return keep


def release(ledger: Ledger, hold_id: str) -> Keep:
    keep = live(ledger, hold_id)
    ledger.end_keep(keep, "released", EventType.HOLD_RELEASED)
    ledger.occupancy_version += 1
    return keep


# ---- what has to be true before


def live(ledger: Ledger, hold_id: str) -> Keep:
    keep = ledger.keeps.get(hold_id)
    if keep is None:
        raise Wrong(NotFound, kind="hold", id=hold_id)
    if keep.state == "expired" or ledger.is_dead(keep):
        raise Wrong(HoldExpired, hold_id=hold_id, expired_at=moment(keep.expires).isoformat())
    if keep.state != "active":
        raise Wrong(HoldEnded, hold_id=hold_id, state=keep.state)
    return keep


def completed(guest: Guest, request: BookingRequest) -> BookingRequest:
    """Return a request for a booking: what it leaves open, the booking has asked for."""
    return BookingRequest(
        request.party_size,
        request.start,
        occasion=request.occasion or guest.occasion,
        must=request.must if request.must != NO_CONDITION else guest.must,
        wish=request.wish if request.wish != NO_CONDITION else guest.wish,
        tables=request.tables,
        reference=request.reference or guest.reference,
        past_reason=request.past_reason,
        channel=request.channel or guest.channel,
    )


def check_awaits(ledger: Ledger, booking_id: str, request: BookingRequest) -> None:
    guest = find(ledger, booking_id)
    if guest.status not in UNSEATED:
        raise Wrong(
            IllegalTransition, booking_id=booking_id, status=guest.status, target="confirmed"
        )
    if guest.party_size != request.party_size or not guest.comes_at(request.start_us):
        raise Wrong(HoldMismatch, booking_id=booking_id)


def check_limits(ledger: Ledger, terms: Terms, *, given_up: int) -> None:
    rules = ledger.policy.holds
    if terms.booking_id is not None:
        window = rules.rate_window_seconds * SECOND
        recent = sorted(
            keep.created
            for keep in ledger.keeps.values()
            if keep.booking_id == terms.booking_id and keep.created > ledger.now - window
        )
        if len(recent) >= rules.rate_limit:
            # So many of the recent ones have to grow old that one fewer than the limit is left.
            due = recent[len(recent) - rules.rate_limit] + window
            wait = (due - ledger.now + SECOND - 1) // SECOND
            raise Wrong(HoldRateLimit, booking_id=terms.booking_id, retry_after_seconds=wait)
    alive = ledger.alive()
    if len(alive) - given_up >= rules.max_live:
        raise Wrong(HoldLimit, limit="live_per_restaurant", maximum=rules.max_live)
    of_session = [keep for keep in alive if keep.session == terms.session]
    if terms.session is not None and len(of_session) - given_up >= rules.max_live_per_session:
        raise Wrong(HoldLimit, limit="live_per_session", maximum=rules.max_live_per_session)


# ---- drift


def opening_of(ledger: Ledger, start: int) -> Opening | None:
    return opening_at(ledger.restaurant, ledger.policy, start)


def facts(
    ledger: Ledger,
    tables: tuple[str, ...],
    party_size: int,
    terms: tuple[Sitting, Opening | None] | None,
) -> dict[str, Any]:
    """Write down all that a hold of these tables relies on, under the names that drift uses."""
    found: dict[str, Any] = {}
    for table in ledger.floor.tables:
        if table.id in tables:
            offered = table.active and not table.out_of_service
            found[f"tables[{table.id}].capacity"] = table.capacity
            found[f"tables[{table.id}].min_party"] = table.min_party
            found[f"tables[{table.id}].max_party"] = table.max_party
            found[f"tables[{table.id}].zone_id"] = table.zone_id
            found[f"tables[{table.id}].mobility"] = table.mobility.value
            found[f"tables[{table.id}].is_offered"] = offered
    if len(tables) > 1:
        found["adjacency_mode"] = ledger.chooser().mode(party_size)
        for join in ledger.floor.joins:
            if set(join.tables) <= set(tables):
                found[f"joins[{'+'.join(sorted(join.tables))}]"] = join.seat_loss
        for given in ledger.floor.set_capacities:
            if set(given.tables) == set(tables):
                found["set_capacity"] = (given.capacity, given.min_party)
    if terms is not None and terms[1] is not None:
        found["turn_minutes"] = terms[0].turn_minutes
        found["buffer_before_minutes"] = terms[1].period.buffer_before_minutes
        found["buffer_after_minutes"] = terms[1].period.buffer_after_minutes
    return found


def drift(ledger: Ledger, keep: Keep, seated: Sitting) -> tuple[str, ...]:
    """Return the names of the facts that have changed since a hold was made."""
    terms = (seated, opening_of(ledger, seated.start))
    now, before = facts(ledger, keep.tables, keep.party_size, terms), keep.relies_on
    changed = {name for name in before | now if before.get(name) != now.get(name)}
    if seated.occasion != keep.sitting.occasion:
        changed.add("occasion")
    block = (keep.sitting.block_start, keep.sitting.block_end)
    if not changed and (seated.block_start, seated.block_end) != block:
        changed.add("stay")
    return tuple(sorted(changed))


# ---- confirming


@attrs.frozen
class Asked:
    """What a confirmation is asked with."""

    hold_id: str
    booking_id: str | None = None
    requote: bool = False
    key: str | None = None
    expected: int | None = None


def confirm(ledger: Ledger, new_id: str, asked: Asked) -> Guest:
    """Confirm a hold that was not confirmed before, or leave evidence of why not."""
    keep = ledger.keeps.get(asked.hold_id)
    if keep is None:
        raise Wrong(NotFound, kind="hold", id=asked.hold_id)
    try:
        live(ledger, keep.id)
        guest = _target(ledger, keep, asked)
        seated, tables = _seats(ledger, keep, guest, requote=asked.requote)
    except Wrong as wrong:
        leave_evidence(ledger, keep, asked, (asked.booking_id or keep.booking_id, _code(wrong)))
        raise
    booking_id = guest.id if guest is not None else asked.booking_id or new_id
    leave_evidence(ledger, keep, asked, (booking_id, None))
    if guest is not None:
        # The booking has its tables now; what else was held for it ends.
        ledger.end_keeps_for(guest.id, but=keep.id)
    group = _take_over(ledger, keep, booking_id, (seated, tables))
    given = Given(tables, seated.block_start, seated.block_end, group, ledger.now, ledger.actor)
    ledger.tell(EventType.HOLD_CONFIRMED, hold_id=keep.id, booking_id=booking_id)
    ledger.tell(
        EventType.BOOKING_CREATED if guest is None else EventType.BOOKING_STATUS,
        booking_id=booking_id,
    )
    ledger.tell(EventType.ASSIGNMENT_SYNC, booking_id=booking_id)
    if guest is None:
        assert booking_id not in ledger.guests, "the id of a new booking is new"
        guest = Guest(
            id=booking_id,
            party_size=keep.party_size,
            status="confirmed",
            sitting=seated,
            given=given,
            version=0,
            created=ledger.now,
            updated=ledger.now,
            actor=ledger.actor,
            past_reason=keep.past_reason,
            must=keep.must,
            wish=keep.wish,
            named=keep.named,
            occasion=keep.occasion,
            reference=keep.reference,
            told=told(ledger.restaurant, seated.start),
            channel=keep.channel,
        )
        ledger.guests[booking_id] = guest
    is_own = keep.booking_id is not None
    if is_own or guest.must == NO_CONDITION:
        guest.must = keep.must
    if is_own or guest.wish == NO_CONDITION:
        guest.wish = keep.wish
    guest.named, guest.occasion = keep.named, keep.occasion
    guest.reference = keep.reference or guest.reference
    if guest.sitting.start != seated.start:
        guest.told = told(ledger.restaurant, seated.start)
    guest.would_refuse = keep.would_refuse if seated is keep.sitting else None
    guest.status, guest.sitting, guest.given = "confirmed", seated, given
    guest.past_reason = guest.past_reason or keep.past_reason
    guest.channel = keep.channel or guest.channel
    guest.version, guest.updated, guest.actor = guest.version + 1, ledger.now, ledger.actor
    keep.state = "confirmed"
    ledger.occupancy_version += 1
    return guest


def _target(ledger: Ledger, keep: Keep, asked: Asked) -> Guest | None:
    named = asked.booking_id
    if keep.booking_id is not None and named not in (None, keep.booking_id):
        raise Wrong(HoldMismatch, hold_id=keep.id, booking_id=named)
    booking_id = named if keep.booking_id is None else keep.booking_id
    guest = None if booking_id is None else ledger.guests.get(booking_id)
    if guest is None:
        if asked.expected is not None:
            raise Wrong(NotFound, kind="booking", id=booking_id or keep.id)
        return None
    check_expected(guest, asked.expected)
    same = guest.party_size == keep.party_size and guest.comes_at(keep.sitting.start)
    tables = [table for table in ledger.floor.tables if table.id in keep.tables]
    meets = keep.booking_id is not None or not any(
        ledger.chooser().unmet(table, guest.must) for table in tables
    )
    if not (same and meets):
        raise Wrong(HoldMismatch, hold_id=keep.id, booking_id=booking_id)
    if guest.status not in UNSEATED:
        raise Wrong(IllegalTransition, booking_id=guest.id, status=guest.status, target="confirmed")
    return guest


def _seats(
    ledger: Ledger, keep: Keep, guest: Guest | None, *, requote: bool
) -> tuple[Sitting, tuple[str, ...]]:
    if keep.house == (ledger.floor_version, ledger.policy_version):
        return keep.sitting, keep.tables
    # The party counts once: neither its hold nor the booking that it becomes is in its way.
    others = (
        () if guest is None else tuple(("hold", each.id) for each in ledger.keeps_for(guest.id))
    )
    own = Own((("hold", keep.id), *others), None if guest is None else guest.id, keep.id)
    request = _as_request(keep, _occasion_now(ledger, keep))
    seated = sit(ledger, request)
    check_caps(ledger, seated, request, own)
    changed = drift(ledger, keep, seated)
    if not changed:
        barred = excluded(ledger, seated, request, own)
        reasons = [reason for tables, reason in barred if tables & set(keep.tables)]
        kinds = ledger.chooser().unmet_kinds(keep.tables, keep.must)
        if kinds:
            facts = {"party_size": keep.party_size, "conditions": kinds}
            reasons.append((Code.NO_TABLES_MATCH, facts))
        if not reasons:
            return keep.sitting, keep.tables
        if not requote:
            raise refused(Proof.NAMED_TABLES, *reasons)
    # What the party named: an occasion that the house chose for it is no wish of its own.
    seated, choice = admit(ledger, _as_request(keep, keep.occasion), own, is_held=True)
    if not requote:
        raise Wrong(PolicyDrift, hold_id=keep.id, changed=changed)
    return seated, choice.tables


def _occasion_now(ledger: Ledger, keep: Keep) -> str | None:
    opening = opening_of(ledger, keep.sitting.start)
    is_offered = opening is not None and keep.sitting.occasion in opening.period.occasions
    return keep.sitting.occasion if is_offered else keep.occasion


def _as_request(keep: Keep, occasion: str | None) -> BookingRequest:
    return BookingRequest(
        keep.party_size,
        moment(keep.sitting.start),
        occasion=occasion,
        must=keep.must,
        wish=keep.wish,
        tables=keep.tables if keep.named else (),
        past_reason=WAS_HELD,
        channel=keep.channel,
    )


def _take_over(
    ledger: Ledger, keep: Keep, booking_id: str, seats: tuple[Sitting, tuple[str, ...]]
) -> Row | None:
    """Pass the rows of a hold on to its booking; or, where it was quoted anew, give other rows."""
    owner, seated = ("booking", booking_id), seats[0]
    if seated is keep.sitting:
        ledger.rows = [row for row in ledger.rows if (row.kind, row.resource) != ("hold", keep.id)]
        passed_on = ledger.rows_of(("hold", keep.id))
        for row in passed_on:
            row.owner = owner
        return next((row for row in passed_on if row.kind == "merge_group"), None)
    ledger.drop(("hold", keep.id))
    keep.state = "confirmed"
    ledger.sweep(seated.block_start, seated.block_end)
    return ledger.place(owner, seats[1], seated.block_start, seated.block_end)


def _code(wrong: Wrong) -> str:
    if wrong.error is Refused:
        code: Code = wrong.facts["refusal"].reasons[0][0]
        return code.value
    return wrong.error.default_code.value


def leave_evidence(
    ledger: Ledger, keep: Keep, asked: Asked, outcome: tuple[str | None, str | None]
) -> None:
    """Note what an attempt to confirm leaves behind."""
    booking_id, code = outcome
    seats = {table.id: table.capacity for table in ledger.floor.tables}
    block = (keep.sitting.block_start, keep.sitting.block_end)
    rivals = ledger.rivals(keep.tables, *block, [("hold", keep.id)])
    proof = Proofread(
        booking_id=booking_id,
        key=asked.key,
        code=code,
        at=ledger.now,
        tables=tuple((table, seats.get(table)) for table in keep.tables),
        rivals=tuple((row.id, str(row.resource), *row.owner) for row in rivals),
        actor=ledger.actor,
    )
    ledger.proofs.setdefault(keep.id, []).append(proof)
