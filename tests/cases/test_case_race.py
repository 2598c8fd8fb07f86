"""Cases from the field about races: 1, 11 and 12."""

from __future__ import annotations

import pytest

from fourtop import (
    AllocationsOverlap,
    Booking,
    BookingRequest,
    Code,
    Hold,
    KeyReused,
    Plan,
    Quote,
    Refused,
)
from fourtop.ports import Store
from tests.evening import (
    a_house,
    at,
    at_once,
    booked,
    held,
    one_table,
    open_desk,
    party_size,
    snapshot,
    table_rows,
)

# ---- 1: check, then write ------------------------------------------------------------------------


def test_case_1_check_then_write_two_at_once_for_the_last_table_leave_one(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    answers = at_once([lambda: desk.hold(party_size(4)), lambda: desk.hold(party_size(4))])
    won = [each for each in answers if isinstance(each, Hold)]
    lost = [each for each in answers if isinstance(each, Refused)]
    assert (len(won), len(lost)) == (1, 1)
    assert [row.owner_id for row in table_rows(desk)] == [won[0].id]
    assert desk.audit().is_clean


def test_case_1_check_then_write_the_choice_is_made_when_it_is_written(store: Store) -> None:
    desk = open_desk(store)
    checked = desk.quote(party_size(4))
    assert isinstance(checked, Quote)
    rival = booked(desk, 4, tables=list(checked.plan.tables))
    loser = held(desk, 4)
    assert (checked.plan.tables, rival.tables, loser.tables) == (("3",), ("3",), ("4",))


def test_case_1_check_then_write_a_table_that_was_checked_and_is_gone_names_the_rival(
    store: Store,
) -> None:
    desk = open_desk(store)
    checked = desk.quote(party_size(4))
    assert isinstance(checked, Quote)
    rival = held(desk, 4, tables=list(checked.plan.tables))
    with pytest.raises(Refused) as caught:
        desk.hold(party_size(4, tables=checked.plan.tables))
    reason = caught.value.refusal.reasons[0]
    assert reason.code is Code.HOLD_CONFLICT
    assert [each["owner_id"] for each in reason.details["in_the_way"]] == [rival.id]


# ---- 11: the loser of a race got a 500 although other tables were free ---------------------------


def test_case_11_the_loser_of_a_race_gets_the_next_table(store: Store) -> None:
    desk = open_desk(store)
    answers = at_once(
        [
            lambda: desk.book(party_size(4)),
            lambda: desk.book(party_size(4)),
            lambda: desk.book(party_size(4)),
        ]
    )
    tables = sorted(each.tables for each in answers if isinstance(each, Booking))
    assert tables == [("1", "2"), ("3",), ("4",)]


def test_case_11_the_loser_of_a_race_gets_joined_tables_when_no_single_one_is_left(
    store: Store,
) -> None:
    desk = open_desk(store)
    booked(desk, 4, tables=["3"])
    booked(desk, 4, tables=["4"])
    answers = at_once([lambda: desk.book(party_size(4)), lambda: desk.book(party_size(4))])
    tables = sorted(each.tables for each in answers if isinstance(each, Booking))
    assert tables == [("1", "2"), ("5",)]


def test_case_11_the_loser_of_the_last_table_gets_a_conflict_and_its_reason(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    first = booked(desk, 4)
    with pytest.raises(Refused) as caught:
        desk.book(party_size(4))
    assert caught.value.code is Code.TABLES_TAKEN
    assert caught.value.http_status == 409
    assert caught.value.is_retryable
    (way,) = caught.value.refusal.reasons[0].details["in_the_way"]
    assert (way["owner_kind"], way["owner_id"]) == ("booking", first.id)


def test_case_11_no_race_ends_in_an_error_of_the_store(store: Store) -> None:
    desk = open_desk(store)
    answers = at_once([lambda: desk.book(party_size(2))] * 8)
    assert not [each for each in answers if isinstance(each, AllocationsOverlap)]
    assert {type(each) for each in answers} == {Booking, Refused}
    assert len([each for each in answers if isinstance(each, Booking)]) == 5
    assert desk.audit().is_clean


# ---- 12: a key without a lock over the whole section did not make it idempotent ------------------


def test_case_12_the_same_key_at_once_makes_one_booking(store: Store) -> None:
    desk = open_desk(store)
    answers = at_once([lambda: desk.book(party_size(4), key="k1")] * 8)
    done = [each for each in answers if isinstance(each, Booking)]
    assert len(done) == 8
    assert len({each.id for each in done}) == 1
    assert sorted(each.replayed for each in done) == [False] + [True] * 7
    assert len(table_rows(desk)) == 1


def test_case_12_the_same_key_at_once_makes_one_hold(store: Store) -> None:
    desk = open_desk(store)
    answers = at_once([lambda: desk.hold(party_size(2), key="k1")] * 8)
    done = [each for each in answers if isinstance(each, Hold)]
    assert len(done) == 8
    assert len({each.id for each in done}) == 1
    assert len(table_rows(desk)) == 1


def test_case_12_confirming_at_once_confirms_once_whatever_the_keys(store: Store) -> None:
    desk = open_desk(store)
    hold = held(desk, 4)
    calls = [lambda key=key: desk.confirm(hold.id, key=key) for key in ("a", "a", "b", None, None)]
    done = [each for each in at_once(calls) if isinstance(each, Booking)]
    assert len(done) == 5
    assert len(set(done)) == 1
    assert sum(not each.replayed for each in done) == 1
    assert [each.confirmed for each in desk.confirmations(hold.id)] == [True]


@pytest.mark.parametrize(
    "other",
    [
        party_size(3),
        party_size(4, "19:15"),
        party_size(4, tables=["3"]),
        BookingRequest(4, at("19:00"), past_reason="late"),
    ],
    ids=["party_size", "start", "tables", "reason"],
)
def test_case_12_the_same_key_with_another_body_fails_and_changes_nothing(
    store: Store, other: BookingRequest
) -> None:
    desk = open_desk(store)
    desk.book(party_size(4), key="k1")
    before = snapshot(store, desk)
    with pytest.raises(KeyReused) as caught:
        desk.book(other, key="k1")
    assert (caught.value.command, caught.value.key) == ("book", "k1")
    assert caught.value.http_status == 422
    assert snapshot(store, desk) == before


def test_case_12_a_key_belongs_to_one_command_of_one_restaurant(store: Store) -> None:
    here = open_desk(store)
    there = open_desk(store, a_house(name="Elsewhere"))
    here.hold(party_size(4), key="k1")
    assert not here.book(party_size(4), key="k1").replayed
    assert not there.hold(party_size(4), key="k1").replayed


def test_case_12_a_refusal_is_not_stored_under_its_key(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    first = booked(desk, 4)
    with pytest.raises(Refused):
        desk.book(party_size(4), key="k1")
    desk.cancel(first.id)
    assert not desk.book(party_size(4), key="k1").replayed


def test_case_12_a_replay_is_what_was_answered_then_and_not_what_is_today(store: Store) -> None:
    desk = open_desk(store)
    first = desk.book(party_size(4), key="k1")
    desk.cancel(first.id)
    again = desk.book(party_size(4), key="k1")
    assert again.replayed
    assert again == first
    assert again.receipt.usage == first.receipt.usage


def test_case_1_check_then_write_checking_takes_nothing(store: Store) -> None:
    desk = open_desk(store, a_house(one_table()))
    before = snapshot(store, desk)
    quotes = [
        each for each in at_once([lambda: desk.quote(party_size(4))] * 4) if isinstance(each, Quote)
    ]
    assert [type(each.plan) for each in quotes] == [Plan] * 4
    assert snapshot(store, desk) == before
