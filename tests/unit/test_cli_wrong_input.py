"""Wrong input on the command line: one line, exit code 2, no traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fourtop import (
    dumps_house,
    sample,
)
from fourtop.cli import main
from tests.unit.cli_case import (
    AT,
    NOW,
    ROWS,
    Captured,
    a_floor,
    bookings,
    refused_input,
)

PLAN = ("plan", "pub", "--now", NOW)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["dine"], "invalid choice: 'dine'"),
        (["plan"], "required: FLOOR, --party, --at"),
        (["plan", "pub", "--party", "4"], "required: --at"),
        (["audit", "pub"], "required: --bookings"),
        (["availability", "pub", "--party", "4"], "required: --on"),
        (["demo", "--seeds", "1"], "unrecognized arguments: --seeds"),
        (["demo", "--seed", "1.5"], "--seed: must be a whole number (got '1.5')"),
        (["demo", "--seed", "9" * 5_000], "(5002 characters)"),
        (["demo", "--on", "2026-02-30"], "--on: must be a date"),
        (["demo", "--on", "1066-10-14"], "--on: must be a date"),
        (
            [*PLAN, "--at", AT, "--party", "0"],
            "--party: must be a whole number from 1 to 1000 (got 0)",
        ),
        (
            [*PLAN, "--at", AT, "--party", "-1"],
            "--party: must be a whole number from 1 to 1000 (got -1)",
        ),
        ([*PLAN, "--at", AT, "--party", "1000000000"], "from 1 to 1000"),
        ([*PLAN, "--at", AT, "--party", "2.5"], "must be a whole number (got '2.5')"),
        ([*PLAN, "--at", AT, "--party", "True"], "must be a whole number (got 'True')"),
        ([*PLAN, "--at", AT, "--party", "nan"], "must be a whole number (got 'nan')"),
        ([*PLAN, "--at", AT, "--party", "٤"], "must be a whole number"),
        ([*PLAN, "--at", "tonight", "--party", "4"], "at: must be a date and time"),
        ([*PLAN, "--at", "2026-05-01", "--party", "4"], "at: must be a date and time"),
        (
            [*PLAN, "--at", "2026-03-29T01:30", "--party", "4"],
            "the local time does not exist; use",
        ),
        (
            [*PLAN, "--at", "2026-10-25T01:30", "--party", "4"],
            "the local time occurs twice; use 2026-10-25T01:30:00+01:00 or",
        ),
        ([*PLAN, "--at", "1066-10-14T10:00Z", "--party", "4"], "1970 to 2199"),
        ([*PLAN, "--at", AT, "--party", "4", "--now", "noon"], "now: must be a date and time"),
        ([*PLAN, "--at", AT, "--party", "4", "--zone", "Terrace"], "there is no zone 'Terrace'"),
        ([*PLAN, "--at", AT, "--party", "4", "--table", "99"], "there is no table '99'"),
        (
            [*PLAN, "--at", AT, "--party", "4", "--area", "moon"],
            "--area: must be one of indoor, outdoor, bar",
        ),
        ([*PLAN, "--at", AT, "--party", "4", "--feature", ""], "features: must be"),
        ([*PLAN, "--at", AT, "--party", "4", "--occasion", "a b"], "occasion: must be"),
        (
            ["availability", "pub", "--on", "2026-05-01", "--party", "0"],
            "must be a whole number from 1 to 1000",
        ),
        (
            ["plan", "/nowhere/floor.json", "--party", "4", "--at", AT],
            "/nowhere/floor.json: neither a file nor the sample (pub)",
        ),
        (
            ["plan", "pubb", "--party", "4", "--at", AT],
            "pubb: neither a file nor the sample (pub)",
        ),
        (["plan", "nul\0.json", "--party", "4", "--at", AT], "must be paths of files"),
        (
            ["audit", "pub", "--bookings", "/nowhere/rows.csv"],
            "/nowhere/rows.csv: No such file or directory",
        ),
    ],
)
def test_wrong_arguments_get_one_line(capsys: Captured, arguments: list[str], says: str) -> None:
    assert says in refused_input(capsys, *arguments)


def broken(change: str) -> str:
    """A house document in which one thing is wrong."""
    document = json.loads(dumps_house(sample.pub()))
    exec(change, {"house": document})  # noqa: S102  # The changes stand below, in this file.
    return json.dumps(document)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("house['tables'][3]['capacity'] = 0", "tables[3].capacity: must be"),
        ("house['tables'][3]['capacity'] = '4'", "tables[3].capacity: must be"),
        ("house['tables'][3]['colour'] = 'red'", "tables[3].colour"),
        ("house['tables'][6]['number'] = 'BIG BAY'", "tables: must have different"),
        ("house['joins'].append(['Low 4a', 'Low 4a'])", "joins[11]"),
        ("house['joins'].append(['Low 4a', 'Low 9'])", "joins[11][1]"),
        ("del house['policy']", "policy"),
        (
            "house['restaurant']['timezone'] = 'Mars/Base'",
            "restaurant.timezone: must be an IANA time zone",
        ),
    ],
)
def test_a_wrong_floor_names_the_file_and_the_path_in_it(
    capsys: Captured, tmp_path: Path, change: str, says: str
) -> None:
    floor = a_floor(tmp_path, broken(change))
    line = refused_input(capsys, "plan", floor, "--party", "4", "--at", AT)
    assert line.startswith(f"{floor}: ")
    assert says in line


def test_a_floor_that_is_not_json_names_the_line(capsys: Captured, tmp_path: Path) -> None:
    floor = a_floor(tmp_path, '{\n  "format": "fourtop/house/1",\n  oops\n}')
    assert refused_input(capsys, "plan", floor, "--party", "4", "--at", AT).startswith(
        f"{floor}: line 3: "
    )


def test_a_floor_must_be_a_readable_text(capsys: Captured, tmp_path: Path) -> None:
    how = ("--party", "4", "--at", AT)
    assert refused_input(capsys, "plan", str(tmp_path), *how) == f"{tmp_path}: Is a directory"
    path = tmp_path / "floor.json"
    path.write_bytes(b'{"format": "\xff"}')
    assert (
        refused_input(capsys, "plan", str(path), *how)
        == f"{path}: must be UTF-8 (got another byte at 13)"
    )


def test_a_file_beyond_all_measure_is_not_read_to_its_end(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fourtop.cli.inputs.MAX_CHARACTERS", 10)
    floor = a_floor(tmp_path)
    assert "must be at most 10 characters long" in refused_input(
        capsys, "plan", floor, "--party", "4", "--at", AT
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ROWS + "b1,four,2026-05-01T19:00,,Low 4a\n", "line 2: party_size: must be"),
        (
            ROWS + "b1,4,2026-05-01T19:00,,Low 4a\nb 2,4,2026-05-01T19:00,,Low 4b\n",
            "line 3: id: must be",
        ),
        (
            "id,party_size,start,guest\nb1,4,2026-05-01T19:00,Ann\n",
            "line 1: columns: must be among",
        ),
        ("\n", "line 1: id: must be a column"),
        ("", "document: must not be empty (got 0 bytes)"),
    ],
)
def test_wrong_rows_name_the_file_and_the_line(
    capsys: Captured, tmp_path: Path, text: str, says: str
) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(text, encoding="utf-8")
    for command in (["audit", "pub"], [*PLAN, "--party", "4", "--at", AT]):
        line = refused_input(capsys, *command, "--bookings", str(path))
        assert line.startswith(f"{path}: ")
        assert says in line


def test_bookings_that_cannot_be_imported_are_wrong_input_of_a_plan(
    capsys: Captured, tmp_path: Path
) -> None:
    row = "4,2026-05-01T19:00,2026-05-01T21:00,Low 4a"
    rows = bookings(tmp_path, f"b1,{row}", f"b2,{row}")
    line = refused_input(capsys, *PLAN, "--party", "4", "--at", AT, "--bookings", rows)
    assert line.startswith(f"{rows}: nothing was imported: line 3: table Low 4a is taken by line 2")


@pytest.mark.slow
@settings(max_examples=40)
@given(text=st.text(max_size=60), suffix=st.sampled_from(["csv", "json"]))
def test_no_file_makes_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, text: str, suffix: str
) -> None:
    path = tmp_path_factory.getbasetemp() / f"any.{suffix}"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert main(["plan", str(path), "--party", "4", "--at", AT]) == 2
    # A list of no rows is the one lawful file among these.
    lawful = suffix == "json" and text.split() in (["[]"], ["[", "]"])
    assert main(["audit", "pub", "--bookings", str(path)]) == (0 if lawful else 2)
