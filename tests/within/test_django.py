"""Django's own connections, on both databases, in a process with Django's settings."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.within.host import Place

PATIENCE_SECONDS = 300


@pytest.mark.slow
def test_an_atomic_block_of_django_holds_the_row_and_the_booking(place: Place) -> None:
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("django_host.py"), place.url],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "rolled back",
        "[('kept',)] [False, True]",
        "TRANSACTION_UNUSABLE",
    ]
