"""Configure the build of the documentation. ``pyproject.toml`` configures everything else."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

from pygments.lexers.special import TextLexer

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "fourtop"
author = "the fourtop authors"
release = metadata.version("fourtop")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
# Docstrings list Args and Raises in Google style. Those of attrs classes are in the class.
napoleon_google_docstring = True
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = f"fourtop {release}"


def setup(app: Sphinx) -> None:
    """Show Mermaid diagrams as text: other viewers of Markdown draw them."""
    app.add_lexer("mermaid", TextLexer)
