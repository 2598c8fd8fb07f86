"""The check of local times: bookings whose local start is not the one that was told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import TZPATH

import attrs
import pytest

from fourtop import (
    BookingRequest,
    Desk,
    Engine,
    InvalidInput,
    LocalTime,
    LocalTimes,
    ManualClock,
    SqlStore,
    check_local_times,
    migrate,
)
from fourtop.cli import main
from fourtop.ports import Changes, Decision, Scope, Store, View
from tests.evening import a_house, at, booked, open_desk

TOLD: Final = "2026-05-01T21:00+02:00"


@pytest.fixture
def desk(store: Store) -> Desk:
    return open_desk(store)


def tell(store: Store, booking_id: str, local_start: str) -> None:
    """Let a booking have been told another local time."""

    def decide(view: View) -> Decision[None]:
        booking = view.find_booking(booking_id)
        assert booking is not None
        told = attrs.evolve(booking, local_start=local_start, version=booking.version + 1)
        return Decision(None, Changes(bookings=(told,)))

    store.transact(Scope("house", bookings=frozenset({booking_id})), decide)


def test_finding_16_bookings_whose_local_time_differs_are_listed(store: Store, desk: Desk) -> None:
    for booking_id, text in (("b1", "20:00"), ("b2", "19:00"), ("b3", "19:30"), ("b4", "21:00")):
        booked(desk, 2, text, booking_id=booking_id)
    for booking_id in ("b1", "b2"):
        tell(store, booking_id, TOLD)
    before = desk.versions()
    expected = LocalTimes(
        4,
        (
            LocalTime("house", "b2", TOLD, "2026-05-01T19:00+00:00"),
            LocalTime("house", "b1", TOLD, "2026-05-01T20:00+00:00"),
        ),
    )
    assert check_local_times(store) == expected
    assert check_local_times(store, batch=1) == expected
    assert desk.versions() == before


def test_only_parties_that_are_expected_are_compared(
    store: Store, desk: Desk, clock: ManualClock
) -> None:
    for booking_id, text in (("b1", "19:00"), ("b2", "19:30"), ("b3", "20:00"), ("b4", "20:30")):
        booked(desk, 2, text, booking_id=booking_id)
        tell(store, booking_id, TOLD)
    desk.book(BookingRequest(2, at("21:00")), booking_id="b5", tables="later")
    tell(store, "b5", TOLD)
    tell(store, "b4", "")
    desk.cancel("b3")
    clock.move_to(at("19:00"))
    assert [each.booking_id for each in check_local_times(store).differing] == ["b2", "b5"]


def test_the_check_looks_as_far_ahead_as_it_is_told(store: Store, desk: Desk) -> None:
    for number, days in enumerate((0, 1, 40, 400)):
        start = at("19:00") + timedelta(days=days)
        desk.book(BookingRequest(2, start), booking_id=f"b{number}")
        tell(store, f"b{number}", TOLD)
    ends = {days: len(check_local_times(store, days=days).differing) for days in (1, 2, 41, 731)}
    assert ends == {1: 1, 2: 2, 41: 3, 731: 4}
    assert check_local_times(store, days=41, batch=7).checked == 3


def test_another_time_zone_of_the_house_is_found_too(store: Store, desk: Desk) -> None:
    start = at("19:00") + timedelta(days=400)
    booking = desk.book(BookingRequest(2, start), booking_id="b1", tables="later")
    desk.edit_restaurant(lambda each: attrs.evolve(each, timezone="Asia/Tokyo"))
    (found,) = check_local_times(store).differing
    assert (found.told, found.present) == (booking.local_start, "2027-06-06T04:00+09:00")


def test_every_restaurant_is_checked(store: Store, desk: Desk) -> None:
    other = open_desk(store, a_house(name="Other"))
    booked(desk, 2, booking_id="b1")
    booked(other, 2, booking_id="b1")
    tell(store, "b1", TOLD)
    found = check_local_times(store)
    assert (found.checked, [each.restaurant_id for each in found.differing]) == (2, ["house"])


@pytest.mark.parametrize("wrong", [{"days": 0}, {"days": 3_661}, {"batch": 0}, {"batch": 32}])
def test_the_bounds_of_the_check(store: Store, wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidInput, match=next(iter(wrong))):
        check_local_times(store, **wrong)


def test_what_is_found_is_shown_briefly() -> None:
    found = LocalTime("house", "b1", TOLD, "2026-05-01T19:00+00:00")
    assert repr(found) == f"<LocalTime b1 told {TOLD}, now 2026-05-01T19:00+00:00>"
    assert repr(LocalTimes(4, (found,))) == "<LocalTimes 4 bookings, 1 differ>"


# ---- new time zone data --------------------------------------------------------------------------

ZONES: Final = [Path(each) for each in TZPATH if Path(each, "Europe", "Paris").exists()]
NEXT_YEAR: Final = datetime.now(UTC).replace(month=7, day=1, hour=18, minute=0, second=0)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A database with a booking at seven in London, made with the zone data of today."""
    url = f"sqlite:///{tmp_path / 'night.db'}"
    migrate(url)
    house = a_house()
    house = attrs.evolve(house, restaurant=attrs.evolve(house.restaurant, timezone="Europe/London"))
    with SqlStore(url) as store:
        desk = Engine(store).add_restaurant(house)
        start = NEXT_YEAR.replace(year=NEXT_YEAR.year + 1, microsecond=0)
        desk.book(BookingRequest(2, start), booking_id="b1", tables="later")
    return url


def with_new_zones(tmp_path: Path, *arguments: str) -> tuple[int, Any]:
    """Run the command where London keeps the time of Paris."""
    folder = tmp_path / "zones" / "Europe"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "London").write_bytes((ZONES[0] / "Europe" / "Paris").read_bytes())
    command = [sys.executable, "-m", "fourtop.cli", *arguments, "--json"]
    path = os.pathsep.join([str(tmp_path / "zones"), *TZPATH])
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONTZPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


def test_finding_16_an_update_of_the_zone_data_is_found(url: str, tmp_path: Path) -> None:
    year = NEXT_YEAR.year + 1
    code, data = with_new_zones(tmp_path, "jobs", "local-times", "--store", url)
    differing = {
        "restaurant_id": "house",
        "booking_id": "b1",
        "told": f"{year}-07-01T19:00+01:00",
        "present": f"{year}-07-01T20:00+02:00",
    }
    assert (code, data) == (1, {"checked": 1, "differing": [differing]})
    code, data = with_new_zones(tmp_path, "doctor", "--store", url)
    assert (code, data["local_times"]) == (0, [differing])
    (finding,) = [each for each in data["findings"] if each["code"] == "local_time_differs"]
    assert finding["severity"] == "warn"
    assert "b1 of house" in finding["text"]


def test_without_an_update_nothing_is_found(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["jobs", "local-times", "--store", url]) == 0
    assert capsys.readouterr().out == "1 booking compared, 0 differ\n"
    assert main(["doctor", "--store", url]) == 0
    assert "local_time_differs" not in capsys.readouterr().out


def test_the_days_ahead_are_an_option(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["jobs", "local-times", "--days", "1", "--store", url]) == 0
    assert capsys.readouterr().out == "0 bookings compared, 0 differ\n"
    assert main(["jobs", "local-times", "--days", "0", "--store", url]) == 2
