"""``fourtop plan-day``: the moves of a date, their gap, and the commit."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fourtop import Booking, DayPlan, Desk, Engine, ManualClock, Refused, SqlStore, sketch_floor
from fourtop.cli.database import VARIABLE
from tests.database.furnished import sqlite_url
from tests.evening import NOW, STAFF, a_house, booked, open_desk, party_size, window
from tests.unit.cli_case import Captured, as_json, refused_input, run

FRIDAY = ("house", "2026-05-01")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Ann sits at the four, Bob and Cem wait; it is noon for the command, too."""
    url = sqlite_url(tmp_path / "kept.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, url)
    with SqlStore(url, clock=ManualClock(NOW)) as store:
        desk = open_desk(store, a_house(sketch_floor({"1": 2, "2": 4})), actor=STAFF)
        block = desk.block(window("17:00", "23:00"), tables=["1"], reason="for a test")
        booked(desk, 2, booking_id="ann")
        desk.unblock(block.id)
        for name, size in (("bob", 4), ("cem", 2)):
            desk.book(party_size(size), booking_id=name, tables="later")

        def engine_at_noon(_: object) -> Engine:
            return Engine(store)

        monkeypatch.setattr("fourtop.cli.desk.Engine", engine_at_noon)
        yield desk


def test_the_moves_are_shown_and_nothing_is_written(desk: Desk, capsys: Captured) -> None:
    before = desk.versions()
    code, out, err = run(capsys, "plan-day", *FRIDAY, "--nodes", "300")
    assert (code, err) == (1, "")
    assert out.splitlines() == [
        "House, Friday 1 May 2026: covers 6 (now 2), 1 assigned, 1 moved, 1 left",
        "optimal",
        "",
        "19:00  ann, 2 people: 2 → 1",
        "19:00  bob, 4 people: no tables → 2",
        "19:00  cem, 2 people: left without tables: other parties get the tables",
        "",
        "0 bookings at the tables that they have",
    ]
    assert desk.versions() == before


def test_the_moves_are_made_on_request(desk: Desk, capsys: Captured) -> None:
    desk.cancel("cem")
    code, out, _ = run(capsys, "plan-day", *FRIDAY, "--nodes", "300", "--commit")
    assert (code, out.splitlines()[-1]) == (0, "committed: 2 bookings")
    assert desk.get_booking("bob").tables == ("2",)
    code, data = as_json(capsys, "plan-day", *FRIDAY, "--optimum", "--commit")
    assert (code, data["moves"], data["gap_percent"], data["is_committed"]) == (0, [], 0.0, True)
    assert run(capsys, "plan-day", *FRIDAY)[1].splitlines() == [
        "House, Friday 1 May 2026: covers 6 (now 6)",
        "optimal",
        "2 bookings at the tables that they have",
    ]


def test_amounts_are_read_from_a_file(desk: Desk, capsys: Captured) -> None:
    Path("amounts.json").write_text('{"bob": 10, "cem": 90, "ann": 5}', encoding="utf-8")
    terms = ("--objective", "revenue", "--values", "amounts.json", "--nodes", "300")
    _, data = as_json(capsys, "plan-day", *FRIDAY, *terms)
    assert (data["objective"], data["value"]) == ("revenue", 95)
    assert desk.get_booking("cem").tables == ()


@pytest.mark.usefixtures("desk")
def test_wrong_input_is_one_line(capsys: Captured) -> None:
    Path("list.json").write_text("[1]", encoding="utf-8")
    Path("text.json").write_text("{", encoding="utf-8")
    for arguments, says in (
        (("house", "May"), "must be a date"),
        (("house",), "required: DATE"),
        ((*FRIDAY, "--objective", "luck"), "--objective: must be one of covers, revenue"),
        ((*FRIDAY, "--nodes", "-1"), "--nodes: must be a whole number from 1"),
        ((*FRIDAY, "--seed", "-1"), "--seed: must be a whole number from 0"),
        ((*FRIDAY, "--objective", "revenue"), "--values: must give the amounts"),
        ((*FRIDAY, "--values", "missing.json"), "missing.json: No such file"),
        ((*FRIDAY, "--values", "list.json"), "must be a JSON object"),
        ((*FRIDAY, "--values", "text.json"), "must be a JSON object"),
        (("nowhere", "2026-05-01"), "nowhere"),
    ):
        assert says in refused_input(capsys, "plan-day", *arguments)


@pytest.mark.usefixtures("desk")
def test_without_the_extra_the_gap_is_unknown(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "highspy", None)
    assert "gap unknown" in run(capsys, "plan-day", *FRIDAY, "--nodes", "300")[1]
    says = refused_input(capsys, "plan-day", *FRIDAY, "--optimum")
    assert says.endswith("install fourtop[optimize]")


def test_a_refused_commit_is_a_no(
    desk: Desk, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = Desk.commit_day_plan

    def commit_late(late: Desk, plan: DayPlan) -> tuple[Booking, ...]:
        late.block(window("20:00", "21:00"), tables=["1"], reason="a leak")
        return commit(late, plan)

    monkeypatch.setattr("fourtop.Desk.commit_day_plan", commit_late)
    code, out, _ = run(capsys, "plan-day", *FRIDAY, "--nodes", "300", "--commit")
    assert code == 1
    assert out.splitlines()[-1].startswith("not committed: ")
    with pytest.raises(Refused):
        booked(desk, 2, tables=["1"])


def test_the_moves_are_drawn_before_they_are_made(
    desk: Desk, tmp_path: Path, capsys: Captured
) -> None:
    page = tmp_path / "plan.html"
    asked = ("plan-day", *FRIDAY, "--nodes", "300", "--html", str(page))
    code, out, _ = run(capsys, *asked)
    assert (code, out.splitlines()[-1]) == (1, f"page written to {page}")
    text = page.read_text("utf-8")
    assert "ann, party of 2, 19:00: 2 → 1" in text
    assert "cem, party of 2, is left without tables: other parties get the tables" in text
    desk.cancel("cem")
    code, data = as_json(capsys, *asked, "--commit")
    assert (code, data["html"], data["is_committed"]) == (0, str(page), True)
    assert "is left without tables" not in page.read_text("utf-8")


def test_a_page_that_cannot_be_written_makes_no_move(
    desk: Desk, tmp_path: Path, capsys: Captured
) -> None:
    before = desk.versions()
    path = str(tmp_path / "none" / "plan.html")
    asked = ("plan-day", *FRIDAY, "--nodes", "300", "--commit", "--html", path)
    assert refused_input(capsys, *asked).startswith("--html: ")
    assert desk.versions() == before
