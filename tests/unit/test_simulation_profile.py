"""The course of an evening and the parties turned away, compared with sums over every minute."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time

import attrs
import pytest

from fourtop import InvalidInput, ServicePeriod, sketch_floor
from fourtop.simulation import Scenario, Simulation, simulate
from fourtop.simulation.evening_profile import evening_profile, turned_away_by_size
from tests.evening import a_house
from tests.unit.studied_house import DEMAND, HOUSE
from tests.unit.svg_page import Page
from tests.unit.test_plotting_pictures import overlaps


@pytest.fixture(scope="module")
def played() -> Simulation:
    return simulate(HOUSE.house, DEMAND, evenings=4, seed=2)


def minutes_of(played: Simulation) -> tuple[Counter[tuple[int, str]], Counter[tuple[int, int]]]:
    """By brute force: the minutes of each table in each hour, and of each person."""
    tables: Counter[tuple[int, str]] = Counter()
    people: Counter[tuple[int, int]] = Counter()
    for evening in played:
        midnight = datetime.combine(evening.on, time(), UTC).timestamp() // 60
        for visit in evening.visits:
            if visit.seated_us is None or visit.left_us is None:
                continue
            for minute in range(visit.seated_us // 60_000_000, visit.left_us // 60_000_000):
                hour = int(minute - midnight) // 60
                people[evening.number, hour] += visit.party_size
                for table_id in visit.tables:
                    tables[hour, table_id] += 1
    return tables, people


def test_a_profile_is_the_sum_over_all_minutes(played: Simulation) -> None:
    profile = evening_profile(played, 60)
    tables, people = minutes_of(played)
    assert profile.starts == ("17:00", "18:00", "19:00", "20:00", "21:00", "22:00")
    for table in HOUSE.house.floor.tables:
        assert profile.table_percent[table.number] == pytest.approx(
            [100 * tables[hour, table.id] / 240 for hour in range(17, 23)]
        )
    for place, hour in enumerate(range(17, 23)):
        each = sorted(people[number, hour] / 60 for number in range(1, 5))
        assert profile.guests[place] == pytest.approx(sum(each) / 4)
        # Nine tenths of four evenings: all four.
        assert profile.busy_guests[place] == pytest.approx(each[-1])
    assert sum(tables.values()) > 0


def test_hours_after_midnight_belong_to_the_night() -> None:
    late = ServicePeriod("late", "22:00", "01:30", turn_bands=[(None, 90)])
    policy = attrs.evolve(HOUSE.house.policy, periods=[late])
    demand = DEMAND.replaced(starts={"22:00": 1, "23:00": 1})
    played = simulate(attrs.evolve(HOUSE.house, policy=policy), demand, evenings=2)
    profile = evening_profile(played, 60)
    assert profile.starts == ("22:00", "23:00", "00:00", "01:00")
    assert max(profile.guests) > 0


def test_a_profile_shows_itself(played: Simulation) -> None:
    profile = evening_profile(played)
    assert len(profile.table()) == 5 * 12
    row = list(profile.table().rows())[14]
    assert (row["table"], row["start"]) == ("2", "18:00")
    assert row["percent"] == profile.table_percent["2"][2]
    assert repr(profile).startswith("<EveningProfile 4 evenings, 12 intervals of 30 minutes, at ")
    assert profile._repr_svg_() == profile.table_picture().svg
    for picture in (profile.table_picture(), profile.guest_picture()):
        assert overlaps(Page(picture)) == []


def test_parties_turned_away_are_counted_by_size(played: Simulation) -> None:
    visits = [visit for evening in played for visit in evening.visits]
    found = turned_away_by_size(played)
    assert list(found) == sorted({visit.party_size for visit in visits})
    for size, estimate in found.items():
        outcomes = [visit.outcome.value for visit in visits if visit.party_size == size]
        lost = sum(each in ("refused", "gave_up", "released") for each in outcomes)
        assert estimate.mean == pytest.approx(100 * lost / len(outcomes))
    assert {each.mean > 0 for each in found.values()} >= {True}


def test_an_evening_without_guests_has_a_profile() -> None:
    house = Scenario(a_house(sketch_floor({"1": 2})), DEMAND.replaced(requests=0))
    played = simulate(house.house, house.demand, evenings=1)
    profile = evening_profile(played)
    assert set(profile.guests) == set(profile.table_percent["1"]) == {0.0}
    assert turned_away_by_size(played) == {}


@pytest.mark.parametrize("minutes", [0, 4, 121, 7.5])
def test_a_wrong_interval_is_refused(minutes: int, played: Simulation) -> None:
    with pytest.raises(InvalidInput, match=r"^minutes: "):
        evening_profile(played, minutes)
