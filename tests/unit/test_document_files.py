"""House documents and booking rows in files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import fourtop
from fourtop.errors import InvalidDocument, InvalidInput

HOUSE = fourtop.sample.pub()
ROWS = (
    fourtop.BookingRow("b1", 4, "2026-05-01T19:00", tables=["Café 1"]),
    fourtop.BookingRow("b2", 2, "2026-05-01T20:00"),
)
READERS = (fourtop.load_house, fourtop.load_rows_csv, fourtop.load_rows_json)
# CSV is read in any usual encoding, the other formats in UTF-8.
OF_UTF_8 = (fourtop.load_house, fourtop.load_rows_json)


def test_a_house_is_dumped_to_a_file_and_loaded_again(tmp_path: Path) -> None:
    path = tmp_path / "pub.json"

    fourtop.dump_house(HOUSE, path)

    assert fourtop.load_house(path) == HOUSE
    assert fourtop.load_house(str(path)) == HOUSE
    assert path.read_text("utf-8") == fourtop.dumps_house(HOUSE)


def test_rows_are_dumped_to_a_file_and_loaded_again(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"

    fourtop.dump_rows_csv(ROWS, path)

    assert fourtop.load_rows_csv(path) == ROWS
    assert b"\r" not in path.read_bytes()


def test_json_rows_are_loaded_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text('[{"id": "b1", "party_size": 4, "start": "2026-05-01T19:00"}]', "utf-8")

    assert [row.id for row in fourtop.load_rows_json(path)] == ["b1"]


@pytest.mark.parametrize("load", READERS)
def test_a_byte_order_mark_is_skipped(load: Any, tmp_path: Path) -> None:
    path = tmp_path / "marked"
    texts = {
        fourtop.load_house: fourtop.dumps_house(HOUSE),
        fourtop.load_rows_csv: fourtop.dumps_rows_csv(ROWS),
        fourtop.load_rows_json: "[]",
    }
    path.write_text(texts[load], "utf-8-sig")

    assert load(path) in (HOUSE, ROWS, ())


@pytest.mark.parametrize("load", READERS)
@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("missing", "cannot be read: No such file or directory"),
        (".", "cannot be read: Is a directory"),
        ("missing/rows", "cannot be read: No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error_of_its_path(
    load: Any, name: str, rule: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput) as caught:
        load(tmp_path / name)
    assert (caught.value.field, caught.value.rule) == ("path", rule)


@pytest.mark.parametrize("load", OF_UTF_8)
def test_a_file_in_another_encoding_is_an_error_of_the_document(load: Any, tmp_path: Path) -> None:
    path = tmp_path / "latin"
    path.write_bytes("Café".encode("latin-1"))

    with pytest.raises(InvalidDocument) as caught:
        load(path)
    assert str(caught.value) == ("document: must be encoded in UTF-8 (got byte 0xe9 at offset 3)")


@pytest.mark.parametrize("path", [None, 7, b"rows.csv", "a\0b"])
def test_a_value_that_is_not_a_path_is_refused(path: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        fourtop.load_house(path)
    assert caught.value.rule == "must be the path of a file"


def test_a_file_that_cannot_be_written_is_an_error_of_its_path(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        fourtop.dump_house(HOUSE, tmp_path)
    assert caught.value.rule == "cannot be written: Is a directory"


def test_a_refused_dump_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("before", "utf-8")
    with pytest.raises(InvalidInput):
        fourtop.dump_rows_csv([*ROWS, "b3"], path)  # type: ignore[list-item]  # The wrong value.
    assert path.read_text("utf-8") == "before"
