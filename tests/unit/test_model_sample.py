"""The pub that ships with the package."""

from __future__ import annotations

import json
import pickle
from importlib.resources import files
from itertools import combinations

from jsonschema import Draft202012Validator

import fourtop.sample
from fourtop.formats.house_document import dumps_house
from fourtop.formats.json_schema import house_schema
from fourtop.model.calendar import Calendar
from fourtop.model.floor import Floor
from fourtop.model.stay import Stay
from fourtop.sample import pub, pub_demand

CLIQUE = ("dining-4a", "dining-4b", "dining-6a", "dining-6b", "dining-6c")


def is_in_one_piece(floor: Floor, ids: tuple[str, ...]) -> bool:
    """Walk from the first table along joins that stay inside the set."""
    reached, todo = {ids[0]}, [ids[0]]
    while todo:
        here = todo.pop()
        for join in floor.joins:
            if here in join.tables:
                (there,) = set(join.tables) - {here}
                if there in ids and there not in reached:
                    reached.add(there)
                    todo.append(there)
    return len(reached) == len(ids)


def test_the_pub_has_ten_tables_and_49_seats() -> None:
    floor = pub().floor

    assert len(floor.tables) == 10
    assert sum(table.capacity for table in floor.tables) == 49
    assert {
        zone.name: sum(t.capacity for t in floor.tables if t.zone_id == zone.id)
        for zone in floor.zones
    } == {
        "Bar": 23,
        "Dining Room": 26,
    }
    assert floor.seats(CLIQUE) == 26


def test_37_sets_of_the_pub_can_be_seated() -> None:
    floor = pub().floor
    ids = [table.id for table in floor.tables]
    counts = [
        sum(is_in_one_piece(floor, each) for each in combinations(ids, size))
        for size in range(1, 11)
    ]

    assert counts == [10, 11, 10, 5, 1, 0, 0, 0, 0, 0]
    assert sum(counts) == 37


def test_the_joins_of_the_dining_room_are_all_there_are_and_the_bar_has_one() -> None:
    pairs = {join.tables for join in pub().floor.joins}

    assert pairs == {*combinations(CLIQUE, 2), ("low-4a", "low-4b")}


def test_the_pub_is_open_every_evening() -> None:
    house = pub()
    calendar = Calendar(house.restaurant, house.policy)
    day = calendar.local_date(calendar.instant("2026-05-01T12:00"))
    (service,) = calendar.services_on(day)

    assert calendar.local_text(service.window.start_us) == "2026-05-01T17:00+01:00"
    assert calendar.local_text(service.window.end_us) == "2026-05-01T23:30+01:00"
    assert calendar.local_text(calendar.starts_on(day)[-1][0]) == "2026-05-01T21:00+01:00"
    assert service.period.overrun_allowed
    assert (house.policy.planning.max_tables, house.policy.planning.slack_budget) == (5, None)


def test_stays_at_the_pub_grow_with_the_party() -> None:
    house = pub()
    calendar = Calendar(house.restaurant, house.policy)
    start = calendar.instant("2026-05-01T21:00")
    ends = {}
    for party_size in (1, 2, 3, 4, 5, 6, 7, 26):
        stay = calendar.stay(start, party_size)
        assert isinstance(stay, Stay)
        ends[party_size] = stay.dining.minutes

    assert ends == {1: 90, 2: 90, 3: 105, 4: 105, 5: 120, 6: 120, 7: 150, 26: 150}


def test_the_pub_is_written_as_we_write_documents() -> None:
    text = files(fourtop.sample).joinpath("pub.json").read_text("utf-8")

    assert dumps_house(pub()) == text
    Draft202012Validator(house_schema()).validate(json.loads(text))


def test_each_caller_has_a_pub_of_its_own() -> None:
    assert pub() == pub()


def test_the_demand_has_a_weight_for_each_start_on_offer() -> None:
    house = pub()
    calendar = Calendar(house.restaurant, house.policy)
    day = calendar.local_date(calendar.instant("2026-05-01T12:00"))

    assert len(pub_demand().start_weights) == len(calendar.starts_on(day)) == 17


def test_the_demand_is_what_was_measured() -> None:
    demand = pub_demand()
    sizes = dict(demand.party_weights)

    assert list(sizes) == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12]
    assert round(sum(sizes.values()), 6) == 0.999
    assert (
        sizes[1],
        sizes[2],
        sizes[3],
        round(sum(sizes[size] for size in range(7, 13) if size in sizes), 6),
    ) == (
        0.064,
        0.437,
        0.169,
        0.057,
    )
    assert dict(demand.channels) == {"walk_in": 0.41, "web": 0.4, "phone": 0.18}
    assert (demand.cancel_share, demand.no_show_share) == (0.119, 0.031)


def test_the_demand_is_a_plain_value() -> None:
    demand = pub_demand()

    assert pickle.loads(pickle.dumps(demand)) == demand  # noqa: S301  # Our own bytes, made on this line.
    assert hash(demand) == hash(pub_demand())
