"""A whole house is replaced in one step, or not at all, and compared before."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from fourtop import (
    Aisle,
    AlreadyExists,
    BookingWindow,
    CapacityRule,
    DateException,
    Desk,
    Engine,
    EventType,
    House,
    HouseDifference,
    InUse,
    InvalidInput,
    Join,
    ManualClock,
    NotFound,
    PacingRule,
    PartDifference,
    ServicePeriod,
    SetCapacity,
    StaleVersion,
    Table,
    Versions,
    WalkInRule,
    Zone,
    ZoneRule,
    sample,
    sketch_floor,
)
from fourtop.model.house_difference import house_difference
from fourtop.ports import Store
from tests.evening import a_house, at, booked, held, open_desk, party_size, snapshot


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store)


def another_house() -> House:
    """The house of the tests after a refit: other tables, hours, caps and another name."""
    house = a_house()
    floor = house.floor.without_table("5").with_table(Table("7", "7", 8, "main"))
    policy = attrs.evolve(
        house.policy.with_period(ServicePeriod("lunch", "12:00", "15:00")),
        capacity_rules=[CapacityRule(max_covers=30)],
    )
    return House(attrs.evolve(house.restaurant, name="Refit"), floor, policy)


def renamed(house: House, **changes: Any) -> House:
    return attrs.evolve(house, restaurant=attrs.evolve(house.restaurant, **changes))


# ---- replaced in one step ------------------------------------------------------------------------


def test_a_house_is_replaced_in_one_step(store: Store, desk: Desk) -> None:
    replaced = desk.replace_house(another_house())
    assert replaced == another_house() == desk.house()
    assert desk.versions() == Versions(floor=2, policy=2, occupancy=0)
    floor, policy = store.events(desk.restaurant_id)
    assert (floor.type, dict(floor.data)) == (
        EventType.FLOOR_CHANGED,
        {"version": 2, "tables_removed": ["5"]},
    )
    assert (policy.type, dict(policy.data)) == (EventType.POLICY_CHANGED, {"version": 2})
    assert booked(desk, 8, tables=["7"]).tables == ("7",)


def test_another_engine_sees_the_new_house_with_its_next_command(store: Store, desk: Desk) -> None:
    other = Engine(store).desk(desk.restaurant_id)
    assert other.house() == a_house()
    desk.replace_house(another_house())
    assert other.house() == another_house()
    assert booked(other, 8, booking_id="b1").tables == ("7",)


@pytest.mark.parametrize(
    ("part", "versions"),
    [("floor", (2, 1)), ("policy", (1, 2)), ("restaurant", (1, 2))],
)
def test_an_equal_part_keeps_its_version(desk: Desk, part: str, versions: tuple[int, int]) -> None:
    new = attrs.evolve(a_house(), **{part: getattr(another_house(), part)})
    assert desk.replace_house(new) == new == desk.house()
    found = desk.versions()
    assert (found.floor, found.policy) == versions


def test_an_equal_house_changes_nothing(store: Store, desk: Desk) -> None:
    before = snapshot(store, desk)
    assert desk.replace_house(a_house()) == a_house()
    assert snapshot(store, desk) == before


def test_a_live_hold_drifts_as_after_an_edit(desk: Desk) -> None:
    hold = held(desk, 2)
    new = a_house(turn_minutes=60)
    desk.replace_house(new)
    assert desk.confirm(hold.id, requote=True).stay.turn_minutes == 60


def test_a_whole_sample_replaces_a_sketch(desk: Desk) -> None:
    pub = renamed(sample.pub(), id=desk.restaurant_id)
    assert desk.replace_house(pub) == pub == desk.house()


# ---- refused -------------------------------------------------------------------------------------


def test_a_removed_table_with_a_party_ahead_forbids_the_house(store: Store, desk: Desk) -> None:
    booking = booked(desk, 6)
    before = snapshot(store, desk)
    with pytest.raises(InUse) as caught:
        desk.replace_house(another_house())
    assert (caught.value.kind, caught.value.id) == ("table", "5")
    assert caught.value.by == f"booking {booking.id} until 2026-05-01T20:30:00+00:00"
    assert snapshot(store, desk) == before


def test_another_time_zone_waits_until_no_guest_is_expected(desk: Desk, clock: ManualClock) -> None:
    desk.book(party_size(4), tables="later")
    moved = renamed(another_house(), timezone="Asia/Tokyo")
    with pytest.raises(InUse) as caught:
        desk.replace_house(moved)
    assert (caught.value.kind, caught.value.id) == ("timezone", "UTC")
    assert desk.house() == a_house()
    clock.move_to(at("20:30"))
    assert desk.replace_house(moved) == moved


@pytest.mark.parametrize(
    ("expected", "kind"),
    [
        (Versions(floor=2, policy=1, occupancy=0), "floor"),
        (Versions(floor=1, policy=9, occupancy=0), "policy"),
    ],
)
def test_versions_that_are_not_the_present_ones_are_stale(
    store: Store, desk: Desk, expected: Versions, kind: str
) -> None:
    before = snapshot(store, desk)
    with pytest.raises(StaleVersion) as caught:
        desk.replace_house(another_house(), expected=expected)
    assert (caught.value.kind, caught.value.found) == (kind, 1)
    assert snapshot(store, desk) == before


def test_the_versions_that_the_caller_saw_let_the_house_in(desk: Desk) -> None:
    seen = desk.versions()
    # Bookings come in meanwhile; they do not make a house stale.
    booked(desk, 4)
    desk.replace_house(another_house(), expected=seen)
    with pytest.raises(StaleVersion):
        desk.replace_house(a_house(), expected=seen)
    assert desk.house() == another_house()


def test_a_slug_of_another_restaurant_changes_nothing(store: Store, desk: Desk) -> None:
    Engine(store).add_restaurant(a_house(name="Other"))
    before = snapshot(store, desk)
    with pytest.raises(AlreadyExists) as caught:
        desk.replace_house(renamed(another_house(), slug="other"))
    assert caught.value.kind == "slug"
    assert snapshot(store, desk) == before


def test_a_house_of_another_restaurant_is_refused(store: Store, desk: Desk) -> None:
    before = snapshot(store, desk)
    wrong: Any = a_house().floor
    versions: Any = 1
    for call in (
        lambda: desk.replace_house(renamed(a_house(), id="other")),
        lambda: desk.compare_house(renamed(a_house(), id="other")),
        lambda: desk.replace_house(wrong),
        lambda: desk.compare_house(wrong),
        lambda: desk.replace_house(a_house(), expected=versions),
    ):
        with pytest.raises(InvalidInput) as caught:
            call()
        assert caught.value.field in ("house", "expected")
    assert snapshot(store, desk) == before


def test_an_unknown_restaurant_has_no_house_to_replace(store: Store) -> None:
    with pytest.raises(NotFound):
        Engine(store).desk("house").replace_house(a_house())


# ---- compared ------------------------------------------------------------------------------------


def compared(desk: Desk, new: House) -> dict[str, PartDifference]:
    return {each.part: each for each in desk.compare_house(new).parts}


def test_a_comparison_names_each_part_and_changes_nothing(store: Store, desk: Desk) -> None:
    before = snapshot(store, desk)
    found = compared(desk, another_house())
    assert found == {
        "restaurant": PartDifference("restaurant", changed=("name House to Refit",)),
        "tables": PartDifference("tables", added=("7",), removed=("5",)),
        "periods": PartDifference("periods", added=("lunch",)),
        "capacity_rules": PartDifference("capacity_rules", added=("30 covers, each period",)),
    }
    assert snapshot(store, desk) == before


def test_a_comparison_lists_every_record_in_the_way(desk: Desk) -> None:
    six, four = booked(desk, 6), booked(desk, 4, tables=["4"])
    empty = attrs.evolve(a_house(), floor=sketch_floor({"1": 2, "2": 2, "3": 4}))
    moved = renamed(empty, timezone="Asia/Tokyo")
    until = "until 2026-05-01T20:30:00+00:00"
    assert desk.compare_house(moved).in_the_way == (
        f"the table '4' is in use by booking {four.id} {until}",
        f"the table '5' is in use by booking {six.id} {until}",
        f"the timezone 'UTC' is in use by booking {four.id} {until}",
    )


def test_equal_houses_do_not_differ(desk: Desk) -> None:
    found = desk.compare_house(a_house())
    assert found == HouseDifference(())
    assert found.is_empty
    assert repr(found) == "<HouseDifference equal houses>"


def test_a_changed_entry_names_its_changed_values(desk: Desk) -> None:
    house = a_house()
    table = attrs.evolve(house.floor.get_table("1"), capacity=3, out_of_service=True)
    floor = attrs.evolve(
        house.floor.with_table(table).with_zone(Zone("bar", "Bar")),
        joins=[Join(("1", "2"), seat_loss=1)],
        set_capacities=[SetCapacity(["3", "4"], 7)],
        joins_within_zone=True,
    )
    policy = attrs.evolve(
        house.policy,
        periods=[attrs.evolve(house.policy.periods[0], last_start="20:00")],
        closures=["2026-12-25"],
        holds=attrs.evolve(house.policy.holds, ttl_seconds=60),
        past_grace_minutes=0,
    )
    found = compared(desk, House(house.restaurant, floor, policy))
    assert found["tables"].changed == ("1: capacity 2 to 3, out_of_service no to yes",)
    assert found["zones"].added == ("Bar",)
    assert (found["joins"].removed, found["joins"].changed) == (
        ("3+4",),
        ("1+2: seat_loss 0 to 1",),
    )
    assert found["set_capacities"].added == ("3+4",)
    assert found["floor"].changed == ("joins_within_zone no to yes",)
    assert found["periods"].changed == ("dinner: last_start none to 20:00",)
    assert found["closures"].added == ("2026-12-25",)
    assert found["holds"].changed == ("ttl_seconds 180 to 60",)
    assert found["policy"].changed == ("past_grace_minutes 5 to 0",)


def test_the_entries_of_a_changed_value_read_as_people_write_them(desk: Desk) -> None:
    house = a_house()
    table = attrs.evolve(house.floor.get_table("1"), features=["window", "quiet", "booth"])
    dinner = attrs.evolve(
        house.policy.periods[0],
        weekdays=["friday"],
        turn_bands=[(2, 60), (None, 90)],
        closed_starts=["18:00"],
    )
    policy = attrs.evolve(house.policy, periods=[dinner])
    found = compared(desk, House(house.restaurant, house.floor.with_table(table), policy))
    assert found["tables"].changed == ("1: features () to (booth, quiet, window)",)
    (changed,) = found["periods"].changed
    assert changed == (
        "dinner: weekdays () to (friday), turn_bands () to (up to 2 60 min, any size 90 min),"
        " closed_starts () to (18:00)"
    )


def test_another_order_of_entries_is_a_difference(desk: Desk) -> None:
    two = [CapacityRule(max_covers=30, period="dinner"), CapacityRule(max_covers=30)]
    house = a_house(capacity_rules=two)
    desk.replace_house(house)
    found = compared(desk, a_house(capacity_rules=two[::-1]))
    assert found["capacity_rules"].changed == ("their order",)


def test_a_zone_and_the_rules_that_name_it_come_and_go_in_one_step(desk: Desk) -> None:
    house = a_house()
    floor = house.floor.with_zone(Zone("terrace", "Terrace"))
    floor = floor.with_table(Table("8", "8", 4, "terrace"))
    rules = [CapacityRule(max_covers=8, zone="terrace"), CapacityRule(max_covers=40, kind="event")]
    policy = attrs.evolve(
        house.policy,
        capacity_rules=rules,
        zone_rules=[ZoneRule("terrace", season=("05-01", "09-30"))],
        walk_in_rules=[WalkInRule(tables=["8"])],
        pacing_rules=[PacingRule(30, max_parties=4)],
        exceptions=[DateException("2026-12-24", "dinner", closed=True)],
        channels=["online"],
        booking_windows=[BookingWindow(notice_minutes=60, channel="online")],
        seating=attrs.evolve(house.policy.seating, overstay_minutes=30),
    )
    terraced = House(house.restaurant, floor, policy)
    found = compared(desk, terraced)
    assert found["zones"].added == ("Terrace",)
    assert found["capacity_rules"].added == (
        "8 covers, zone terrace, each period",
        "40 covers, each period, event",
    )
    assert found["seating"].changed == ("overstay_minutes 15 to 30",)
    for part in ("zone_rules", "walk_in_rules", "pacing_rules", "exceptions", "booking_windows"):
        assert len(found[part].added) == 1, part
    assert found["channels"].added == ("online",)
    assert desk.replace_house(terraced) == terraced == desk.house()
    assert desk.replace_house(house) == house == desk.house()


def test_a_difference_names_the_joined_tables_of_an_aisle() -> None:
    before = a_house()
    aisle = Aisle(joined=["1", "2"], closes=["3"])
    after = attrs.evolve(before, floor=attrs.evolve(before.floor, aisles=[aisle]))
    wider = attrs.evolve(
        after, floor=attrs.evolve(after.floor, aisles=[attrs.evolve(aisle, closes=["3", "4"])])
    )

    (added,) = house_difference(before, after).parts
    assert (added.part, added.added) == ("aisles", ("1+2",))
    (changed,) = house_difference(after, wider).parts
    assert changed.changed == ("1+2: closes (3) to (3, 4)",)
