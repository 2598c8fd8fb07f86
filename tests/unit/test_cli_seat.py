"""``fourtop seat`` and ``fourtop jobs release-late``: the live service on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from fourtop import (
    BookingRow,
    BookingStatus,
    CountedIds,
    Desk,
    Engine,
    ServicePeriod,
    SqlStore,
    sketch_floor,
)
from fourtop.cli.database import VARIABLE
from tests.database.furnished import sqlite_url
from tests.evening import STAFF, a_house
from tests.unit.cli_case import Captured, as_json, refused_input, run


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A house where it is noon, in a database on the clock of the machine."""
    url = sqlite_url(tmp_path / "night.db")
    monkeypatch.setenv(VARIABLE, url)
    house = a_house(sketch_floor({"1": 2, "2": 2}))
    always = [ServicePeriod("always", "00:00", "00:00", last_seating_minutes=0)]
    house = attrs.evolve(
        house,
        restaurant=attrs.evolve(house.restaurant, timezone=zone_where_it_is_noon()),
        policy=attrs.evolve(house.policy, periods=always),
    )
    store = SqlStore(url)
    yield Engine(store, ids=CountedIds("n")).add_restaurant(house, actor=STAFF)
    store.close()


def zone_where_it_is_noon() -> str:
    """Return a time zone in which no service begins or ends within the next hours."""
    hours_ahead = 12 - datetime.now(UTC).hour
    # The names of these zones count the hours that they are behind.
    return f"Etc/GMT{-hours_ahead:+d}"


def take_over(desk: Desk, booking_id: str, minutes: int, table: str, status: BookingStatus) -> None:
    """Import a booking of an hour that begins some minutes from now."""
    start = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=minutes)
    end = start + timedelta(minutes=60)
    desk.import_bookings([BookingRow(booking_id, 2, start, end=end, tables=[table], status=status)])


def test_a_party_is_seated(desk: Desk, capsys: Captured) -> None:
    take_over(desk, "b1", -10, "1", BookingStatus.CONFIRMED)
    code, out, _ = run(capsys, "seat", "house", "b1")
    assert code == 0
    assert out.startswith("b1 sits at 1 until ")
    assert desk.get_booking("b1").status is BookingStatus.CHECKED_IN
    assert run(capsys, "seat", "house", "b1")[:2] == (code, out)
    desk.complete("b1")
    assert "is completed" in refused_input(capsys, "seat", "house", "b1")


def test_a_no_names_the_party_in_the_way_and_the_best_other_table(
    desk: Desk, capsys: Captured
) -> None:
    take_over(desk, "b", -5, "1", BookingStatus.CONFIRMED)
    take_over(desk, "a", -70, "1", BookingStatus.CHECKED_IN)
    code, out, _ = run(capsys, "seat", "house", "b")
    first, second = out.splitlines()
    assert code == 1
    assert first.startswith("no: table 1 is occupied by a until ")
    assert second == "best other tables: 2"
    code, data = as_json(capsys, "seat", "house", "b")
    assert (code, data["booking"]) == (1, None)
    assert data["refusal"]["reasons"][0]["details"]["alternative"] == ["2"]


def test_a_party_at_the_door_is_seated(desk: Desk, capsys: Captured) -> None:
    code, data = as_json(capsys, "seat", "house", "--walk-in", "2", "--table", "2")
    assert (code, data["refusal"]) == (0, None)
    assert (data["booking"]["status"], data["booking"]["assignment"]["tables"]) == (
        "checked_in",
        ["2"],
    )
    assert run(capsys, "seat", "house", "--walk-in", "2", "--table", "2")[0] == 1
    assert run(capsys, "seat", "house", "--walk-in", "2")[1].startswith("a party of 2 sits at 1 ")
    assert desk.audit().is_clean


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("house",), "BOOKING, --walk-in: give exactly one of them"),
        (("house", "b1", "--walk-in", "2"), "BOOKING, --walk-in: give exactly one of them"),
        (("house", "b1", "--table", "1"), "--table: only for --walk-in; a booking has its tables"),
        (("house", "nothing"), "no booking 'nothing'"),
        (("house", "--walk-in", "2", "--table", "9"), "no table '9'"),
        (("elsewhere", "b1"), "no restaurant 'elsewhere'"),
    ],
)
@pytest.mark.usefixtures("desk")
def test_wrong_input_is_named(capsys: Captured, arguments: tuple[str, ...], text: str) -> None:
    assert text in refused_input(capsys, "seat", *arguments)


def test_late_parties_are_released_by_a_job(desk: Desk, capsys: Captured) -> None:
    take_over(desk, "late", -40, "1", BookingStatus.CONFIRMED)
    code, out, _ = run(capsys, "jobs", "release-late", "--after-minutes", "30")
    assert (code, out) == (0, "release-late: 1 booking marked as no-show\n")
    assert as_json(capsys, "jobs", "release-late", "--after-minutes", "30") == (
        0,
        {"release-late": {"bookings": 0}},
    )
    assert desk.get_booking("late").status is BookingStatus.NO_SHOW
    text = refused_input(capsys, "jobs", "release-late", "--after-minutes", "0")
    assert text.startswith("--after-minutes: must be a whole number from 1 to 1439")
