from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import attrs
import pytest
from jsonschema import Draft202012Validator

from fourtop import (
    Audit,
    Availability,
    BookingRequest,
    Desk,
    Overlap,
    dumps_house,
    house_schema,
    sample,
    sketch_floor,
    sketch_house,
)
from fourtop.cli import main
from fourtop.cli.inputs import open_desk, open_house, read_bookings
from fourtop.model.capacity_rules import CapacityRule
from tests.evening import at
from tests.unit.cli_case import (
    AT,
    NOW,
    Captured,
    a_floor,
    as_json,
    bookings,
    quoted,
    refused_input,
    run,
)

# ---- plan


def test_plan_is_the_quote_of_the_desk(capsys: Captured) -> None:
    code, data = as_json(capsys, "plan", "pub", "--party", "9", "--at", AT, "--now", NOW)
    quote = quoted(open_desk(sample.pub(), now=NOW), 9)
    assert code == 0
    assert data["refusal"] is None
    assert tuple(data["plan"]["tables"]) == quote.plan.tables
    assert data["plan"]["score"] == quote.plan.score.total
    assert [tuple(other["tables"]) for other in data["others"]] == [
        other.tables for other in quote.others
    ]
    assert [term["name"] for term in data["plan"]["terms"]] == [
        term.name for term in quote.plan.score.terms
    ]
    assert data["stay"]["dining"] == {
        "start": "2026-05-01T19:00:00+01:00",
        "end": "2026-05-01T21:30:00+01:00",
    }


def test_plan_tells_people_the_tables_the_score_and_the_next_best(capsys: Captured) -> None:
    code, out, _ = run(capsys, "plan", "pub", "--party", "9", "--at", AT, "--now", NOW)
    quote = quoted(open_desk(sample.pub(), now=NOW), 9)
    assert code == 0
    assert "The Pub, Friday 1 May 2026, 19:00: a party of 9" in out
    score = f"{quote.plan.score.total:.3f}"
    best = f"best: Dining 4a + Dining 6a: 10 seats, 1 over, score {score}, until 21:30"
    assert best in out
    for term in quote.plan.score.terms:
        assert re.search(rf"{term.name} +[0-9.]+  costs +{term.cost:.3f}\n", out)
    assert out.count("score") == 1 + len(quote.others)


def test_a_refusal_is_an_answer_and_not_an_error(capsys: Captured) -> None:
    code, out, err = run(capsys, "plan", "pub", "--party", "30", "--at", AT, "--now", NOW)
    assert (code, err) == (1, "")
    reason = "no: no table or combination on this floor seats a party of 30 (PARTY_NEVER_FITS)"
    assert f"{reason}\nproof: no_plan" in out
    code, data = as_json(capsys, "plan", "pub", "--party", "30", "--at", AT, "--now", NOW)
    assert code == 1
    assert data["plan"] is None
    assert data["refusal"]["reasons"][0]["details"] == {"party_size": 30}


def test_every_reason_of_a_refusal_is_told(capsys: Captured, tmp_path: Path) -> None:
    house = sample.pub()
    rules = [CapacityRule(max_covers=3, max_parties=0)]
    capped = attrs.evolve(house, policy=attrs.evolve(house.policy, capacity_rules=rules))
    floor = a_floor(tmp_path, dumps_house(capped))
    code, out, _ = run(capsys, "plan", floor, "--party", "4", "--at", AT, "--now", NOW)
    assert code == 1
    assert "limited to 3 covers" in out
    assert "limited to 0 parties" in out
    code, out, _ = run(
        capsys, "availability", floor, "--party", "4", "--on", "2026-05-01", "--now", NOW
    )
    assert "evening: 0 of 3 covers, 0 of 0 parties booked" in out


