"""The command ``fourtop``: parse arguments, print the answer, return the exit code."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Sequence
from typing import Final

from fourtop.cli.answer import ExitCode
from fourtop.cli.inputs import WrongInput
from fourtop.cli.parser import parse
from fourtop.errors import FourtopError, InvalidDocument, InvalidInput

_INTERRUPTED = 130
# The options that set a field of the API under another name.
_PLAIN: Final = (
    *("at", "now", "on", "occasion", "batch", "days", "limit", "minutes", "split"),
    *("covers", "expected", "key", "moves"),
)
_OF_STUDIES: Final = ("evenings", "seed", "processes", "metric", "per", "requests", "seats", "gap")
_OPTIONS: Final = {
    "party_size": "--party",
    "parties": "--party",
    "areas": "--area",
    "revision": "--to",
    "after_minutes": "--after-minutes",
    "flexible_minutes": "--flexible",
    "most_moves": "--moves",
    "saves_more_than": "--better",
    "year": "--month",
    "month": "--month",
    "times": "--no-times",
    "start": "--at",
    "available": "--covers",
    "slot_id": "SLOT",
    "candidates": "--join",
    "seats_from": "--seats-from",
    "interval_minutes": "--interval",
    "idle_seconds": "--idle-seconds",
    "sizes": "--size",
    "mean": "--requests",
    "node_budget": "--nodes",
    "objective": "--objective",
    "values": "--values",
    **dict.fromkeys(("turn_minutes", "buffer_minutes", "max_covers", "least"), "--value"),
    **dict.fromkeys(("notice_minutes", "buffer_after_minutes", "min_party"), "--value"),
    **{name: f"--{name}" for name in (*_PLAIN, *_OF_STUDIES)},
}
# A password may contain blanks, so the pattern runs to the last @; it also covers query parameters.
_PASSWORD = re.compile(r"(://[^\s:/@]*:).*(?=@)|(?<=password=)[^\s&]+")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command ``fourtop`` and return its exit code.

    0 means yes, 1 means no, and 2 means wrong input, with one line on stderr that names the fault.

    Args:
        arguments: Arguments without the program's name; ``None``: the arguments of the process.
    """
    try:
        text, code = _answered(sys.argv[1:] if arguments is None else arguments)
    except (FourtopError, WrongInput) as error:
        print(f"fourtop: {without_passwords(' '.join(_text(error).split()))}", file=sys.stderr)
        return ExitCode.WRONG_INPUT
    except SystemExit:
        # argparse has printed the help or the version.
        text, code = "", ExitCode.YES
    except KeyboardInterrupt:
        return _INTERRUPTED
    _print(text)
    return code


def without_passwords(text: str) -> str:
    """Replace passwords in URLs by ``***``, wherever the URL stands in the text.

    >>> without_passwords("unrecognized arguments: postgresql://ann:secret@host/name")
    'unrecognized arguments: postgresql://ann:***@host/name'
    """
    return _PASSWORD.sub(r"\1***", text)


def _text(error: FourtopError | WrongInput) -> str:
    """Return the text of an error, with the option that was typed in place of its field."""
    if isinstance(error, InvalidInput) and not isinstance(error, InvalidDocument):
        return str(error).replace(error.field, _OPTIONS.get(error.field, error.field), 1)
    return str(error)


def _answered(arguments: Sequence[str]) -> tuple[str, ExitCode]:
    run, is_for_machines = parse(arguments)
    answer = run()
    text = json.dumps(answer.data, indent=2) if is_for_machines or not answer.text else answer.text
    return f"{text}\n", answer.code


def _print(text: str) -> None:
    """Print a text; ignore a closed pipe, and replace characters that the terminal lacks."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes stdout again at exit and would print a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
