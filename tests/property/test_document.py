"""Laws of the house document: nothing is lost, and writing is stable."""

from __future__ import annotations

import json
from datetime import date, time
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from fourtop.errors import InvalidDocument
from fourtop.formats.booking_row import BookingRow
from fourtop.formats.booking_rows import dumps_rows_csv, loads_rows_csv
from fourtop.formats.house_document import dumps_house, house_from_data, house_to_data, loads_house
from fourtop.formats.json_schema import house_schema
from fourtop.model.booking_rules import HoldRules
from fourtop.model.capacity_rules import CapacityRule
from fourtop.model.floor import Floor, Join
from fourtop.model.house import House
from fourtop.model.planning_rules import AdjacencyMode, Planning, Weights
from fourtop.model.policy import Policy
from fourtop.model.restaurant import Area, Restaurant, Zone
from fourtop.model.service_period import Occasion, ServicePeriod, TurnBand, Weekday
from fourtop.model.set_capacity import SetCapacity
from fourtop.model.table import Mobility, Position, Table
from fourtop.model.validators import casefold

SCHEMA = Draft202012Validator(house_schema())

ids = st.text("abcXYZ019._:-", min_size=1, max_size=8)
letters = st.characters(min_codepoint=33, max_codepoint=0x2FFF, categories=("L", "N", "P", "S"))
names = st.text(letters | st.just(" "), min_size=1, max_size=12).filter(
    lambda name: name == name.strip()
)
flags = st.booleans()
times = st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0))
dates = st.dates(date(1971, 1, 1), date(2198, 12, 31))
numbers = st.floats(-360, 360) | st.integers(-360, 360)
weights = st.floats(0, 1_000) | st.integers(0, 1_000)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


@st.composite
def bands(draw: st.DrawFn, least: int = 0) -> tuple[TurnBand, ...]:
    sizes: list[int | None] = [
        *sorted(draw(st.sets(st.integers(1, 1_000), min_size=least, max_size=3)))
    ]
    if draw(flags):
        sizes.append(None)
    return tuple(TurnBand(size, draw(st.integers(1, 600))) for size in sizes)


restaurants = st.builds(
    Restaurant,
    ids,
    names,
    timezone=st.sampled_from(["Europe/London", "UTC", "Australia/Lord_Howe"]),
    slug=st.from_regex(r"[a-z0-9]{1,5}(-[a-z0-9]{1,5})?", fullmatch=True),
    reservation_interval_minutes=st.integers(1, 180),
    default_duration_minutes=st.integers(15, 300),
    last_seating_buffer_minutes=st.integers(0, 300),
    active=flags,
)
positions = st.builds(Position, numbers, numbers, numbers)


@st.composite
def tables(draw: st.DrawFn, zones: list[Zone]) -> list[Table]:
    numbers_ = draw(st.lists(names, max_size=6, unique_by=casefold))
    ids_ = draw(st.lists(ids, min_size=len(numbers_), max_size=len(numbers_), unique=True))
    made = []
    for id_, number in zip(ids_, numbers_, strict=True):
        least = draw(st.integers(1, 500))
        values = {
            "min_party": st.just(least),
            "max_party": maybe(st.integers(least, 1_000)),
            "section": maybe(names),
            "category": names,
            "seating": names,
            "mobility": st.sampled_from(Mobility),
            "out_of_service": flags,
            "active": flags,
            "features": st.sets(names, max_size=3),
            "position": maybe(positions),
            "notes": maybe(names),
        }
        rest = {name: draw(strategy) for name, strategy in values.items() if draw(flags)}
        zone = draw(st.sampled_from(zones))
        made.append(
            Table(id_, number, draw(st.integers(1, 500)), zone.id, **({"max_party": None} | rest))
        )
    return made


