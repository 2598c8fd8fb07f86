"""Python in a process of its own, under another hash seed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def another_hash_seed() -> str:
    """Return a hash seed that this process does not have."""
    return "4243" if os.environ.get("PYTHONHASHSEED") == "4242" else "4242"


def printed(*arguments: str, hash_seed: str) -> str:
    """Return the text that Python prints for some arguments under a hash seed."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    ).stdout
