"""Validation of tables that staff chose by hand: every check, each ok, a warning or an error."""

from __future__ import annotations

from typing import Any, Final

import attrs
import pytest

from fourtop import (
    Actor,
    BookingRequest,
    CapacityRule,
    CheckStatus,
    Code,
    Desk,
    Engine,
    Floor,
    IllegalTransition,
    InvalidInput,
    Join,
    ManualClock,
    NotFound,
    Override,
    Planning,
    Preference,
    Selection,
    Table,
    UnknownName,
    Validation,
    Zone,
    ZoneRule,
)
from fourtop.formats.results import to_data
from fourtop.ports import Store
from tests.evening import STAFF, a_house, at, booked, held, open_desk, party_size, snapshot

OF_TABLES: Final = [
    *("capacity", "slack", "zone", "movable", "adjacency", "conflict", "holds", "active"),
    *("in_service", "minimum", "number_of_tables", "conditions"),
]


def the_floor() -> Floor:
    tables = [
        Table("1", "T1", 4, "hall"),
        Table("2", "T2", 4, "hall"),
        Table("3", "T3", 4, "hall", mobility="fixed"),
        Table("4", "T4", 4, "balcony"),
        Table("5", "T5", 6, "balcony", min_party=3, out_of_service=True),
        Table("6", "T6", 2, "balcony", active=False),
    ]
    zones = [Zone("hall", "Hall"), Zone("balcony", "Balcony")]
    return Floor(tables, zones=zones, joins=[Join(("1", "2"))])


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store, a_house(the_floor()), actor=STAFF)


def choose(size: int, *tables: str, text: str = "19:00", **more: Any) -> Selection:
    overrides = more.pop("overrides", ())
    return Selection(tables, request=party_size(size, text, **more), overrides=overrides)


def errors(found: Validation) -> list[str]:
    return [each.check for each in found.errors]


def test_a_valid_selection_lists_every_check_as_ok(desk: Desk, store: Store) -> None:
    before = snapshot(store, desk)
    found = desk.validate(choose(7, "1", "2"))
    assert bool(found)
    assert [each.check for each in found.checks[: len(OF_TABLES)]] == OF_TABLES
    others = [each.check for each in found.checks[len(OF_TABLES) :]]
    assert others == ["past", "hours", "guest_stay", "start_times"]
    assert {each.status for each in found.checks} == {CheckStatus.OK}
    assert (found.tables, found.numbers, found.zone) == (("1", "2"), ("T1", "T2"), "hall")
    assert (found.seats, found.slack, found.party_size) == (8, 1, 7)
    assert found.stay is not None
    assert found.get_check("capacity").details == {"seats": 8, "party_size": 7}
    assert found.get_check("slack").details == {"slack": 1, "budget": 4}
    assert found.get_check("zone").details == {"zones": ["hall"]}
    assert found.get_check("adjacency").details == {"mode": "connected"}
    assert (found.versions, found.unneeded) == (desk.versions(), ())
    assert snapshot(store, desk) == before
    assert desk.book(party_size(7, tables=["1", "2"])).tables == found.tables


@pytest.mark.parametrize(
    ("size", "tables", "expected"),
    [
        (9, "12", ["capacity"]),
        (3, "12", ["slack"]),
        (8, "14", ["zone", "adjacency"]),
        (8, "13", ["movable", "adjacency"]),
        (4, "5", ["in_service"]),
        (2, "6", ["active"]),
        (2, "5", ["in_service", "minimum"]),
        (16, "1234", ["zone", "movable", "adjacency", "number_of_tables"]),
    ],
)
def test_each_check_of_the_tables(desk: Desk, size: int, tables: str, expected: list[str]) -> None:
    found = desk.validate(choose(size, *tables))
    assert errors(found) == expected
    assert not found
    assert all(each.is_overridable for each in found.errors)
    assert all(str(each) for each in found.errors)


def test_conflicts_are_listed_and_holds_apart(desk: Desk) -> None:
    booking = booked(desk, 4, tables=["1"])
    hold = held(desk, 4, tables=["2"])
    found = desk.validate(choose(8, "1", "2"))
    assert errors(found) == ["conflict", "holds"]
    conflict, holds = found.errors
    assert [each["owner_id"] for each in conflict.details["in_the_way"]] == [booking.id, hold.id]
    assert [each["owner_id"] for each in holds.details["in_the_way"]] == [hold.id]
    assert not conflict.is_overridable
    only = desk.validate(choose(4, "1"))
    assert errors(only) == ["conflict"]


def test_an_override_makes_a_warning_and_one_that_is_not_needed_is_named(desk: Desk) -> None:
    overrides = [Override("ZONE_MISMATCH", "Both rooms"), Override("SLACK_EXCEEDED", "Coats")]
    found = desk.validate(choose(8, "1", "4", overrides=overrides))
    assert (errors(found), [each.check for each in found.warnings]) == (["adjacency"], ["zone"])
    assert found.unneeded == (Code.SLACK_EXCEEDED,)
    more = [*overrides, Override("ADJACENCY_MISMATCH", "Both rooms")]
    assert desk.validate(choose(8, "1", "4", overrides=more))
    made = desk.book(party_size(8, tables=["1", "4"], overrides=more))
    assert [each.rule for each in made.overrides] == [Code.ZONE_MISMATCH, Code.ADJACENCY_MISMATCH]


def test_occupancy_stays_an_error(desk: Desk) -> None:
    booked(desk, 4, tables=["1"])
    more = [Override("PARTY_ABOVE_MAXIMUM", "One more chair")]
    found = desk.validate(choose(5, "1", overrides=more))
    assert (errors(found), [each.check for each in found.warnings]) == (["conflict"], ["capacity"])


