"""``fourtop house``: put, show and export the house of a restaurant in a database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest

from fourtop import (
    Aisle,
    BookingRequest,
    Desk,
    Engine,
    Floor,
    House,
    KeptApart,
    SqlStore,
    Table,
    Versions,
    Zone,
    dump_house,
    dumps_house,
    house_from_data,
    load_house,
    loads_house,
    sample,
)
from fourtop.cli.database import VARIABLE
from tests.database.furnished import sqlite_url
from tests.evening import a_house, open_desk, snapshot
from tests.unit.cli_case import Captured, as_json, refused_input, run
from tests.unit.test_engine_replace_house import another_house


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database with the schema, which the variable names."""
    url = sqlite_url(tmp_path / "kept.db")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, url)
    return url


@pytest.fixture
def kept(url: str) -> Iterator[SqlStore]:
    """The database as a store, with the house of the tests in it."""
    with SqlStore(url) as store:
        open_desk(store)
        yield store


def document(house: House, name: str = "house.json") -> str:
    dump_house(house, name)
    return name


def desk_of(store: SqlStore) -> Desk:
    return Engine(store).desk("house")


# ---- put


def test_put_adds_a_restaurant(capsys: Captured, url: str) -> None:
    file = document(sample.pub())
    code, out, err = run(capsys, "house", "put", file, "--store", url)
    assert (code, err) == (0, "")
    assert out == "The Pub (the-pub): added with 10 tables, 49 seats, 11 joins\n"
    with SqlStore(url) as store:
        assert Engine(store).desk("the-pub").house() == sample.pub()


def test_put_replaces_a_house_in_one_step(capsys: Captured, kept: SqlStore) -> None:
    code, out, err = run(capsys, "house", "put", document(another_house()))
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "Refit (house): replaced",
        "restaurant: 1 changed",
        "  ~ name House to Refit",
        "tables: 1 added, 1 removed",
        "  + 7",
        "  - 5",
        "periods: 1 added",
        "  + lunch",
        "capacity_rules: 1 added",
        "  + 30 covers, each period",
    ]
    assert desk_of(kept).house() == another_house()
    assert desk_of(kept).versions() == Versions(floor=2, policy=2, occupancy=0)


def test_put_of_the_same_document_changes_nothing(capsys: Captured, kept: SqlStore) -> None:
    before = snapshot(kept, desk_of(kept))
    code, out, _ = run(capsys, "house", "put", document(a_house()))
    assert (code, out) == (0, "House (house): nothing has changed\n")
    assert snapshot(kept, desk_of(kept)) == before


def test_a_dry_run_says_what_would_change_and_writes_nothing(
    capsys: Captured, kept: SqlStore
) -> None:
    before = snapshot(kept, desk_of(kept))
    code, data = as_json(capsys, "house", "put", document(another_house()), "--dry-run")
    assert code == 0
    assert data["outcome"] == "replaced"
    assert data["dry_run"] is True
    assert {
        "part": "tables",
        "added": ["7"],
        "removed": ["5"],
        "changed": [],
    } in data["parts"]
    code, out, _ = run(capsys, "house", "put", document(sample.pub()), "--dry-run")
    assert (code, out.splitlines()[0]) == (
        0,
        "The Pub (the-pub): would be added with 10 tables, 49 seats, 11 joins",
    )
    code, out, _ = run(capsys, "house", "put", document(a_house()), "--dry-run")
    assert (code, out) == (0, "House (house): nothing would change\n")
    assert snapshot(kept, desk_of(kept)) == before
    assert kept.restaurant_ids() == ("house",)


@pytest.mark.parametrize("more", [[], ["--dry-run"]], ids=["put", "dry run"])
def test_a_refused_put_names_every_record_in_the_way(
    capsys: Captured, kept: SqlStore, more: list[str]
) -> None:
    desk = desk_of(kept)
    booking = desk.book(BookingRequest(6, datetime(2050, 5, 6, 19, tzinfo=UTC)))
    before = snapshot(kept, desk)
    code, out, err = run(capsys, "house", "put", document(another_house()), *more)
    assert (code, err) == (1, "")
    first, second = out.splitlines()[:2]
    assert first == "Refit (house): no, nothing has changed"
    assert second.startswith(f"  the table '5' is in use by booking {booking.id} until 2050-05-06T")
    assert snapshot(kept, desk) == before
    code, data = as_json(capsys, "house", "put", document(another_house()), *more)
    assert (code, data["outcome"], len(data["reasons"])) == (1, "refused", 1)


def test_expected_versions_guard_a_put(capsys: Captured, kept: SqlStore) -> None:
    file = document(another_house())
    code, out, _ = run(capsys, "house", "put", file, "--expected", "2,1")
    assert (code, out.splitlines()[1]) == (
        1,
        "  the floor is at version 1; the change was made from version 2",
    )
    assert desk_of(kept).house() == a_house()
    assert run(capsys, "house", "put", file, "--expected", "1,1")[0] == 0
    assert desk_of(kept).house() == another_house()
    # An answer that was lost shows as stale, and not as a second change.
    assert run(capsys, "house", "put", file, "--expected", "1,1")[0] == 1


@pytest.mark.parametrize("versions", ["1", "1,", "a,b", "1,2,3", "-1,2", "1;2"])
def test_malformed_versions_are_wrong_input(capsys: Captured, url: str, versions: str) -> None:
    line = refused_input(
        capsys, "house", "put", document(sample.pub()), f"--expected={versions}", "--store", url
    )
    assert line == "--expected: must be the versions of floor and policy, such as 3,2"


