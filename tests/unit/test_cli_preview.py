"""``fourtop preview``: the parties that a new house strands, and the ways out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs
import pytest

from fourtop import (
    CapacityRule,
    Desk,
    Engine,
    House,
    ManualClock,
    PacingRule,
    ServicePeriod,
    SqlStore,
    dump_house,
    sketch_floor,
)
from fourtop.cli.database import VARIABLE
from tests.database.furnished import sqlite_url
from tests.evening import NOW, STAFF, a_house, booked, held, open_desk, party_size
from tests.unit.cli_case import Captured, as_json, refused_input, run


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A house in a database that the variable names; it stands at noon for the command, too."""
    url = sqlite_url(tmp_path / "kept.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, url)
    with SqlStore(url, clock=ManualClock(NOW)) as store:
        open_desk(store, actor=STAFF)

        def engine_at_noon(_: object) -> Engine:
            return Engine(store)

        monkeypatch.setattr("fourtop.cli.preview.Engine", engine_at_noon)
        yield Engine(store).desk("house", actor=STAFF)


def document(house: House) -> str:
    dump_house(house, "house.json")
    return "house.json"


def narrower() -> House:
    """Table 5 is gone, the kitchen closes early, and few may come."""
    floor = sketch_floor({"1": 2, "2": 2, "3": 4, "4": 4}, joins=["1-2", "3-4"])
    period = ServicePeriod("dinner", "17:00", "22:00", last_start="20:00")
    rules = [CapacityRule(max_covers=6)]
    return a_house(floor, periods=[period], capacity_rules=rules)


LATE: Final = "is after the last seating of dinner, 2026-05-01T20:00+00:00 (LAST_SEATING_PASSED)"


def test_each_stranded_party_is_told_with_its_reasons_and_its_way_out(
    capsys: Captured, desk: Desk
) -> None:
    booked(desk, 6, booking_id="six", tables=["5"])
    booked(desk, 2, "20:30", booking_id="two")
    desk.book(party_size(2, "20:30"), booking_id="waits", tables="later")
    booked(desk, 4, booking_id="four", tables=["4"])
    hold = held(desk, 2, "20:15")
    code, out, err = run(capsys, "preview", document(narrower()))
    assert (code, err) == (1, "")
    assert out.splitlines() == [
        "House (house): 3 bookings and 1 hold stranded, 1 of the bookings without a way out",
        "booking six: Friday 1 May 2026, 19:00, 6 people",
        "  table 5 is no longer on the floor (TABLE_REMOVED)",
        "  no way out",
        "booking two: Friday 1 May 2026, 20:30, 2 people",
        f"  2026-05-01T20:30+00:00 {LATE}",
        "  way out: Friday 1 May 2026, 20:00, at 1",
        "booking waits: Friday 1 May 2026, 20:30, 2 people",
        f"  2026-05-01T20:30+00:00 {LATE}",
        "  way out: Friday 1 May 2026, 20:00, still without tables",
        f"hold {hold.id}: Friday 1 May 2026, 20:15, 2 people",
        f"  2026-05-01T20:15+00:00 {LATE}",
        "  no way out",
        "over its cap: dinner on 2026-05-01, 16 of 6 covers, 5 parties",
        "in the way: the table '5' is in use by booking six until 2026-05-01T20:30:00+00:00",
    ]


def test_a_house_that_is_clean_is_a_yes(capsys: Captured, desk: Desk) -> None:
    booked(desk, 2, booking_id="two")
    wider = a_house(turn_minutes=60)
    code, data = as_json(capsys, "preview", document(wider))
    assert (code, data["bookings"], data["repair"]["repairs"]) == (0, [], [])
    code, out, _ = run(capsys, "preview", document(wider))
    assert (code, out) == (0, "House (house): no booking or hold is stranded\n")


def test_zones_and_intervals_above_a_limit_are_told(capsys: Captured, desk: Desk) -> None:
    booked(desk, 2, booking_id="two")
    booked(desk, 4, booking_id="four")
    rules = [CapacityRule(max_covers=40), CapacityRule(max_parties=1, zone="main")]
    full = a_house(capacity_rules=rules, pacing_rules=[PacingRule(30, max_covers=5)])
    code, out, _ = run(capsys, "preview", document(full))
    assert code == 0
    assert out.splitlines()[1:] == [
        "over its cap: zone main in dinner on 2026-05-01, 6 covers, 2 of 1 parties",
        "over its pace: dinner on 2026-05-01 from 19:00 to 19:30, 6 of 5 covers, 2 parties",
    ]


def test_a_house_that_strands_a_booking_is_a_no_with_its_ways_out_as_data(
    capsys: Captured, desk: Desk
) -> None:
    booked(desk, 6, "20:30", booking_id="six")
    late = a_house(periods=[ServicePeriod("dinner", "17:00", "23:00", last_start="20:00")])
    code, data = as_json(capsys, "preview", document(late))
    assert code == 1
    (repair,) = data["repair"]["repairs"]
    assert repair["way_out"] | {"timezone": "UTC"} == {
        "kind": "start",
        "start": "2026-05-01T20:00:00+00:00",
        "tables": ["5"],
        "minutes_moved": -30,
        "timezone": "UTC",
    }
    code, out, _ = run(capsys, "preview", document(late))
    assert (code, out.splitlines()[0]) == (
        1,
        "House (house): 1 booking stranded, none of the bookings without a way out",
    )


def test_an_unknown_restaurant_and_a_missing_file_are_wrong_input(
    capsys: Captured, desk: Desk
) -> None:
    assert desk.versions().floor == 1
    other = attrs.evolve(a_house(), restaurant=attrs.evolve(a_house().restaurant, id="other"))
    assert "other" in refused_input(capsys, "preview", document(other))
    assert "gone.json" in refused_input(capsys, "preview", "gone.json")
