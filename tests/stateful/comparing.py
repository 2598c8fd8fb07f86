"""Compare answers of the engine with the model: quotes, availabilities, errors and all reads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from fourtop.errors import FourtopError, ImportRejected, NotFound, Refusal, Refused
from fourtop.model.allocation import Allocation
from fourtop.model.booking import Booking
from fourtop.model.confirmation import ConfirmationResult
from fourtop.model.event import Event
from fourtop.model.hold import Hold
from fourtop.model.plan import Plan
from fourtop.model.receipt import Usage
from fourtop.model.request import BookingRequest
from fourtop.model.results import Availability, Quote, Versions
from tests.stateful import limits, promises
from tests.stateful.admission import (
    admit,
    check_hours,
    choices,
    every_no,
    excluded,
    service_of,
    usage,
    would_refuse,
)
from tests.stateful.choosing import Choice
from tests.stateful.ledger import Guest, Keep, Ledger, Proofread, Row, Wrong
from tests.stateful.limits import NOTHING
from tests.stateful.service import Opening, Sitting, opening_at, openings

# ---- errors


def check_error(error: FourtopError | None, wrong: Wrong, answer: object = None) -> str:
    """Assert that an error is of the type that was due, and carries the facts; return its code."""
    assert error is not None, f"{wrong} is due, and the answer is {answer}"
    assert type(error) is wrong.error, (
        f"{error!r} was raised, and {wrong.error.__name__} is due: {wrong.facts}"
    )
    assert str(error), "an error explains itself"
    if isinstance(error, Refused):
        check_refusal(error.refusal, wrong)
    elif isinstance(error, ImportRejected):
        rows = sorted(problem.row for problem in error.problems)
        assert rows == wrong.facts["rows"], error.problems
    else:
        said = {name: getattr(error, name) for name in wrong.facts}
        assert said == wrong.facts, f"{type(error).__name__} says {said}, and true is {wrong.facts}"
    return error.code.value


def check_refusal(said: object, wrong: Wrong) -> None:
    """Assert that an answer is the refusal that is due."""
    assert isinstance(said, Refusal), f"{said} is the answer against {wrong.facts}"
    wrong.facts["refusal"].check(said)


# ---- reads


def check_quote(ledger: Ledger, request: BookingRequest, quoted: Quote | Refusal | None) -> None:
    """Assert that a quote is legal and the best there is, or that its refusal is right."""
    try:
        seated, choice = admit(ledger, request)
    except Wrong as wrong:
        if wrong.error is not Refused:
            raise
        _check_every_reason(ledger, request, quoted, wrong)
        return
    assert isinstance(quoted, Quote), f"refused by {quoted}, but {choice.tables} are free"
    check_sitting(quoted.stay, seated)
    check_plan(quoted.plan, choice)
    assert quoted.would_refuse == would_refuse(ledger, seated, request, NOTHING)
    others: list[Choice] = []
    if not request.tables:
        waiting = promises.protected(ledger, seated, NOTHING)
        others = [
            each
            for each in choices(ledger, request, seated)
            if promises.fit(waiting, [promises.claim(each, seated)])
        ][1:5]
    assert len(quoted.others) == len(others)
    for plan, other in zip(quoted.others, others, strict=True):
        check_plan(plan, other)
    service = service_of(ledger, seated)
    check_usage(ledger, quoted.usage, service)
    check_pacing(ledger, quoted.usage, service, seated)
    check_versions(ledger, quoted.versions)


def _check_every_reason(
    ledger: Ledger, request: BookingRequest, quoted: object, first: Wrong
) -> None:
    """Assert that a quote is refused with the reasons of all checks.

    With several kinds of limits on guests, only the reasons of the first check are compared.
    """
    policy = ledger.policy
    has_zones = any(rule.zone is not None for rule in policy.capacity_rules)
    if policy.pacing_rules or policy.channel_shares or policy.walk_in_rules or has_zones:
        _check_named_tables(ledger, request)
        assert isinstance(quoted, Refusal), f"{quoted} is the answer against {first.facts}"
        count = len(first.facts["refusal"].reasons)
        check_refusal(Refusal(quoted.reasons[:count], quoted.proof), first)
        return
    check_refusal(quoted, Wrong(Refused, refusal=every_no(ledger, request)))


def _check_named_tables(ledger: Ledger, request: BookingRequest) -> None:
    """Raise the error of an unknown table: in a service, all checks look at the named tables."""
    try:
        check_hours(ledger, request)
    except Wrong:
        return
    for table_id in sorted(request.tables):
        if ledger.floor.find_table(table_id) is None:
            raise Wrong(NotFound, kind="table", id=table_id)


def check_plan(plan: Plan, choice: Choice) -> None:
    assert (plan.tables, plan.seats, plan.slack) == (choice.tables, choice.seats, choice.slack)
    assert plan.score.total == float(choice.cost)


def check_usage(ledger: Ledger, said: Usage, service: Opening) -> None:
    covers, parties = usage(ledger, service)
    most = limits.caps(ledger.policy, service.period.key, service.date)
    true = Usage(service.period.key, service.date, covers, parties, *most)
    assert attrs.evolve(said, pacing=()) == true


def check_pacing(ledger: Ledger, said: Usage, service: Opening, seated: Sitting) -> None:
    """Assert the usage of each interval of a stay, limit by limit."""
    found = []
    for each in said.pacing:
        counts = ((each.booked_covers, each.max_covers), (each.booked_parties, each.max_parties))
        for unit, (booked, limit) in zip(("covers", "parties"), counts, strict=True):
            if limit is not None:
                found.append((each.spread.value, unit, limit, each.start_us, each.end_us, booked))
    others = limits.heads(ledger, service)
    true = [
        (pace.spread, pace.unit, pace.limit, start, start + pace.length, booked)
        for pace in limits.paces(ledger.policy, service)
        for number in pace.numbers(service, seated.start, seated.end)
        for start in [service.start + number * pace.length]
        for booked in [pace.count(service, others, number)]
    ]
    assert sorted(found) == sorted(true)


def check_availability(
    ledger: Ledger, offered: Availability, wanted: list[BookingRequest], limit: int
) -> None:
    """Assert every slot of an availability; the requests come by start, then party."""
    assert len(offered.slots) == len(wanted)
    for slot, request in zip(offered.slots, wanted, strict=True):
        assert (slot.start_us, slot.party_size) == (request.start_us, request.party_size)
        found = opening_at(ledger.restaurant, ledger.policy, request.start_us)
        assert slot.period == (None if found is None else found.period.key)
        try:
            spots = _spots(ledger, request, limit)
        except Wrong as wrong:
            check_refusal(slot.refusal, wrong)
            spots = 0
        else:
            assert slot.refusal is None, f"{slot} is refused, but there are {spots} spots"
        assert slot.spots == spots
    services = openings(ledger.restaurant, ledger.policy, offered.on)
    assert len(offered.usage) == len(services)
    for said, service in zip(offered.usage, services, strict=True):
        check_usage(ledger, said, service)
    check_versions(ledger, offered.versions)


def _spots(ledger: Ledger, request: BookingRequest, limit: int) -> int:
    seated, _ = admit(ledger, request)
    service = service_of(ledger, seated)
    size, chooser = request.party_size, ledger.chooser()
    most = limits.most_parties(ledger, service, seated, size)
    if most is not None:
        limit = min(limit, most)
    free = set(ledger.free_tables(seated.block_start, seated.block_end))
    for tables, _ in excluded(ledger, seated, request):
        free -= tables
    ask, spots = (size, request.must, request.wish), 0
    zones = limits.most_in_zone(ledger, service, size)
    for tables, most_there in zones:
        spots += chooser.count(ask, free & tables, min(limit, most_there))
        free -= tables
    found = min(spots + chooser.count(ask, free, limit), limit)
    everywhere = set().union(*(tables for tables, _ in zones))
    if _is_all(ledger, everywhere):
        found = min(found, sum(each for _, each in zones))
    waiting = promises.protected(ledger, seated, NOTHING)
    if not waiting:
        return found
    return promises.count(choices(ledger, request, seated), seated, waiting, found)


def _is_all(ledger: Ledger, tables: set[str]) -> bool:
    return bool(tables) and limits.offered(ledger) <= tables


def table_states(ledger: Ledger) -> dict[str, str]:
    """Return what each table is now."""
    found = {}
    for table in ledger.floor.tables:
        row = ledger.in_the_way(table.id, ledger.now, ledger.now + 1)
        if not table.active or table.out_of_service:
            found[table.id] = "out_of_service"
        elif row is None:
            found[table.id] = "available"
        elif row.owner[0] == "booking":
            guest = ledger.guests[row.owner[1]]
            sits = "overdue" if guest.sitting.end <= ledger.now else "occupied"
            states = {"checked_in": sits, "completed": "cleaning"}
            found[table.id] = states.get(guest.status, "reserved")
        else:
            found[table.id] = "out_of_service" if row.owner[0] == "block" else "reserved"
    return found


# ---- all that can be seen


def check_versions(ledger: Ledger, said: Versions) -> None:
    assert said == Versions(ledger.floor_version, ledger.policy_version, ledger.occupancy_version)


def check_sitting(said: Any, true: Sitting) -> None:
    # A stay, taken apart: only its attributes are looked at.
    found = Sitting(
        period=said.period,
        service_date=said.service_date,
        occasion=said.occasion,
        start=said.dining.start_us,
        end=said.dining.end_us,
        block_start=said.occupied.start_us,
        block_end=said.occupied.end_us,
        turn_minutes=said.turn_minutes,
        clamped=said.is_clamped,
    )
    assert found == true


def check_hold(said: Hold, true: Keep, state: str) -> None:
    assert (said.id, said.party_size, said.tables, said.state.value) == (
        true.id,
        true.party_size,
        true.tables,
        state,
    )
    assert (said.created_us, said.expires_us, said.actor) == (
        true.created,
        true.expires,
        true.actor,
    )
    assert said.life_start_us == true.life
    assert (said.booking_id, said.session, said.past_reason) == (
        true.booking_id,
        true.session,
        true.past_reason,
    )
    assert (said.occasion, said.must, said.wish) == (true.occasion, true.must, true.wish)
    assert said.names_tables is true.named
    assert said.would_refuse == true.would_refuse
    assert said.reference == true.reference
    check_sitting(said.stay, true.sitting)


def check_booking(said: Booking, true: Guest) -> None:
    assert (said.id, said.party_size, said.status.value) == (true.id, true.party_size, true.status)
    assert (said.version, said.created_us, said.updated_us) == (
        true.version,
        true.created,
        true.updated,
    )
    assert (said.actor, said.past_reason) == (true.actor, true.past_reason)
    assert (said.must, said.wish, said.occasion) == (true.must, true.wish, true.occasion)
    assert (said.names_tables, said.is_pinned) == (true.named, true.pinned)
    assert true.would_refuse in (None, said.would_refuse)
    check_wait(said, true)
    assert (said.reference, said.local_start) == (true.reference, true.told)
    check_sitting(said.stay, true.sitting)
    assert (said.seated_us, said.left_us) == (true.seated, true.left)
    check_last(said, true)
    given, assignment = true.given, said.assignment
    if given is None or assignment is None:
        assert given is None
        assert assignment is None
        return
    window = assignment.window
    assert (assignment.tables, window.start_us, window.end_us) == (
        given.tables,
        given.start,
        given.end,
    )
    assert (assignment.assigned_us, assignment.assigned_by) == (given.at, given.by)
    assert (assignment.merge_group_id is None) == (given.group is None)
    if given.group is not None and given.group.resource is not None:
        assert assignment.merge_group_id == given.group.resource


def check_wait(said: Booking, true: Guest) -> None:
    found, wait = said.waiting, true.wait
    if found is None or wait is None:
        assert found is None
        assert wait is None
        return
    assert (found.earliest_us, found.latest_us, found.until_us, found.offers) == (
        wait.earliest,
        wait.latest,
        wait.until,
        wait.offers,
    )


def check_last(said: Booking, true: Guest) -> None:
    step, last = said.last_step, true.last
    if step is None or last is None:
        assert step is None
        assert last is None
        return
    window = None if step.window is None else (step.window.start_us, step.window.end_us)
    assert (step.status.value, window) == (last.status, last.window)


def check_rows(ledger: Ledger, said: Iterable[Allocation], seen: set[str]) -> None:
    """Assert that the allocations are the model's; learn the new ids, which must be unused ones."""
    by_id = {row.id: row for row in said}
    unknown = [row for row in ledger.rows if row.id is None]
    for row in ledger.rows:
        if row.id is not None:
            assert row.id in by_id, f"the engine has lost {row}"
            found = by_id.pop(row.id)
            assert _as_facts(found) == (row.kind, row.resource, row.start, row.end, *row.owner)
            assert not found.shadow
    for allocation in by_id.values():
        row = _take_match(unknown, allocation)
        assert allocation.id not in seen, "the id of a new allocation is new"
        seen.add(allocation.id)
        if row.resource is None:
            group = f"group {allocation.resource_id}"
            assert group not in seen, "the name of a new merge group is new"
            seen.add(group)
        row.id, row.resource = allocation.id, allocation.resource_id
    assert not unknown, f"the engine lacks {unknown}"


