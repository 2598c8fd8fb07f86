from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

import pytest

import fourtop
from tests.package.served_pages import check_pages

ROOT = Path(__file__).parents[2]
DISTRIBUTION = metadata.distribution("fourtop")
FILES = {str(path) for path in DISTRIBUTION.files or ()}


def test_wheel_is_pure() -> None:
    assert DISTRIBUTION.read_text("WHEEL") is not None
    lines = str(DISTRIBUTION.read_text("WHEEL")).splitlines()
    assert [line for line in lines if line.startswith("Tag:")] == ["Tag: py3-none-any"]
    assert "Root-Is-Purelib: true" in lines


def test_tests_run_on_what_was_installed_and_not_on_the_checkout() -> None:
    assert (
        Path(str(fourtop.__file__)).resolve()
        == Path(str(DISTRIBUTION.locate_file("fourtop/__init__.py"))).resolve()
    )
    assert str(ROOT / "src") not in sys.path


def test_types_and_sample_data_ship() -> None:
    assert "fourtop/py.typed" in FILES
    assert "fourtop/sample/pub.json" in FILES


def test_the_migrations_ship_with_their_sql() -> None:
    folder = "fourtop/storage/sql/migrations"
    assert {
        f"{folder}/ddl/{number}_{name}.sql"
        for number in ("0001", "0002", "0004", "0005", "0006", "0007", "0008", "0010", "0011")
        for name in ("postgresql", "sqlite")
    } <= FILES
    assert f"{folder}/versions/r0003_tenants.py" in FILES


def test_every_file_of_the_package_ships() -> None:
    source = ROOT / "src"
    kept = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert kept - FILES == set()
    assert {
        "fourtop/guest_page/files/guest.js",
        "fourtop/http_api/files/reference.css",
        "fourtop/operations_page/files/page.js",
        "fourtop/operations_page/templates/room.html",
    } <= kept


@pytest.mark.slow
def test_the_installed_command_serves_every_page_and_its_files() -> None:
    found = check_pages()
    # The tabs of the operations page, the month of the guest page, and so on.
    assert len([kind for _, kind in found.values() if kind == "text/html"]) > 8


def test_nothing_but_the_package_ships() -> None:
    tops = {path.partition("/")[0] for path in FILES if not path.startswith("..")}
    assert {top for top in tops if not re.fullmatch(r"fourtop(-[0-9.]+\.dist-info)?", top)} == set()


def test_command_is_installed() -> None:
    (command,) = metadata.entry_points(group="console_scripts", name="fourtop")
    assert command.value == "fourtop.cli:main"


def test_core_needs_three_packages() -> None:
    needs = [need for need in DISTRIBUTION.requires or () if "extra ==" not in need]
    assert sorted(re.split(r"[^A-Za-z0-9_.-]", need)[0] for need in needs) == [
        "attrs",
        "networkx",
        "sortedcontainers",
    ]


def test_everything_else_is_an_extra() -> None:
    extras = DISTRIBUTION.metadata.get_all("Provides-Extra")
    assert sorted(extras or ()) == [
        "async",
        "dask",
        "http",
        "optimize",
        "otel",
        "pictures",
        "postgres",
        "sql",
        "testing",
    ]