def test_availability_shows_the_cost_of_each_start(capsys: Captured) -> None:
    how = ("availability", "pub", "--on", "2026-05-01", "--party", "2", "--party", "40")
    _, data = as_json(capsys, *how, "--now", NOW)
    assert {slot["cost"] for slot in data["slots"]} == {None}
    code, data = as_json(capsys, *how, "--now", NOW, "--costs", "--demand", "pub")
    costs = {
        (slot["start"], slot["party_size"]): slot["cost"]["total"]
        for slot in data["slots"]
        if slot["cost"] is not None
    }
    assert code == 0
    assert {party_size for _, party_size in costs} == {2}
    assert costs["2026-05-01T18:30:00+01:00", 2] > costs["2026-05-01T21:00:00+01:00", 2]
    _, out, _ = run(capsys, *how, "--now", NOW, "--costs", "--demand", "pub")
    assert "\n18:30              0.4    -\n" in out
    assert "cost: the covers that later guests are expected to lose by a party" in out
    # In an empty house without a forecast no seat is wanted.
    _, out, _ = run(capsys, *how, "--now", NOW, "--costs")
    assert "\n21:00                0    -\n" in out


def test_a_demand_needs_the_costs(capsys: Captured) -> None:
    how = ("availability", "pub", "--on", "2026-05-01", "--party", "2", "--demand", "pub")
    assert refused_input(capsys, *how) == "--demand: needs --costs"


def test_plan_answers_are_of_the_same_shape(capsys: Captured) -> None:
    _, yes = as_json(capsys, "plan", "pub", "--party", "9", "--at", AT, "--now", NOW)
    _, no = as_json(capsys, "plan", "pub", "--party", "30", "--at", AT, "--now", NOW)
    assert list(yes) == list(no)


def test_a_plan_without_moves_is_drawn_on_the_floor(capsys: Captured, tmp_path: Path) -> None:
    page = tmp_path / "plan.html"
    asked = ("plan", "pub", "--party", "9", "--at", AT, "--now", NOW, "--html", str(page))
    assert as_json(capsys, *asked)[1]["html"] == str(page)
    text = page.read_text("utf-8")
    assert "Plans by score" in text
    assert "Moves" not in text


def test_plan_prints_the_moves_that_make_room(capsys: Captured, tmp_path: Path) -> None:
    house = sketch_house(
        "The Corner", sketch_floor({"1": 2, "2": 4, "3": 4}), timezone="Europe/London"
    )
    rows = [
        {"id": "ann", "party_size": 4, "start": AT, "tables": ["3"]},
        {"id": "ben", "party_size": 2, "start": AT, "tables": ["2"]},
    ]
    given = tmp_path / "bookings.json"
    given.write_text(json.dumps(rows), encoding="utf-8")
    where = ("plan", a_floor(tmp_path, dumps_house(house)), "--party", "4", "--at", AT)
    asked = (*where, "--now", NOW, "--bookings", str(given))
    code, out, _ = run(capsys, *asked)
    assert code == 1
    assert "proof: no_free_plan" in out
    code, out, _ = run(capsys, *asked, "--moves", "2")
    assert code == 0
    assert "after these moves:\n  ben: 2 to 1" in out
    code, data = as_json(capsys, *asked, "--moves", "2")
    assert data["reseating"]["moves"] == [{"booking_id": "ben", "before": ["2"], "after": ["1"]}]
    assert data["reseating"]["is_proven"]
    page = tmp_path / "plan.html"
    code, out, _ = run(capsys, *asked, "--moves", "2", "--html", str(page))
    assert (code, out.splitlines()[-1]) == (0, f"page written to {page}")
    assert "ben, party of 2, 19:00: 2 → 1" in page.read_text("utf-8")
    code, _, err = run(capsys, *asked, "--moves", "9")
    assert (code, err) == (2, "fourtop: --moves: must be a whole number from 0 to 5 (got 9)\n")


def test_plan_takes_a_floor_from_a_file(capsys: Captured, tmp_path: Path) -> None:
    of_file = as_json(capsys, "plan", a_floor(tmp_path), "--party", "9", "--at", AT, "--now", NOW)
    assert of_file == as_json(capsys, "plan", "pub", "--party", "9", "--at", AT, "--now", NOW)


def test_plan_knows_conditions_by_name(capsys: Captured) -> None:
    how = ("plan", "pub", "--party", "6", "--at", AT, "--now", NOW)
    _, data = as_json(capsys, *how, "--zone", "dining room")
    assert data["plan"]["numbers"] == ["Dining 6a"]
    assert as_json(capsys, *how, "--zone", "dining-room")[1] == data
    _, data = as_json(capsys, *how, "--area", "bar")
    assert data["plan"]["numbers"] == ["Big Bay"]
    for condition, field in (
        (("--feature", "step-free"), "must.features"),
        (("--seating", "booth"), "must.seatings"),
    ):
        code, _, err = run(capsys, *how, *condition)
        assert (code, field in err) == (2, True)


