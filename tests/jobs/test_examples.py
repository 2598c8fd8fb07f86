"""The examples of schedulers, executed: procrastinate on PostgreSQL, and the crontab."""

from __future__ import annotations

import asyncio
import os
import re
import runpy
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from procrastinate.exceptions import AlreadyEnqueued

from fourtop import BookingRequest, Engine, EventType, ManualClock, SqlStore
from tests.database.furnished import postgresql_database, sqlite_url
from tests.database.session import cluster
from tests.evening import a_house

EXAMPLES = Path(__file__).parents[2] / "examples"
LOGIN = "service"
# One more for each minute that begins meanwhile.
MOST_WORKERS = 5
LONG_AGO = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(
    days=60
)


def leave_over(url: str) -> int:
    """Forget a hold two months ago, and complete a booking; return the number of events."""
    with SqlStore(url, clock=ManualClock(LONG_AGO)) as store:
        desk = Engine(store).add_restaurant(a_house())
        seven = LONG_AGO.replace(hour=19)
        desk.hold(BookingRequest(2, seven))
        desk.confirm(desk.hold(BookingRequest(4, seven)).id, key="k1")
        return len(store.events(desk.restaurant_id))


@pytest.mark.slow
@pytest.mark.filterwarnings("default::DeprecationWarning")
def test_procrastinate_runs_the_jobs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with postgresql_database() as name:
        url = cluster().url(name, user=LOGIN)
        events = leave_over(url)
        monkeypatch.setenv("FOURTOP_STORE", url)
        # The login of the jobs owns no tables, so the queue has another login here.
        monkeypatch.setenv("QUEUE", cluster().url(name))
        example = runpy.run_path(str(EXAMPLES / "procrastinate_jobs.py"))

        def unfinished() -> int:
            ((count,),) = cluster().execute(
                "SELECT count(*) FROM procrastinate_jobs WHERE status NOT IN ('succeeded')",
                database=name,
            )
            return int(count)

        async def play() -> None:
            await example["main"](wait=False)
            async with example["app"].open_async():
                for task in ("sweep", "relay", "clear"):
                    # The run of this minute may wait still: the worker ends at an empty queue.
                    with suppress(AlreadyEnqueued):
                        await example[task].defer_async(timestamp=0)
            for _ in range(MOST_WORKERS):
                await example["main"](wait=False)
                if unfinished() == 0:
                    break

        asyncio.run(play())
        left = unfinished()
        with SqlStore(url) as store:
            kinds = [event.type for event in store.events("house")]
            assert store.claim(99, 1) == ()
        (row,) = cluster().execute("SELECT count(*) FROM fourtop.allocations", database=name)
    assert kinds.count(EventType.HOLD_EXPIRED) == 1
    told = capsys.readouterr().out.splitlines()
    assert len(told) == len(set(told)) == events + 1
    assert left == 0
    assert row == (0,)


def lines_of(crontab: str) -> list[str]:
    """Return the commands of a crontab, without the times at which they run."""
    rows = [line for line in crontab.splitlines() if line and line[0] not in "#F"]
    return [re.split(r"\s+", line, maxsplit=5)[5] for line in rows]


@pytest.mark.slow
def test_the_lines_of_the_crontab_run_one_after_the_other_and_at_once(tmp_path: Path) -> None:
    url = sqlite_url(tmp_path / "night.db")
    leave_over(url)
    (tmp_path / "bookings").mkdir()
    (tmp_path / "bookings" / "queue.py").write_text("from builtins import print as publish\n")
    commands = lines_of((EXAMPLES / "jobs.crontab").read_text("utf-8"))
    assert [command.split()[2] for command in commands] == ["sweep", "relay", "prune", "retain"]
    environment = {**os.environ, "FOURTOP_STORE": url}
    program = [sys.executable, "-m", "fourtop.cli"]
    printed: dict[str, list[str]] = {}
    for command in commands:
        arguments = [*program, *command.split()[1:]]
        # Twice at once, as where the run of the last minute has not ended.
        running = [
            subprocess.Popen(
                arguments, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, text=True
            )
            for _ in range(2)
        ]
        outputs = [each.communicate(timeout=120)[0] for each in running]
        assert [each.returncode for each in running] == [0, 0], command
        printed[command.split()[2]] = [out.splitlines()[-1] for out in outputs]
    assert sorted(printed["sweep"]) == ["sweep: 0 holds ended", "sweep: 1 hold ended"]
    archived = [int(line.split()[1]) for line in printed["prune"]]
    assert sorted(archived) == [0, 1]
