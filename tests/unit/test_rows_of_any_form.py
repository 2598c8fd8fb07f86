"""Finding 37 and case 29: CSV files in ten forms, and what no form allows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

import fourtop
from fourtop import (
    BookingRow,
    BookingStatus,
    CsvFormat,
    DateOrder,
    InvalidDocument,
    InvalidInput,
    InvalidRows,
    Override,
    Preference,
    load_rows,
    loads_rows_csv,
    read_rows,
)
from fourtop.formats.csv_moments import read_time
from fourtop.formats.files import MAX_FILE_BYTES, decode

EVENING: Final = (
    BookingRow("b1", 4, "2026-05-13T19:30:00", end="2026-05-13T21:00:00", tables=["Café 1", "2"]),
    BookingRow("b2", 2, "2026-05-02T20:00:00", tables=["3"], status="cancelled"),
)


@attrs.frozen
class Form:
    """A file in a form of its own: its bytes, and what must be said about it."""

    data: bytes
    format: CsvFormat | None = None


def plain(text: str, encoding: str = "utf-8") -> bytes:
    return text.encode(encoding)


COMMAS = """\
id,party_size,start,end,tables,status
b1,4,2026-05-13T19:30:00,2026-05-13T21:00:00,Café 1+2,confirmed
b2,2,2026-05-02T20:00:00,,3,cancelled
"""
SEMICOLONS = """\
Booking no;Guests;Date;Time;Until;Table;Status
b1;4;13/05/2026;19:30;21:00;Café 1+2;Booked
b2;2;02/05/2026;20:00;;3;Canceled
"""
GERMAN = """\
Reservierungsnummer;Gäste;Datum;Uhrzeit;bis;Tisch;Status
b1;4;13.05.2026;19:30;21:00;Café 1+2;bestätigt
b2;2;02.05.2026;20:00;;3;storniert
"""
TABS = """\
id\tcovers\tday\ttime\tduration\ttable\tstate
b1\t4\t5/13/2026\t7:30 PM\t90 min\tCafé 1+2\tReserved
b2\t2\t5/2/2026\t8:00 PM\t\t3\tCANCELLED
"""
# Another system's own columns; the guests' names and addresses stay where they are.
NAMED = """\
Ref#,Name,E-Mail,How many,When,To,Where,Stage
b1,Ada Lovelace,ada@example.org,4,"Wed, 13 May 2026 7.30pm",9pm,"Café 1,2",in
b2,Alan Turing,alan@example.org,2,"May 2nd, 2026, 8 p.m.",,3,out
"""
NAMED_FORM: Final = CsvFormat(
    columns={
        "Ref#": "id",
        "How many": "party_size",
        "When": "start",
        "To": "end",
        "Where": "tables",
        "Stage": "status",
        "Name": None,
    },
    statuses={"in": "confirmed", "out": BookingStatus.CANCELLED},
    table_separator=",",
    other_columns="ignore",
)
PIPES = """\
sep=|\r
Reservation ID|Party|Starts at|Ends at|Table number|Booking status\r
b1|4.0|2026/05/13 19:30|2026/05/13 21:00|Café 1+2|confirmed||\r
\r
b2|2,0|2026/05/02 20:00||3|Cancelled|\r
"""
AMBIGUOUS = """\
id,people,when,to,table,status
b1,4,05/06/2026 19h30,21h00,Café 1+2,confirmed
b2,2,02/06/2026 20h00,,3,cancelled
"""
FORMS: Final = {
    "comma": Form(plain(COMMAS)),
    "semicolon and byte order mark": Form(plain(SEMICOLONS, "utf-8-sig")),
    "latin-1": Form(plain(GERMAN, "latin-1")),
    "utf-16": Form(plain(GERMAN, "utf-16")),
    "utf-16 without a mark": Form(plain(SEMICOLONS, "utf-16-le")),
    "utf-16 the other way round": Form(plain(SEMICOLONS, "utf-16-be")),
    "utf-32": Form(plain(COMMAS, "utf-32")),
    "tabs and month first": Form(plain(TABS)),
    "columns of its own": Form(plain(NAMED), NAMED_FORM),
    "pipes, carriage returns and a line that names them": Form(plain(PIPES)),
    "an encoding that is told": Form(plain(GERMAN, "mac-roman"), CsvFormat(encoding="mac-roman")),
}


@pytest.mark.parametrize("name", FORMS)
def test_finding_37_and_case_29_a_file_is_read_as_it_comes(name: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(FORMS[name].data)

    rows = load_rows(path, FORMS[name].format)

    assert [row.id for row in rows] == ["b1", "b2"]
    for row, expected in zip(rows, EVENING, strict=True):
        # Seconds that are zero may be left out, and a length may stand in place of an end.
        assert [str(row.start)[:16], row.party_size, row.tables, row.status] == [
            str(expected.start)[:16],
            expected.party_size,
            expected.tables,
            expected.status,
        ]
    assert (rows[0].end is None) == (rows[0].minutes == 90)
    assert rows[0].end is None or str(rows[0].end)[:16] == "2026-05-13T21:00"
    assert (rows[1].end, rows[1].minutes) == (None, None)


def test_a_file_says_what_was_recognised(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(FORMS["latin-1"].data)

    found = read_rows(path).format

    assert (found.delimiter, found.encoding, found.dates) == (";", "cp1252", DateOrder.DAY_FIRST)
    assert dict(found.columns)["Gäste"] == "party_size"
    # What was recognised can be given.
    assert load_rows(path, found) == load_rows(path)
    assert repr(found) == (
        "<CsvFormat delimiter ';', encoding cp1252, dates day-first, columns "
        "Reservierungsnummer, Gäste, Da…>"
    )


def test_the_lines_of_rows_are_kept_and_not_compared() -> None:
    text = "\n\nid,party_size,start\n\nb1,4,2026-05-01T19:00\nb2,4,2026-05-01T19:00\n"
    first, second = loads_rows_csv(text)
    assert (first.line, second.line) == (5, 6)
    assert first == BookingRow("b1", 4, "2026-05-01T19:00")


# ---- dates and times


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("19:30", time(19, 30)),
        ("19.30", time(19, 30)),
        ("19h30", time(19, 30)),
        ("19:30:05", time(19, 30, 5)),
        ("7:30 PM", time(19, 30)),
        ("7.30 p.m.", time(19, 30)),
        ("7pm", time(19)),
        ("12:05 am", time(0, 5)),
        ("12 PM", time(12)),
        ("13:00 PM", None),
        ("0:30 am", None),
        ("24:00", None),
        ("19", None),
        ("", None),
        ("half past seven", None),
    ],
)
def test_a_time_is_read_as_people_write_it(text: str, expected: time | None) -> None:
    assert read_time(text) == expected


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("13/05/2026 23:00", "0:30", "2026-05-14T00:30:00"),
        ("13/05/2026 23:00", "23:30", "2026-05-13T23:30:00"),
        # Only the next night is meant: a party does not stay for a day.
        ("13/05/2026 19:00", "18:00", "2026-05-13T18:00:00"),
        ("2026-05-13T23:00+02:00", "1:00", "2026-05-14T01:00:00"),
        ("13/05/2026 23:00", "14/05/2026 1am", "2026-05-14T01:00:00"),
    ],
)
def test_a_time_alone_is_of_the_date_of_the_start(start: str, end: str, expected: str) -> None:
    (row,) = loads_rows_csv(f"id,party_size,start,end\nb1,4,{start},{end}\n")
    assert row.end == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("02/02/2026,19:00", "2026-02-02T19:00:00"),
        ("2026-05-01,19:00", "2026-05-01T19:00:00"),
        ("2026-05-01 00:00:00,19:00", "2026-05-01T19:00:00"),
        ("01/12/26,19:00", "2026-12-01T19:00:00"),
        ("1-May-2026,19:00", "2026-05-01T19:00:00"),
        ('"Fri, May 1, 2026",19:00', "2026-05-01T19:00:00"),
        ("Friday 1st May 2026,19:00", "2026-05-01T19:00:00"),
        ("2026-05-01 19:00,", "2026-05-01 19:00"),
        (",2026-05-01 19:00", "2026-05-01 19:00"),
        ("2026-05-01 7:30 PM,", "2026-05-01T19:30"),
        ("2026-05-01 07:30:00 PM,", "2026-05-01T19:30"),
        ("2026-05-01T9.05,", "2026-05-01T09:05"),
        (",2026-05-01 12:15 a.m.", "2026-05-01T00:15"),
    ],
)
def test_a_date_is_read_as_people_write_it(cells: str, expected: str) -> None:
    text = f"id,party_size,date,time\nb0,4,31/12/2026,18:00\nb1,4,{cells}\n"
    assert str(loads_rows_csv(text)[1].start)[:16] == expected[:16]


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-01T19",
        "2026-05-01T1930",
        "2026-05-01 19:30:00.5",
        "2026-05-01T19:30:00,25",
        "2026-05-01T19:30Z",
        "2026-05-01T19:30+0200",
        "2026-05-01T19:30:00.5+02:00",
        "20260501T1930",
        "2026-W18-5T19:30",
    ],
)
def test_a_time_in_iso_8601_is_kept_as_it_is(text: str) -> None:
    (row,) = loads_rows_csv(f"id;party_size;start\nb1;4;{text}\n")
    assert row.start == text


@pytest.mark.parametrize("text", ["2026-05-01 7:30 XM", "2026-05-01 13:00 PM", "2026-05-01T25:00"])
def test_a_time_that_only_begins_like_iso_8601_is_a_problem(text: str) -> None:
    with pytest.raises(InvalidRows) as caught:
        loads_rows_csv(f"id,party_size,start\nb1,4,{text}\n")
    (problem,) = caught.value.problems
    assert (problem.column, problem.value) == ("start", repr(text))


@pytest.mark.parametrize(
    ("dates", "expected"),
    [("day-first", "2003-02-01"), ("month-first", "2003-01-02"), ("year-first", "2001-02-03")],
)
def test_the_order_of_dates_can_be_given(dates: str, expected: str) -> None:
    text = "id,party_size,start\nb1,4,01/02/03 19:00\n"
    assert str(loads_rows_csv(text, CsvFormat(dates=dates))[0].start)[:10] == expected


def test_a_date_that_reads_both_ways_asks_for_the_order() -> None:
    with pytest.raises(InvalidDocument) as caught:
        loads_rows_csv(AMBIGUOUS.replace("when", "start"))
    assert (caught.value.line, caught.value.field) == (2, "start")
    assert caught.value.rule == (
        "must tell the day from the month; "
        "give dates='day-first' or dates='month-first' in a CsvFormat"
    )
    assert caught.value.given == "'05/06/2026 19h30'"
    told = loads_rows_csv(AMBIGUOUS.replace("when", "start"), CsvFormat(dates="month-first"))
    assert (told[0].start, told[0].end) == ("2026-05-06T19:30:00", "2026-05-06T21:00:00")


def test_dates_in_two_orders_are_refused_with_the_second() -> None:
    text = "id,party_size,day,time\nb1,4,13/05/2026,19:00\nb2,4,05/14/2026,19:00\n"
    with pytest.raises(InvalidDocument) as caught:
        loads_rows_csv(text)
    assert (caught.value.line, caught.value.field, caught.value.given) == (
        3,
        "start",
        "'05/14/2026'",
    )
    assert caught.value.rule.startswith("must have one order of day and month; give dates=")


def test_dates_that_read_one_way_need_no_order() -> None:
    text = "id,party_size,start\nb1,4,05/05/2026 19:00\nb2,4,2026/04/03 19:00\n"
    assert [row.start for row in loads_rows_csv(text)] == [
        "2026-05-05T19:00:00",
        "2026-04-03T19:00:00",
    ]


# ---- problems


def test_finding_37_every_wrong_value_is_told_with_its_line() -> None:
    text = (
        "id;party_size;date;time;minutes;must;names_tables;status\n"
        "b 1;4;13/05/2026;19:00;;;;\n"
        "b2;four;13/05/2026;19:00;;;;\n"
        "b3;4;31/02/2026;19:00;;;;\n"
        "b4;4;13/05/2026;25:00;;;;\n"
        "b5;4;13/05/2026;;;;;\n"
        "b6;4;;;;;;\n"
        "b7;4;13/05/2026;19:00;long;;;\n"
        "b8;4;13/05/2026;19:00;1:30;{};yes;confirmed;;\n"
        "b9;4;13/05/2026;19:00;1h30;[];;\n"
        "b10;4;13/05/2026;19:00;;;perhaps;\n"
        "b11;4;13/05/2026;19:00;;;;gone\n"
        "b12;4\n"
        "b13;4;;19:00;;;;\n"
    )
    with pytest.raises(InvalidRows) as caught:
        loads_rows_csv(text)
    problems = [(each.line, each.column, each.value) for each in caught.value.problems]
    assert problems == [
        (2, "id", "a text of 3 characters"),
        (3, "party_size", "'four'"),
        (4, "start", "'31/02/2026 19:00'"),
        (5, "start", "'25:00'"),
        (6, "start", "'13/05/2026'"),
        (7, "start", None),
        (8, "minutes", "'long'"),
        (10, "must", "[]"),
        (11, "names_tables", "'perhaps'"),
        (12, "status", "'gone'"),
        (13, "row", "2"),
        (14, "start", "'19:00'"),
    ]
    assert [each.row for each in caught.value.problems] == [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13]
    assert str(caught.value) == (
        "line 2: id: must be 1 to 64 characters out of A-Z a-z 0-9 . _ : - "
        "(got a text of 3 characters); and 11 more"
    )


def test_a_wrong_service_date_is_told_with_its_column() -> None:
    with pytest.raises(InvalidRows) as caught:
        loads_rows_csv("id,party_size,start,service_date\nb1,4,2026-05-01T19:00,soon\n")
    (problem,) = caught.value.problems
    assert (problem.column, problem.value) == ("service_date", "'soon'")


@pytest.mark.parametrize("names", ["must,overrides", "overrides,must"])
def test_of_two_wrong_cells_the_first_in_the_file_is_told(names: str) -> None:
    with pytest.raises(InvalidRows) as caught:
        loads_rows_csv(f"id,party_size,start,{names}\nb1,4,2026-05-01T19:00,x,x\n")
    assert [each.column for each in caught.value.problems] == [names.partition(",")[0]]


def test_a_wrong_cell_does_not_hide_that_the_dates_are_ambiguous() -> None:
    with pytest.raises(InvalidDocument, match="service_date: must tell the day from the month"):
        loads_rows_csv(
            "id,party_size,start,must,service_date\nb1,4,2026-05-01T19:00,x,01/05/2026\n"
        )


def test_the_rows_that_are_right_can_be_read_beside_the_problems(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("id,party_size,start\nb1,4,2026-05-01T19:00\n,4,x\n", "utf-8")

    file = read_rows(path)

    assert [row.id for row in file.rows] == ["b1"]
    assert [str(each) for each in file.problems] == ["line 3: id: must be given"]
    assert repr(file.problems[0]) == "<RowProblem line 3: id: must be given>"
    assert repr(file) == "<RowFile 1 row, 1 problem>"


def test_a_delimiter_that_is_given_is_taken() -> None:
    text = "id;party_size;start\nb1;4;2026-05-01T19:00\n"
    assert len(loads_rows_csv(text, CsvFormat(delimiter=";"))) == 1
    with pytest.raises(InvalidDocument, match="columns: must be among"):
        loads_rows_csv(text, CsvFormat(delimiter=","))


@pytest.mark.parametrize("named", [";", ",", "!"])
def test_a_line_that_names_the_delimiter_is_no_header_if_one_is_given(named: str) -> None:
    text = f"sep={named}\nid;party_size;start\nb1;4;2026-05-01T19:00\n;4;2026-05-01T19:00\n"
    with pytest.raises(InvalidRows) as caught:
        loads_rows_csv(text, CsvFormat(delimiter=";"))
    assert [str(each) for each in caught.value.problems] == ["line 4: id: must be given"]


def test_a_line_that_names_an_unusual_delimiter_is_no_form() -> None:
    with pytest.raises(InvalidDocument, match="columns: must be among"):
        loads_rows_csv("sep=!\nid!party_size!start\n")


# ---- files of another kind


def zeros(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


@pytest.mark.parametrize(
    ("write", "text"),
    [
        (lambda path: path.write_bytes(b""), "must not be empty (got 0 bytes)"),
        (
            lambda path: zeros(path, 200_000_000),
            "must have at most 100 MB; split it (got 200 MB)",
        ),
        (
            lambda path: path.write_bytes(b"PK\x03\x04workbook"),
            "must be a text (got a ZIP archive or a spreadsheet (xlsx, ods); export it as CSV)",
        ),
        (lambda path: path.write_bytes(b"\x89PNG\r\n"), "must be a text (got an image)"),
        (lambda path: path.write_bytes(b"id,\0\0\0\0"), "must be a text (got binary data)"),
    ],
    ids=["empty", "too large", "spreadsheet", "image", "binary"],
)
@pytest.mark.parametrize("name", ["rows.csv", "rows.json"])
def test_a_file_of_another_kind_is_refused_before_it_is_read(
    write: Callable[[Path], object], text: str, name: str, tmp_path: Path
) -> None:
    write(tmp_path / name)
    with pytest.raises(InvalidDocument) as caught:
        load_rows(tmp_path / name)
    assert str(caught.value) == f"document: {text}"


def test_a_pipe_that_does_not_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fourtop.formats.files._size_of", lambda _: 0)
    zeros(tmp_path / "rows.csv", MAX_FILE_BYTES + 1)
    with (tmp_path / "rows.csv").open("r+b") as file:
        file.write(b"id," * 2_000)
    with pytest.raises(InvalidDocument, match="at most 100 MB"):
        load_rows(tmp_path / "rows.csv")


def test_bytes_of_another_encoding_than_the_given_one_are_refused() -> None:
    with pytest.raises(InvalidDocument, match=r"must be encoded in UTF-8 \(got byte 0xe9 at"):
        decode("Café".encode("latin-1"), "utf-8")
    assert decode(b"Caf\xe9 \x81").encoding == "latin-1"


def test_a_file_that_is_missing_is_an_error_of_its_path(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="path: cannot be read: No such file"):
        load_rows(tmp_path / "rows.csv")


# ---- the form


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"delimiter": "::"}, "must be one of ',', ';', '\\t', '|'"),
        ({"encoding": "klingon"}, "must be an encoding such as utf-8 or latin-1"),
        ({"encoding": "base64"}, "must be an encoding such as utf-8 or latin-1"),
        ({"encoding": 8}, "must be an encoding such as utf-8 or latin-1"),
        ({"columns": {"Gast": "guest"}}, "must map to one of id, party_size"),
        ({"columns": {1: "id"}}, "must be a mapping of names"),
        ({"columns": "id"}, "must be a mapping of names"),
        ({"dates": "sometimes"}, "must be one of day-first, month-first, year-first"),
        ({"statuses": {"ok": "fine"}}, "must be one of pending"),
        ({"table_separator": "a"}, "must be one character"),
        ({"table_separator": None}, "must be one character"),
        ({"other_columns": "keep"}, "must be one of refuse, ignore"),
    ],
    ids=str,
)
def test_a_form_refuses(change: dict[str, Any], rule: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        CsvFormat(**change)
    assert (caught.value.field, caught.value.rule[: len(rule)]) == (*change, rule)


def test_a_form_is_a_form() -> None:
    wrong: Any = ";"
    with pytest.raises(InvalidInput, match="format: must be of type CsvFormat"):
        loads_rows_csv("", wrong)


# ---- writing


FULL: Final = BookingRow(
    "b1",
    4,
    "2026-05-01T19:00",
    end="2026-05-01T21:00",
    tables=["1"],
    status="completed",
    seated="2026-05-01T19:05",
    left="2026-05-01T20:40",
    created="2026-04-01T09:00",
    minutes=120,
    must=Preference(features={"window", "step-free"}, areas={"bar"}),
    wish=Preference(zones={"main"}, seatings={"booth"}),
    names_tables=True,
    past_reason="phone",
    local_start="2026-05-01T19:00+01:00",
    period="dinner",
    service_date="2026-05-01",
    stay_occasion="drinks",
    turn_minutes=120,
    is_clamped=True,
    occupied_start="2026-05-01T18:55",
    occupied_end="2026-05-01T21:10",
    tables_start="2026-05-01T18:55",
    tables_end="2026-05-01T20:50",
    is_pinned=True,
    waits_from="2026-05-01T18:00",
    waits_to="2026-05-01T20:00",
    waits_until="2026-05-01T18:30",
    offers=3,
    would_refuse=["CAPACITY_EXCEEDED", "PACING_EXCEEDED"],
    overrides=[Override("TOO_MANY_TABLES", 'The choir\'s "yearly" dinner, café')],
)


@pytest.mark.parametrize("name", ["rows.csv", "rows.json", "ROWS.JSON"])
def test_every_field_of_a_row_survives_a_file(name: str, tmp_path: Path) -> None:
    ended = BookingRow("b2", 2, "2026-05-01T19:00", status="no_show", ended="2026-05-01T19:40")
    fourtop.dump_rows([FULL, ended], tmp_path / name)

    assert load_rows(tmp_path / name) == (FULL, ended)
    defaults = {field.name: field.default for field in attrs.fields(BookingRow)}
    for field in attrs.fields(BookingRow):
        given = [getattr(row, field.name) for row in (FULL, ended)]
        assert field.name in ("line", "occasion", "reference", "channel") or any(
            each != defaults[field.name] for each in given
        )


def test_rows_with_datetimes_are_written_as_json() -> None:
    start = fourtop.Window.of_micros(0, 60_000_000).start
    text = fourtop.dumps_rows_json([BookingRow("b1", 4, start)])
    assert text == '[\n  {"id": "b1", "party_size": 4, "start": "1970-01-01T00:00:00+00:00"}\n]\n'
