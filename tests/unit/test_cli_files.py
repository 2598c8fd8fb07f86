"""``fourtop import`` and ``fourtop export``: bookings from files, and out again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fourtop import BookingRow, Engine, SqlStore, Window, load_rows
from fourtop.cli.database import VARIABLE
from tests.database.furnished import sqlite_url
from tests.evening import a_house, open_desk
from tests.unit.cli_case import Captured, as_json, refused_input, run

TOMORROW = datetime.now(UTC).date() + timedelta(days=1)
DAY = f"{TOMORROW:%d/%m/%Y}"
HEAD = "Booking no;Guests;Date;Time;Until;Table;Name\n"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlStore]:
    """A database with one house, which the variable names."""
    url = sqlite_url(tmp_path / "kept.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, url)
    with SqlStore(url) as store:
        open_desk(store)
        yield store


def a_file(*lines: str, name: str = "rows.csv") -> str:
    Path(name).write_text(HEAD + "".join(f"{line}\n" for line in lines), "utf-8")
    return name


def known(store: SqlStore) -> list[str]:
    start = datetime(TOMORROW.year, TOMORROW.month, TOMORROW.day, tzinfo=UTC)
    window = Window(start, start + timedelta(days=2))
    return [each.id for each in Engine(store).desk("house").bookings(window)]


def form() -> tuple[str, ...]:
    return ("--column", "Name=", "--dates", "day-first")


def test_a_file_is_imported_and_exported(store: SqlStore, capsys: Captured) -> None:
    file = a_file(f"b1;4;{DAY};19:00;20:30;3;Ada", f"b2;2;{DAY};7:30 PM;;1;Alan")

    code, out, _ = run(capsys, "import", file, "--dry-run", *form())
    assert (code, out) == (0, "House (house): 2 bookings with 2 allocations would be imported\n")
    assert known(store) == []
    code, data = as_json(capsys, "import", file, "--key", "k1", *form())
    assert code == 0
    assert (data["bookings"], data["allocations"], data["problems"]) == (2, 2, [])
    code, out, _ = run(capsys, "import", file, "--key", "k1", *form())
    assert out == "House (house): 2 bookings with 2 allocations imported before\n"
    assert known(store) == ["b1", "b2"]

    for name in ("out.csv", "out.json"):
        how = ("--on", TOMORROW.isoformat(), "--format", name[-4:].strip("."), "-o", name)
        code, out, _ = run(capsys, "export", *how)
        assert (code, out) == (0, f"house: 2 bookings written to {name}\n")
        start = datetime.combine(TOMORROW, datetime.min.time(), UTC)
        window = Window(start, start + timedelta(days=1))
        assert load_rows(name) == Engine(store).desk("house").export_rows(window)


def test_rows_of_many_dates_are_printed(store: SqlStore, capsys: Captured) -> None:
    start = datetime.combine(TOMORROW, datetime.min.time(), UTC) + timedelta(hours=19)
    days = [0, 27, 28, 90, 91]
    Engine(store).desk("house").import_bookings(
        [
            BookingRow(
                f"b{day}",
                2,
                start + timedelta(days=day),
                end=start + timedelta(days=day, hours=1),
                tables=["1"],
            )
            for day in days
        ]
    )
    dates = ("--from", f"{TOMORROW}", "--to", f"{TOMORROW + timedelta(days=90)}")
    code, out, _ = run(capsys, "export", "--restaurant", "house", *dates)
    assert code == 0
    assert [line.split(",")[0] for line in out.splitlines()] == ["id", "b0", "b27", "b28", "b90"]
    code, data = as_json(capsys, "export", *dates)
    assert (data["bookings"], [row["id"] for row in data["rows"]]) == (
        4,
        ["b0", "b27", "b28", "b90"],
    )
    code, out, _ = run(capsys, "export", "--on", f"{TOMORROW}", "--format", "ics")
    assert out.startswith("BEGIN:VCALENDAR")
    assert out.count("BEGIN:VEVENT") == 1


def test_a_file_with_problems_is_refused_or_imported_without_them(
    store: SqlStore, capsys: Captured
) -> None:
    rows = (
        f"b1;4;{DAY};19:00;20:30;3;Ada",
        f"b2;4;{DAY};20:00;21:30;3;Alan",
        f"b3;four;{DAY};20:00;21:30;4;Kurt",
    )
    file = a_file(*rows)
    code, out, _ = run(capsys, "import", file, *form())
    assert code == 1
    assert out.splitlines() == [
        "House (house): no, nothing was imported",
        "  line 4: party_size: must be a whole number from 1 to 1000 (got 'four')",
    ]
    code, out, _ = run(capsys, "import", a_file(*rows[:2]), "--dry-run", *form())
    assert code == 1
    assert out.splitlines()[0] == "House (house): no, nothing would be imported"
    assert out.splitlines()[1].startswith("  line 3: table 3 is taken by line 2 in ")
    file = a_file(*rows)
    how = ("--on-conflict", "skip")
    code, data = as_json(capsys, "import", file, *how, "--dry-run", *form())
    assert [each["place"] for each in data["problems"]] == ["line 3", "line 4"]
    code, out, _ = run(capsys, "import", file, *how, *form())
    assert code == 0
    assert out.splitlines()[0] == "House (house): 1 booking with 1 allocation imported"
    assert [line[:18] for line in out.splitlines()[1:]] == [
        "  left out: line 3",
        "  left out: line 4",
    ]
    assert known(store) == ["b1"]


def test_a_file_of_wrong_rows_only_imports_nothing(store: SqlStore, capsys: Captured) -> None:
    file = a_file(f"b3;four;{DAY};20:00;21:30;4;Kurt")
    code, out, _ = run(capsys, "import", file, "--on-conflict", "skip", *form())
    assert code == 0
    assert "0 bookings with 0 allocations imported" in out
    assert known(store) == []


def test_a_file_is_tried_as_shadows(store: SqlStore, capsys: Captured) -> None:
    file = a_file(f"b1;4;{DAY};19:00;20:30;3;Ada", f"b2;4;{DAY};19:00;20:30;3;Alan")
    how = ("--delimiter", ";", "--encoding", "utf-8", "--ignore-columns", "--dates", "day-first")
    code, out, _ = run(capsys, "import", file, "--shadow", *how)
    assert (code, out) == (0, "House (house): 2 shadow bookings with 2 allocations imported\n")
    assert known(store) == ["shadow:b1", "shadow:b2"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["import", "nowhere.csv"], "nowhere.csv: No such file or directory"),
        (["import", "a\0b"], "FLOOR, FILE, --bookings: must be paths of files"),
        (["import", "empty.csv"], "empty.csv: document: must not be empty (got 0 bytes)"),
        (["import", "rows.csv", "--dates", "never"], "--dates: must be one of day-first"),
        (["import", "rows.csv", "--column", "Name"], "--column: must be NAME=FIELD"),
        (["import", "rows.csv", "--column", "Name=guest"], "--column: must map to one of id"),
        (["import", "rows.csv", "--delimiter", "tab"], "columns: must be among"),
        (["import", "rows.csv", *form(), "--restaurant", "b"], "there is no restaurant 'b'"),
        (["export"], "--on, --from, --to: give one date"),
        (["export", "--on", "2026-05-01", "--to", "2026-05-02"], "--on, --from, --to: give one"),
        (["export", "--from", "2026-05-01", "--to", "2026-04-30"], "--to: must be at or after"),
        (["export", "--from", "2026-05-01", "--to", "2046-04-30"], "--to: must be at or after"),
        (
            ["export", "--from", "2026-05-01", "--to", "2026-05-02", "--format", "ics"],
            "--on: a calendar is of one date",
        ),
        (["export", "--on", "2026-05-01", "-o", "no/out.csv"], "path: cannot be written"),
    ],
    ids=lambda value: " ".join(value).replace("\0", "") if isinstance(value, list) else "",
)
def test_wrong_input_gets_one_line(
    store: SqlStore, capsys: Captured, arguments: list[str], says: str
) -> None:
    Path("empty.csv").write_bytes(b"")
    a_file(f"b1;4;{DAY};19:00;20:30;3;Ada")
    assert says in refused_input(capsys, *arguments)
    assert known(store) == []


def test_one_of_several_restaurants_is_named(store: SqlStore, capsys: Captured) -> None:
    Engine(store).add_restaurant(a_house(name="Other"))
    line = refused_input(capsys, "export", "--on", "2026-05-01")
    assert line == "--restaurant: name one of the 2 of the database"