def test_plan_of_named_tables_is_these_or_none(capsys: Captured) -> None:
    how = ("plan", "pub", "--party", "7", "--at", AT, "--now", NOW)
    _, data = as_json(capsys, *how, "--table", "LOW 4A", "--table", "low-4b")
    assert data["plan"]["numbers"] == ["Low 4a", "Low 4b"]
    assert data["others"] == []
    code, data = as_json(capsys, *how, "--table", "Big Bay", "--table", "High 4")
    assert (code, data["refusal"]["code"]) == (1, "ADJACENCY_MISMATCH")


def test_bookings_are_in_the_way(capsys: Captured, tmp_path: Path) -> None:
    rows = bookings(tmp_path, "b1,4,2026-05-01T18:30,2026-05-01T20:30,Low 4a")
    how = ("plan", "pub", "--party", "4", "--at", AT, "--now", NOW, "--table", "Low 4a")
    assert run(capsys, *how)[0] == 0
    code, data = as_json(capsys, *how, "--bookings", rows)
    assert (code, data["refusal"]["code"]) == (1, "ALLOCATIONS_OVERLAP")
    assert data["refusal"]["reasons"][0]["details"]["in_the_way"][0]["owner_id"] == "b1"


def test_bookings_may_be_json(capsys: Captured, tmp_path: Path) -> None:
    path = tmp_path / "rows.JSON"
    path.write_text(
        '[{"id": "b1", "party_size": 4, "start": "2026-05-01T19:00", "tables": ["Low 4a"]}]',
        "utf-8",
    )
    _, data = as_json(
        capsys, "plan", "pub", "--party", "4", "--at", AT, "--now", NOW, "--bookings", str(path)
    )
    assert data["usage"]["booked_covers"] == 4


def test_no_rows_are_no_bookings(capsys: Captured, tmp_path: Path) -> None:
    rows = bookings(tmp_path)
    assert (
        run(capsys, "plan", "pub", "--party", "4", "--at", AT, "--now", NOW, "--bookings", rows)[0]
        == 0
    )
    assert run(capsys, "audit", "pub", "--bookings", rows)[0] == 0


def test_now_decides_what_is_past(capsys: Captured) -> None:
    how = ("plan", "pub", "--party", "4", "--at", AT)
    assert run(capsys, *how, "--now", "2026-05-01T19:05")[0] == 0
    assert (
        as_json(capsys, *how, "--now", "2026-05-01T18:06Z")[1]["refusal"]["code"]
        == "BOOKING_IN_PAST"
    )


def test_without_now_the_clock_of_the_machine_counts(capsys: Captured) -> None:
    assert run(capsys, "plan", "pub", "--party", "4", "--at", "2150-05-01T19:00")[0] == 0
    _, data = as_json(capsys, "plan", "pub", "--party", "4", "--at", "2020-05-01T19:00")
    assert data["refusal"]["code"] == "BOOKING_IN_PAST"


def test_times_may_have_an_offset(capsys: Captured) -> None:
    how = ("plan", "pub", "--party", "4", "--now", NOW, "--at")
    assert as_json(capsys, *how, "2026-05-01T18:00Z") == as_json(capsys, *how, AT)


# ---- availability


