"""The tables of the pages say what the code says: nothing is left out, nothing is made up."""

from __future__ import annotations

import re
from argparse import Action, ArgumentParser, _SubParsersAction
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import fourtop
from fourtop import BookingStatus, Code, EventType, FourtopError, Refused
from fourtop import errors as tree
from fourtop.cli.parser import _parser
from fourtop.storage.sql import history

DOCS = Path(__file__).parents[2] / "docs"
COMMANDS = "reference/command-line.md"
# Raised or refused with a code that depends on the case.
OF_THE_CASE = {"AllocationsOverlap", "FourtopError", "Refused"}


def rows(page: str, first_column: str) -> Iterator[list[str]]:
    """Yield the cells of the table of a page whose first column has that title."""
    inside = False
    for line in (DOCS / page).read_text("utf-8").splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[0] == first_column:
            inside = True
        elif inside and not set(cells[0]) <= {"-"}:
            yield cells


def errors() -> dict[str, type[FourtopError]]:
    found = {name: getattr(tree, name) for name in tree.__all__}
    return {
        name: each
        for name, each in found.items()
        if isinstance(each, type) and issubclass(each, FourtopError)
    }


def yes(truth: bool) -> str:  # noqa: FBT001  # a truth value is what it writes
    return "yes" if truth else "no"


def test_every_code_stands_in_the_table_with_its_status_and_its_retry() -> None:
    listed = [tuple(cells[:3]) for cells in rows("concepts/errors.md", "code")]
    assert listed == [(code.value, str(code.http_status), yes(code.is_retryable)) for code in Code]


def test_every_exception_stands_in_the_table_under_its_parent() -> None:
    listed = {cells[0]: cells[1] for cells in rows("concepts/errors.md", "exception")}
    parents = {
        name: each.__base__.__name__ for name, each in errors().items() if each.__base__ is not None
    }
    assert listed == parents | {"FourtopError": ""}


def test_every_exception_stands_in_the_table_with_its_code() -> None:
    listed = {
        cells[0]: cells[2]
        for cells in rows("concepts/errors.md", "exception")
        if cells[0] not in OF_THE_CASE
    }
    assert listed == {
        name: each.default_code.value for name, each in errors().items() if name not in OF_THE_CASE
    }
    assert errors()["Refused"] is Refused


def test_every_event_stands_in_the_table() -> None:
    assert [cells[0] for cells in rows("concepts/events.md", "type")] == [
        kind.value for kind in EventType
    ]


def test_the_table_of_steps_is_the_life_cycle() -> None:
    listed = [(cells[0], cells[1]) for cells in rows("concepts/bookings.md", "from")]
    steps = {
        (one.value, other.value)
        for one in BookingStatus
        for other in BookingStatus
        if one.may_become(other)
    }
    assert set(listed) == steps
    assert len(listed) == len(steps)


def test_the_table_of_states_says_what_occupies_and_what_counts() -> None:
    listed = [tuple(cells[:3]) for cells in rows("concepts/bookings.md", "status")]
    assert listed == [
        (each.value, yes(each.occupies), yes(each.counts_covers)) for each in BookingStatus
    ]


def test_every_revision_stands_in_the_table() -> None:
    listed = [cells[0] for cells in rows("operations/migrate-the-database.md", "revision")]
    assert listed == [each.id for each in history()]


def reference() -> str:
    return "\n".join(page.read_text("utf-8") for page in sorted(DOCS.glob("reference/*.md")))


def test_the_reference_names_everything_public() -> None:
    named = re.findall(r"^\.\. auto\w+:: (?:fourtop\.)?(\w+)$", reference(), re.MULTILINE)
    assert set(fourtop.__all__) <= set(named)
    assert len(named) == len(set(named))


def test_the_reference_lists_the_members_of_every_enum() -> None:
    enums = {
        name
        for name in fourtop.__all__
        if isinstance(each := getattr(fourtop, name), type) and issubclass(each, Enum)
    }
    listed = re.findall(
        r"^\.\. autoclass:: (?:fourtop\.)?(\w+)\n   :members:\n   :undoc-members:$",
        reference(),
        re.MULTILINE,
    )
    assert len(enums) > 8
    assert enums <= set(listed)


def test_every_page_of_the_reference_is_in_its_table() -> None:
    index = (DOCS / "reference/index.md").read_text("utf-8")
    pages = {page.name for page in DOCS.glob("reference/*.md")} - {"index.md"}
    assert set(re.findall(r"^\| \[[^]]+\]\(([\w-]+\.md)\)", index, re.MULTILINE)) == pages


def commands(parser: ArgumentParser, name: str = "fourtop") -> Iterator[tuple[str, set[str]]]:
    """Yield the name of each command with its options and arguments."""
    below = [each for each in parser._actions if isinstance(each, _SubParsersAction)]
    for each in below:
        for word, one in each.choices.items():
            yield from commands(one, f"{name} {word}")
    if not below:
        found = [each for each in parser._actions if "--help" not in each.option_strings]
        yield name, {word_of(each) for each in found}


def word_of(action: Action) -> str:
    """Return what a reader types for an argument."""
    if action.option_strings:
        return action.option_strings[-1]
    return " ".join(action.choices or (str(action.metavar),))


def test_the_reference_lists_every_command_with_its_options() -> None:
    options = {cells[0]: set[str]() for cells in rows(COMMANDS, "command")}
    for cells in rows(COMMANDS, "option"):
        for command in options if cells[1] == "all" else cells[1].split(", "):
            options[command].add(cells[0].split()[0])
    assert options == {name.removeprefix("fourtop "): found for name, found in commands(_parser())}
