"""``fourtop shadow``: what rules in shadow mode would have refused, on the command line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest

from fourtop import (
    BookingRequest,
    CapacityRule,
    CountedIds,
    Engine,
    Policy,
    SqlStore,
    sketch_floor,
)
from fourtop.cli.database import VARIABLE
from fourtop.model.enforcement import Enforcement
from tests.database.furnished import sqlite_url
from tests.evening import STAFF, a_house
from tests.unit.cli_case import NOW, Captured, as_json, refused_input, run

HOUSE = ("shadow", "--restaurant", "house")


def in_shadow(policy: Policy) -> Policy:
    return attrs.evolve(
        policy,
        capacity_rules=[CapacityRule(max_covers=5)],
        enforcement=Enforcement(capacity="shadow"),
    )


@pytest.fixture(autouse=True)
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A house with a cap of five covers in shadow mode, and its bookings of two months."""
    url = sqlite_url(tmp_path / "night.db")
    monkeypatch.setenv(VARIABLE, url)
    store = SqlStore(url)
    house = a_house(sketch_floor({"1": 4, "2": 4}))
    desk = Engine(store, ids=CountedIds("n")).add_restaurant(house, actor=STAFF)
    desk.edit_policy(in_shadow)
    for month, name, size in ((10, "b1", 4), (10, "b2", 3), (12, "b3", 4), (12, "b4", 2)):
        start = datetime(2050, month, 31, 19, tzinfo=UTC)
        desk.book(BookingRequest(size, start), booking_id=name)
    store.close()


def test_the_report_of_a_date_names_rules_and_bookings(capsys: Captured) -> None:
    code, out, _ = run(capsys, *HOUSE, "--on", "2050-10-31")
    assert (code, out.splitlines()) == (
        0,
        [
            "House, Monday 31 October 2050",
            "",
            "1 booking (3 covers) of 2 bookings (7 covers) would have been refused, 50 %",
            "  CAPACITY_EXCEEDED: 1 booking (3 covers)",
            "",
            "Monday 31 October 2050, 19:00  party of 3 (b2), confirmed: CAPACITY_EXCEEDED",
        ],
    )


def test_the_dates_may_be_longer_than_a_window(capsys: Captured) -> None:
    code, data = as_json(capsys, *HOUSE, "--from", "2050-10-01", "--to", "2050-12-31")
    assert (code, data["restaurant"], data["from"], data["to"]) == (
        0,
        "house",
        "2050-10-01",
        "2050-12-31",
    )
    assert len(data["windows"]) == 4
    assert [each["id"] for each in data["refused"]] == ["b2", "b4"]
    assert (data["bookings"], data["covers"], data["refused_covers"], data["percent"]) == (
        4,
        13,
        5,
        50,
    )
    assert data["by_code"] == [{"code": "CAPACITY_EXCEEDED", "bookings": 2, "covers": 5}]


def test_a_file_of_bookings_brings_its_own_records(tmp_path: Path, capsys: Captured) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(
        "id,party_size,start,tables,would_refuse\n"
        "b1,2,2026-05-01T19:00,Dining 4a,\n"
        "b2,2,2026-05-01T20:00,Low 4a,CAPACITY_EXCEEDED+PACING_EXCEEDED\n"
    )
    asked = ("shadow", "pub", "--now", NOW, "--bookings", str(rows), "--on", "2026-05-01")
    code, out, _ = run(capsys, *asked)
    assert code == 0
    assert "1 booking (2 covers) of 2 bookings (4 covers) would have been refused, 50 %" in out
    assert out.endswith("party of 2 (b2), confirmed: CAPACITY_EXCEEDED, PACING_EXCEEDED\n")


def test_a_day_without_bookings_has_an_empty_report(capsys: Captured) -> None:
    code, out, _ = run(capsys, *HOUSE, "--on", "2050-01-01")
    assert (code, out.splitlines()[2:]) == (
        0,
        ["0 bookings (0 covers) of 0 bookings (0 covers) would have been refused, 0 %"],
    )


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((), "--on, --from, --to: give one date, or the first and the last one"),
        (("--from", "2050-05-01"), "--on, --from, --to: give"),
        (("--on", "2050-05-01", "--to", "2050-05-02"), "--on, --from, --to: give"),
        (("--from", "2050-05-02", "--to", "2050-05-01"), "--to: must be at or after --from"),
        (("--on", "soon"), "must be a date of the years 1971 to 2198"),
    ],
)
def test_the_dates_of_a_report_belong_together(
    capsys: Captured, arguments: tuple[str, ...], text: str
) -> None:
    assert text in refused_input(capsys, *HOUSE, *arguments)
