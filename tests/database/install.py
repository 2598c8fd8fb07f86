"""Install the programs of the tests: ``python -m tests.database.install``.

They are PostgreSQL, pgbouncer, the library cairo, which draws pictures as PNG and PDF, and the
browser Chromium. As root on Debian or Ubuntu it installs what is
missing, and leaves no service running. Elsewhere it says what to type. It does nothing where all of
them are there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes.util import find_library
from functools import partial
from pathlib import Path

from tests.database.binary import BinaryNotFoundError, bouncer_program, install_line, server_program


def cairo_library() -> str:
    """Return the name of the library cairo."""
    name = find_library("cairo")
    if name is None:
        raise BinaryNotFoundError("cairo", install_line("libcairo2"))
    return name


def browser_program() -> str:
    """Return the path of Chromium."""
    found = shutil.which("chromium")
    if found is None:
        raise BinaryNotFoundError("chromium", install_line("chromium"))
    return found


PROGRAMS: dict[str, Callable[[], Path | str]] = {
    "postgresql": partial(server_program, "postgres"),
    "pgbouncer": bouncer_program,
    "libcairo2": cairo_library,
    "chromium": browser_program,
}
# Debian's packages start their services at once, unless this program forbids it.
POLICY = Path("/usr/sbin/policy-rc.d")
FORBID = "#!/bin/sh\nexit 101\n"


def main() -> int:
    """Make sure that all of them are there; return the status to exit with."""
    packages = missing_packages()
    if not packages:
        return 0
    program = shutil.which("apt-get")
    if os.geteuid() != 0 or program is None:
        sys.stderr.write(
            f"The tests need {', '.join(packages)}. Please type: {install_line(*packages)}\n"
        )
        return 1
    with without_services():
        for command in (
            ["update", "-q"],
            ["install", "-q", "-y", "--no-install-recommends", *packages],
        ):
            environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            status = subprocess.run([program, *command], env=environment, check=False).returncode
            if status != 0:
                return status
    still = missing_packages()
    if still:
        sys.stderr.write(
            f"apt-get has installed {', '.join(packages)}, yet {', '.join(still)} cannot be found\n"
        )
    return 1 if still else 0


def missing_packages() -> list[str]:
    """Return the packages whose programs are not here."""
    missing = []
    for package, find in PROGRAMS.items():
        try:
            find()
        except BinaryNotFoundError:
            missing.append(package)
    return missing


@contextmanager
def without_services() -> Iterator[None]:
    """Keep Debian's packages from starting what they install. An existing policy stays in force."""
    try:
        with POLICY.open("x") as policy:
            policy.write(FORBID)
    except FileExistsError:
        yield
        return
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


if __name__ == "__main__":
    sys.exit(main())
