from __future__ import annotations

import subprocess
import sys

# What start-up hooks of the environment have loaded before us does not count, and neither do
# private modules: the standard library has some that it does not list.
SCRIPT = """
import sys
before = set(sys.modules)
import fourtop
loaded = {name.partition(".")[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names)
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
