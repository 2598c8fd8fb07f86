from __future__ import annotations

import re
from pathlib import Path

import pytest
from sybil import Document, Sybil
from sybil.example import SybilFailure
from sybil.parsers.myst import DocTestDirectiveParser, PythonCodeBlockParser

from tests.docs.console import CONSOLE

ROOT = Path(__file__).parents[2]
SYBIL = Sybil(
    parsers=[PythonCodeBlockParser(), DocTestDirectiveParser(), CONSOLE],
    path=str(ROOT),
    patterns=["*.md"],
)
# Decision records quote code that was rejected; what is built is not ours to read.
UNREAD = {"_build", "adr"}


def pages() -> list[Path]:
    found = [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
    return sorted(page for page in found if UNREAD.isdisjoint(page.relative_to(ROOT).parts))


def run(document: Document) -> int:
    """Run the examples of a page from top to bottom in one namespace; return their number."""
    examples = list(document.examples())
    for example in examples:
        example.evaluate()
    return len(examples)


def parsed(tmp_path: Path, text: str) -> Document:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    return SYBIL.parse(page)


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_examples_of_the_page_run(
    page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    run(SYBIL.parse(page))


def test_each_decision_record_has_a_number_of_its_own() -> None:
    titles = {each.name: each.read_text("utf-8") for each in ROOT.glob("docs/adr/*.md")}
    numbers = [int(name[:4]) for name in titles]
    assert len(numbers) == len(set(numbers)) > 30
    for name, text in titles.items():
        assert text.startswith(f"# {int(name[:4])}. "), name


def test_blocks_of_a_page_share_their_names(tmp_path: Path) -> None:
    text = "```python\nparty = 4\n```\n\nThen:\n\n```python\nassert party == 4\n```\n"
    assert run(parsed(tmp_path, text)) == 2


def test_commands_of_a_console_print_what_stands_below_them(tmp_path: Path) -> None:
    plan = "$ fourtop plan pub --party 0 --at 2050-05-06T19:00\nfourtop: --party: must be …"
    whole = plan.replace("…", "a whole number from 1 to 1000 (got 0)")
    schema = "$ fourtop schema\n{\n…\n}"
    assert run(parsed(tmp_path, f"```console\n{schema}\n{whole}\n```\n")) == 1
    with pytest.raises(AssertionError, match="prints"):
        run(parsed(tmp_path, f"```console\n{plan}\n```\n"))


@pytest.mark.parametrize(
    "block",
    [
        "```python\nassert 1 == 2\n```\n",
        "```python\n>>> 1 + 1\n3\n\n```\n",
        "```{doctest}\n>>> 1 + 1\n3\n```\n",
        "```console\n$ fourtop demo --seed x\nThe Pub\n```\n",
        "```console\n$ fourtop schema\n{\n```\n",
        "```console\n$ ls\n```\n",
    ],
    ids=[
        "an assertion",
        "a prompt",
        "a directive",
        "a command",
        "a part of the output",
        "another program",
    ],
)
def test_a_wrong_example_is_found(tmp_path: Path, block: str) -> None:
    with pytest.raises((AssertionError, SybilFailure)):
        run(parsed(tmp_path, block))


def test_the_index_lists_every_page() -> None:
    index = (ROOT / "docs/index.md").read_text("utf-8")
    tree = set(re.findall(r"^[a-z*/-]+$", index, re.MULTILINE))
    pages = [page.relative_to(ROOT / "docs") for page in (ROOT / "docs").rglob("*.md")]
    folders = {"adr": "adr/*", "reference": "reference/index"}
    for page in pages:
        if page.parts[0] not in ("index.md", "_build"):
            assert folders.get(page.parts[0], str(page.with_suffix(""))) in tree, page