@st.composite
def floors(draw: st.DrawFn) -> Floor:
    zone_names = draw(st.lists(names, min_size=1, max_size=3, unique_by=casefold))
    zone_ids = draw(st.lists(ids, min_size=len(zone_names), max_size=len(zone_names), unique=True))
    zones = [
        Zone(id_, name, order=draw(st.integers(0, 10_000)), area=draw(st.sampled_from(Area)))
        for id_, name in zip(zone_ids, zone_names, strict=True)
    ]
    placed = draw(tables(zones))
    table_ids = [table.id for table in placed]
    joins, sets = [], []
    if len(table_ids) > 1:
        groups = st.sets(st.sampled_from(table_ids), min_size=2).map(frozenset)
        pairs = draw(st.sets(groups.filter(lambda group: len(group) == 2), max_size=4))
        joins = [Join(pair, draw(st.integers(0, 100))) for pair in pairs]
        for group in draw(st.sets(groups, max_size=3)):
            capacity = draw(st.integers(1, 1_000))
            sets.append(
                SetCapacity(group, capacity, draw(maybe(st.integers(1, min(capacity, 500)))))
            )
    zone_of = {table.id: table.zone_id for table in placed}
    is_within = all(len({zone_of[id_] for id_ in join.tables}) == 1 for join in joins)
    return Floor(
        placed,
        zones=zones,
        joins=joins,
        set_capacities=sets,
        joins_within_zone=is_within and draw(flags),
    )


@st.composite
def periods(draw: st.DrawFn, occasions: list[Occasion]) -> list[ServicePeriod]:
    # Cuts of one day, so that no two periods overlap; the last one runs past midnight.
    cuts = sorted(draw(st.sets(times, max_size=5)))
    spans = [
        (start, end)
        for start, end in zip(cuts, [*cuts[1:], *cuts[:1]], strict=True)
        if (end >= start or end <= time(12)) and draw(flags)
    ]
    keys = draw(st.lists(ids, min_size=len(spans), max_size=len(spans), unique=True))
    made = []
    for key, (start, end) in zip(keys, spans, strict=True):
        last: dict[str, Any] = draw(
            st.sampled_from(
                [{}, {"last_start": start}, {"last_seating_minutes": draw(st.integers(0, 600))}]
            )
        )
        days: dict[str, Any] = draw(
            st.fixed_dictionaries({"weekdays": st.sets(st.sampled_from(Weekday))})
            | st.fixed_dictionaries({"dates": st.sets(dates, max_size=3)})
        )
        period = ServicePeriod(
            key,
            start,
            end,
            occasions=draw(st.lists(st.sampled_from([each.key for each in occasions])))
            if occasions
            else (),
            turn_bands=draw(bands()),
            buffer_before_minutes=draw(st.integers(0, 120)),
            buffer_after_minutes=draw(st.integers(0, 120)),
            overrun_allowed=draw(flags),
            min_dwell_minutes=draw(st.integers(1, 600)),
            **last,
            **days,
        )
        made.append(period)
    return made


@st.composite
def capacity_rules(draw: st.DrawFn, keys: list[str]) -> list[CapacityRule]:
    caps = maybe(st.integers(0, 100_000))
    made = []
    for _ in range(draw(st.integers(0, 3))):
        values: dict[str, Any] = {"max_covers": draw(caps), "max_parties": draw(caps)}
        if values["max_covers"] is None and values["max_parties"] is None:
            values["max_covers"] = 0
        values["period"] = draw(maybe(st.sampled_from(keys))) if keys else None
        when = draw(st.sampled_from(["weekday", "on", "always"]))
        if when != "always":
            values[when] = draw(st.sampled_from(Weekday) if when == "weekday" else dates)
        made.append(CapacityRule(**values))
    return list({each.scope: each for each in made}.values())