def test_availability_is_what_the_desk_offers(capsys: Captured, tmp_path: Path) -> None:
    row = "b1,12,2026-05-01T19:00,,Dining 4a+Dining 4b+Dining 6a+Dining 6b+Dining 6c"
    rows = bookings(tmp_path, row)
    how = (
        "availability",
        "pub",
        "--on",
        "2026-05-01",
        "--party",
        "9",
        "--party",
        "2",
        "--now",
        NOW,
        "--bookings",
        rows,
    )
    code, data = as_json(capsys, *how)
    desk = open_desk(sample.pub(), now=NOW)
    desk.import_bookings(read_bookings(rows))
    expected = desk.availability(at("18:00").date(), [2, 9])
    assert code == 0
    assert [(slot["party_size"], slot["spots"], slot["bookable"]) for slot in data["slots"]] == [
        (slot.party_size, slot.spots, slot.is_bookable) for slot in expected.slots
    ]
    assert data["slots"][0]["start"] == "2026-05-01T17:00:00+01:00"
    code, out, _ = run(capsys, *how)
    assert code == 0
    shown = dict(re.findall(r"^([0-9]{2}:[0-9]{2}) +(.*)$", out, re.MULTILINE))
    assert [re.split(" +", cells) for cells in shown.values()] == cells_of(expected)
    reason = "every table or combination that seats 9 is in use"
    assert f"- party of 9, 17 starts from 17:00 to 21:00: {reason}" in out
    assert "evening: 12 covers, 1 party booked" in out


def cells_of(found: Availability) -> list[list[str]]:
    spots = [str(slot.spots) if slot.is_bookable else "-" for slot in found.slots]
    return [spots[place : place + 2] for place in range(0, len(spots), 2)]


def test_counting_of_spots_stops_somewhere_and_says_so(capsys: Captured, tmp_path: Path) -> None:
    floor = sketch_floor({str(number): 2 for number in range(30)})
    path = a_floor(tmp_path, dumps_house(sketch_house("Hall", floor, timezone="UTC")))
    _, out, _ = run(
        capsys, "availability", path, "--on", "2026-05-01", "--party", "2", "--now", NOW
    )
    assert re.search(r"^13:00 +20\+$", out, re.MULTILINE)


def test_a_date_without_a_bookable_start_is_a_no(capsys: Captured, tmp_path: Path) -> None:
    assert (
        run(capsys, "availability", "pub", "--on", "2020-05-01", "--party", "2", "--now", NOW)[0]
        == 1
    )
    house = sample.pub()
    closed = attrs.evolve(house, policy=attrs.evolve(house.policy, closures=["2026-05-01"]))
    how = ("--on", "2026-05-01", "--party", "2", "--now", NOW)
    code, out, _ = run(capsys, "availability", a_floor(tmp_path, dumps_house(closed)), *how)
    assert code == 1
    assert "no: closed on 2026-05-01" in out


def test_availability_knows_conditions(capsys: Captured) -> None:
    how = ("availability", "pub", "--on", "2026-05-01", "--party", "12", "--now", NOW)
    assert run(capsys, *how)[0] == 0
    code, out, _ = run(capsys, *how, "--zone", "Bar")
    assert code == 1
    assert "NO_TABLES_MATCH" in out
    assert max(len(line) for line in out.splitlines()) <= 100


# ---- audit


def test_bookings_that_can_all_be_true_are_clean(capsys: Captured, tmp_path: Path) -> None:
    rows = bookings(
        tmp_path,
        "b1,4,2026-05-01T18:00,2026-05-01T19:30,Low 4a",
        "b2,4,2026-05-01T19:30,2026-05-01T21:00,Low 4a",
        "b3,8,2026-05-01T19:30,2026-05-01T21:00,Dining 4a+Dining 4b",
    )
    code, out, _ = run(capsys, "audit", "pub", "--bookings", rows, "--now", NOW)
    assert code == 0
    assert "The Pub: 3 bookings" in out
    assert "audit of 5 rows: 0 overlaps, 0 rows without an owner, 0 bookings without tables" in out
    code, data = as_json(capsys, "audit", "pub", "--bookings", rows, "--now", NOW)
    assert (code, data["clean"], data["imported"], data["problems"]) == (0, True, 3, [])


def test_everything_that_is_wrong_with_bookings_is_listed(capsys: Captured, tmp_path: Path) -> None:
    rows = bookings(
        tmp_path,
        "b1,4,2026-05-01T18:00,2026-05-01T20:00,Low 4a",
        "b2,4,2026-05-01T19:00,2026-05-01T21:00,Low 4a",
        "b3,4,2026-05-01T19:30,2026-05-01T21:00,Low 4a",
        "b4,4,2026-05-01T19:00,2026-05-01T21:00,Low 4c",
    )
    code, data = as_json(capsys, "audit", "pub", "--bookings", rows, "--now", NOW)
    assert (code, data["clean"], data["imported"]) == (1, False, 0)
    assert [problem.partition(":")[0] for problem in data["problems"]] == [
        "line 3",
        "line 4",
        "line 4",
        "line 5",
    ]
    code, out, err = run(capsys, "audit", "pub", "--bookings", rows, "--now", NOW)
    assert (code, err) == (1, "")
    assert "4 problems; nothing was imported" in out
    for problem in data["problems"]:
        assert problem in out.splitlines()