def test_the_rules_of_the_house_are_among_the_checks(store: Store) -> None:
    policy: dict[str, Any] = {
        "capacity_rules": [
            CapacityRule(max_covers=6),
            CapacityRule(max_parties=0, zone="Balcony"),
        ],
        "zone_rules": [ZoneRule("balcony", closed=True)],
    }
    house = a_house(the_floor())
    zoned = attrs.evolve(policy["capacity_rules"][1], zone="balcony")
    policy["capacity_rules"][1] = zoned
    house = attrs.evolve(house, policy=attrs.evolve(house.policy, **policy))
    desk = open_desk(store, house, actor=STAFF)
    desk.edit_restaurant(lambda restaurant: attrs.evolve(restaurant, active=False))
    must = Preference(zones={"hall"})
    found = desk.validate(choose(8, "4", must=must, text="12:30"))
    assert errors(found) == ["capacity", "conditions", "house", "hours"]
    assert found.stay is None
    found = desk.validate(choose(8, "4", must=must))
    assert errors(found) == ["capacity", "conditions", "house", "caps", "zone_hours", "zone_caps"]
    assert not found.get_check("house").is_overridable
    assert found.get_check("caps").is_overridable


def test_a_start_in_the_past_is_an_error(desk: Desk, clock: ManualClock) -> None:
    clock.move_to(at("20:00"))
    assert errors(desk.validate(choose(4, "1"))) == ["past"]


# ---- for a booking -------------------------------------------------------------------------------


def test_the_tables_of_the_booking_are_free_for_it(desk: Desk) -> None:
    booked(desk, 4, tables=["1"], booking_id="b1")
    found = desk.validate(Selection(["1"], booking_id="b1"))
    assert (bool(found), found.get_check("pin").status) == (True, CheckStatus.OK)
    assert "past" not in [each.check for each in found.checks]


def test_a_pinned_booking_moves_to_no_other_tables(desk: Desk) -> None:
    booked(desk, 4, tables=["1"], booking_id="b1")
    desk.pin("b1")
    assert desk.validate(Selection(["1"], booking_id="b1"))
    found = desk.validate(Selection(["2"], booking_id="b1"))
    assert errors(found) == ["pin"]
    assert not found.errors[0].is_overridable


def test_a_booking_that_waits_is_validated_before_it_is_assigned(desk: Desk) -> None:
    desk.book(party_size(8), tables="later", booking_id="b1")
    overrides = [Override("ZONE_MISMATCH", "x"), Override("ADJACENCY_MISMATCH", "x")]
    found = desk.validate(Selection(["2", "4"], booking_id="b1", overrides=overrides))
    assert found
    assert desk.assign("b1", found.tables, overrides=overrides).tables == ("2", "4")


def test_a_booking_that_is_over_gets_no_tables(desk: Desk) -> None:
    booked(desk, 4, booking_id="b1")
    desk.cancel("b1")
    with pytest.raises(IllegalTransition):
        desk.validate(Selection(["1"], booking_id="b1"))


# ---- wrong input ---------------------------------------------------------------------------------


def test_wrong_input_is_a_typed_error(desk: Desk, store: Store) -> None:
    with pytest.raises(NotFound):
        desk.validate(Selection(["1"], booking_id="b9"))
    with pytest.raises(NotFound):
        desk.validate(choose(4, "99"))
    with pytest.raises(UnknownName):
        desk.validate(choose(4, "1", must=Preference(zones={"cellar"})))
    wrong: Any = "1"
    with pytest.raises(InvalidInput):
        desk.validate(wrong)
    guest = Engine(store).desk(desk.restaurant_id, actor=Actor("g7", "guest"))
    with pytest.raises(InvalidInput):
        guest.validate(choose(5, "1", overrides=[Override("PARTY_ABOVE_MAXIMUM", "x")]))
    assert errors(guest.validate(choose(5, "1"))) == ["capacity"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"tables": []}, "tables"),
        ({"tables": ["1"]}, "booking_id"),
        ({"tables": ["1"], "booking_id": "b1", "request": party_size(2)}, "booking_id"),
        ({"tables": ["1"], "request": "b1"}, "request"),
        ({"tables": ["1"], "booking_id": "b1", "overrides": ["x"]}, "overrides"),
    ],
)
def test_a_selection_is_for_a_booking_or_for_a_request(given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Selection(**given)
    assert caught.value.field == field


def test_a_validation_is_shown_and_written(store: Store) -> None:
    house = a_house(the_floor(), planning=Planning(adjacency_required=False, staff_max_slack=9))
    desk = open_desk(store, house, actor=STAFF)
    found = desk.validate(choose(9, "1", "2"))
    assert repr(found) == ("<Validation tables 1+2 for a party of 9, 8 seats, 1 error, 0 warnings>")
    assert repr(found.checks[2]) == "<SelectionCheck zone ok>"
    assert "capacity error" in repr(found.checks[0])
    assert found.get_check("slack").details["budget"] == 9
    assert found.get_check("adjacency").details["mode"] == "off"
    assert "capacity" in found._repr_html_()
    assert to_data(found)["checks"][0]["status"] == "error"
    assert repr(choose(9, "1")).startswith("<Selection table 1 for <BookingRequest")
    assert repr(Selection(["1"], booking_id="b1")) == "<Selection table 1 for b1>"
    with pytest.raises(InvalidInput, match="must be one of capacity"):
        found.get_check("nothing")


def test_a_request_of_a_selection_keeps_nothing_of_its_own_tables(desk: Desk) -> None:
    request: BookingRequest = party_size(4, tables=["2"])
    assert desk.validate(Selection(["1"], request=request)).tables == ("1",)