plannings = st.builds(
    Planning,
    adjacency_mode=st.sampled_from(AdjacencyMode),
    adjacency_required=flags,
    adjacency_min_party=maybe(st.integers(1, 1_000)),
    max_tables=st.integers(1, 8),
    slack_budget=maybe(st.integers(0, 1_000)),
    staff_max_slack=maybe(st.integers(0, 1_000)),
    weights=st.builds(Weights, **{each.name: weights for each in attrs.fields(Weights)}),
    demand_multiplier=st.floats(0.1, 10) | st.integers(1, 10),
)
hold_rules = st.builds(
    HoldRules,
    ttl_seconds=st.integers(30, 600),
    rate_limit=st.integers(1, 100),
    rate_window_seconds=st.integers(5, 600),
    max_live=st.integers(1, 100_000),
    max_live_per_session=st.integers(1, 1_000),
)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    occasions = [
        Occasion(key, draw(bands(1))) for key in draw(st.lists(ids, max_size=2, unique=True))
    ]
    served = draw(periods(occasions))
    return Policy(
        served,
        occasions=occasions,
        closures=draw(st.sets(dates, max_size=3)),
        turn_bands=draw(bands()),
        capacity_rules=draw(capacity_rules([period.key for period in served])),
        planning=draw(plannings),
        holds=draw(hold_rules),
        past_grace_minutes=draw(st.integers(0, 60)),
    )


houses = st.builds(House, restaurants, floors(), policies())


@pytest.mark.slow
@given(house=houses)
def test_a_house_is_written_and_read_without_loss_as_the_schema_says(house: House) -> None:
    text = dumps_house(house)
    again = loads_house(text)
    SCHEMA.validate(json.loads(text))

    assert again == house
    assert dumps_house(again) == text
    assert house_from_data(house_to_data(house)) == house


@pytest.mark.slow
@given(house=houses, data=st.data())
def test_a_house_is_read_whatever_the_order_of_its_parts(house: House, data: st.DataObject) -> None:
    document = house_to_data(house)
    for key in ("zones", "tables", "joins", "set_capacities"):
        if key in document:
            document[key] = data.draw(st.permutations(document[key]))
    document["policy"]["periods"] = data.draw(st.permutations(document["policy"]["periods"]))

    assert house_from_data(document) == house


@given(text=st.text() | st.text('{}[]":,0123 \n\\u"formatzes/'))
def test_any_text_is_a_house_or_refused_as_a_document(text: str) -> None:
    try:
        house = loads_house(text)
    except InvalidDocument:
        return
    assert loads_house(dumps_house(house)) == house


scalars = st.none() | flags | st.integers() | st.floats() | st.text(max_size=5)
plain_data = st.recursive(
    scalars,
    lambda part: (
        st.lists(part, max_size=3) | st.dictionaries(st.text(max_size=5), part, max_size=3)
    ),
)


@pytest.mark.slow
@given(house=houses, value=plain_data, data=st.data())
def test_any_value_in_any_place_is_read_or_refused_as_a_document(
    house: House, value: Any, data: st.DataObject
) -> None:
    document: Any = house_to_data(house)
    place = document
    while True:
        steps = list(place) if isinstance(place, dict) else list(range(len(place)))
        step = data.draw(st.sampled_from(steps))
        if (
            not isinstance(place[step], dict | list)
            or not place[step]
            or data.draw(st.integers(0, 3)) == 0
        ):
            place[step] = value
            break
        place = place[step]

    try:
        changed = house_from_data(document)
    except InvalidDocument:
        return
    assert loads_house(dumps_house(changed)) == changed


rows = st.builds(
    BookingRow,
    ids,
    st.integers(1, 1_000),
    st.datetimes().map(lambda moment: moment.isoformat()),
    end=maybe(st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat())),
    tables=st.lists(names.filter(lambda name: "+" not in name), max_size=3, unique_by=casefold),
    status=st.sampled_from(["confirmed", "completed", "no_show"]),
    occasion=maybe(ids),
)


@pytest.mark.slow
@given(given_rows=st.lists(rows, max_size=5))
def test_rows_survive_csv(given_rows: list[BookingRow]) -> None:
    assert loads_rows_csv(dumps_rows_csv(given_rows)) == tuple(given_rows)
