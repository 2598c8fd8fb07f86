"""Reads for a request with overrides: they search under the rules that the staff leave."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fourtop import (
    CapacityRule,
    ChangeKind,
    Code,
    Desk,
    Move,
    Override,
    Preference,
    Proof,
    Quote,
    Refused,
    sketch_floor,
)
from fourtop.ports import Store
from tests.evening import FRIDAY, STAFF, a_house, at, booked, one_table, open_desk, party_size

CAP = (Override("CAPACITY_EXCEEDED", "The mayor"),)
ROOM = Override("SLACK_EXCEEDED", "There is room")


def one_table_desk(store: Store, *, zone: str | None = None, max_covers: int = 2) -> Desk:
    rules = [CapacityRule(max_covers=max_covers, zone=zone)]
    house = a_house(one_table(), capacity_rules=rules)
    return open_desk(store, house, actor=STAFF)


@pytest.mark.parametrize("tables", [(), ("1",)], ids=["any table", "a named table"])
def test_the_first_free_day_is_found_with_an_override_of_a_promise(
    store: Store, tables: tuple[str, ...]
) -> None:
    desk = open_desk(store, a_house(one_table()), actor=STAFF)
    desk.book(party_size(2), tables="later")
    request = party_size(2, tables=tables, overrides=[Override("TABLES_PROMISED", "The mayor")])
    assert isinstance(desk.quote(request), Quote)
    found = desk.first_free_day(request, days=1)
    assert found is not None
    assert (found.on, at("19:00") in found.starts) == (FRIDAY, True)


def test_the_first_free_day_is_found_with_an_override_of_the_cap_of_a_zone(store: Store) -> None:
    desk = one_table_desk(store, zone="main", max_covers=1)
    request = party_size(2, overrides=[Override("ZONE_CAPACITY_EXCEEDED", "The mayor")])
    assert isinstance(desk.quote(request), Quote)
    found = desk.first_free_day(request, days=1)
    assert found is not None
    assert found.on == FRIDAY


def test_an_explanation_of_taken_tables_drops_the_overrides_of_the_tables(store: Store) -> None:
    desk = open_desk(store, actor=STAFF)
    booked(desk, 2, tables=["1"])
    overrides = [Override("ADJACENCY_MISMATCH", "Two friends"), ROOM]
    request = party_size(2, tables=["1", "3"], overrides=overrides)
    explained = desk.explain(request)
    assert not explained
    (change,) = (each for each in explained.changes if each.kind is ChangeKind.TABLES)
    assert change.request.overrides == ()
    assert isinstance(desk.quote(change.request), Quote)


def test_an_explanation_tries_changes_with_the_overrides(store: Store) -> None:
    desk = one_table_desk(store)
    booked(desk, 2)
    request = party_size(3, overrides=CAP)
    explained = desk.explain(request)
    assert explained.refusal is not None
    assert explained.refusal.code is Code.TABLES_TAKEN
    starts = {each.kind: each.request.start for each in explained.changes}
    assert starts[ChangeKind.EARLIER] == at("19:00") - timedelta(minutes=90)
    assert starts[ChangeKind.LATER] == at("19:00") + timedelta(minutes=90)
    assert all(each.request.overrides == CAP for each in explained.changes)


def test_a_cap_of_a_zone_is_a_rule_where_an_override_lifts_those_of_the_tables(
    store: Store,
) -> None:
    floor = sketch_floor({"1": (4, "Main"), "2": (4, "Bar"), "3": (4, "Bar")})
    rules = [CapacityRule(max_parties=1, zone="bar")]
    desk = open_desk(store, a_house(floor, capacity_rules=rules), actor=STAFF)
    booked(desk, 2, tables=["2"])
    moved = desk.book(party_size(2, tables=["1"], must=Preference(zones=["main"])))
    regular = [Override("NO_TABLES_MATCH", "A regular")]
    with pytest.raises(Refused) as caught:
        desk.move([Move(moved.id, ["3"], overrides=regular)])
    refusal = caught.value.refusal
    assert [reason.code for reason in refusal.reasons] == [Code.ZONE_CAPACITY_EXCEEDED]
    assert refusal.proof is Proof.RULE
