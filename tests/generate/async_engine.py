"""Generate the asynchronous engine and desk from ``Engine`` and ``Desk``.

``python -m tests.generate.async_engine`` writes ``async_engine.py`` and ``async_desk.py``. The
signatures and the docstrings of the methods are those of the original; only ``async`` and ``await``
are added. A test fails when a file is not current.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import attrs

FOLDER: Final = Path(__file__).parents[2] / "src" / "fourtop" / "engine"

# The calls that wait for the store.
_WAITING: Final = re.compile(r"\bself\.(?:_runner|_executor|store)\.\w+\(")
_PARAGRAPH: Final = "\n\n"


@attrs.frozen
class Twin:
    """A module that is generated.

    Args:
        source: The file with the original class.
        target: The file to write.
        names: The names to replace, everywhere in the file.
        module: The docstring of the module.
        summary: The first paragraphs of the docstring of the class, instead of the first one.
        example: The doctest of the class, if the original has one.
        not_awaited: The public methods that do not touch the store.
    """

    source: str
    target: str
    names: Mapping[str, str]
    module: str
    summary: str
    example: str | None = None
    not_awaited: frozenset[str] = frozenset()


_NOTE: Final = "Generated from ``{source}`` by ``tests/generate/async_engine.py``; edit that file."

_DESKS: Final = {
    "Desk": "AsyncDesk",
    "HoldDesk": "AsyncHoldDesk",
    "ServiceDesk": "AsyncServiceDesk",
    "HouseDesk": "AsyncHouseDesk",
    "FileDesk": "AsyncFileDesk",
    "WaitlistDesk": "AsyncWaitlistDesk",
    "DayDesk": "AsyncDayDesk",
    "StaffDesk": "AsyncStaffDesk",
    "PreviewDesk": "AsyncPreviewDesk",
    "Executor": "AsyncExecutor",
    "fourtop.engine.hold_desk": "fourtop.engine.async_hold_desk",
    "fourtop.engine.service_desk": "fourtop.engine.async_service_desk",
    "fourtop.engine.house_desk": "fourtop.engine.async_house_desk",
    "fourtop.engine.file_desk": "fourtop.engine.async_file_desk",
    "fourtop.engine.waitlist_desk": "fourtop.engine.async_waitlist_desk",
    "fourtop.engine.day_desk": "fourtop.engine.async_day_desk",
    "fourtop.engine.staff_desk": "fourtop.engine.async_staff_desk",
    "fourtop.engine.preview_desk": "fourtop.engine.async_preview_desk",
}
HOUSE_DESK: Final = Twin(
    source="house_desk.py",
    target="async_house_desk.py",
    names=_DESKS,
    module="The part of the asynchronous desk that changes the house.",
    summary="The commands on the house of one restaurant; ``AsyncDesk`` has all of them.",
)
HOLD_DESK: Final = Twin(
    source="hold_desk.py",
    target="async_hold_desk.py",
    names=_DESKS,
    module="The part of the asynchronous desk that keeps tables for a time.",
    summary="The commands on holds of one restaurant; ``AsyncDesk`` has all commands.",
)
SERVICE_DESK: Final = Twin(
    source="service_desk.py",
    target="async_service_desk.py",
    names=_DESKS,
    module="The part of the asynchronous desk that serves.",
    summary="The commands of the live service; ``AsyncDesk`` has all commands and reads.",
)
FILE_DESK: Final = Twin(
    source="file_desk.py",
    target="async_file_desk.py",
    names=_DESKS,
    module="The part of the asynchronous desk that brings bookings in and out.",
    summary="The import and the exports of one restaurant; ``AsyncDesk`` has all of them.",
)
WAITLIST_DESK: Final = Twin(
    source="waitlist_desk.py",
    target="async_waitlist_desk.py",
    names=_DESKS,
    module="The part of the asynchronous desk with the waitlist and the slots.",
    summary="The commands on the waitlist and on slots; ``AsyncDesk`` has all commands and reads.",
)
DAY_DESK: Final = Twin(
    source="day_desk.py",
    target="async_day_desk.py",
    names=_DESKS,
    module="The part of the asynchronous desk that shows the day to people.",
    summary="The reads for people; ``AsyncDesk`` has all commands and reads.",
)
STAFF_DESK: Final = Twin(
    source="staff_desk.py",
    target="async_staff_desk.py",
    names=_DESKS,
    module="The part of the asynchronous desk for the staff.",
    summary="The commands of the staff; ``AsyncDesk`` has all commands and reads.",
)
PREVIEW_DESK: Final = Twin(
    source="preview_desk.py",
    target="async_preview_desk.py",
    names=_DESKS,
    module="The part of the asynchronous desk that shows the consequences of an edit.",
    summary="The previews of one restaurant; ``AsyncDesk`` has all commands and reads.",
)
DESK: Final = Twin(
    source="desk.py",
    target="async_desk.py",
    names=_DESKS,
    module="The desk of one restaurant on an asynchronous store.",
    summary="""``Desk`` for an asynchronous store: the same methods, results and errors, awaited.

