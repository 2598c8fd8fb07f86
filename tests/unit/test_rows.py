"""Booking rows: CSV and JSON, with the line and the column of every fault."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest

from fourtop.errors import Code, InvalidDocument, InvalidInput, InvalidRows
from fourtop.formats.booking_row import BASE_COLUMNS, COLUMNS, BookingRow
from fourtop.formats.booking_rows import dumps_rows_csv, loads_rows_csv, loads_rows_json
from fourtop.model.booking import BookingStatus

FULL_CSV = """\
id,party_size,start,end,tables,status,occasion,reference,channel
b1,4,2026-05-01T19:00,2026-05-01T21:00,Low 4a+Low 4b,checked_in,drinks,R-77,phone
b2,2,2026-05-01T19:00+01:00,,1,confirmed,,,
b3,1,2026-05-01T19:00,,,pending_allocation,,,
"""
FULL = (
    BookingRow(
        "b1",
        4,
        "2026-05-01T19:00",
        end="2026-05-01T21:00",
        tables=("Low 4a", "Low 4b"),
        status="checked_in",
        occasion="drinks",
        reference="R-77",
        channel="phone",
    ),
    BookingRow("b2", 2, "2026-05-01T19:00+01:00", tables=["1"]),
    BookingRow("b3", 1, "2026-05-01T19:00", status=BookingStatus.PENDING_ALLOCATION),
)


UNKNOWN = f"must be among {', '.join(COLUMNS)}; a CsvFormat maps or ignores others"
BOTH = "'status' and 'Status'"


def refused_csv(text: str) -> tuple[int | None, str, str, str]:
    with pytest.raises(InvalidDocument) as caught:
        loads_rows_csv(text)
    assert caught.value.code is Code.INVALID_DOCUMENT
    return caught.value.line, caught.value.field, caught.value.rule, caught.value.given


# ---- rows ----------------------------------------------------------------------------------------


def test_a_row_is_confirmed_unless_told_otherwise() -> None:
    row = BookingRow("b1", 4, "2026-05-01T19:00")

    assert (row.status, row.tables, row.end, row.occasion) == (
        BookingStatus.CONFIRMED,
        (),
        None,
        None,
    )


@pytest.mark.parametrize(
    "start",
    [
        "2026-05-01T19:00",
        "2026-05-01 19:00",
        "2026-05-01T19:00Z",
        datetime(2026, 5, 1, 19, tzinfo=UTC),
    ],
    ids=str,
)
def test_a_row_keeps_its_times_as_they_were_given(start: str | datetime) -> None:
    assert BookingRow("b1", 4, start, end=start).start == start


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"id": "b 1"}, "must be 1 to 64 characters out of A-Z a-z 0-9 . _ : -"),
        ({"party_size": 0}, "must be a whole number from 1 to 1000"),
        ({"party_size": True}, "must be a whole number from 1 to 1000"),
        ({"party_size": "4"}, "must be a whole number from 1 to 1000"),
        ({"start": "19:00"}, "must be a date and time such as 2026-12-24T19:00"),
        ({"start": None}, "must be a date and time such as 2026-12-24T19:00"),
        ({"start": math.inf}, "must be a date and time such as 2026-12-24T19:00"),
        ({"end": "2026-05-01"}, "must be a date and time such as 2026-12-24T19:00"),
        ({"tables": "1"}, "must be a collection"),
        ({"tables": [""]}, "must be 1 to 101 printable characters without spaces around them"),
        ({"tables": ["Bay", "BAY"]}, "must name each table once"),
        ({"occasion": ""}, "must be 1 to 64 characters out of A-Z a-z 0-9 . _ : -"),
    ],
    ids=str,
)
def test_a_row_refuses(change: dict[str, Any], rule: str) -> None:
    values: dict[str, Any] = {"id": "b1", "party_size": 4, "start": "2026-05-01T19:00"}

    with pytest.raises(InvalidInput) as caught:
        BookingRow(**(values | change))
    assert (caught.value.field, caught.value.rule) == (*change, rule)


def test_a_row_is_shown_in_one_line() -> None:
    row = BookingRow("b1", 4, "2026-05-01T19:00", tables=["1", "2"])
    assert repr(row) == "<BookingRow b1 at 2026-05-01T19:00, party of 4, tables 1+2, confirmed>"


def test_a_row_has_a_status_of_the_life_cycle() -> None:
    with pytest.raises(
        InvalidInput, match=r"^status: must be one of pending, pending_allocation, confirmed, "
    ):
        BookingRow("b1", 4, "2026-05-01T19:00", status="seated")


# ---- CSV -----------------------------------------------------------------------------------------


def test_rows_are_read_from_csv_and_written_back() -> None:
    assert loads_rows_csv(FULL_CSV) == FULL
    assert dumps_rows_csv(FULL) == FULL_CSV


def test_columns_come_in_any_order_and_only_three_are_needed() -> None:
    assert loads_rows_csv("start,id,party_size\n2026-05-01T19:00,b1,4\n") == (
        BookingRow("b1", 4, "2026-05-01T19:00"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffid,party_size,start\nb1,4,2026-05-01T19:00\n",
        "id,party_size,start\r\nb1,4,2026-05-01T19:00\r\n",
        "id,party_size,start\nb1,4,2026-05-01T19:00",
        '"id","party_size","start"\n"b1","4","2026-05-01T19:00"\n',
        " id , party_size , start \n b1 , 4 , 2026-05-01T19:00 \n",
        "\n\nid,party_size,start\n\n,,\nb1,4,2026-05-01T19:00\n   \n\n",
    ],
    ids=[
        "byte order mark",
        "carriage returns",
        "no last line break",
        "quotes",
        "spaces",
        "empty lines",
    ],
)
def test_what_spreadsheets_write_is_read(text: str) -> None:
    assert loads_rows_csv(text) == (BookingRow("b1", 4, "2026-05-01T19:00"),)


def test_spaces_around_the_plus_do_not_count() -> None:
    (row,) = loads_rows_csv(
        'id,party_size,start,tables\nb1,4,2026-05-01T19:00,"Low 4a + Low 4b, left"\n'
    )

    assert row.tables == ("Low 4a", "Low 4b, left")


def test_a_header_alone_has_no_rows() -> None:
    assert loads_rows_csv("id,party_size,start\n") == ()
    assert dumps_rows_csv([]) == ",".join(BASE_COLUMNS) + "\n"


@pytest.mark.parametrize(
    ("header", "line", "field", "rule", "given"),
    [
        ("id,party_size,,", 1, "start", "must be a column", "left out"),
        ("", 1, "id", "must be a column", "left out"),
        ("id,party_size", 1, "start", "must be a column", "left out"),
        ("\n\nid,start", 3, "party_size", "must be a column", "left out"),
        ("id,party_size,start,id", 1, "id", "must be given once", "twice"),
        ("id,party_size,start,status,Status", 1, "status", "must be given once", BOTH),
        ("id,party_size,start,name", 1, "columns", UNKNOWN, "'name'"),
        ("id,party_size,start,E-Mail", 1, "columns", UNKNOWN, "'E-Mail'"),
        ("id,party_size,,start", 1, "columns", UNKNOWN, "''"),
        ("id&party&start", 1, "columns", UNKNOWN, "'id&party&start'"),
    ],
)
def test_a_header_is_refused_with_the_known_columns(
    header: str, line: int, field: str, rule: str, given: str
) -> None:
    assert refused_csv(header) == (line, field, rule, given)


@pytest.mark.parametrize(
    ("cells", "field", "rule", "given"),
    [
        (",4,2026-05-01T19:00,,", "id", "must be given", "left out"),
        ("b1,,2026-05-01T19:00,,", "party_size", "must be given", "left out"),
        ("b1,4,,,", "start", "must be given", "left out"),
        (
            "b 1,4,2026-05-01T19:00,,",
            "id",
            "must be 1 to 64 characters out of A-Z a-z 0-9 . _ : -",
            "a text of 3 characters",
        ),
        (
            "b1,four,2026-05-01T19:00,,",
            "party_size",
            "must be a whole number from 1 to 1000",
            "'four'",
        ),
        (
            "b1,2.5,2026-05-01T19:00,,",
            "party_size",
            "must be a whole number from 1 to 1000",
            "'2.5'",
        ),
        ("b1,-1,2026-05-01T19:00,,", "party_size", "must be a whole number from 1 to 1000", "'-1'"),
        ("b1,0,2026-05-01T19:00,,", "party_size", "must be a whole number from 1 to 1000", "0"),
        (
            "b1,nan,2026-05-01T19:00,,",
            "party_size",
            "must be a whole number from 1 to 1000",
            "'nan'",
        ),
        (
            "b1,\u0664,2026-05-01T19:00,,",
            "party_size",
            "must be a whole number from 1 to 1000",
            "'\u0664'",
        ),
        (
            "b1,1001,2026-05-01T19:00,,",
            "party_size",
            "must be a whole number from 1 to 1000",
            "1001",
        ),
        ("b1,4,19:00,,", "start", "must be a date and time such as 2026-12-24T19:00", "'19:00'"),
        (
            "b1,4,2026-05-01T19:00,1+,",
            "tables",
            "must be 1 to 101 printable characters without spaces around them",
            "''",
        ),
        ("b1,4,2026-05-01T19:00,1+1,", "tables", "must name each table once", "('1', '1')"),
        ("b1,4,2026-05-01T19:00,1", "row", "must have 5 cells", "4"),
        ("b1,4,2026-05-01T19:00,1,2,3", "row", "must have 5 cells", "6"),
    ],
)
def test_a_cell_is_refused_with_its_line_and_its_column(
    cells: str, field: str, rule: str, given: str
) -> None:
    header = "id,party_size,start,tables,status\n"

    assert refused_csv(f"{header}b0,4,2026-05-01T19:00,,\n\n{cells}\n") == (4, field, rule, given)


def test_a_cell_of_several_lines_counts_them() -> None:
    text = 'id,party_size,start\n"b\n1",4,2026-05-01T19:00\nb2,4,2026-05-01T19:00\n'
    assert refused_csv(text)[:2] == (2, "id")
    blank = 'id,party_size,start,occasion\nb1,4,2026-05-01T19:00,"\n\n"\nb2,x,2026-05-01T19:00,\n'
    assert refused_csv(blank)[:2] == (5, "party_size")


@pytest.mark.parametrize(
    "row",
    ['"b1,4,2026-05-01T19:00', '"b"1,4,2026-05-01T19:00', f"{'b' * 200_000},4,2026-05-01T19:00"],
)
def test_what_is_no_csv_is_refused_with_its_line(row: str) -> None:
    line, field, rule, _ = refused_csv(f"id,party_size,start\n{row}\n")

    assert (line, field, rule) == (2, "row", "must be comma-separated values")


@pytest.mark.parametrize("text", [None, b"id", 3], ids=repr)
def test_what_is_no_text_has_no_rows(text: Any) -> None:
    for read in (loads_rows_csv, loads_rows_json):
        with pytest.raises(InvalidDocument, match=r"^document: must be a text \(got "):
            read(text)


def test_a_datetime_is_written_as_iso_8601() -> None:
    row = BookingRow(
        "b1", 4, datetime(2026, 5, 1, 19, tzinfo=UTC), end=datetime(2026, 5, 1, 21, tzinfo=UTC)
    )

    assert (
        dumps_rows_csv([row]).splitlines()[1]
        == "b1,4,2026-05-01T19:00:00+00:00,2026-05-01T21:00:00+00:00,,confirmed,,,"
    )


def test_a_number_with_a_plus_a_backslash_or_a_comma_survives() -> None:
    tables = ["4+", "+", "+4+4", "a\\", "\\+", 'Bay, "left"', "2"]
    rows = (BookingRow("b1", 4, "2026-05-01T19:00", tables=tables),)

    assert loads_rows_csv(dumps_rows_csv(rows)) == rows


# ---- JSON ----------------------------------------------------------------------------------------


def test_rows_are_read_from_json() -> None:
    data = [
        {
            "id": "b1",
            "party_size": 4,
            "start": "2026-05-01T19:00",
            "end": "2026-05-01T21:00",
            "tables": ["Low 4a", "Low 4b"],
            "status": "checked_in",
            "occasion": "drinks",
            "reference": "R-77",
            "channel": "phone",
        },
        {
            "id": "b2",
            "party_size": 2,
            "start": "2026-05-01T19:00+01:00",
            "end": None,
            "tables": ["1"],
        },
        {"id": "b3", "party_size": 1, "start": "2026-05-01T19:00", "status": "pending_allocation"},
    ]

    assert loads_rows_json(json.dumps(data)) == FULL


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"party_size": 0}, "rows[1].party_size", "must be a whole number from 1 to 1000"),
        ({"party_size": 4.0}, "rows[1].party_size", "must be a whole number from 1 to 1000"),
        ({"party_size": math.nan}, "rows[1].party_size", "must be a whole number from 1 to 1000"),
        ({"party_size": "4"}, "rows[1].party_size", "must be a whole number from 1 to 1000"),
        (
            {"start": 1777662000},
            "rows[1].start",
            "must be a date and time such as 2026-12-24T19:00",
        ),
        ({"tables": "1+2"}, "rows[1].tables", "must be a list"),
        (
            {"tables": [1]},
            "rows[1].tables",
            "must be 1 to 101 printable characters without spaces around them",
        ),
        ({"status": None}, "rows[1].status", "must be one of "),
        ({"name": "Ann"}, "rows[1].name", f"must be one of the keys {', '.join(COLUMNS)}"),
    ],
    ids=str,
)
def test_a_json_row_is_refused_with_its_path(change: dict[str, Any], field: str, rule: str) -> None:
    row = {"id": "b1", "party_size": 4, "start": "2026-05-01T19:00"}

    with pytest.raises(InvalidDocument) as caught:
        loads_rows_json(json.dumps([row, row | change]))
    assert caught.value.field == field
    assert caught.value.rule.startswith(rule)


@pytest.mark.parametrize(
    ("text", "field", "rule", "line"),
    [
        ("{}", "rows", "must be a list", None),
        ("[3]", "rows[0]", "must be an object", None),
        ('[{"id": "b1", "party_size": 4}]', "rows[0].start", "must be given", None),
        (
            '[{"id": "b1", "id": "b2", "party_size": 4, "start": "x"}]',
            "rows[0].id",
            "must be given once",
            None,
        ),
        ("[\n{,", "document", "must be JSON", 2),
    ],
)
def test_json_that_holds_no_rows_is_refused(
    text: str, field: str, rule: str, line: int | None
) -> None:
    with pytest.raises(InvalidDocument) as caught:
        loads_rows_json(text)
    assert (caught.value.field, caught.value.line) == (field, line)
    assert caught.value.rule.startswith(rule)


def test_all_problems_of_json_rows_are_told() -> None:
    text = '[{"id": "b1"}, 3, {"id": "b2", "party_size": 0, "start": "2026-05-01T19:00"}]'
    with pytest.raises(InvalidRows) as caught:
        loads_rows_json(text)
    told = [(each.row, each.column, str(each)) for each in caught.value.problems]
    assert told == [
        (1, "party_size", "row 1: rows[0].party_size: must be given"),
        (2, None, "row 2: rows[1]: must be an object (got 3)"),
        (
            3,
            "party_size",
            "row 3: rows[2].party_size: must be a whole number from 1 to 1000 (got 0)",
        ),
    ]
    assert str(caught.value) == "rows[0].party_size: must be given; and 2 more"
