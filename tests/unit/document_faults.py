"""Faulty house documents: a value in a place of the full house, and the error that it causes."""

from __future__ import annotations

import copy
import math
from typing import Any

Path = list[str | int]


# The path of a place, what is put there, where the error points, and the rule that it names.
MALFORMED: list[tuple[Path, Any, str, str]] = [
    (["format"], "fourtop/house/2", "format", "must be fourtop/house/1"),
    (["format"], ["fourtop/house/1"], "format", "must be fourtop/house/1"),
    (["colour"], 1, "colour", "must be one of the keys format, restaurant, zones, tables, joins"),
    (
        ["tables", 3, "colour"],
        "red",
        "tables[3].colour",
        "must be one of the keys id, number, capacity, zone",
    ),
    (["tables", 3, "zone_id"], "z1", "tables[3].zone_id", "must be one of the keys"),
    (["tables", 3, "a b\0" * 100], 1, "tables[3]", "must be one of the keys"),
    (["restaurant"], [], "restaurant", "must be an object"),
    (["restaurant", "timezone"], "London", "restaurant.timezone", "must be an IANA time zone"),
    (["restaurant", "name"], "", "restaurant.name", "must be 1 to 100 printable characters"),
    (["restaurant", "id"], "r 1", "restaurant.id", "must be 1 to 64 characters"),
    (["restaurant", "id"], None, "restaurant.id", "must be 1 to 64 characters"),
    (["restaurant", "slug"], "The Corner", "restaurant.slug", "must be lower-case words"),
    (["restaurant", "active"], 1, "restaurant.active", "must be true or false"),
    (["zones"], {}, "zones", "must be a list"),
    (["zones", 0], "Bar", "zones[0]", "must be an object"),
    (["zones", 0, "area"], "garden", "zones[0].area", "must be one of indoor, outdoor, bar"),
    (["zones", 0, "order"], "first", "zones[0].order", "must be a whole number from 0 to 10000"),
    (["tables"], None, "tables", "must be a list"),
    (["tables", 3, "capacity"], 0, "tables[3].capacity", "must be a whole number from 1 to 500"),
    (["tables", 3, "capacity"], 2.5, "tables[3].capacity", "must be a whole number from 1 to 500"),
    (["tables", 3, "capacity"], True, "tables[3].capacity", "must be a whole number from 1 to 500"),
    (["tables", 3, "capacity"], "2", "tables[3].capacity", "must be a whole number from 1 to 500"),
    (
        ["tables", 3, "capacity"],
        math.nan,
        "tables[3].capacity",
        "must be a whole number from 1 to 500",
    ),
    (["tables", 3, "number"], 7, "tables[3].number", "must be 1 to 50 printable characters"),
    (["tables", 3, "number"], "", "tables[3].number", "must be 1 to 50 printable characters"),
    (["tables", 3, "mobility"], "wheeled", "tables[3].mobility", "must be one of movable, fixed"),
    (["tables", 3, "max_party"], 0, "tables[3].max_party", "must be a whole number from 1 to 1000"),
    (["tables", 3, "features"], "window", "tables[3].features", "must be a list"),
    (["tables", 3, "features"], {"window": True}, "tables[3].features", "must be a list"),
    (
        ["tables", 3, "features"],
        ["window", 2],
        "tables[3].features",
        "must be 1 to 50 printable characters",
    ),
    (["tables", 3, "position"], [1, 2], "tables[3].position", "must be an object"),
    (["tables", 3, "position"], {"x": 1}, "tables[3].position.y", "must be given"),
    (
        ["tables", 0, "position", "x"],
        math.inf,
        "tables[0].position.x",
        "must be a number from -100000 to 100000",
    ),
    (["tables", 3, "zone"], 7, "tables[3].zone", "must be the name of a zone of this document"),
    (["joins"], "A 1-A 2", "joins", "must be a list"),
    (["joins", 0], "A 1-A 2", "joins[0]", "must be an object"),
    (["joins", 0], ["A 1"], "joins[0]", "must be two different table ids"),
    (["joins", 0], ["A 1", 7], "joins[0][1]", "must be the number of a table of this document"),
    (
        ["joins", 0, "seat_loss"],
        -101,
        "joins[0].seat_loss",
        "must be a whole number from -100 to 100",
    ),
    (["kept_apart", 0], ["A 1"], "kept_apart[0]", "must be two different table ids"),
    (["kept_apart", 0], "A 1", "kept_apart[0]", "must be a list"),
    (["aisles", 0, "closes"], [], "aisles[0].closes", "must name at least one table"),
    (["aisles", 0, "joined", 1], 3, "aisles[0].joined[1]", "must be the number of a table"),
    (["numbers_unique_in"], "floor", "numbers_unique_in", "must be one of restaurant, zone"),
    (["tables", 0, "shape"], "star", "tables[0].shape", "must be one of round, oval, square"),
    (["tables", 0, "width_cm"], 0, "tables[0].width_cm", "must be a whole number from 1 to 5000"),
    (["joins", 0, "loss"], 1, "joins[0].loss", "must be one of the keys tables, seat_loss"),
    (["joins_within_zone"], "no", "joins_within_zone", "must be true or false"),
    (
        ["set_capacities", 0, "capacity"],
        0,
        "set_capacities[0].capacity",
        "must be a whole number from 1 to 1000",
    ),
    (
        ["set_capacities", 0, "tables"],
        ["A 1"],
        "set_capacities[0].tables",
        "must name at least two tables",
    ),
    (["set_capacities", 0, "tables"], {}, "set_capacities[0].tables", "must be a list"),
    (["policy"], None, "policy", "must be an object"),
    (
        ["policy", "periods", 0, "start"],
        "noon",
        "policy.periods[0].start",
        "must be a local time such as 17:30",
    ),
    (
        ["policy", "periods", 0, "end"],
        "24:00",
        "policy.periods[0].end",
        "must be a local time such as 17:30",
    ),
    (
        ["policy", "periods", 0, "last_start"],
        14,
        "policy.periods[0].last_start",
        "must be a local time",
    ),
    (
        ["policy", "periods", 0, "weekdays", 1],
        "Sun",
        "policy.periods[0].weekdays[1]",
        "must be one of monday",
    ),
    (
        ["policy", "periods", 1, "dates", 0],
        "24/12",
        "policy.periods[1].dates[0]",
        "must be a date of the years",
    ),
    (["policy", "periods", 0, "occasions"], "tea", "policy.periods[0].occasions", "must be a list"),
    (["policy", "periods", 0, "turn_bands"], {}, "policy.periods[0].turn_bands", "must be a list"),
    (
        ["policy", "periods", 0, "turn_bands", 0],
        60,
        "policy.periods[0].turn_bands[0]",
        "must be a pair",
    ),
    (
        ["policy", "periods", 0, "turn_bands", 0],
        [2],
        "policy.periods[0].turn_bands[0]",
        "must be a pair",
    ),
    (
        ["policy", "periods", 0, "turn_bands", 0, 0],
        0,
        "policy.periods[0].turn_bands[0][0]",
        "must be a whole number",
    ),
    (
        ["policy", "periods", 0, "turn_bands", 1, 1],
        0,
        "policy.periods[0].turn_bands[1][1]",
        "must be a whole number",
    ),
    (
        ["policy", "occasions", 0, "turn_bands"],
        [],
        "policy.occasions[0].turn_bands",
        "must not be empty",
    ),
    (["policy", "closures", 0], "2026-13-01", "policy.closures[0]", "must be a date of the years"),
    (
        ["policy", "capacity_rules", 0],
        {},
        "policy.capacity_rules[0].max_covers",
        "give max_covers, max_parties or both",
    ),
    (
        ["policy", "capacity_rules", 0, "weekday"],
        "mon",
        "policy.capacity_rules[0].weekday",
        "must be one of monday",
    ),
    (["policy", "planning"], [], "policy.planning", "must be an object"),
    (
        ["policy", "planning", "max_tables"],
        9,
        "policy.planning.max_tables",
        "must be a whole number from 1 to 8",
    ),
    (["policy", "planning", "weights"], None, "policy.planning.weights", "must be an object"),
    (
        ["policy", "planning", "weights", "wish"],
        "4",
        "policy.planning.weights.wish",
        "must be a number from 0 to",
    ),
    (
        ["policy", "holds", "ttl_seconds"],
        29,
        "policy.holds.ttl_seconds",
        "must be a whole number from 30 to 1800",
    ),
    (
        ["policy", "holds", "max_lifetime_seconds"],
        3_601,
        "policy.holds.max_lifetime_seconds",
        "must be a whole number from 600 to 3600",
    ),
    (["policy", "booking_windows", 0], {}, "policy.booking_windows[0].notice_minutes", "give a"),
    (["policy", "exceptions", 0], {"on": "2026-05-04"}, "policy.exceptions[0].on", "give closed"),
    (
        ["policy", "pacing_rules", 1],
        {"interval_minutes": 15},
        "policy.pacing_rules[1].max_covers",
        "give max_covers, max_parties or both",
    ),
    (
        ["policy", "channel_shares", 0, "covers"],
        0,
        "policy.channel_shares[0].covers",
        "must be a whole number from 1 to 100000",
    ),
    (["policy", "zone_rules", 1], {"zone": "Café"}, "policy.zone_rules[1].zone", "give closed"),
    (
        ["policy", "zone_rules", 0, "season", 0],
        "13-01",
        "policy.zone_rules[0].season",
        "must be days of a year such as 05-01",
    ),
    (["policy", "walk_in_rules", 0], {}, "policy.walk_in_rules[0].tables", "give tables"),
    (
        ["policy", "guest_stay", 1],
        601,
        "policy.guest_stay",
        "must be a whole number from 1 to 600",
    ),
    (
        ["policy", "seating", "overstay_minutes"],
        -1,
        "policy.seating.overstay_minutes",
        "must be a whole number from 0 to 600",
    ),
    (
        ["policy", "demand_profiles", 0, "multiplier"],
        10.5,
        "policy.demand_profiles[0].multiplier",
        "must be a number from 0.1 to 10",
    ),
    (
        ["policy", "demand_profiles", 1, "end"],
        "99:99",
        "policy.demand_profiles[1].end",
        "must be a local time such as 17:30",
    ),
    (
        ["policy", "enforcement", "capacity_percent"],
        101,
        "policy.enforcement.capacity_percent",
        "must be a whole number from 0 to 100",
    ),
    (
        ["policy", "enforcement", "adjacency"],
        "strict",
        "policy.enforcement.adjacency",
        "must be one of off, shadow, enforced",
    ),
    (
        ["policy", "planning", "scarcities", 0, "value"],
        1.5,
        "policy.planning.scarcities[0].value",
        "must be a number from 0 to 1",
    ),
    (
        ["policy", "past_grace_minutes"],
        61,
        "policy.past_grace_minutes",
        "must be a whole number from 0 to 60",
    ),
]