def _as_facts(row: Allocation) -> tuple[object, ...]:
    window = row.window
    return (
        row.resource_type.value,
        row.resource_id,
        window.start_us,
        window.end_us,
        row.owner_kind.value,
        row.owner_id,
    )


def _take_match(unknown: list[Row], said: Allocation) -> Row:
    for row in unknown:
        resource = said.resource_id if row.resource is None else row.resource
        if (row.kind, resource, row.start, row.end, *row.owner) == _as_facts(said):
            unknown.remove(row)
            return row
    raise AssertionError(f"nobody has given {said}")


def check_proof(said: ConfirmationResult, true: Proofread) -> None:
    assert (said.booking_id, said.code, said.checked_us) == (true.booking_id, true.code, true.at)
    assert said.confirmed is (true.code is None)
    assert said.actor == true.actor
    assert true.key is None or said.key == true.key
    assert tuple((table.table_id, table.capacity) for table in said.tables) == true.tables
    rivals = tuple(
        (rival.allocation_id, rival.table_id, rival.owner_kind, rival.owner_id)
        for rival in said.rivals
    )
    assert rivals == true.rivals, f"{rivals} were in the way, and truly {true.rivals}"


def check_news(ledger: Ledger, said: Iterable[Event], seen: set[str]) -> None:
    """Assert that the new events are those that are due, each with a key never used before."""
    told = []
    for event in said:
        assert event.dedupe_key not in seen, "an event happens once"
        seen.add(event.dedupe_key)
        assert (event.at_us, event.actor) == (ledger.now, ledger.actor)
        told.append((event.type.value, event.booking_id, event.hold_id))
    assert sorted(told, key=repr) == sorted(ledger.news, key=repr)
    ledger.news.clear()
