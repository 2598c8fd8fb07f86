"""A long campaign of the machine: ``python -m tests.stateful.campaign --seed 1``, at the root.

It prints what is kept as evidence in ``docs/evidence``: seed, date, steps, what came of each
command, duration. The same seed on the same versions gives the same evenings. With ``--sql`` every
command goes to SQLite and PostgreSQL, too.
"""

from __future__ import annotations

import argparse
import platform
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.database.session import cluster
from tests.stateful.run import STEPS_OF_AN_EVENING, counted, play
from tests.stateful.twin import Twins, sql_twins

EVENINGS_OF_A_BATCH = 200


def campaign(steps: int, seed: int, twins: Twins | None = None) -> Iterator[str]:
    """Play until so many steps are done; yield a report's lines; raise the model's findings."""
    began = time.monotonic()
    machine = counted(twins)
    batches = 0
    option = " --sql" if twins else ""
    yield f"python -m tests.stateful.campaign --steps {steps} --seed {seed}{option}"
    yield f"date      {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    yield f"versions  Python {platform.python_version()}, Hypothesis {version('hypothesis')}"
    if twins is not None:
        ((postgresql,),) = cluster().execute("SHOW server_version")
        yield f"stores    memory, SQLite {sqlite3.sqlite_version}, PostgreSQL {postgresql}"
    while machine.steps < steps:
        batch_seed = seed * 1_000_000 + batches
        try:
            play(machine, EVENINGS_OF_A_BATCH, from_seed=batch_seed)
        except BaseException:
            sys.stderr.write(
                f"batch {batches}, drawn with seed {batch_seed}, after {machine.steps} steps:\n"
            )
            raise
        batches += 1
        sys.stderr.write(f"{machine.steps} steps\n")
    commands = sum(machine.tally.values())
    evenings = f"{EVENINGS_OF_A_BATCH} evenings of up to {STEPS_OF_AN_EVENING} steps"
    yield f"seed      {seed}: {batches} batches of {evenings}"
    yield f"steps     {machine.steps}, with {commands} commands, reads and moves of the clock"
    yield f"duration  {time.monotonic() - began:.0f} s"
    yield (
        "found     nothing: every answer, every refusal and all that is seen are as the model says"
    )
    if twins is not None:
        yield "          and the same in all stores"
    yield ""
    yield from _table(machine.tally)


def _table(tally: Counter[tuple[str, str]]) -> Iterator[str]:
    yield f"{'command':<16} {'accepted':>8} {'replayed':>8} {'refused':>8}  of which"
    for command in sorted({command for command, _ in tally} - {"clock"}):
        refused = {
            outcome.removeprefix("refused: "): count
            for (each, outcome), count in tally.items()
            if each == command and outcome.startswith("refused: ")
        }
        by_count = sorted(refused.items(), key=lambda each: (-each[1], each))
        codes = ", ".join(f"{code} {count}" for code, count in by_count)
        done, again = tally[command, "accepted"], tally[command, "replayed"]
        yield f"{command:<16} {done:>8} {again:>8} {sum(refused.values()):>8}  {codes}".rstrip()
    yield f"{'clock':<16} {tally['clock', 'on']:>8} on, {tally['clock', 'back']} back"


def main() -> None:
    """Run a campaign as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.stateful.campaign", description=__doc__)
    parser.add_argument(
        "--steps", type=int, default=100_000, help="how many steps at least (100000)"
    )
    parser.add_argument("--seed", type=int, default=1, help="decides all evenings (1)")
    parser.add_argument(
        "--sql", action="store_true", help="give every command to SQLite and PostgreSQL, too"
    )
    given = parser.parse_args()
    with ExitStack() as stack:
        twins = None
        if given.sql:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            twins = stack.enter_context(sql_twins(Path(folder)))
        for line in campaign(given.steps, given.seed, twins):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
