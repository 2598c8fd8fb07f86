"""How the documentation is built. Everything else about the project is configured in pyproject.toml."""

from __future__ import annotations

from importlib import metadata

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
# An attrs class says in its docstring what its arguments are; Raises and Args are in Google's
# style.
napoleon_google_docstring = True
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = f"fourtop {release}"
