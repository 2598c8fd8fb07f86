"""The command: reads the arguments, prints the answer, and returns the exit code."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Sequence

from fourtop.cli.answer import ExitCode
from fourtop.cli.inputs import WrongInput
from fourtop.cli.parser import parse
from fourtop.errors import FourtopError

_INTERRUPTED = 130
# Before the last @, for a password may have blanks in it; and in what follows a question mark.
_PASSWORD = re.compile(r"(://[^\s:/@]*:).*(?=@)|(?<=password=)[^\s&]+")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command ``fourtop``, and return its exit code.

    0: the answer is yes. 1: it is no. 2: the input is wrong, and one line on stderr says what and
    where.

    Args:
        arguments: Without the name of the program; ``None``: those of the process.
    """
    try:
        text, code = _answered(sys.argv[1:] if arguments is None else arguments)
    except (FourtopError, WrongInput) as error:
        print(f"fourtop: {without_passwords(' '.join(str(error).split()))}", file=sys.stderr)
        return ExitCode.WRONG_INPUT
    except SystemExit:
        # argparse has printed the help or the version.
        text, code = "", ExitCode.YES
    except KeyboardInterrupt:
        return _INTERRUPTED
    _print(text)
    return code


def without_passwords(text: str) -> str:
    """Blot out what may be the password of a URL, also of one that stands where none is expected.

    >>> without_passwords("unrecognized arguments: postgresql://ann:secret@host/name")
    'unrecognized arguments: postgresql://ann:***@host/name'
    """
    return _PASSWORD.sub(r"\1***", text)


def _answered(arguments: Sequence[str]) -> tuple[str, ExitCode]:
    run, is_for_machines = parse(arguments)
    answer = run()
    text = json.dumps(answer.data, indent=2) if is_for_machines or not answer.text else answer.text
    return f"{text}\n", answer.code


def _print(text: str) -> None:
    """Print a text: quietly where nobody reads on, with question marks where the terminal lacks a character."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more when it ends, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
