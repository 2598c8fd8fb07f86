"""``fourtop simulate`` and ``fourtop study``: numbers, pages, progress, and wrong input."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import pytest

from fourtop import Engine, SqlStore, dumps_house, sample
from fourtop.cli.database import VARIABLE
from fourtop.cli.progress import ProgressBar, bar_text, shown_progress
from fourtop.simulation import METRICS, Scenario, Simulation, simulate
from fourtop.simulation.demand_document import loads_demand
from fourtop.simulation.studies import buffers, worth_of_joins
from tests.database.furnished import sqlite_url
from tests.evening import STAFF
from tests.unit.cli_case import Captured, as_json, bookings, refused_input, run
from tests.unit.studied_house import HOUSE

DEMAND_TEXT = json.dumps(
    {
        "format": "fourtop/demand/1",
        "requests": 9,
        "parties": [{"sizes": [2], "share": 0.5}, {"sizes": [3, 4, 8], "share": 0.5}],
        "starts": {"18:00": 1, "19:00": 2, "20:00": 1},
        "patience_minutes": 10,
        "lead_minutes": 600,
    }
)


@pytest.fixture
def floor(tmp_path: Path) -> str:
    path = tmp_path / "house.json"
    path.write_text(dumps_house(HOUSE.house), encoding="utf-8")
    return str(path)


@pytest.fixture
def demand(tmp_path: Path) -> str:
    path = tmp_path / "demand.json"
    path.write_text(DEMAND_TEXT, encoding="utf-8")
    return str(path)


@pytest.fixture
def typed(floor: str, demand: str) -> tuple[str, ...]:
    """The arguments of a small house with its demand."""
    return (floor, "--demand", demand, "--evenings", "2", "--seed", "2")


def played() -> Simulation:
    return simulate(HOUSE.house, loads_demand(DEMAND_TEXT), evenings=2, seed=2)


# ---- simulate


def test_the_pub_is_simulated_out_of_the_box(capsys: Captured) -> None:
    code, out, err = run(capsys, "simulate", "--evenings", "2")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "The Pub: 10 tables, 49 seats, 11 joins"
    assert "2 evenings with 20 requests and 3.2 covers a party on average, seed 1" in lines[1]
    expected = simulate(sample.pub(), sample.pub_demand(), evenings=2).covers
    assert re.search(rf"^  covers seated +{re.escape(expected.text)}  covers$", out, re.MULTILINE)
    assert all(len(line) <= 100 for line in lines)


def test_a_simulation_as_json_has_each_metric(typed: tuple[str, ...], capsys: Captured) -> None:
    code, data = as_json(capsys, "simulate", *typed)
    found = played()
    assert code == 0
    assert (data["restaurant"], data["evenings"], data["seed"]) == ("house", 2, 2)
    assert data["metrics"]["covers"] == {
        "mean": found.covers.mean,
        "half_width": found.covers.half_width,
        "unit": "covers",
    }
    spend = {"revenue", "revpash"}
    assert list(data["metrics"]) == [each.name for each in METRICS if each.name not in spend]
    assert list(data["refusals"]) == list(found.refusals) != []


def test_one_evening_has_no_interval(typed: tuple[str, ...], capsys: Captured) -> None:
    _, data = as_json(capsys, "simulate", *typed, "--evenings", "1")
    assert data["metrics"]["covers"]["half_width"] is None


@pytest.mark.slow
def test_worker_processes_play_the_same(typed: tuple[str, ...], capsys: Captured) -> None:
    alone = as_json(capsys, "simulate", *typed)
    assert as_json(capsys, "simulate", *typed, "--processes", "2") == alone


@pytest.mark.slow
def test_a_restaurant_of_a_database_is_simulated(
    tmp_path: Path, demand: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = sqlite_url(tmp_path / "night.db")
    store = SqlStore(url)
    Engine(store).add_restaurant(HOUSE.house, actor=STAFF)
    store.close()
    monkeypatch.setenv(VARIABLE, url)
    arguments = ("simulate", "--restaurant", "house", "--demand", demand, "--evenings", "2")
    _, data = as_json(capsys, *arguments, "--seed", "2")
    assert data["metrics"]["covers"]["mean"] == played().covers.mean
    # Without a restaurant the variable is not used: the sample is simulated.
    assert as_json(capsys, "simulate", "--evenings", "1")[1]["restaurant"] == "the-pub"


def test_past_bookings_are_a_demand(tmp_path: Path, floor: str, capsys: Captured) -> None:
    rows = bookings(
        tmp_path,
        "b1,2,2026-05-01T19:00,2026-05-01T20:30,1",
        "b2,4,2026-05-02T19:00,2026-05-02T20:30,3",
        "b3,4,2026-05-02T19:00,2026-05-02T20:30,4",
    )
    code, data = as_json(capsys, "simulate", floor, "--bookings", rows, "--evenings", "30")
    assert code == 0
    # Ten covers on two dates.
    covers = data["metrics"]["covers_requested"]
    assert covers["mean"] == pytest.approx(5, abs=2 * covers["half_width"])


def test_the_number_of_requests_can_be_given(typed: tuple[str, ...], capsys: Captured) -> None:
    _, data = as_json(capsys, "simulate", *typed, "--requests", "0")
    assert data["metrics"]["requests"]["mean"] == 0


# ---- study


def test_a_study_shows_its_sentence_and_a_row_per_variant(
    typed: tuple[str, ...], capsys: Captured
) -> None:
    code, out, err = run(capsys, "study", "buffers", *typed, "--value", "15", "--value", "60")
    house = Scenario(HOUSE.house, loads_demand(DEMAND_TEXT))
    found = buffers(house, (15, 60), evenings=2, seed=2)
    assert (code, err) == (0, "")
    assert out.startswith("Buffers: House\n")
    assert found.sentence in out.replace("\n", " ")
    lines = out.splitlines()
    (row,) = (line for line in lines if line.startswith("  60-minute buffer"))
    assert found.effect("60-minute buffer").joint.signed_text in row
    assert all(len(line) <= 100 for line in lines)


def test_a_study_as_json_has_both_intervals(typed: tuple[str, ...], capsys: Captured) -> None:
    arguments = ("study", "joins", *typed, "--join", "2 + 3", "--only-new")
    _, data = as_json(capsys, *arguments, "--metric", "refused", "--per", "evening")
    house = Scenario(HOUSE.house, loads_demand(DEMAND_TEXT))
    found = worth_of_joins(
        house, [("2", "3")], existing=False, evenings=2, seed=2, metric="refused", per="evening"
    )
    (variant,) = data["variants"]
    effect = found.effect("join 2 + 3")
    assert variant["variant"] == "join 2 + 3"
    assert variant["difference"] == {
        "mean": effect.joint.mean,
        "half_width": effect.joint.half_width,
        "unit": "parties an evening",
    }
    assert variant["half_width_alone"] == effect.alone.half_width
    assert (data["sentence"], data["best"]) == (found.sentence, found.best.name)
    assert data["base"]["mean"] == found.value("the present house").mean


@pytest.mark.parametrize(
    ("arguments", "variant"),
    [
        (("turn-times", "--value", "120", "--stays-follow"), "120 minutes"),
        (("pacing", "--value", "8", "--interval", "30"), "8 covers each 30 minutes"),
        (
            ("minimum-parties", "--value", "3", "--seats-from", "4"),
            "from 3 people at tables for 4 or more",
        ),
        (("notice", "--value", "60"), "60 minutes of notice"),
        (("joins",), "without 1 + 2"),
        (
            ("accept-rules", "--rule", "tests.unit.studied_house:no_small_parties"),
            "no_small_parties",
        ),
        (("table-mix", "--seats", "8", "--size", "4", "--gap", "500"), "2 × 4"),
    ],
)
def test_each_study_runs(
    arguments: tuple[str, ...], variant: str, typed: tuple[str, ...], capsys: Captured
) -> None:
    _, data = as_json(capsys, "study", *arguments, *typed, "--evenings", "1")
    assert variant in [each["variant"] for each in data["variants"]]
    assert bool(data["notes"]) is (arguments[0] == "table-mix")


# ---- pages


@pytest.mark.parametrize("command", [("simulate",), ("study", "buffers", "--value", "30")])
def test_the_page_stands_alone(
    command: tuple[str, ...], typed: tuple[str, ...], tmp_path: Path, capsys: Captured
) -> None:
    page = tmp_path / "page.html"
    code, out, _ = run(capsys, *command, *typed, "--html", str(page))
    text = page.read_text("utf-8")
    assert code == 0
    assert out.endswith(f"page written to {page}\n")
    assert text.startswith("<!DOCTYPE html>")
    assert "<svg " in text
    assert "prefers-color-scheme:dark" in text
    # It loads nothing and runs nothing.
    assert not re.search(r"<script|<link|<img|@import|src=|url\((?!#)", text)
    assert "House" in text


# ---- progress


def shown_on_a_terminal(write: Callable[[TextIO], None]) -> str:
    """Let a function write to a pseudo-terminal; return what the terminal got."""
    master, slave = os.openpty()
    with (
        os.fdopen(master, "rb", buffering=0) as terminal,
        os.fdopen(slave, "w", encoding="utf-8") as stream,
    ):
        write(stream)
        # The reader sees this mark last; a closed terminal may lose what it has not read.
        stream.write("END")
        stream.flush()
        text = ""
        while not text.endswith("END"):
            text += terminal.read(10_000).decode()
    return text.removesuffix("END")


def test_a_terminal_shows_a_bar_and_removes_it() -> None:
    def play(stream: TextIO) -> None:
        with shown_progress(stream) as progress:
            assert progress is not None
            progress(1, 4)
            progress(4, 4)

    drawn = shown_on_a_terminal(play).split("\r")
    assert drawn[1].startswith("[#######                       ]  25 %, 1 of 4 evenings")
    assert drawn[2].startswith("[##############################] 100 %, 4 of 4 evenings")
    # The line is empty at the end.
    assert drawn[3].strip() == drawn[4] == ""


def test_a_file_shows_no_bar(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w") as stream, shown_progress(stream) as progress:
        assert progress is None


def test_a_bar_is_drawn_ten_times_a_second_and_at_the_end() -> None:
    times = iter((0.0, 0.0, 0.05, 0.11, 0.12))
    stream = io.StringIO()
    bar = ProgressBar(stream, partial(next, times))
    for done in (1, 2, 3, 4):
        bar(done, 4)
    assert re.findall(r"(\d) of 4", stream.getvalue()) == ["1", "3", "4"]


def test_a_bar_says_how_long_it_takes() -> None:
    assert bar_text(0, 10, 0).endswith("]   0 %, 0 of 10 evenings")
    # The first evenings tell little.
    assert bar_text(49, 1_000, 50).endswith("49 of 1,000 evenings")
    assert bar_text(50, 1_000, 50).endswith("50 of 1,000 evenings, 16 min left")


# ---- wrong input


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("simulate", "nowhere.json"), "nowhere.json: neither a file nor the sample (pub)"),
        (("simulate", "--evenings", "0"), "--evenings: must be a whole number from 1"),
        (("simulate", "--seed", "-1"), "--seed: must be a whole number from 0"),
        (("simulate", "--processes", "0"), "--processes: must be a whole number from 1"),
        (("simulate", "--requests", "-3"), "--requests:"),
        (("simulate", "--demand", "nowhere.json"), "nowhere.json: No such file"),
        (("simulate", "pub", "--restaurant", "x"), "--store, --restaurant: name a database"),
        (("simulate", "--demand", "pub", "--bookings", "x"), "--demand, --bookings: give one"),
        (("simulate", "--html", "no/such/page.html", "--evenings", "1"), "--html: cannot be"),
        (("study",), "the following arguments are required: NAME"),
        (("study", "luck"), "argument NAME: invalid choice: 'luck'"),
        (("study", "buffers", "--value", "500"), "--value: must be a whole number from 0 to 120"),
        (("study", "buffers", "--metric", "fun"), "--metric: must be one of covers, parties"),
        (("study", "joins", "--join", "3+4"), "--join: must be pairs of tables of this floor"),
        (("study", "minimum-parties", "--seats-from", "9"), "--seats-from: must be at most 6"),
        (("study", "table-mix", "--seats", "7"), "--seats: must be a sum of (2, 4, 6)"),
        (("study", "table-mix", "--size", "0"), "--size: must be a whole number from 1"),
        (("study", "table-mix", "--gap", "0"), "--gap:"),
        (("study", "accept-rules", "--rule", "x"), "--rule: must be package.module:function"),
        (
            ("study", "accept-rules", "--rule", "os:getcwd", "--rule", "os:getcwd"),
            "--rule: must name functions of different names",
        ),
    ],
)
def test_wrong_input_is_named(arguments: tuple[str, ...], text: str, capsys: Captured) -> None:
    assert refused_input(capsys, *arguments).startswith(text)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"format": "fourtop/demand/2"}, "format: must be fourtop/demand/1"),
        ({"requests": -1}, "requests: "),
        ({"parties": [{"sizes": [], "share": 1}]}, "parties[0].share: must have sizes and their"),
        ({"parties": [{"sizes": [2.5], "share": 1}]}, "parties[0].sizes: must be whole numbers"),
        ({"parties": [{"sizes": [2], "share": -1}]}, "party_weights: "),
        ({"starts": {"7 pm": 1}}, "starts: "),
        ({"channels": {"web": 0.4}}, "channels: must have shares that add up to 1"),
        ({"cancel_share": 2}, "cancel_share: "),
        ({"lead_minutes": -5}, "lead_minutes: "),
        ({"mood": 1}, "mood: must be one of the keys"),
    ],
)
def test_a_wrong_demand_is_named(
    change: dict[str, Any], text: str, tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "demand.json"
    path.write_text(json.dumps({**json.loads(DEMAND_TEXT), **change}), encoding="utf-8")
    assert refused_input(capsys, "simulate", "--demand", str(path)).startswith(f"{path}: {text}")


# ---- quality


@pytest.mark.slow
def test_a_study_of_quality_shows_each_gain_with_its_base(
    typed: tuple[str, ...], tmp_path: Path, capsys: Captured
) -> None:
    page = tmp_path / "quality.html"
    asked = ("study", "quality", *typed, "--moves", "1", "--better", "0.5", "--flexible", "15")
    code, out, err = run(capsys, *asked, "--html", str(page))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "Seating quality: House"
    assert "re-seating with at most 1 move against the default ranking" in lines
    assert "the default ranking against islands first" in lines
    assert lines[-1] == f"page written to {page}"
    assert "The gains do not add up" in out
    assert "5 tables, 18 seats" in " ".join(lines)
    assert all(len(line) <= 100 for line in lines[:-1])
    text = page.read_text("utf-8")
    for words in ("The gains do not add up", "islands first", "5 tables, 18 seats", "In words"):
        assert words in text


@pytest.mark.slow
def test_a_study_of_quality_is_data(typed: tuple[str, ...], capsys: Captured) -> None:
    code, data = as_json(capsys, "study", "quality", *typed, "--moves", "0")
    assert (code, data["evenings"], data["seed"], data["metric"]) == (0, 2, 2, "covers")
    assert [each["part"] for each in data["gains"]] == ["ranking"] * 3 + ["steering"] * 2
    first = data["gains"][0]
    assert (first["base"], first["variant"]) == ("alphabetical order", "the default ranking")
    assert first["difference"]["unit"] == "covers an evening"
    assert first["percent"]["unit"] == "%"
    assert first["base"] in first["sentence"]
    assert data["html"] is None


def test_wrong_numbers_of_a_study_of_quality_are_refused(
    typed: tuple[str, ...], capsys: Captured
) -> None:
    asked = ("study", "quality", *typed)
    assert refused_input(capsys, *asked, "--moves", "6").startswith("--moves: must be")
    assert refused_input(capsys, *asked, "--flexible", "900").startswith("--flexible: must be")
    assert refused_input(capsys, *asked, "--better", "-1").startswith("--better: must be")
