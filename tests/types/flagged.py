"""Count the wrong arguments that mypy flags: ``python -m tests.types.flagged``."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

WRONG = Path(__file__).with_name("wrong_arguments.py")
WANTED = 14


def wrong_lines() -> set[int]:
    """The lines of the calls with a wrong argument: all that begin with a call."""
    lines = WRONG.read_text("utf-8").splitlines()
    return {number for number, line in enumerate(lines, 1) if re.match(r"[A-Z]\w+\(", line)}


def flagged_lines() -> set[int]:
    """The lines in which mypy finds an error."""
    command = [sys.executable, "-m", "mypy", "--strict", str(WRONG)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return {int(line) for line in re.findall(r"wrong_arguments\.py:(\d+): error", done.stdout)}


def main() -> int:
    """Print the count, and fail below the number that is wanted."""
    wrong, flagged = wrong_lines(), flagged_lines()
    print(f"mypy flags {len(wrong & flagged)} of {len(wrong)} wrong arguments")
    return int(len(wrong & flagged) < WANTED)


if __name__ == "__main__":
    sys.exit(main())
