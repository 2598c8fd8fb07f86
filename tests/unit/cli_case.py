"""The command line as the tests run it: floors, bookings, and what it prints."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from fourtop import (
    BookingRequest,
    Desk,
    Quote,
    dumps_house,
    sample,
)
from fourtop.cli import main
from tests.evening import at

NOW = "2026-05-01T12:00"
AT = "2026-05-01T19:00"
ROWS = "id,party_size,start,end,tables\n"
Captured = pytest.CaptureFixture[str]


def run(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    """Run the command; return its exit code and what it printed."""
    code = main(arguments)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def as_json(capsys: Captured, *arguments: str) -> tuple[int, Any]:
    code, out, err = run(capsys, *arguments, "--json")
    assert err == ""
    return code, json.loads(out)


def refused_input(capsys: Captured, *arguments: str) -> str:
    """Run the command on wrong input; return its one line."""
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert re.fullmatch(r"fourtop: [^\n]+\n", err), err
    return err.removeprefix("fourtop: ").rstrip()


def bookings(tmp_path: Path, *rows: str) -> str:
    path = tmp_path / "rows.csv"
    path.write_text(ROWS + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return str(path)


def a_floor(tmp_path: Path, text: str | None = None) -> str:
    path = tmp_path / "floor.json"
    path.write_text(dumps_house(sample.pub()) if text is None else text, encoding="utf-8")
    return str(path)


def quoted(desk: Desk, party_size: int) -> Quote:
    quote = desk.quote(BookingRequest(party_size, at("18:00")))
    assert isinstance(quote, Quote)
    return quote
