from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from tests.generate.notebooks import FOLDER, SOURCES, execute, notebook_of

A_PATH = re.compile(r"(?<![\w.~}<-])/(?:home|root|tmp|usr|var|Users|private)/|site-packages")

each_notebook = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)


def kept(source: Path) -> NotebookNode:
    """The notebook beside a source, with the outputs that it keeps."""
    path = source.with_suffix(".ipynb")
    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # It has no types.
    return notebook


def code_cells(notebook: NotebookNode) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook: NotebookNode) -> list[Any]:
    return [output for cell in code_cells(notebook) for output in cell.outputs]


def test_each_source_has_a_notebook_and_each_notebook_a_source() -> None:
    assert [source.stem for source in SOURCES] == sorted(p.stem for p in FOLDER.glob("*.ipynb"))
    assert SOURCES


@each_notebook
def test_a_notebook_has_the_cells_of_its_source(source: Path) -> None:
    ours, theirs = notebook_of(source), kept(source)
    assert theirs.metadata == ours.metadata
    assert [(cell.id, cell.cell_type, cell.source) for cell in theirs.cells] == [
        (cell.id, cell.cell_type, cell.source) for cell in ours.cells
    ]


@each_notebook
def test_a_notebook_keeps_its_outputs(source: Path) -> None:
    notebook = kept(source)
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    shown = [output.get("data", {}) for output in outputs(notebook)]
    # A picture at least, and the finding at the end.
    assert any("<svg" in data.get("text/html", data.get("image/svg+xml", "")) for data in shown)
    assert "text/markdown" in cells[-1].outputs[-1].data


@each_notebook
def test_a_notebook_shows_no_error_no_warning_and_no_path(source: Path) -> None:
    notebook = kept(source)
    for output in outputs(notebook):
        assert output.output_type in {"display_data", "execute_result", "stream"}
        assert output.get("name") != "stderr"
    assert A_PATH.findall(nbformat.writes(notebook)) == []  # type: ignore[no-untyped-call]  # As above.


@pytest.mark.slow
@each_notebook
def test_a_notebook_gives_the_outputs_that_it_keeps(source: Path) -> None:
    assert outputs(execute(notebook_of(source))) == outputs(kept(source))
