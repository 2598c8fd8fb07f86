"""Generate the notebooks: each source in ``examples/notebooks`` executed, with its outputs.

``python -m tests.generate.notebooks`` writes all of them, or those whose names it is given. A test
fails when a notebook is not current.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import jupytext  # type: ignore[import-untyped]  # It has no types.
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

FOLDER: Final = Path(__file__).parents[2] / "examples" / "notebooks"
SOURCES: Final = sorted(FOLDER.glob("*.py"))
# Of one cell; all notebooks together take less than five minutes.
LIMIT_SECONDS: Final = 240
# The same on each Python, unlike the details that a kernel adds.
_METADATA: Final = {
    "jupytext": {"formats": "ipynb,py:percent"},
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
}


def notebook_of(source: Path) -> NotebookNode:
    """Return the notebook of a source, without outputs. Its cells are numbered."""
    notebook: NotebookNode = jupytext.read(source, fmt="py:percent")
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number}"
        cell.metadata = nbformat.from_dict({})  # type: ignore[no-untyped-call]  # It has no types.
    notebook.metadata = nbformat.from_dict(_METADATA)  # type: ignore[no-untyped-call]  # As above.
    return notebook


def execute(notebook: NotebookNode) -> NotebookNode:
    """Execute a notebook in a new kernel, and return it with its outputs.

    Raises:
        CellExecutionError: If a cell fails.
    """
    client = NotebookClient(
        notebook, timeout=LIMIT_SECONDS, kernel_name="python3", record_timing=False
    )
    client.execute()
    notebook.metadata = nbformat.from_dict(_METADATA)  # type: ignore[no-untyped-call]  # As above.
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            _drop_twice_drawn(output)
    return notebook


def _drop_twice_drawn(output: Any) -> None:
    # A notebook shows HTML where there is any; the same picture as SVG doubles the file.
    data = output.get("data", {})
    if "text/html" in data:
        data.pop("image/svg+xml", None)


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook to a file."""
    path.write_text(nbformat.writes(notebook), "utf-8")  # type: ignore[no-untyped-call]  # As above.


def main(names: Sequence[str]) -> None:
    """Write the named notebooks, or all of them."""
    for source in SOURCES:
        if not names or source.stem in names:
            write(execute(notebook_of(source)), source.with_suffix(".ipynb"))


if __name__ == "__main__":
    main(sys.argv[1:])
