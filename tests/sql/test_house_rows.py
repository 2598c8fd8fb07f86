"""An edit of a house writes the rows that differ, and a store that reads them finds the house."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from fourtop import (
    Aisle,
    BookingWindow,
    CapacityRule,
    ChannelShare,
    DateException,
    DemandProfile,
    Desk,
    Enforcement,
    Engine,
    House,
    Join,
    KeptApart,
    ManualClock,
    Occasion,
    PacingRule,
    Planning,
    Policy,
    Position,
    ServicePeriod,
    SetCapacity,
    SqlStore,
    Table,
    WalkInRule,
    Weights,
    Zone,
    ZoneRule,
)
from fourtop.storage.sql.statements.house import HouseMapper
from tests.database.furnished import postgresql_url, sqlite_url
from tests.evening import NOW, a_house, five_tables
from tests.unit.document_case import FULL

HOUSE: Final = a_house(
    five_tables(),
    occasions=[Occasion("tea", [(None, 60)]), Occasion("supper", [(None, 90)])],
    periods=[
        ServicePeriod("dinner", "17:00", "23:00", occasions=["supper", "tea"]),
        ServicePeriod("lunch", "12:00", "15:00"),
    ],
    capacity_rules=[CapacityRule(max_covers=9), CapacityRule(max_covers=8, period="lunch")],
)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path_factory.mktemp("house") / "night.db")
    else:
        with postgresql_url() as found:
            yield found


def numbered(house: House, numbers: dict[str, str]) -> House:
    """The house with other numbers on some of its tables."""
    tables = [
        attrs.evolve(each, number=numbers.get(each.id, each.number)) for each in house.floor.tables
    ]
    return attrs.evolve(house, floor=attrs.evolve(house.floor, tables=tables))


def with_floor(house: House, **changes: Any) -> House:
    return attrs.evolve(house, floor=attrs.evolve(house.floor, **changes))


def with_policy(house: House, **changes: Any) -> House:
    return attrs.evolve(house, policy=attrs.evolve(house.policy, **changes))


def in_new_zones(house: House) -> House:
    """The house whose zone is replaced by another one of the same name, with all tables in it."""
    tables = [attrs.evolve(each, zone_id="hall") for each in house.floor.tables]
    return with_floor(house, zones=[Zone("hall", house.floor.zones[0].name)], tables=tables)


def by_zone(house: House, numbers: dict[str, str], *, bar: list[str]) -> House:
    """The house with other numbers, unique in their zones, and some tables in a second zone."""
    tables = [
        attrs.evolve(
            each,
            number=numbers.get(each.id, each.number),
            zone_id="counter" if each.id in bar else each.zone_id,
        )
        for each in house.floor.tables
    ]
    zones = [*house.floor.zones, Zone("counter", "Counter")]
    return with_floor(house, tables=tables, zones=zones, numbers_unique_in="zone")


EDITS: Final = {
    "two tables exchange their numbers": numbered(HOUSE, {"1": "2", "2": "1"}),
    "numbers go around": numbered(HOUSE, {"1": "2", "2": "3", "3": "4", "4": "5", "5": "1"}),
    "a number passes to a new table": with_floor(
        numbered(HOUSE, {"1": "11"}),
        tables=[
            *numbered(HOUSE, {"1": "11"}).floor.tables,
            Table("new", "1", 2, HOUSE.floor.zones[0].id),
        ],
    ),
    "a zone is replaced by one of its name": in_new_zones(HOUSE),
    "a table goes with its joins and sets": attrs.evolve(
        HOUSE, floor=HOUSE.floor.without_table("1")
    ),
    "joins and sets change": with_floor(
        HOUSE, joins=[Join(("1", "3"), 2)], set_capacities=[SetCapacity(("1", "3"), 5, 2)]
    ),
    "a table gets every fact": with_floor(
        HOUSE,
        tables=[
            *(each for each in HOUSE.floor.tables if each.id != "1"),
            attrs.evolve(
                FULL.floor.get_table("t1"),
                id="1",
                zone_id=HOUSE.floor.zones[0].id,
                position=Position(100 / 3, 0.1 + 0.2, -7),
            ),
        ],
    ),
    "joins stay in their zones": with_floor(HOUSE, joins_within_zone=True),
    "two tables of two zones have one number": by_zone(HOUSE, {"1": "4"}, bar=["4"]),
    "tables with one number change places": by_zone(HOUSE, {"1": "4"}, bar=["1"]),
    "tables get distances": with_floor(
        HOUSE,
        joins=[Join(("1", "3"), -2)],
        kept_apart=[KeptApart(("2", "1")), KeptApart(("2", "3"))],
        aisles=[Aisle(joined=["1", "3"], closes=["2"]), Aisle(joined=["1", "2"], closes=["4"])],
    ),
    "rules change places": with_policy(
        HOUSE, capacity_rules=tuple(reversed(HOUSE.policy.capacity_rules))
    ),
    "a period goes with its rule": with_policy(
        HOUSE, periods=HOUSE.policy.periods[1:], capacity_rules=HOUSE.policy.capacity_rules[:1]
    ),
    "occasions change places": with_policy(
        HOUSE, occasions=tuple(reversed(HOUSE.policy.occasions))
    ),
    "the policy gets every fact": attrs.evolve(HOUSE, policy=FULL.policy, floor=FULL.floor),
    "rules come, change and go": with_policy(
        HOUSE,
        channels=["online"],
        capacity_rules=[
            CapacityRule(max_covers=8, period="lunch", zone="main"),
            CapacityRule(max_covers=9, kind="emergency"),
        ],
        walk_in_rules=[WalkInRule(tables=["2", "3"], period="lunch"), WalkInRule(tables=["1"])],
        demand_profiles=[DemandProfile("peak", 1.1, period="lunch"), DemandProfile("late", 2)],
        zone_rules=[ZoneRule("main", season=("10-01", "03-31"))],
    ),
    "rules change places and tables": with_policy(
        HOUSE,
        walk_in_rules=[WalkInRule(tables=["1"]), WalkInRule(tables=["3"], period="lunch")],
        exceptions=[DateException("2026-05-01", "lunch", closed=True)],
        pacing_rules=[PacingRule(30, max_parties=3)],
        channel_shares=[ChannelShare("walk_in", 5)],
        demand_profiles=[DemandProfile("late", 2.5, start="20:00")],
        enforcement=Enforcement(capacity="shadow", capacity_percent=7),
        booking_windows=[BookingWindow(notice_minutes=60), BookingWindow(channel="walk_in")],
    ),
    "the restaurant gets every fact": attrs.evolve(
        HOUSE, restaurant=attrs.evolve(FULL.restaurant, id=HOUSE.restaurant.id, active=True)
    ),
}


def edited(desk: Desk, house: House) -> None:
    if desk.house().restaurant != house.restaurant:
        desk.edit_restaurant(lambda _: house.restaurant)
    if desk.house().policy != house.policy and desk.house().floor != house.floor:
        # No rule may name a zone or a table while the floor changes.
        desk.edit_policy(lambda _: Policy([]))
    if desk.house().floor != house.floor:
        desk.edit_floor(lambda _: house.floor)
    if desk.house().policy != house.policy:
        desk.edit_policy(lambda _: house.policy)


def stored(url: str, restaurant_id: str) -> House:
    """The house as a store reads it that has never seen it."""
    with SqlStore(url, clock=ManualClock(NOW)) as store:
        return Engine(store).desk(restaurant_id).house()


def test_every_edit_is_read_back_by_another_store(url: str) -> None:
    with SqlStore(url, clock=ManualClock(NOW)) as store:
        desk = Engine(store).add_restaurant(HOUSE)
        for what, house in EDITS.items():
            for wanted in (house, HOUSE):
                edited(desk, wanted)
                assert stored(url, desk.restaurant_id) == wanted, what


def test_two_tables_with_one_number_change_zones(url: str) -> None:
    before, after = (by_zone(HOUSE, {"1": "4"}, bar=[each]) for each in ("4", "1"))
    with SqlStore(url, clock=ManualClock(NOW)) as store:
        desk = Engine(store).add_restaurant(before)
        desk.edit_floor(lambda _: after.floor)
        assert stored(url, desk.restaurant_id) == after


def test_a_house_with_every_fact_is_read_back(url: str) -> None:
    with SqlStore(url, clock=ManualClock(NOW)) as store:
        Engine(store).add_restaurant(FULL)
    assert stored(url, FULL.restaurant.id) == FULL


def test_an_edit_of_one_table_writes_one_row(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[tuple[str, int]] = []
    execute = HouseMapper._execute

    def counted(mapper: HouseMapper, *given: object) -> None:
        *_, part, rows = given
        written.append((part.table, len(rows)))  # type: ignore[attr-defined, arg-type]  # As _execute has them.
        execute(mapper, *given)  # type: ignore[arg-type]  # The same.

    with SqlStore(url, clock=ManualClock(NOW)) as store:
        desk = Engine(store).add_restaurant(HOUSE)
        monkeypatch.setattr(HouseMapper, "_execute", counted)
        desk.edit_floor(
            lambda floor: floor.with_table(attrs.evolve(floor.get_table("1"), notes="wobbles"))
        )
    assert written == [("table_inventory", 1)]


def test_a_house_of_an_earlier_version_keeps_its_ranking(tmp_path: Path) -> None:
    path = tmp_path / "night.db"
    url, kept = sqlite_url(path), attrs.evolve(Weights.reference(), parties_starved=0)
    house = with_policy(HOUSE, planning=Planning(weights=kept, demand_multiplier=2))
    with SqlStore(url, clock=ManualClock(NOW)) as store:
        Engine(store).add_restaurant(house)
    # Earlier versions knew neither the weights of the evening nor that of a wish by zone.
    score = {**attrs.asdict(kept), "demand_multiplier": 2, "zone": 7}
    for name in ("joins_closed", "dead_time", "idle_time", "parties_starved"):
        del score[name]
    with closing(sqlite3.connect(path)) as database, database:
        changed = database.execute("UPDATE restaurant_policies SET score = ?", [json.dumps(score)])
        assert changed.rowcount == 1
    assert stored(url, house.restaurant.id) == house
