"""Console blocks of the documentation: the command is run, and what it prints is compared."""

from __future__ import annotations

import io
import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout

from sybil.example import Example
from sybil.parsers.myst import CodeBlockParser

from fourtop.cli import main

PROMPT = "$ fourtop"
GAP = "…"


def commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each command of a block with the lines that it is to print."""
    command, lines = "", list[str]()
    for line in text.rstrip("\n").split("\n"):
        if line.startswith("$ "):
            if command:
                yield command, lines
            command, lines = line, []
        else:
            lines.append(line)
    yield command, lines


def printed(command: str) -> str:
    """Run a command in this process; return what it prints, on both streams."""
    assert command == PROMPT or command.startswith(f"{PROMPT} "), (
        f"only {PROMPT} can be run, not {command!r}"
    )
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        main(shlex.split(command)[2:])
    return out.getvalue().rstrip("\n")


def shows(text: str, wanted: list[str]) -> bool:
    """Tell whether a text has the wanted lines and no others; a line ``…`` stands for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == GAP else re.escape(line.rstrip()) + r" *\n"
        for line in wanted
    )
    return re.fullmatch(pattern, f"{text}\n") is not None


def evaluate(example: Example) -> None:
    """Run the commands of a block; fail on the first that prints something else."""
    for command, wanted in commands(example.parsed):
        found = printed(command)
        assert shows(found, wanted), f"{command} prints:\n{found}"


CONSOLE = CodeBlockParser(language="console", evaluator=evaluate)
