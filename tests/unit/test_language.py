"""The language of docstrings, comments and pages, as a ratchet: the counts may only fall."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GERUNDS = re.compile(r"[a-z_]*ing")
# Nouns that end like a gerund.
NOUNS = {"booking", "evening", "string"}
# What each pattern finds, and how often per 10,000 words of code; pages may have twice as many,
# because they ask and answer questions.
LIMITS = {
    r"\b(whoever|whatever|nobody|somebody|anybody|whose|whom)\b": 9,
    r"\b([Ww]hat|[Ww]ho) (is|was|has|had|are|it|they|comes|goes|takes|calls|asks|stands|lies)\b": 4,
    r"\b((is|are|has|have) to be|as (it is|they are|it was)|there (is|are))\b": 10,
    r"\b(is|are|was|be) (no|none|nobody'?s?)\b": 7,
}

SAMPLES = ("whoever calls", "what is over is gone", "this has to be done", "an id that is none")


def prose_of_code(source: str) -> Iterator[str]:
    """Yield the docstrings, without their examples, and the comments that are sentences."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield re.sub(r">>>.*", "", ast.get_docstring(node) or "")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not re.search(r"type:|noqa|pragma", token.string):
            yield token.string.lstrip("# ")


def prose_of_page(source: str) -> Iterator[str]:
    """Yield a page without its code."""
    yield re.sub(r"`[^`]*`", "", re.sub(r"```.*?```", "", source, flags=re.DOTALL))


@cache
def prose(kind: str) -> str:
    if kind == "code":
        found = sorted((ROOT / "src").rglob("*.py"))
        return "\n".join(text for path in found for text in prose_of_code(path.read_text("utf-8")))
    pages = [path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts]
    pages = [ROOT / "README.md", *sorted(pages)]
    return "\n".join(text for path in pages for text in prose_of_page(path.read_text("utf-8")))


def rate(pattern: str, text: str) -> float:
    """How often a pattern stands in a text, per 10,000 words."""
    words = len(re.findall(r"[A-Za-z][A-Za-z'’-]*", text))
    return 10_000 * len(re.findall(pattern, text)) / max(words, 1)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "factor"), [("code", 1), ("pages", 2)])
@pytest.mark.parametrize("pattern", LIMITS)
def test_the_language_is_plain(pattern: str, kind: str, factor: int) -> None:
    assert rate(pattern, prose(kind)) <= factor * LIMITS[pattern]


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [*zip(LIMITS, SAMPLES, strict=True)],
)
def test_a_pattern_finds_its_phrase(pattern: str, sentence: str) -> None:
    assert rate(pattern, sentence) > 0


def test_modules_are_not_named_by_gerunds() -> None:
    names = {path.stem for path in (ROOT / "src").rglob("*.py")}
    assert {name for name in names if GERUNDS.fullmatch(name)} <= NOUNS


def test_no_line_is_wider_than_100_columns() -> None:
    wide = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / "src").rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > 100
    ]
    assert wide == []
