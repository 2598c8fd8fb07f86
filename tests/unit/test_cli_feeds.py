"""``fourtop feeds``."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from fourtop import Engine, sample
from fourtop.storage.sql import SqlStore, migrate
from tests.unit.cli_case import Captured, as_json, refused_input, run

ADDRESS = {"street": "1 High St", "locality": "London", "postal_code": "N1", "country": "GB"}
PUB = {"id": "the-pub", "address": ADDRESS}


@pytest.fixture
def url(tmp_path: Path) -> str:
    found = f"sqlite:///{tmp_path / 'night.db'}"
    migrate(found)
    store = SqlStore(found)
    Engine(store).add_restaurant(sample.pub())
    store.close()
    return found


def merchants(tmp_path: Path, *listed: Any) -> str:
    path = tmp_path / "merchants.json"
    path.write_text(
        json.dumps({"format": "fourtop/merchants/1", "merchants": listed}), encoding="utf-8"
    )
    return str(path)


@pytest.mark.slow
def test_the_feeds_of_a_database_are_written(capsys: Captured, tmp_path: Path, url: str) -> None:
    given = (merchants(tmp_path, PUB), "-o", str(tmp_path), "--days", "2", "--party", "4")
    code, data = as_json(capsys, "feeds", *given, "--store", url)
    assert (code, data["merchants"]) == (0, ["the-pub"])
    of_spots = json.loads(gzip.decompress(Path(data["files"][2]).read_bytes()))
    (group,) = of_spots["service_availability"]
    assert {each["resources"]["party_size"] for each in group["availability"]} == {4}
    code, out, _ = run(capsys, "feeds", *given, "--store", url)
    assert out.startswith("1 merchant, 2 days:\n")
    assert len(out.splitlines()) == 4


@pytest.mark.slow
def test_wrong_input_is_named(capsys: Captured, tmp_path: Path, url: str) -> None:
    where = ("-o", str(tmp_path), "--store", url)
    no_address = merchants(tmp_path, {"id": "the-pub"})
    assert refused_input(capsys, "feeds", no_address, *where).startswith("address: must be given")
    found = refused_input(capsys, "feeds", no_address, *where, "--days", "99")
    assert found.startswith("--days: ")
    assert "merchants" in refused_input(capsys, "feeds", merchants(tmp_path), *where)
    unknown = merchants(tmp_path, {**PUB, "restaurant_id": "nobody"})
    assert "nobody" in refused_input(capsys, "feeds", unknown, *where)
