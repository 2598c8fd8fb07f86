"""The feeds of the aggregator as files."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Mapping, Sequence
from errno import ENOSPC
from pathlib import Path
from typing import Any

import pytest

from fourtop import (
    AsyncEngine,
    AsyncMemoryStore,
    CountedIds,
    Desk,
    Engine,
    InvalidInput,
    ManualClock,
    MemoryStore,
    StoreUnavailable,
)
from fourtop.aggregator import Address, FeedOptions, Merchant, write_feeds
from tests.aggregator.aggregator import seconds
from tests.evening import NOW, a_house, booked

ADDRESS = Address(
    street="1 High Street",
    locality="London",
    region="Greater London",
    postal_code="N1",
    country="GB",
)
PUB = Merchant(
    id="dining-1",
    restaurant_id="house",
    telephone="+442012345678",
    url="https://pub.example",
    address=ADDRESS,
)
SPAN: Mapping[str, Any] = {
    "days": 2,
    "party_sizes": [2, 6, 40],
    "clock": ManualClock(NOW),
}


@pytest.fixture
def engine() -> Engine:
    engine = Engine(MemoryStore(ManualClock(NOW)), ids=CountedIds("n"))
    engine.add_restaurant(a_house())
    return engine


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return engine.desk("house")


def written(
    engine: Engine, folder: Path, merchants: Sequence[Merchant] = (PUB,), **how: Any
) -> dict[str, Any]:
    """The files by name, unpacked."""
    options = FeedOptions(**{**SPAN, **how})
    paths = write_feeds(engine, merchants, folder, options)
    return {path.name: json.loads(gzip.decompress(path.read_bytes())) for path in paths}


def test_each_feed_has_the_name_and_the_metadata_that_are_documented(
    engine: Engine, tmp_path: Path
) -> None:
    files = written(engine, tmp_path)
    stamp = int(NOW.timestamp())
    assert list(files) == [
        f"{name}_feed_{stamp}_001_of_001.json.gz"
        for name in ("merchant", "service", "availability")
    ]
    found = [each["metadata"] for each in files.values()]
    assert [{**each, "nonce": ""} for each in found] == 3 * [
        {
            "processing_instruction": "PROCESS_AS_COMPLETE",
            "shard_number": 0,
            "total_shards": 1,
            "nonce": "",
            "generation_timestamp": stamp,
        }
    ]
    assert len({each["nonce"] for each in found}) == 3


def test_the_merchant_and_its_service_are_described(engine: Engine, tmp_path: Path) -> None:
    merchants, services, _ = written(engine, tmp_path).values()
    assert merchants["merchant"] == [
        {
            "merchant_id": "dining-1",
            "name": "House",
            "telephone": "+442012345678",
            "url": "https://pub.example",
            "geo": {
                "address": {
                    "country": "GB",
                    "locality": "London",
                    "region": "Greater London",
                    "postal_code": "N1",
                    "street_address": "1 High Street",
                }
            },
            "category": "restaurant",
        }
    ]
    (service,) = services["service"]
    assert service["merchant_id"], service["service_id"] == ("dining-1", "reservation")
    assert service["localized_service_name"]["localized_value"] == [
        {"locale": "en", "value": "Reservation"}
    ]


def spots(files: dict[str, Any], start: str) -> dict[int, tuple[int, int]]:
    (group,) = list(files.values())[2]["service_availability"]
    return {
        each["resources"]["party_size"]: (each["spots_open"], each["spots_total"])
        for each in group["availability"]
        if each["start_sec"] == int(seconds(start))
    }


def test_a_booking_lowers_the_open_spots_and_a_full_start_stays_in_the_feed(
    engine: Engine, desk: Desk, tmp_path: Path
) -> None:
    before = spots(written(engine, tmp_path), "19:00")
    # No table seats forty, so there is no such slot.
    assert before == {2: (5, 5), 6: (2, 2)}
    booked(desk, 6)
    assert spots(written(engine, tmp_path), "19:00") == {2: (4, 5), 6: (1, 2)}
    booked(desk, 6)
    assert spots(written(engine, tmp_path), "19:00")[6] == (0, 2)


def test_a_slot_has_the_form_of_the_published_sample(engine: Engine, tmp_path: Path) -> None:
    (group,) = list(written(engine, tmp_path).values())[2]["service_availability"]
    assert group["availability"][0] == {
        "spots_total": 5,
        "spots_open": 5,
        "duration_sec": 5400,
        "service_id": "reservation",
        "start_sec": int(seconds("17:00")),
        "merchant_id": "dining-1",
        "resources": {"party_size": 2},
        "confirmation_mode": "CONFIRMATION_MODE_SYNCHRONOUS",
    }


def test_the_shards_of_a_feed_have_all_slots_once_and_stay_below_the_size(
    engine: Engine, tmp_path: Path
) -> None:
    (whole,) = list(written(engine, tmp_path).values())[2]["service_availability"]
    (tmp_path / "shards").mkdir()
    files = written(engine, tmp_path / "shards", max_shard_bytes=2_000)
    shards = {name: each for name, each in files.items() if name.startswith("availability")}
    count = len(shards)
    assert count > 3
    assert list(shards)[-1].endswith(f"_{count:03}_of_{count:03}.json.gz")
    metadata = [each["metadata"] for each in shards.values()]
    assert [each["shard_number"] for each in metadata] == list(range(count))
    assert {each["total_shards"] for each in metadata} == {count}
    assert len({each["nonce"] for each in metadata}) == 1
    found = [
        slot
        for each in shards.values()
        for group in each["service_availability"]
        for slot in group["availability"]
    ]
    assert found == whole["availability"]


def test_the_same_feed_has_the_same_bytes(engine: Engine, tmp_path: Path) -> None:
    first = {path: path.read_bytes() for path in _write(engine, tmp_path)}
    assert {path: path.read_bytes() for path in _write(engine, tmp_path)} == first


def _write(engine: Engine, folder: Path) -> tuple[Path, ...]:
    return write_feeds(engine, [PUB], folder, FeedOptions(**SPAN))


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder, hidden ones included."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_fault_in_the_middle_of_the_data_leaves_the_former_files(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(engine, tmp_path)
    former = contents(tmp_path)
    booked(engine.desk("house"), 6)

    def lost(*_: object) -> None:
        raise StoreUnavailable("the database went away")

    # The merchants and the services are written by then.
    monkeypatch.setattr(Desk, "feed", lost)
    with pytest.raises(StoreUnavailable):
        _write(engine, tmp_path)
    assert contents(tmp_path) == former
    assert len(list(tmp_path.iterdir())) == len(former) == 3


def test_a_disk_that_fills_in_the_middle_of_a_file_leaves_the_former_files(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(engine, tmp_path)
    former = contents(tmp_path)
    booked(engine.desk("house"), 6)
    calls = []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 3:
            raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InvalidInput, match="folder: cannot be written: No space left on device"):
        _write(engine, tmp_path)
    assert contents(tmp_path) == former
    assert len(list(tmp_path.iterdir())) == 3


def test_a_name_that_is_taken_leaves_the_former_files(engine: Engine, tmp_path: Path) -> None:
    merchants, services, spots = _write(engine, tmp_path)
    former = {merchants.name: b"the former merchants"}
    merchants.write_bytes(former[merchants.name])
    services.unlink()
    spots.unlink()
    # The rename of the last file fails, after the first has been replaced.
    spots.mkdir()
    with pytest.raises(InvalidInput, match="folder: cannot be written: Is a directory"):
        _write(engine, tmp_path)
    assert contents(tmp_path) == former
    assert sorted(tmp_path.iterdir()) == sorted([merchants, spots])


def test_a_reader_sees_no_file_before_all_are_written(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    sync = os.fsync

    def watched(descriptor: int) -> None:
        seen.append([each.name for each in tmp_path.iterdir() if not each.name.startswith(".")])
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    assert len(_write(engine, tmp_path)) == 3
    assert seen == [[], [], []]


@pytest.mark.slow
def test_a_feed_of_ninety_days_is_read_in_parts(engine: Engine, tmp_path: Path) -> None:
    files = written(engine, tmp_path, days=90, party_sizes=[2])
    (group,) = list(files.values())[2]["service_availability"]
    days = {each["start_sec"] // 86_400 for each in group["availability"]}
    assert len(days) == 90


def test_a_merchant_without_an_address_and_a_missing_folder_are_refused(
    engine: Engine, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput, match="address"):
        written(engine, tmp_path, merchants=[Merchant(id="house")])
    with pytest.raises(InvalidInput, match="folder"):
        written(engine, tmp_path / "missing")
    with pytest.raises(InvalidInput, match="days"):
        FeedOptions(days=91)


@pytest.mark.parametrize("field", ["engine", "options"])
def test_wrong_arguments_are_refused_by_name(engine: Engine, tmp_path: Path, field: str) -> None:
    wrong: dict[str, Any] = {"engine": engine, "options": FeedOptions(**SPAN)}
    wrong[field] = AsyncEngine(AsyncMemoryStore())
    with pytest.raises(InvalidInput) as caught:
        write_feeds(merchants=[PUB], folder=tmp_path, **wrong)
    assert caught.value.field == field
    assert list(tmp_path.iterdir()) == []
