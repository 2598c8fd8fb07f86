"""Run another library in an environment of its own; this project does not depend on it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any, Final, Self

import attrs

_SCRIPT: Final = Path(__file__).with_name("libres_script.py")
_WANTED: Final = ("libres", "psycopg[binary]")
_PATIENCE_SECONDS: Final = 300


class NotThereError(Exception):
    """The library cannot be installed or does not run; the message is its last output."""


@attrs.define
class Libres:
    """Runs the script for libres in an environment that is made for it, and goes with us."""

    _folder: Any = attrs.field(factory=tempfile.TemporaryDirectory)

    def __enter__(self) -> Self:
        """Make the environment.

        Raises:
            NotThereError: If it cannot be made.
        """
        venv.create(self._folder.name, with_pip=True)
        self._python("-m", "pip", "install", "-q", "--disable-pip-version-check", *_WANTED)
        return self

    def __exit__(self, *_: object) -> None:
        """Delete it."""
        self._folder.cleanup()

    @property
    def versions(self) -> str:
        """The versions of the installed packages."""
        listed = json.loads(
            self._python("-m", "pip", "list", "--disable-pip-version-check", "--format", "json")
        )
        wanted = {"libres", "sqlalchemy"}
        return ", ".join(
            f"{each['name']} {each['version']}" for each in listed if each["name"].lower() in wanted
        )

    def run(self, name: str, *arguments: Any) -> Any:
        """Run a function of the script.

        Raises:
            NotThereError: If it fails.
        """
        return json.loads(self._python(str(_SCRIPT), json.dumps([name, arguments])))

    def _python(self, *command: str) -> str:
        python = (
            Path(self._folder.name) / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        )
        try:
            ran = subprocess.run(  # noqa: S603  # The environment's own Python, with arguments of ours.
                [str(python), *command],
                capture_output=True,
                text=True,
                timeout=_PATIENCE_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NotThereError(str(error)) from error
        if ran.returncode != 0:
            raise NotThereError((ran.stderr.strip().splitlines() or ["it says nothing"])[-1])
        return ran.stdout