def test_expected_versions_need_a_restaurant(capsys: Captured, url: str) -> None:
    line = refused_input(capsys, "house", "put", document(sample.pub()), "--expected", "1,1")
    assert line == "there is no restaurant 'the-pub'"
    with SqlStore(url) as store:
        assert store.restaurant_ids() == ()


def test_a_broken_document_changes_nothing(capsys: Captured, kept: SqlStore) -> None:
    before = snapshot(kept, desk_of(kept))
    data = json.loads(dumps_house(another_house()))
    data["tables"][0]["capacity"] = 0
    Path("house.json").write_text(json.dumps(data), encoding="utf-8")
    line = refused_input(capsys, "house", "put", "house.json")
    assert line.startswith("house.json: tables[0].capacity: must be ")
    assert refused_input(capsys, "house", "put", "missing.json") == (
        "missing.json: No such file or directory"
    )
    assert snapshot(kept, desk_of(kept)) == before


def test_a_slug_of_another_restaurant_is_wrong_input(capsys: Captured, kept: SqlStore) -> None:
    other = sample.pub()
    slugged = attrs.evolve(other, restaurant=attrs.evolve(other.restaurant, slug="house"))
    line = refused_input(capsys, "house", "put", document(slugged))
    assert line == "the slug 'house' exists already"
    assert kept.restaurant_ids() == ("house",)


# ---- show and export


def test_show_prints_zones_tables_joins_hours_rules_and_versions(
    capsys: Captured, kept: SqlStore
) -> None:
    desk_of(kept).replace_house(another_house())
    code, out, err = run(capsys, "house", "show", "house")
    assert (code, err) == (0, "")
    assert out.splitlines()[:9] == [
        "Refit (house), UTC, takes bookings",
        "versions: floor 2, policy 2",
        "floor: 5 tables, 20 seats, 2 joins",
        "Main, indoor: 5 tables, 20 seats",
        "  1: 2 seats",
        "  2: 2 seats",
        "  3: 4 seats",
        "  4: 4 seats",
        "  7: 8 seats",
    ]
    for line in ("  1 + 2", "  dinner 17:00 to 23:00", "  lunch 12:00 to 15:00", "  30 covers, "):
        assert any(each.startswith(line) for each in out.splitlines()), line


def test_show_prints_distances_and_the_labels_of_tables(capsys: Captured, kept: SqlStore) -> None:
    floor = Floor(
        [Table("a", "1", 4, "in"), Table("b", "1", 4, "out"), Table("c", "2", 4, "in")],
        zones=[Zone("in", "Inside"), Zone("out", "Outside", order=1)],
        kept_apart=[KeptApart(("a", "b"))],
        aisles=[Aisle(joined=["a", "c"], closes=["b"])],
        numbers_unique_in="zone",
    )
    desk_of(kept).edit_floor(lambda _: floor)

    lines = run(capsys, "house", "show", "house")[1].splitlines()
    assert lines[lines.index("kept_apart:") + 1] == "  Inside/1 + Outside/1"
    assert lines[lines.index("aisles:") + 1] == "  Inside/1 + 2 closes Outside/1"


def test_show_prints_json(capsys: Captured, kept: SqlStore) -> None:
    assert kept.restaurant_ids() == ("house",)
    code, data = as_json(capsys, "house", "show", "house")
    assert code == 0
    assert data["versions"] == {"floor": 1, "policy": 1, "occupancy": 0}
    assert [table["number"] for table in data["house"]["floor"]["tables"]] == list("12345")
    assert data["house"]["policy"]["periods"][0]["key"] == "dinner"


@pytest.mark.parametrize("house", [a_house(), another_house(), sample.pub()])
def test_put_then_export_is_the_identity(capsys: Captured, url: str, house: House) -> None:
    file, restaurant_id = document(house), house.restaurant.id
    assert run(capsys, "house", "put", file, "--store", url)[0] == 0
    code, out, _ = run(capsys, "house", "export", restaurant_id)
    assert (code, out) == (0, dumps_house(house))
    assert loads_house(out) == house
    code, data = as_json(capsys, "house", "export", restaurant_id)
    assert house_from_data(data) == house
    code, out, _ = run(capsys, "house", "export", restaurant_id, "-o", "copy.json")
    assert (code, out) == (0, f"{house.restaurant.name} ({restaurant_id}): written to copy.json\n")
    assert Path("copy.json").read_bytes() == Path(file).read_bytes()
    assert load_house("copy.json") == house
    code, data = as_json(capsys, "house", "put", "copy.json")
    assert (code, data["outcome"]) == (0, "unchanged")


@pytest.mark.parametrize("action", ["show", "export"])
def test_an_unknown_restaurant_is_wrong_input(capsys: Captured, url: str, action: str) -> None:
    line = refused_input(capsys, "house", action, "nowhere", "--store", url)
    assert line == "there is no restaurant 'nowhere'"
    line = refused_input(capsys, "house", action, "no where", "--store", url)
    assert "restaurant_id" in line


def test_a_folder_is_no_file_to_export_to(capsys: Captured, kept: SqlStore) -> None:
    assert kept.restaurant_ids() == ("house",)
    line = refused_input(capsys, "house", "export", "house", "-o", "missing/copy.json")
    assert line.startswith("path: cannot be written: ")


@pytest.mark.parametrize("arguments", [("put", "house.json"), ("show", "x"), ("export", "x")])
def test_a_database_must_exist(capsys: Captured, url: str, arguments: tuple[str, ...]) -> None:
    document(a_house())
    line = refused_input(capsys, "house", *arguments, "--store", "sqlite:///missing.db")
    assert line == "missing.db: the file does not exist; create it with fourtop migrate"
    assert not Path("missing.db").exists()
    assert url
