"""``fourtop day`` and ``fourtop month``: what the tables have, and which days can be booked."""

from __future__ import annotations

from pathlib import Path

import pytest

from fourtop import BookingRequest, CountedIds, Engine, SqlStore, sketch_floor
from fourtop.cli.database import VARIABLE
from tests.database.furnished import sqlite_url
from tests.evening import STAFF, a_house, at, window
from tests.unit.cli_case import NOW, Captured, as_json, bookings, refused_input, run

PUB = ("pub", "--now", NOW)
DAY = ("day", *PUB, "--on", "2026-05-01")


def test_a_day_has_a_line_for_each_booking_and_one_for_the_free_tables(
    tmp_path: Path, capsys: Captured
) -> None:
    rows = bookings(
        tmp_path,
        "b1,2,2026-05-01T19:00,2026-05-01T20:30,Dining 4a",
        "b2,9,2026-05-01T20:30,2026-05-01T22:00,Dining 4a + Dining 6b",
    )
    code, out, _ = run(capsys, *DAY, "--bookings", rows)
    assert code == 0
    lines = out.splitlines()
    assert lines[:5] == [
        "The Pub, Friday 1 May 2026",
        "",
        "Dining 4a  19:00-20:30  confirmed, party of 2 (b1)",
        "           20:30-22:00  confirmed, party of 9 (b2), at Dining 4a + Dining 6b",
        "Dining 6b  20:30-22:00  confirmed, party of 9 (b2), at Dining 4a + Dining 6b",
    ]
    assert lines[5].startswith("free all day: ")
    assert "11 covers, 2 parties booked" in lines[-1]
    assert all(len(line) <= 100 for line in lines)


def test_a_day_as_json_has_local_times(tmp_path: Path, capsys: Captured) -> None:
    rows = bookings(tmp_path, "b1,2,2026-05-01T19:00,2026-05-01T20:30,Dining 4a")
    code, data = as_json(capsys, *DAY, "--bookings", rows)
    (entry,) = [each for table in data["tables"] for each in table["entries"]]
    assert (code, data["restaurant"], data["on"]) == (0, "the-pub", "2026-05-01")
    assert (entry["numbers"], entry["local_start"]) == (["Dining 4a"], "2026-05-01T19:00+01:00")
    assert entry["start"] == "2026-05-01T18:00:00+00:00"


def test_an_empty_day_is_shown(capsys: Captured) -> None:
    code, out, _ = run(capsys, *DAY)
    assert code == 0
    assert out.splitlines()[2].startswith("free all day: ")


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A house of one table in a database, with a block and a booking without a table."""
    url = sqlite_url(tmp_path / "night.db")
    monkeypatch.setenv(VARIABLE, url)
    store = SqlStore(url)
    house = a_house(sketch_floor({"1": 2}))
    desk = Engine(store, ids=CountedIds("n")).add_restaurant(house, actor=STAFF)
    later = window("17:00", "18:00")
    start = later.start.replace(year=2050)
    desk.book(BookingRequest(2, start), booking_id="waits", tables="later")
    desk.book(BookingRequest(2, at("18:30").replace(year=2050)), booking_id="sits")
    store.close()


@pytest.mark.usefixtures("stored")
def test_a_day_of_a_database_shows_who_waits_for_a_table(capsys: Captured) -> None:
    code, out, _ = run(capsys, "day", "--restaurant", "house", "--on", "2050-05-01")
    assert code == 0
    assert out.splitlines()[2:6] == [
        "1  18:30-20:00  confirmed, party of 2 (sits)",
        "",
        "1 booking without a table:",
        "   17:00-18:30  pending_allocation, party of 2 (waits)",
    ]


@pytest.mark.usefixtures("stored")
def test_a_month_has_a_line_for_each_day(capsys: Captured) -> None:
    asked = ("month", "--restaurant", "house", "--month", "2050-05", "--party")
    code, out, _ = run(capsys, *asked, "2")
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "House, May 2050, a party of 2"
    assert lines[2] == "Sun  1  5 starts from 20:00 to 21:00"
    assert lines[3] == "Mon  2  17 starts from 17:00 to 21:00"
    assert lines[-1] == "31 bookable days of 31"
    code, out, _ = run(capsys, *asked, "9")
    assert code == 1
    assert out.splitlines()[2].startswith("Sun  1  full: ")
    code, data = as_json(capsys, *asked, "2")
    assert (code, data["party_size"], len(data["days"])) == (0, 2, 31)
    assert data["days"][0]["state"] == "bookable"
    assert data["days"][0]["starts"][0] == "2050-05-01T20:00:00+00:00"


def test_conditions_of_a_month_are_those_of_a_quote(capsys: Captured) -> None:
    asked = ("month", *PUB, "--month", "2026-06", "--party", "9")
    assert run(capsys, *asked)[0] == 0
    assert run(capsys, *asked, "--zone", "Bar")[0] == 1


@pytest.mark.parametrize("month", ["2026-5", "May", "2026-13", "1066-10"])
def test_a_wrong_month_is_one_line(capsys: Captured, month: str) -> None:
    asked = ("month", *PUB, "--month", month, "--party", "2")
    assert refused_input(capsys, *asked).startswith("--month: must be ")


def test_a_floor_or_a_database_is_named(capsys: Captured) -> None:
    assert "FLOOR, or --restaurant" in refused_input(capsys, "day", "--on", "2026-05-01")
    assert "leave out the FLOOR" in refused_input(capsys, *DAY, "--restaurant", "house")
