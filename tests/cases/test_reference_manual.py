"""The reference's validation of a selection by hand (§5), as fourtop does it.

The checks of the reference run in a fixed order and are all listed. fourtop lists every rule that
named tables break, each with its code, also those that the reference leaves out: smallest and
largest party, inactive tables, tables out of service.
"""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from fourtop import (
    AdjacencyMode,
    Code,
    Desk,
    Floor,
    NotFound,
    Planning,
    Proof,
    Quote,
    Refusal,
    Refused,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import a_house, booked, held, open_desk, party_size, snapshot


def the_floor() -> Floor:
    return sketch_floor(
        {
            "1": 4,
            "2": 4,
            "3": 4,
            "4": {"capacity": 4, "mobility": "fixed"},
            "5": (4, "Bar"),
            "6": {"capacity": 8, "min_party": 5, "max_party": 6},
            "7": {"capacity": 4, "out_of_service": True},
            "8": {"capacity": 4, "active": False},
        },
        joins=["1-2", "2-3", ("1", "4"), ("1", "5")],
    )


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, a_house(the_floor()))


def codes(desk: Desk, size: int, *tables: str) -> list[Code]:
    answer = desk.quote(party_size(size, tables=tables))
    if isinstance(answer, Quote):
        return []
    assert isinstance(answer, Refusal)
    return [reason.code for reason in answer.reasons]


@pytest.mark.parametrize(
    ("size", "tables", "expected"),
    [
        (8, ["1", "2"], []),
        (9, ["1", "2"], [Code.PARTY_ABOVE_MAXIMUM]),
        (3, ["1", "2"], [Code.SLACK_EXCEEDED]),
        (8, ["1", "5"], [Code.ZONE_MISMATCH]),
        (8, ["1", "4"], [Code.TABLE_NOT_MOVABLE]),
        (8, ["1", "3"], [Code.ADJACENCY_MISMATCH]),
        (4, ["6"], [Code.PARTY_BELOW_MINIMUM]),
        (7, ["6"], [Code.PARTY_ABOVE_MAXIMUM]),
        (4, ["7"], [Code.TABLE_OUT_OF_SERVICE]),
        (4, ["8"], [Code.TABLE_INACTIVE]),
    ],
)
def test_reference_manual_each_check_has_a_code(
    desk: Desk, size: int, tables: list[str], expected: list[Code]
) -> None:
    assert codes(desk, size, *tables) == expected


def test_reference_manual_all_failed_checks_are_listed_in_a_fixed_order(desk: Desk) -> None:
    assert codes(desk, 20, "4", "5", "7", "8") == [
        Code.PARTY_ABOVE_MAXIMUM,
        Code.TABLE_OUT_OF_SERVICE,
        Code.TABLE_INACTIVE,
        Code.TOO_MANY_TABLES,
        Code.TABLE_NOT_MOVABLE,
        Code.ZONE_MISMATCH,
        Code.ADJACENCY_MISMATCH,
    ]


def test_reference_manual_adjacency_depends_on_the_mode(store: Store) -> None:
    pairwise = Planning(adjacency_mode=AdjacencyMode.PAIRWISE)
    desk = open_desk(store, a_house(the_floor(), planning=pairwise))
    assert codes(desk, 12, "1", "2", "3") == [Code.ADJACENCY_MODE_MISMATCH]
    off = Planning(adjacency_required=False)
    desk.edit_policy(lambda policy: attrs.evolve(policy, planning=off))
    assert codes(desk, 8, "1", "3") == []


def test_reference_manual_no_slack_budget_is_no_check(store: Store) -> None:
    desk = open_desk(store, a_house(the_floor(), planning=Planning(slack_budget=None)))
    assert codes(desk, 1, "1", "2") == []


@pytest.mark.parametrize("how", ["booking", "hold"])
def test_reference_manual_conflicts_are_all_listed(desk: Desk, how: str) -> None:
    make: Any = booked if how == "booking" else held
    rivals = [make(desk, 4, text, tables=["1"]).id for text in ("18:00", "19:30")]
    refusal = desk.quote(party_size(8, "18:45", tables=["1", "2"]))
    assert isinstance(refusal, Refusal)
    expected = Code.ALLOCATIONS_OVERLAP if how == "booking" else Code.HOLD_CONFLICT
    assert (refusal.code, refusal.proof) == (expected, Proof.NAMED_TABLES)
    assert [each["owner_id"] for each in refusal.reasons[0].details["in_the_way"]] == rivals


def test_reference_manual_an_unknown_table_is_an_error(desk: Desk) -> None:
    with pytest.raises(NotFound):
        codes(desk, 2, "1", "unknown")


def test_reference_manual_a_refused_hold_changes_nothing(store: Store, desk: Desk) -> None:
    before = snapshot(store, desk)
    with pytest.raises(Refused) as caught:
        desk.hold(party_size(8, tables=["1", "3"]))
    assert caught.value.refusal == desk.quote(party_size(8, tables=["1", "3"]))
    assert snapshot(store, desk) == before


def test_reference_manual_a_replacement_may_share_tables_with_the_hold_it_replaces(
    desk: Desk,
) -> None:
    hold = held(desk, 4, tables=["1"])
    replaced = desk.replace_hold(hold.id, party_size(8, tables=["1", "2"]))
    assert replaced.tables == ("1", "2")
    assert desk.find_hold(hold.id) is None


def test_reference_manual_an_answer_to_the_own_booking_leaves_it_out(desk: Desk) -> None:
    booking = booked(desk, 4, tables=["1"])
    assert codes(desk, 4, "1") == [Code.ALLOCATIONS_OVERLAP]
    quote = desk.quote(party_size(4, tables=["1"]), exclude=booking.id)
    assert isinstance(quote, Quote)
