"""Hold and confirm, and the rush of 160 bookers, in units of revision 75e9276 in the same run.

Run ``python -m benchmarks.former`` at the project's root. It needs git, the history of the project
and the package cattrs, which that revision used.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Self

import attrs

from benchmarks.bar import HEADING, Bar, Note
from benchmarks.durable import in_rounds
from benchmarks.foreign import NotThereError

REVISION: Final = "75e9276"
_SCRIPT: Final = Path(__file__).with_name("former_script.py")
_ROOT: Final = Path(__file__).parents[1]
_PATIENCE_SECONDS: Final = 600


@attrs.define
class Former:
    """The former revision in a folder of its own, which goes with us."""

    _folder: Any = attrs.field(factory=tempfile.TemporaryDirectory)

    def __enter__(self) -> Self:
        """Take it out of the history.

        Raises:
            NotThereError: If it is not there, or cattrs cannot be installed.
        """
        packed = Path(self._folder.name, "former.tar")
        _run(["git", "-C", str(_ROOT), "archive", "-o", str(packed), REVISION])
        self._tree.mkdir()
        _run(["tar", "-xf", str(packed), "-C", str(self._tree)])
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target"]
        _run([*pip, str(self._packages), "cattrs"])
        return self

    def __exit__(self, *_: object) -> None:
        """Delete it."""
        self._folder.cleanup()

    @property
    def _tree(self) -> Path:
        return Path(self._folder.name, "tree")

    @property
    def _packages(self) -> Path:
        return Path(self._folder.name, "packages")

    def run(self, name: str, argument: int) -> Any:
        """Run a function of the script on the former revision."""
        return measured(self._tree, name, argument, [self._packages])


def measured(tree: Path, name: str, argument: int, packages: Sequence[Path] = ()) -> Any:
    """Run a function of the script on the revision in a folder."""
    path = os.pathsep.join(map(str, (tree, tree / "src", *packages)))
    command = [sys.executable, "-P", str(_SCRIPT), json.dumps([name, argument])]
    return json.loads(_run(command, env={**os.environ, "PYTHONPATH": path}, cwd=tree))


def _run(command: Sequence[str], **how: Any) -> str:
    try:
        ran = subprocess.run(  # noqa: S603  # Programs of ours, with arguments of ours.
            command,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
            **how,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotThereError(str(error)) from error
    if ran.returncode != 0:
        raise NotThereError((ran.stderr.strip().splitlines() or ["it says nothing"])[-1])
    return ran.stdout


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Compare the two revisions, each in its own process and on its own server."""
    number, rounds = (120, 3) if is_quick else (300, 7)
    try:
        with Former() as former:
            found: dict[str, list[Any]] = in_rounds(
                {
                    "now": lambda: measured(_ROOT, "pairs", number),
                    "then": lambda: former.run("pairs", number),
                    "rush now": lambda: measured(_ROOT, "rush", 2),
                    "rush then": lambda: former.run("rush", 2),
                },
                rounds,
            )
    except NotThereError as error:
        yield Note(f"  no figure beside revision {REVISION}, which does not run here: {error}")
        return
    title = f"client's processor for hold + confirm / at revision {REVISION}"
    yield Bar(title, found["now"], found["then"], number, at_most=0.7)
    now, then = ([min(each) for each in found[side]] for side in ("rush now", "rush then"))
    yield Bar(f"the rush of 160 bookers / at revision {REVISION}", now, then, 160, at_most=0.85)


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