# What only the decoder knows: one place contradicts another.
CONTRADICTIONS: list[tuple[Path, Any, str, str]] = [
    (
        ["policy", "zone_rules", 0, "zone"],
        "Cellar",
        "policy.zone_rules[0].zone",
        "must be the name of a zone of this document",
    ),
    (
        ["policy", "walk_in_rules", 0, "tables", 0],
        "Z",
        "policy.walk_in_rules[0].tables[0]",
        "must be the number of a table of this document",
    ),
    (
        ["policy", "channel_shares", 0, "channel"],
        "fax",
        "policy.channel_shares",
        "must name channels of this policy, walk_in, online, phone",
    ),
    (
        ["policy", "booking_windows", 0, "notice_minutes"],
        86_401,
        "policy.booking_windows[0].notice_minutes",
        "must not be longer than horizon_days, 60",
    ),
    (
        ["tables", 3, "zone"],
        "Cellar",
        "tables[3].zone",
        "must be the name of a zone of this document",
    ),
    (["tables", 3, "id"], "t1", "tables", "must have different ids"),
    (
        ["tables", 1, "number"],
        "a 1",
        "tables",
        "must have different numbers in a zone, whatever the case",
    ),
    (["tables", 0, "max_party"], 1, "tables[0].max_party", "must be at least min_party, 2"),
    (["zones", 1, "id"], "Bar", "zones", "must have different ids"),
    (["zones", 1, "name"], "BAR", "tables[0].zone", "must be the name of a zone of this document"),
    (["joins", 1], ["A 2", "A 2"], "joins[1]", "must be two different table ids"),
    (["joins", 1], ["A 2", "Z"], "joins[1][1]", "must be the number of a table of this document"),
    (["joins", 0, "tables"], ["A 2", "A 2"], "joins[0].tables", "must be two different table ids"),
    (
        ["joins", 0, "tables", 0],
        "Z",
        "joins[0].tables[0]",
        "must be the number of a table of this document",
    ),
    (["joins", 1], ["A 2", "A 1"], "joins", "must not name a pair twice"),
    (["joins", 1], ["A 2", "B 1"], "joins", "must stay within a zone on this floor"),
    (
        ["aisles", 0, "closes", 0],
        "A 1",
        "aisles[0].closes",
        "must name none of the joined tables",
    ),
    (
        ["set_capacities", 1, "tables", 0],
        "Z",
        "set_capacities[1].tables[0]",
        "must be the number of a table",
    ),
    (
        ["set_capacities", 1, "min_party"],
        6,
        "set_capacities[1].min_party",
        "must be at most the capacity, 5",
    ),
    (
        ["policy", "periods", 0, "occasions", 0],
        "x",
        "policy.periods",
        "must offer occasions of this policy",
    ),
    (
        ["policy", "periods", 1, "last_start"],
        "19:00",
        "policy.periods[1].last_start",
        "give last_start or last_seating_minutes, not both",
    ),
    (
        ["policy", "periods", 0, "turn_bands", 1, 0],
        2,
        "policy.periods[0].turn_bands",
        "must have increasing sizes",
    ),
    (
        ["policy", "capacity_rules", 0, "period"],
        "x",
        "policy.capacity_rules",
        "must name service periods",
    ),
    (
        ["policy", "capacity_rules", 1, "weekday"],
        "monday",
        "policy.capacity_rules[1].weekday",
        "give weekday or on, not both",
    ),
    (["policy", "closures", 0], "2026-02-29", "policy.closures[0]", "must be a date of the years"),
]


# What a document cannot be without.
MISSING: list[Path] = [
    ["format"],
    ["restaurant"],
    ["zones"],
    ["tables"],
    ["policy"],
    ["restaurant", "name"],
    ["restaurant", "timezone"],
    ["zones", 0, "name"],
    ["tables", 3, "number"],
    ["tables", 3, "capacity"],
    ["tables", 3, "zone"],
    ["tables", 0, "position", "x"],
    ["joins", 0, "tables"],
    ["set_capacities", 0, "capacity"],
    ["policy", "periods"],
    ["policy", "periods", 0, "key"],
    ["policy", "periods", 0, "start"],
    ["policy", "periods", 0, "end"],
    ["policy", "occasions", 0, "turn_bands"],
]


def at(data: Any, path: Path, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(data)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return dict(changed)


def without(data: Any, path: Path) -> dict[str, Any]:
    changed = copy.deepcopy(data)
    place = changed
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return dict(changed)