Arguments are checked when the call is awaited. A cancelled command either has happened or has
not: the same call with the same key settles which.""",
)
ENGINE: Final = Twin(
    source="engine.py",
    target="async_engine.py",
    names={
        "Engine": "AsyncEngine",
        "Desk": "AsyncDesk",
        "Executor": "AsyncExecutor",
        "Store": "AsyncStore",
        "MemoryStore": "AsyncMemoryStore",
        "SqlStore": "AsyncSqlStore",
        "check_store": "check_async_store",
        "hosted_store": "async_hosted_store",
        "fourtop.engine.desk": "fourtop.engine.async_desk",
    },
    module="The engine on an asynchronous store.",
    summary="""The restaurants of an asynchronous store, and their desks.

It makes the same decisions as ``Engine`` and starts no thread. Safe for the tasks of one
event loop.""",
    example=""">>> import asyncio
>>> from fourtop import AsyncEngine, AsyncMemoryStore, BookingRequest, sample
>>> from datetime import UTC, datetime
>>> async def seats() -> int:
...     desk = await AsyncEngine(AsyncMemoryStore()).add_restaurant(sample.pub())
...     quote = await desk.quote(BookingRequest(4, datetime(2030, 5, 3, 18, tzinfo=UTC)))
...     return quote.plan.seats
>>> asyncio.run(seats())
4""",
    not_awaited=frozenset({"desk", "on_store", "within"}),
)
TWINS: Final = (
    HOUSE_DESK,
    HOLD_DESK,
    SERVICE_DESK,
    DAY_DESK,
    STAFF_DESK,
    PREVIEW_DESK,
    FILE_DESK,
    WAITLIST_DESK,
    DESK,
    ENGINE,
)


def generated(twin: Twin) -> str:
    """Return the text of a module that is generated, before it is formatted."""
    # Names have no line break in them, so the lines of the tree are the lines of the text.
    lines = _renamed((FOLDER / twin.source).read_text("utf-8"), twin.names).splitlines()
    tree = ast.parse("\n".join(lines))
    (kind,) = (node for node in tree.body if isinstance(node, ast.ClassDef))
    for method in _methods(kind):
        if method.name not in twin.not_awaited:
            _make_async(lines, method)
    # From the last line to the first, so that the numbers of the lines above stay right.
    _replace(lines, kind.body[0], _quoted(_class_doc(twin, kind), "    "))
    note = _NOTE.format(source=twin.source)
    _replace(lines, tree.body[0], _quoted(f"{twin.module}{_PARAGRAPH}{note}", ""))
    return "\n".join(lines) + "\n"


def current(twin: Twin) -> str:
    """Return the text of the module as it is in the repository."""
    return (FOLDER / twin.target).read_text("utf-8")


def _methods(kind: ast.ClassDef) -> Iterator[ast.FunctionDef]:
    """Yield the public methods that are not properties."""
    for node in kind.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            decorators = {ast.unparse(each) for each in node.decorator_list}
            if "property" not in decorators:
                yield node


def _make_async(lines: list[str], method: ast.FunctionDef) -> None:
    head = method.lineno - 1
    lines[head] = lines[head].replace("def ", "async def ", 1)
    # The body begins after the docstring.
    for place in range(method.body[1].lineno - 1, method.end_lineno or 0):
        lines[place] = _WAITING.sub(r"await \g<0>", lines[place])


def _class_doc(twin: Twin, kind: ast.ClassDef) -> str:
    first, *others = (ast.get_docstring(kind) or "").split(_PARAGRAPH)
    assert first, "the original has a docstring"
    kept = [each for each in others if not each.startswith(">>>")]
    examples = [] if twin.example is None else [twin.example]
    return _PARAGRAPH.join([twin.summary, *kept, *examples])


def _quoted(doc: str, indent: str) -> list[str]:
    text = f'"""{doc}\n"""' if "\n" in doc else f'"""{doc}"""'
    return [f"{indent}{line}".rstrip() for line in text.split("\n")]


def _replace(lines: list[str], node: ast.stmt, new: list[str]) -> None:
    lines[node.lineno - 1 : node.end_lineno] = new


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """Replace whole names, each once: a name that was put in is not replaced again."""
    longest_first = sorted(names, key=len, reverse=True)
    pattern = "|".join(re.escape(name) for name in longest_first)
    return re.sub(rf"\b(?:{pattern})\b", lambda found: names[found[0]], text)


def _formatted(text: str, name: str) -> str:
    """Format the text as the project does, with its imports in order."""
    place = ["--stdin-filename", str(FOLDER / name), "-"]
    for command in (["check", "--quiet", "--select", "I", "--fix-only"], ["format", "--quiet"]):
        done = subprocess.run(  # The arguments are ours.
            [sys.executable, "-m", "ruff", *command, *place],
            input=text,
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        text = done.stdout
    return text


def main() -> None:
    """Write all modules that are generated."""
    for twin in TWINS:
        text = _formatted(generated(twin), twin.target)
        (FOLDER / twin.target).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