def test_whatever_an_audit_finds_is_listed(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(sample.pub(), now=NOW)
    held = [desk.hold(BookingRequest(4, at("18:00"))) for _ in range(2)]
    first, second, *_ = [
        row for row in desk.allocations(held[0].stay.occupied) if row.resource_type.value == "table"
    ]
    found = Audit(
        "the-pub", 4, overlaps=(Overlap(first, second),), orphans=(second,), without_tables=("b7",)
    )
    monkeypatch.setattr(Desk, "audit", lambda _: found)
    code, out, _ = run(capsys, "audit", "pub", "--bookings", bookings(tmp_path))
    assert code == 1
    assert "audit of 4 rows: 1 overlap, 1 row without an owner, 1 booking without tables" in out
    assert (
        f"overlap: table {first.resource_id} of hold {first.owner_id}, 2026-05-01T19:00:00+01:00 to"
        in out
    )
    assert f"without an owner: table {second.resource_id} of hold {second.owner_id}" in out
    assert "without tables: booking b7" in out
    code, data = as_json(capsys, "audit", "pub", "--bookings", bookings(tmp_path))
    assert (code, data["clean"], data["without_tables"]) == (1, False, ["b7"])
    assert data["overlaps"][0]["first"]["id"] == first.id
    assert data["orphans"][0]["owner_kind"] == "hold"


# ---- the rest of the command


def test_schema_is_the_published_one(capsys: Captured) -> None:
    code, out, _ = run(capsys, "schema")
    assert code == 0
    assert json.loads(out) == house_schema()
    Draft202012Validator(json.loads(out)).validate(
        json.loads(files(sample).joinpath("pub.json").read_text("utf-8"))
    )


def test_version_is_that_of_the_package(capsys: Captured) -> None:
    code, out, err = run(capsys, "--version")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"fourtop ([0-9]+\.[0-9]+\.[0-9]+|\(not installed\))\n", out)


@pytest.mark.parametrize(
    "command", [[], ["demo"], ["plan"], ["availability"], ["audit"], ["schema"]]
)
def test_help_is_no_error(capsys: Captured, command: list[str]) -> None:
    code, out, err = run(capsys, *command, "--help")
    assert (code, err) == (0, "")
    assert out.startswith("usage: fourtop")


def test_finding_30_fourtop_alone_lists_the_commands(capsys: Captured) -> None:
    code, out, err = run(capsys)
    assert (code, err) == (0, "")
    names = ("demo", "plan", "availability", "audit", "migrate", "doctor", "jobs", "schema")
    listed = re.findall(r"^    (\w+)\b", out, re.MULTILINE)
    assert [name for name in names if name not in listed] == []


# ---- what the terminal may do to us


def test_a_terminal_without_a_character_gets_a_question_mark(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    house = sketch_house("Café Zoë", sketch_floor({"Bar 1": 4}), timezone="UTC")
    floor = a_floor(tmp_path, dumps_house(house))
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert main(["plan", floor, "--party", "4", "--at", AT, "--now", NOW]) == 0
    assert raw.getvalue().startswith(b"Caf? Zo?, Friday 1 May 2026")


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [["demo"], ["--help"], ["--version"]], ids=lambda command: command[0]
)
def test_a_pipe_that_nobody_reads_is_quiet(command: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "fourtop.cli", *command],
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_an_interruption_is_quiet(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_floor: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("fourtop.cli.request_parser.open_house", interrupt)
    assert run(capsys, "plan", "pub", "--party", "4", "--at", AT) == (130, "", "")


def test_the_sample_is_opened_by_its_name() -> None:
    assert open_house("pub") == sample.pub()
