"""Bad input of staff, waitlist, roll-out and files: typed errors, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import attrs
import pytest

from fourtop import (
    AlternativeTerms,
    Desk,
    Enforcement,
    FourtopError,
    InvalidDocument,
    InvalidInput,
    Move,
    Override,
    WaitlistTerms,
    load_rows,
)
from fourtop.ports import Store
from tests.evening import NOW, STAFF, booked, open_desk, party_size, snapshot

Call = Callable[[Desk, Path], object]


def rolled_out(make: Callable[[], Enforcement]) -> Call:
    return lambda desk, _: desk.edit_policy(lambda policy: attrs.evolve(policy, enforcement=make()))


def imported(data: bytes, name: str = "night.csv", *, size: int | None = None) -> Call:
    """Import a file with these first bytes, and with zeros up to a size."""

    def call(desk: Desk, folder: Path) -> object:
        path = folder / name
        path.write_bytes(data)
        if size is not None:
            with path.open("r+b") as file:
                file.truncate(size)
        return desk.import_bookings(load_rows(path))

    return call


def joins_until(desk: Desk, _: Path) -> object:
    return desk.join_waitlist(party_size(2), WaitlistTerms(until=NOW - timedelta(minutes=1)))


def overridden(rule: str) -> Call:
    return lambda desk, _: desk.move([Move("b1", ["5"], overrides=[Override(rule, "Our choice")])])


BAD_INPUT: Final[dict[str, tuple[Call, type[FourtopError], str]]] = {
    "a roll-out of 101 % of the caps": (
        rolled_out(lambda: Enforcement(capacity_percent=101)),
        InvalidInput,
        "capacity_percent: must be a whole number from 0 to 100 (got 101)",
    ),
    "a roll-out of 101 % of adjacency": (
        rolled_out(lambda: Enforcement(adjacency_percent=101)),
        InvalidInput,
        "adjacency_percent: must be a whole number from 0 to 100 (got 101)",
    ),
    "a roll-out of -1 %": (
        rolled_out(lambda: Enforcement(capacity_percent=-1)),
        InvalidInput,
        "capacity_percent: must be a whole number from 0 to 100 (got -1)",
    ),
    "a waitlist entry in the past": (
        lambda desk, _: desk.join_waitlist(party_size(2, "11:00")),
        InvalidInput,
        "start: must not have passed",
    ),
    "a waitlist entry that has stopped waiting": (
        joins_until,
        InvalidInput,
        "until: must not have passed",
    ),
    "a split of a party of one": (
        lambda desk, _: desk.alternatives(party_size(1), AlternativeTerms(split=True)),
        InvalidInput,
        "split: needs a party of at least 2 people (got 1)",
    ),
    "an override of an unknown rule": (
        overridden("NO_SUCH_RULE"),
        InvalidInput,
        "rule: must be one of ADJACENCY_",
    ),
    "an override of occupancy": (
        overridden("ALLOCATIONS_OVERLAP"),
        InvalidInput,
        "rule: must be one of ADJACENCY_",
    ),
    "a file of 0 bytes": (
        imported(b""),
        InvalidDocument,
        "document: must not be empty (got 0 bytes)",
    ),
    "a file of 200 MB": (
        imported(b"id,party_size\n", size=200_000_000),
        InvalidDocument,
        "document: must have at most 100 MB; split it (got 200 MB)",
    ),
    "a file of 200 MB of JSON": (
        imported(b"[", "night.json", size=200_000_000),
        InvalidDocument,
        "document: must have at most 100 MB; split it (got 200 MB)",
    ),
    "a spreadsheet": (
        imported(b"PK\x03\x04workbook"),
        InvalidDocument,
        "document: must be a text (got a ZIP archive or a spreadsheet (xlsx, ods); export it as",
    ),
    "an image": (
        imported(b"\x89PNG\r\n"),
        InvalidDocument,
        "document: must be a text (got an image)",
    ),
}


@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_is_a_typed_error_and_changes_nothing(
    store: Store, name: str, tmp_path: Path
) -> None:
    call, kind, text = BAD_INPUT[name]
    desk = open_desk(store, actor=STAFF)
    booked(desk, 4, booking_id="b1")
    before, house = snapshot(store, desk), desk.house()
    with pytest.raises(FourtopError) as caught:
        call(desk, tmp_path)
    assert type(caught.value) is kind
    assert str(caught.value).startswith(text)
    assert (snapshot(store, desk), desk.house()) == (before, house)
