from __future__ import annotations

import pickle
import subprocess
import sys
import traceback
from typing import get_type_hints

import pytest

import fourtop

# What start-up hooks of the environment have loaded before us does not count, and neither do
# private modules: the standard library has some that it does not list.
SCRIPT = """
import sys
before = set(sys.modules)
import fourtop
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
loaded -= set(sys.stdlib_module_names)
print(*sorted(name for name in loaded if not name.startswith("_")))
"""

# attrs shows up under both of its names.
ALLOWED = {"attr", "attrs", "fourtop", "sortedcontainers"}


def loaded_by(script: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_import_loads_neither_networkx_nor_anything_of_an_extra() -> None:
    loaded = loaded_by(SCRIPT)
    assert "fourtop" in loaded
    assert loaded <= ALLOWED


def test_the_check_sees_what_an_import_loads() -> None:
    assert "pluggy" in loaded_by(SCRIPT.replace("import fourtop", "import fourtop, pluggy"))


# ---- the public names ----------------------------------------------------------------------------

LAZY = {
    "AsyncSqlStore",
    "Finding",
    "Severity",
    "SqlStore",
    "downgrade",
    "exclude_fourtop",
    "inspect_store",
    "migrate",
}
NAMED = [name for name in fourtop.__all__ if hasattr(getattr(fourtop, name), "__qualname__")]
WITHOUT = """
import sys
for name in sys.argv[1:]:
    sys.modules[name] = None  # As if it were not installed.
from fourtop import *
import fourtop
print("Engine" in globals(), "SqlStore" in globals(), "SqlStore" in fourtop.__all__)
try:
    fourtop.SqlStore
except ImportError as error:
    print("fourtop[sql]" in str(error))
print("AsyncSqlStore" in fourtop.__all__)
"""
ALL_NAMES = "from fourtop import *; print(*sorted(name for name in globals() if name[0] != '_'))"


def test_every_public_name_is_listed_and_found() -> None:
    assert set(fourtop.__all__) >= LAZY
    assert set(dir(fourtop)) >= set(fourtop.__all__)
    assert [name for name in fourtop.__all__ if not hasattr(fourtop, name)] == []


def test_a_star_import_brings_every_public_name() -> None:
    assert loaded_by(ALL_NAMES) == set(fourtop.__all__)


@pytest.mark.parametrize(
    ("missing", "printed"),
    [
        (["sqlalchemy", "alembic"], ["True", "False", "False", "True", "False"]),
        (["greenlet"], ["True", "True", "True", "False"]),
    ],
    ids=["no extra", "sql without async"],
)
def test_a_star_import_needs_no_extra(missing: list[str], printed: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, *missing], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == printed


@pytest.mark.parametrize("name", NAMED)
def test_a_public_class_or_function_is_named_by_the_package(name: str) -> None:
    kind = getattr(fourtop, name)

    assert (kind.__module__, kind.__qualname__) == ("fourtop", name)
    assert pickle.loads(pickle.dumps(kind)) is kind  # noqa: S301  # Our own pickle.
    assert isinstance(get_type_hints(kind), dict)


def test_a_wrong_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Nonsense'"):
        _ = fourtop.Nonsense  # type: ignore[attr-defined]  # It does not exist.


def test_a_traceback_shows_the_public_name() -> None:
    error = fourtop.NotFound("table", "t9")
    text = "".join(traceback.format_exception_only(error))
    assert text == "fourtop.NotFound: there is no table 't9'\n"
