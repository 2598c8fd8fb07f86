"""Stored results of revision 0003, converted to the text of revision 0004 and back.

The rows in ``stored_results_0003.json`` were written by the code of revision 0003: all commands
that take a key, with instants that are no whole seconds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from fourtop import Block, Booking, BookingStatus, Hold, ImportReport
from fourtop.engine.invocation import as_replay
from fourtop.formats.results import dumps_result, loads_result
from fourtop.storage.sql.migrations.stored_results import downgraded, upgraded

ROWS: Final[list[dict[str, Any]]] = json.loads(
    Path(__file__).with_name("stored_results_0003.json").read_text("utf-8")
)
CLASSES: Final[dict[str, type]] = {
    "Held": Hold,
    "Confirmed": Booking,
    "Booked": Booking,
    "Changed": Booking,
    "Moved": tuple,
    "Blocked": Block,
    "Imported": ImportReport,
}

each_row = pytest.mark.parametrize(
    "row", ROWS, ids=[f"{place}-{row['kind']}" for place, row in enumerate(ROWS)]
)


def one(kind: str) -> dict[str, Any]:
    return next(row for row in ROWS if row["kind"] == kind)


def test_the_rows_are_of_every_kind() -> None:
    assert {row["kind"] for row in ROWS} == set(CLASSES)


@each_row
def test_a_row_comes_back_from_its_text_without_loss(row: dict[str, Any]) -> None:
    assert downgraded(upgraded(row["kind"], row["answer"])) == (row["kind"], row["answer"])


@each_row
def test_the_engine_replays_an_upgraded_row(row: dict[str, Any]) -> None:
    text = upgraded(row["kind"], row["answer"])
    result = loads_result(text)
    assert isinstance(result, CLASSES[row["kind"]])
    assert loads_result(dumps_result(result)) == result
    replay = as_replay(text)
    assert all(each.replayed for each in (replay if isinstance(replay, tuple) else (replay,)))


@each_row
def test_a_result_that_the_engine_stores_is_downgraded(row: dict[str, Any]) -> None:
    result = loads_result(upgraded(row["kind"], row["answer"]))
    found = downgraded(dumps_result(result), command=row["command"], hold_id=row["hold_id"])
    assert found == (row["kind"], row["answer"])


def test_the_values_of_a_hold_are_kept() -> None:
    old = one("Held")["answer"]["hold"]
    hold = loads_result(upgraded("Held", {"hold": old, "replayed": False}))
    assert (hold.party_size, hold.created_us, hold.expires_us) == (
        old["party"],
        old["created_us"],
        old["expires_us"],
    )
    assert [hold.stay.occupied.start_us, hold.stay.occupied.end_us] == old["stay"]["block"]
    assert hold.fingerprint.facts == old["fingerprint"]["facts"]
    assert sorted(hold.must.areas) == old["must"]["settings"] == ["indoor"]


def test_the_values_of_a_booking_are_kept() -> None:
    old = one("Booked")["answer"]
    booking = loads_result(upgraded("Booked", old))
    assert (booking.party_size, booking.status) == (
        old["booking"]["party"],
        BookingStatus.CONFIRMED,
    )
    assert booking.assignment.assigned_us == old["booking"]["assignment"]["assigned_us"]
    assert booking.receipt.usage.booked_covers == old["capacity"]["booked_covers"]


def test_a_booking_without_usage_is_downgraded_with_the_least_usage() -> None:
    data = json.loads(upgraded("Changed", one("Changed")["answer"]))
    del data["kind"]
    kind, answer = downgraded(json.dumps(data), command="book")
    assert (kind, answer["capacity"]["booked_covers"]) == ("Booked", data["data"]["party_size"])


def test_the_class_of_a_booking_follows_from_its_text_where_the_command_is_unknown() -> None:
    for kind in ("Booked", "Changed"):
        text = dumps_result(loads_result(upgraded(kind, one(kind)["answer"])))
        assert downgraded(text)[0] == kind
        assert downgraded(text, hold_id="h1")[0] == "Confirmed"


def test_a_row_of_no_known_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        upgraded("Novel", {})
    with pytest.raises(KeyError):
        downgraded('{"type":"novel","data":{}}')
