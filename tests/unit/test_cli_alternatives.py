"""``fourtop alternatives``: of a floor, and of a restaurant in a database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fourtop import BookingRequest, CountedIds, Desk, Engine, SqlStore, sample
from fourtop.cli.database import VARIABLE
from tests.database.furnished import sqlite_url
from tests.evening import STAFF, a_house, at, one_table
from tests.unit.cli_case import AT, NOW, Captured, as_json, bookings, refused_input, run

ASKED = ("--at", AT, "--now", NOW)


def test_alternatives_of_a_floor_name_numbers_and_local_times(
    tmp_path: Path, capsys: Captured
) -> None:
    rows = bookings(
        tmp_path,
        *(
            f"b{place},2,2026-05-01T18:30+01:00,2026-05-01T20:30+01:00,{table.number}"
            for place, table in enumerate(sample.pub().floor.tables)
        ),
    )
    code, out, err = run(
        capsys, "alternatives", "pub", *ASKED, "--bookings", rows, "--party", "4", "--split"
    )
    assert (code, err) == (0, "")
    head, _, no, *rest = out.splitlines()
    assert head == "The Pub, Friday 1 May 2026, 19:00: a party of 4"
    assert no == "no: every table or combination that seats 4 is in use (TABLES_TAKEN)"
    assert rest[:3] == ["", "instead:", "  21:00, 120 minutes later: High 4"]
    assert rest[3:5] == ["", "not possible:"]
    assert "  2 and 2: every table or combination that seats 2 is in use" in rest


def test_a_party_without_alternatives_is_a_no(capsys: Captured) -> None:
    code, out, _ = run(
        capsys, "alternatives", "pub", *ASKED, "--party", "60", "--no-times", "--split"
    )
    assert code == 1
    assert out.endswith("nothing to try: split\n")


def test_alternatives_are_data(capsys: Captured) -> None:
    arguments = ("--party", "6", "--minutes", "15", "--minutes", "30", "--limit", "1", "--split")
    code, data = as_json(capsys, "alternatives", "pub", *ASKED, *arguments)
    assert (code, data["bookable"], data["refusal"]) == (0, True, None)
    split, time = data["alternatives"]
    assert (split["kind"], [each["party_size"] for each in split["parties"]]) == ("split", [3, 3])
    assert time["start"] == "2026-05-01T18:45:00+01:00"
    assert (time["moved_minutes"], time["stay_minutes_lost"]) == (-15, 0)
    assert time["parties"][0]["dining"]["start"] == time["start"]
    code, data = as_json(capsys, "alternatives", "pub", *ASKED, "--party", "60")
    assert (code, data["bookable"], data["refusal"]["code"]) == (1, False, "PARTY_NEVER_FITS")
    assert data["rejected"][0]["kind"] == "time"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    store = SqlStore(sqlite_url(tmp_path / "night.db"))
    yield Engine(store, ids=CountedIds("n")).add_restaurant(a_house(one_table()), actor=STAFF)
    store.close()


def test_alternatives_of_a_stored_restaurant_count_its_bookings(
    desk: Desk, tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = at("19:00").replace(year=2030)
    desk.book(BookingRequest(4, later))
    url = f"sqlite:///{tmp_path / 'night.db'}"
    asked = ("--party", "4", "--at", f"{later.isoformat()}")
    code, out, _ = run(
        capsys, "alternatives", "--store", url, "--restaurant", "house", *asked, "--minutes", "90"
    )
    assert code == 0
    assert "  17:30, 90 minutes earlier: 1\n" in out
    monkeypatch.setenv(VARIABLE, url)
    assert run(capsys, "alternatives", "--restaurant", "house", *asked)[0] == 0
    # The variable does not stand in the way of a floor.
    assert run(capsys, "alternatives", "pub", *ASKED, "--party", "4")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("pub", "--store", "sqlite:///a.db"), "--store, --restaurant: name a database;"),
        (("pub", "--restaurant", "house"), "--store, --restaurant: name a database;"),
        (("--restaurant", "house", "--now", NOW), "--bookings, --now: need a FLOOR;"),
        ((), "the following arguments are required: FLOOR, or --restaurant"),
        (("--restaurant", "house"), "the following arguments are required: --store"),
        (("--restaurant", "house", "--store", "sqlite:///gone.db"), "gone.db: the file does not"),
        (("pub", "--minutes", "0"), "--minutes: must be a whole number from 1 to 720 (got 0)"),
        (("pub", "--limit", "21"), "--limit: must be a whole number from 1 to 20 (got 21)"),
        (("pub", "--no-times"), "--no-times: ask for times, zones, shorter_stay or split"),
    ],
)
def test_wrong_input_is_named(
    arguments: tuple[str, ...],
    fault: str,
    capsys: Captured,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    told = refused_input(capsys, "alternatives", *arguments, "--party", "4", "--at", AT)
    assert told.startswith(fault)


def test_a_split_of_one_is_named(capsys: Captured) -> None:
    told = refused_input(capsys, "alternatives", "pub", *ASKED, "--party", "1", "--split")
    assert told == "--split: needs a party of at least 2 people (got 1)"
