"""Where the programs of PostgreSQL are, and what to type when they are not there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

# Debian, Red Hat, Homebrew on either processor, and the two installers for macOS keep the server
# off the PATH.
PLACES = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/Library/PostgreSQL/*/bin",
]
# A user's PATH has no sbin on Debian, where pgbouncer lives.
BOUNCER_PATH = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin", "/usr/local/bin"]


class BinaryNotFoundError(Exception):
    """A program of PostgreSQL is not on this machine; the message ends with the line to type.

    Args:
        program: What was not found.
        line: The command that installs it.
    """

    def __init__(self, program: str, line: str) -> None:
        super().__init__(program, line)
        self.program = program
        self.line = line

    def __str__(self) -> str:
        return f"{self.program} was not found: {self.line}"


def install_line(*packages: str) -> str:
    """Return the one line that installs some packages here, for this user."""
    if shutil.which("brew"):
        return f"brew install {' '.join(packages)}"
    root = os.geteuid() == 0
    return f"{'' if root else 'sudo '}apt-get install {' '.join(packages)}"


def server_program(name: str) -> Path:
    """Return the path of a program of PostgreSQL, such as ``initdb``, ``postgres`` or ``pgbench``.

    All come from one directory, so that their versions agree: that of the PATH, else the newest.

    Raises:
        BinaryNotFoundError: If the server is not on this machine.
    """
    for directory in _directories():
        if all((directory / each).exists() for each in ("initdb", "postgres", name)):
            return directory / name
    program = "PostgreSQL's server"
    raise BinaryNotFoundError(program, install_line("postgresql"))


def bouncer_program() -> Path:
    """Return the path of ``pgbouncer``.

    Raises:
        BinaryNotFoundError: If it is not on this machine.
    """
    found = shutil.which("pgbouncer") or shutil.which(
        "pgbouncer", path=os.pathsep.join(BOUNCER_PATH)
    )
    if found is None:
        program = "pgbouncer"
        raise BinaryNotFoundError(program, install_line("pgbouncer"))
    return Path(found)


def _directories() -> Iterator[Path]:
    if on_path := shutil.which("initdb"):
        # Homebrew and others link single programs; their neighbours are where the link points to.
        yield Path(on_path).resolve().parent
    for place in PLACES:
        yield from sorted(Path("/").glob(place.lstrip("/")), key=_version, reverse=True)
    if config := shutil.which("pg_config"):
        asked = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        if asked.returncode == 0:
            yield Path(asked.stdout.strip())


def _version(directory: Path) -> list[int]:
    # As numbers: 9 is older than 15.
    return [int(each) for each in re.findall(r"\d+", str(directory))]
