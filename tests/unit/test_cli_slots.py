"""``fourtop slots``: booking slots on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fourtop import CountedIds, Desk, Engine, SqlStore
from fourtop.cli.database import VARIABLE
from tests.database.furnished import sqlite_url
from tests.evening import STAFF, a_house, one_table
from tests.unit.cli_case import Captured, as_json, refused_input, run

SEVEN = datetime(2050, 5, 1, 19, tzinfo=UTC)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A house with a slot of ten covers, in the database that the variable names."""
    url = sqlite_url(tmp_path / "night.db")
    monkeypatch.setenv(VARIABLE, url)
    store = SqlStore(url)
    made = Engine(store, ids=CountedIds("n")).add_restaurant(a_house(one_table()), actor=STAFF)
    made.open_slot(SEVEN, 10, slot_id="tasting")
    yield made
    store.close()


def test_a_slot_is_opened(desk: Desk, capsys: Captured) -> None:
    asked = ("slots", "open", "house", "--at", "2050-05-02T19:00", "--covers", "8", "--slot", "two")
    code, out, _ = run(capsys, *asked)
    assert (code, out) == (0, "two: Monday 2 May 2050, 19:00, 0 of 8 covers reserved, version 1\n")
    slot = desk.find_slot("two")
    assert slot is not None
    assert slot.available == 8


def test_covers_are_reserved_and_given_back(desk: Desk, capsys: Captured) -> None:
    changed = ("house", "tasting", "--covers", "5")
    assert "5 of 10 covers reserved, version 2" in run(capsys, "slots", "reserve", *changed)[1]
    assert "0 of 10 covers reserved, version 3" in run(capsys, "slots", "release", *changed)[1]
    slot = desk.find_slot("tasting")
    assert slot is not None
    assert slot.version == 3


def test_a_slot_without_reserved_covers_is_closed(desk: Desk, capsys: Captured) -> None:
    asked = ("slots", "close", "house", "tasting")
    assert run(capsys, *asked)[:2] == (0, "tasting: closed\n")
    assert desk.find_slot("tasting") is None


def test_the_ids_of_slots_are_looked_up(desk: Desk, capsys: Captured) -> None:
    desk.reserve_slot("tasting", 4)
    code, out, _ = run(capsys, "slots", "show", "house", "tasting", "lunch")
    assert (code, out.splitlines()) == (
        1,
        [
            "tasting: Sunday 1 May 2050, 19:00, 4 of 10 covers reserved, version 2",
            "lunch: no such slot",
        ],
    )
    code, data = as_json(capsys, "slots", "show", "house", "tasting")
    assert (code, data["unknown"]) == (0, [])
    (slot,) = data["slots"]
    assert (slot["available"], slot["reserved"], slot["left"], slot["version"]) == (10, 4, 6, 2)
    assert slot["local_start"] == "2050-05-01T19:00:00+00:00"


def test_more_covers_than_are_left_are_a_no(desk: Desk, capsys: Captured) -> None:
    asked = ("slots", "reserve", "house", "tasting", "--covers", "11")
    code, out, _ = run(capsys, *asked)
    assert (code, out.startswith("no: 10 covers at ")) == (1, True)
    assert out.endswith("0 reserved, 11 asked for (SLOT_FULL)\n")
    code, data = as_json(capsys, *asked)
    assert (code, data["slot"], data["refusal"]["code"]) == (1, None, "SLOT_FULL")
    slot = desk.find_slot("tasting")
    assert slot is not None
    assert (slot.reserved, slot.version) == (0, 1)


def test_another_version_and_a_slot_in_use_are_a_no(desk: Desk, capsys: Captured) -> None:
    desk.reserve_slot("tasting", 3)
    stale = ("house", "tasting", "--expected", "1")
    code, out, _ = run(capsys, "slots", "reserve", *stale, "--covers", "1")
    assert (code, out[:31]) == (1, "no: the slot is at version 2; t")
    assert run(capsys, "slots", "close", *stale)[0] == 1
    code, data = as_json(capsys, "slots", "close", "house", "tasting")
    assert (code, data["slot"], data["refusal"]) == (1, None, None)
    assert data["problem"] == "the slot 'tasting' is in use by 3 reserved covers"
    slot = desk.find_slot("tasting")
    assert slot is not None
    assert slot.reserved == 3


def test_a_change_happens_once_under_its_key(desk: Desk, capsys: Captured) -> None:
    asked = ("slots", "reserve", "house", "tasting", "--covers", "6", "--key", "k1")
    first, again = as_json(capsys, *asked)[1], as_json(capsys, *asked)[1]
    assert (first["slot"]["receipt"]["replayed"], again["slot"]["receipt"]["replayed"]) == (
        False,
        True,
    )
    slot = desk.find_slot("tasting")
    assert slot is not None
    assert slot.reserved == 6


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("show", "house"), "the following arguments are required: SLOT"),
        (("show", "there", "tasting"), "there"),
        (("show", "house", "no slot"), "SLOT: must be 1 to 64 characters"),
        (("reserve", "house", "lunch", "--covers", "1"), "lunch"),
        (("reserve", "house", "tasting", "--covers", "0"), "--covers: must be a whole number"),
        (("reserve", "house", "tasting"), "the following arguments are required: --covers"),
        (("release", "house", "tasting", "--covers", "1"), "--covers: must be at most the 0"),
        (("open", "house", "--at", "soon", "--covers", "1"), "--at: must be a date and time"),
        (("open", "house", "--at", "2020-05-01T19:00", "--covers", "1"), "--at: must not have"),
        (("open", "house", "--at", "2050-05-01T19:00", "--covers", "-1"), "--covers: must be a"),
        (
            ("open", "house", "--at", "2050-05-01T19:00", "--covers", "1", "--slot", "tasting"),
            "tasting",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_wrong_input_is_one_line(capsys: Captured, arguments: tuple[str, ...], text: str) -> None:
    assert text in refused_input(capsys, "slots", *arguments)
