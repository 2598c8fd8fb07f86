"""Confirming: what passes to the booking, replays, and the evidence of every check that failed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from fourtop import (
    BookingStatus,
    CapacityRule,
    Code,
    Desk,
    EventType,
    FourtopError,
    HoldEnded,
    HoldExpired,
    HoldMismatch,
    HoldState,
    IllegalTransition,
    InvalidIdentifier,
    KeyReused,
    ManualClock,
    NotFound,
    Occasion,
    OwnerKind,
    PolicyDrift,
    Refused,
    ServicePeriod,
    TableSnapshot,
)
from fourtop.formats.results import to_data
from fourtop.ports import Store
from tests.evening import (
    MONTH,
    STAFF,
    a_house,
    at,
    booked,
    held,
    import_rows,
    open_desk,
    party_size,
    rows_of,
    snapshot,
    table_rows,
)


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store)


def alter(desk: Desk, table_id: str, **changes: Any) -> None:
    desk.edit_floor(
        lambda floor: floor.with_table(attrs.evolve(floor.get_table(table_id), **changes))
    )


# ---- the booking ---------------------------------------------------------------------------------


def test_a_hold_without_a_booking_becomes_a_new_one(desk: Desk, clock: ManualClock) -> None:
    hold = held(desk, 4)
    clock.advance(seconds=60)
    booking = desk.confirm(hold.id)
    assert (booking.status, booking.party_size, booking.version) == (BookingStatus.CONFIRMED, 4, 1)
    assert (booking.stay, booking.tables, booking.created_at) == (hold.stay, hold.tables, clock.now)
    assert desk.get_booking(booking.id) == booking


def test_a_new_booking_may_have_an_id_of_the_host(desk: Desk) -> None:
    assert desk.confirm(held(desk, 4).id, booking_id="web:17").id == "web:17"


def test_a_pending_booking_is_confirmed_through_a_hold_that_was_made_without_it(desk: Desk) -> None:
    pending = desk.book(party_size(4), tables="later")
    hold = held(desk, 4)
    booking = desk.confirm(hold.id, booking_id=pending.id)
    assert (booking.id, booking.version, booking.status) == (pending.id, 2, BookingStatus.CONFIRMED)
    assert rows_of(desk, pending.id) == [("3", "19:00", "20:30")]


def test_a_pending_booking_is_confirmed_through_its_own_hold(desk: Desk) -> None:
    pending = desk.book(party_size(4), tables="later")
    hold = held(desk, 4, booking_id=pending.id)
    assert desk.confirm(hold.id, booking_id=pending.id).tables == hold.tables


def test_other_holds_for_the_booking_end_with_its_confirmation(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    pending = desk.book(party_size(4), tables="later")
    dead = held(desk, 4, booking_id=pending.id, ttl_seconds=30)
    chosen, other = (held(desk, 4, booking_id=pending.id) for _ in range(2))
    clock.move_to(dead.expires_at)
    booking = desk.confirm(chosen.id)
    assert desk.find_hold(other.id) is None
    assert [row.owner_id for row in table_rows(desk)] == [booking.id]
    ends = {
        event.hold_id: event.type
        for event in store.events(desk.restaurant_id)[-5:]
        if event.hold_id
    }
    assert ends == {
        dead.id: EventType.HOLD_EXPIRED,
        other.id: EventType.HOLD_RELEASED,
        chosen.id: EventType.HOLD_CONFIRMED,
    }
    with pytest.raises(HoldEnded):
        desk.confirm(other.id)
    assert desk.audit().is_clean


def test_who_confirms_is_recorded(store: Store) -> None:
    desk = open_desk(store, actor=STAFF)
    hold = held(desk, 4)
    booking = desk.confirm(hold.id)
    assert booking.assignment is not None
    (result,) = desk.confirmations(hold.id)
    assert {booking.actor, booking.assignment.assigned_by, result.actor} == {STAFF}


def test_the_hold_stays_on_record_as_confirmed_and_owns_nothing(desk: Desk) -> None:
    hold = held(desk, 4)
    desk.confirm(hold.id)
    assert {row.owner_kind for row in desk.allocations(MONTH)} == {OwnerKind.BOOKING}
    with pytest.raises(HoldEnded) as caught:
        desk.release_hold(hold.id)
    assert caught.value.state == HoldState.CONFIRMED.value


# ---- replays -------------------------------------------------------------------------------------


def test_the_same_key_for_another_hold_is_refused(desk: Desk) -> None:
    first, second = held(desk, 4), held(desk, 4)
    desk.confirm(first.id, key="k1")
    with pytest.raises(KeyReused):
        desk.confirm(second.id, key="k1")
    assert desk.find_hold(second.id) == second


@pytest.mark.parametrize("prefix", ["hold-", "hold/"])
def test_finding_19_no_key_of_a_host_is_taken_for_the_key_of_a_hold(
    desk: Desk, prefix: str
) -> None:
    first, second = held(desk, 4), held(desk, 4)
    key = f"{prefix}{hashlib.sha256(second.id.encode()).hexdigest()[:40]}"
    if "/" in prefix:
        with pytest.raises(InvalidIdentifier):
            desk.confirm(first.id, key=key)
        return
    confirmed = desk.confirm(first.id, key=key)
    other = desk.confirm(second.id)
    assert (other.id != confirmed.id, other.replayed) == (True, False)
    assert desk.confirm(second.id) == other
    assert desk.confirm(first.id, key=key) == confirmed


def test_finding_19_the_key_of_a_confirmation_without_one_is_no_key_of_a_host(desk: Desk) -> None:
    hold = held(desk, 4)
    desk.confirm(hold.id)
    (result,) = desk.confirmations(hold.id)
    with pytest.raises(InvalidIdentifier):
        desk.hold(party_size(4), key=result.key)


def test_a_confirmed_hold_is_not_confirmed_for_another_booking(store: Store, desk: Desk) -> None:
    hold = held(desk, 4)
    booking = desk.confirm(hold.id)
    before = snapshot(store, desk)
    with pytest.raises(HoldMismatch) as caught:
        desk.confirm(hold.id, booking_id="other")
    assert (caught.value.hold_id, caught.value.booking_id) == (hold.id, "other")
    assert snapshot(store, desk) == before
    assert desk.confirm(hold.id, booking_id=booking.id).replayed


def test_another_booking_for_a_confirmed_hold_leaves_evidence_beside_the_success(
    desk: Desk,
) -> None:
    hold = held(desk, 4)
    booking = desk.confirm(hold.id)
    with pytest.raises(HoldMismatch):
        desk.confirm(hold.id, booking_id="other")
    results = [(each.confirmed, each.code, each.booking_id) for each in desk.confirmations(hold.id)]
    assert results == [(True, None, booking.id), (False, "HOLD_MISMATCH", "other")]


def test_a_success_under_a_key_is_replayed_by_hold_without_it(desk: Desk) -> None:
    hold = held(desk, 4)
    first = desk.confirm(hold.id, key="k1")
    assert desk.confirm(hold.id) == first


# ---- refused, with evidence ----------------------------------------------------------------------


def expired(desk: Desk, clock: ManualClock) -> tuple[str, dict[str, Any]]:
    hold = held(desk, 4)
    clock.move_to(hold.expires_at)
    return hold.id, {}


def released(desk: Desk, _: ManualClock) -> tuple[str, dict[str, Any]]:
    return desk.release_hold(held(desk, 4).id).id, {}


def for_another_booking(desk: Desk, _: ManualClock) -> tuple[str, dict[str, Any]]:
    booking = desk.book(party_size(4), tables="later")
    return held(desk, 4, booking_id=booking.id).id, {"booking_id": "other"}


def for_another_party(desk: Desk, _: ManualClock) -> tuple[str, dict[str, Any]]:
    booking = desk.book(party_size(3), tables="later")
    return held(desk, 4).id, {"booking_id": booking.id}


def for_another_start(desk: Desk, _: ManualClock) -> tuple[str, dict[str, Any]]:
    booking = desk.book(party_size(4, "19:15"), tables="later")
    return held(desk, 4).id, {"booking_id": booking.id}


def for_a_booking_with_tables(desk: Desk, _: ManualClock) -> tuple[str, dict[str, Any]]:
    booking = booked(desk, 4)
    return held(desk, 4).id, {"booking_id": booking.id}


def for_a_no_show(desk: Desk, clock: ManualClock) -> tuple[str, dict[str, Any]]:
    booking = booked(desk, 4)
    clock.move_to(at("19:15"))
    desk.no_show(booking.id)
    return desk.hold(party_size(4, past_reason="late")).id, {"booking_id": booking.id}


def drifted(desk: Desk, _: ManualClock) -> tuple[str, dict[str, Any]]:
    hold = held(desk, 4)
    alter(desk, hold.tables[0], capacity=5)
    return hold.id, {}


def out_of_service(desk: Desk, _: ManualClock) -> tuple[str, dict[str, Any]]:
    hold = held(desk, 4, tables=["3"])
    alter(desk, "3", out_of_service=True)
    return hold.id, {"requote": True}


@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        (expired, HoldExpired),
        (released, HoldEnded),
        (for_another_booking, HoldMismatch),
        (for_another_party, HoldMismatch),
        (for_another_start, HoldMismatch),
        (for_a_booking_with_tables, IllegalTransition),
        (for_a_no_show, IllegalTransition),
        (drifted, PolicyDrift),
        (out_of_service, Refused),
    ],
)
def test_every_check_that_failed_leaves_evidence_and_changes_nothing_else(
    store: Store,
    clock: ManualClock,
    attempt: Callable[[Desk, ManualClock], tuple[str, dict[str, Any]]],
    error: type[FourtopError],
) -> None:
    desk = open_desk(store, actor=STAFF)
    hold_id, how = attempt(desk, clock)
    before = snapshot(store, desk)
    with pytest.raises(error) as caught:
        desk.confirm(hold_id, key="k1", **how)
    assert snapshot(store, desk) == before
    (result,) = desk.confirmations(hold_id)
    assert (result.confirmed, result.code, result.details) == (
        False,
        caught.value.code,
        to_data(caught.value.details),
    )
    assert (result.key, result.actor, result.checked_at) == ("k1", STAFF, clock.now)
    assert result.booking_id in (how.get("booking_id"), None)


def test_an_unknown_hold_leaves_no_evidence(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.confirm("nobody")
    assert desk.confirmations("nobody") == ()


def test_evidence_tells_the_tables_as_they_are_now(desk: Desk, clock: ManualClock) -> None:
    hold = held(desk, 4, tables=["1", "2"])
    clock.move_to(hold.expires_at)
    desk.edit_floor(
        lambda floor: floor.without_table("2").with_table(
            attrs.evolve(floor.get_table("1"), capacity=3)
        )
    )
    with pytest.raises(HoldExpired):
        desk.confirm(hold.id)
    (result,) = desk.confirmations(hold.id)
    assert result.tables == (TableSnapshot("1", 3), TableSnapshot("2", None))


def test_attempts_are_kept_oldest_first(desk: Desk, clock: ManualClock) -> None:
    hold = held(desk, 4)
    for _ in range(3):
        clock.advance(seconds=10)
        with pytest.raises(HoldMismatch):
            desk.confirm(hold.id, booking_id=desk.book(party_size(2), tables="later").id)
    desk.confirm(hold.id)
    results = desk.confirmations(hold.id)
    assert [result.confirmed for result in results] == [False, False, False, True]
    assert [result.checked_us for result in results] == sorted(
        result.checked_us for result in results
    )
    assert len({result.id for result in results}) == 4


def test_a_pending_booking_that_was_cancelled_takes_its_holds_along(desk: Desk) -> None:
    pending = desk.book(party_size(4), tables="later")
    hold = held(desk, 4, booking_id=pending.id)
    desk.cancel(pending.id)
    assert desk.find_hold(hold.id) is None
    assert desk.allocations(MONTH) == ()
    with pytest.raises(HoldEnded):
        desk.confirm(hold.id)


# ---- caps ----------------------------------------------------------------------------------------


def test_finding_14_a_hold_is_not_confirmed_above_a_cap_that_sank(desk: Desk) -> None:
    hold = held(desk, 4)
    booked(desk, 2)
    with_caps(desk, max_covers=5)
    with pytest.raises(Refused) as caught:
        desk.confirm(hold.id)
    assert caught.value.code is Code.CAPACITY_EXCEEDED
    facts = caught.value.refusal.reasons[0].details
    assert (facts["booked"], facts["requested"], facts["limit"]) == (2, 4, 5)
    (evidence,) = desk.confirmations(hold.id)
    assert (evidence.confirmed, evidence.code) == (False, "CAPACITY_EXCEEDED")
    with_caps(desk, max_covers=6)
    assert desk.confirm(hold.id).party_size == 4


def test_a_hold_keeps_its_place_under_the_caps_that_it_was_made_with(desk: Desk) -> None:
    with_caps(desk, max_covers=4)
    hold = held(desk, 4)
    import_rows(desk, ("i1", 2, "19:00", "20:30", "1"))
    assert desk.confirm(hold.id).party_size == 4


def test_a_hold_with_the_occasion_of_its_period_is_confirmed_after_an_edit(store: Store) -> None:
    periods = [ServicePeriod("dinner", "17:00", "23:00", occasions=["supper"])]
    occasions = [Occasion("supper", [(None, 90)])]
    desk = open_desk(store, a_house(periods=periods, occasions=occasions))
    hold = held(desk, 4)
    with_caps(desk, max_covers=4)
    assert desk.confirm(hold.id).stay == hold.stay


def with_caps(desk: Desk, *, max_covers: int) -> None:
    rules = [CapacityRule(max_covers=max_covers)]
    desk.edit_policy(lambda policy: attrs.evolve(policy, capacity_rules=rules))
