from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import fourtop

MODULES = sorted(module.name for module in pkgutil.walk_packages(fourtop.__path__, "fourtop."))


@pytest.mark.parametrize("name", MODULES)
def test_docstring_examples_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_docstrings_have_examples() -> None:
    examples = [
        example
        for name in MODULES
        for test in doctest.DocTestFinder().find(importlib.import_module(name))
        for example in test.examples
    ]
    assert examples
