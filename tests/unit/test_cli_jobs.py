from __future__ import annotations

import json
import logging
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fourtop import SqlStore
from fourtop.cli import main
from fourtop.cli.database import VARIABLE
from fourtop.cli.job import JOBS

Captured = pytest.CaptureFixture[str]
STORE = "sqlite:///night.db"
# Every module that a test writes has a name of its own: Python imports each once.
LISTENER = """
import asyncio

heard = []

def publish(event):
    heard.append(event)

class Topic:
    publish = staticmethod(publish)

def down(event):
    raise ConnectionError("secret")

loops = []

async def later(event):
    await asyncio.sleep(0)
    loops.append(id(asyncio.get_running_loop()))
    heard.append(event)
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def evening() -> str:
    """A night of years ago, whose holds, answers and rows are long over."""
    assert main(["demo", "--on", "2020-05-01", "--store", STORE]) == 0
    return STORE


@pytest.fixture
def listener(tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The name of a module in the current directory."""
    name = "listener_" + re.sub(r"\W", "_", request.node.name)
    (tmp_path / f"{name}.py").write_text(LISTENER, encoding="utf-8")
    return name


def run(capsys: Captured, *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(["jobs", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def as_json(capsys: Captured, *arguments: str) -> tuple[int, Any]:
    code, out, err = run(capsys, *arguments, "--store", STORE, "--json")
    assert err == ""
    return code, json.loads(out)


def refused(capsys: Captured, *arguments: str) -> str:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert re.fullmatch(r"fourtop: [^\n]+\n", err), err
    return err.removeprefix("fourtop: ").rstrip()


def events_of(url: str) -> list[str]:
    store = SqlStore(url)
    try:
        return [event.dedupe_key for event in store.events("the-pub")]
    finally:
        store.close()


@pytest.mark.usefixtures("evening")
def test_jobs_do_their_work_once(capsys: Captured) -> None:
    code, first = as_json(capsys, "all", "--publish", "nobody")
    assert code == 0
    assert list(first) == list(JOBS)
    assert (
        min(
            first["relay"]["published"],
            first["prune"]["allocations"],
            first["retain"]["stored_results"],
        )
        > 10
    )
    code, second = as_json(capsys, "all", "--publish", "nobody")
    assert code == 0
    assert {number for numbers in second.values() for number in numbers.values()} == {0}


@pytest.mark.usefixtures("evening")
def test_each_job_can_be_run_alone(capsys: Captured) -> None:
    assert as_json(capsys, "sweep") == (0, {"sweep": {"holds": 0}})
    code, data = as_json(capsys, "prune", "--batch", "3")
    assert (code, list(data)) == (0, ["prune"])
    assert data["prune"]["allocations"] > 10
    code, data = as_json(capsys, "retain", "--batch", "3")
    assert list(data["retain"]) == ["confirmations", "stored_results", "holds", "events"]
    assert data["retain"]["confirmations"] > 10
    # Nobody has heard them yet, so that none of them goes.
    assert data["retain"]["events"] == 0
    assert as_json(capsys, "relay", "--publish", "nobody")[1]["relay"]["published"] > 30


@pytest.mark.usefixtures("evening")
def test_what_a_job_did_is_told_in_a_line(capsys: Captured) -> None:
    code, out, err = run(capsys, "all", "--publish", "nobody", "--store", STORE)
    assert (code, err) == (0, "")
    sweep, relay, prune, retain = out.splitlines()
    assert sweep == "sweep: 0 holds ended"
    assert re.fullmatch(
        r"relay: \d+ events published, 0 attempts failed, 0 given up, 0 to be published twice",
        relay,
    )
    assert re.fullmatch(r"prune: \d+ rows archived", prune)
    assert re.fullmatch(
        r"retain: \d+ confirmation results, \d+ stored results, \d+ holds and 0 events deleted",
        retain,
    )


@pytest.mark.usefixtures("evening")
def test_what_is_younger_than_the_days_stays(capsys: Captured) -> None:
    assert as_json(capsys, "prune", "--days", "3650") == (0, {"prune": {"allocations": 0}})
    assert "days: must be a whole number from 1 to 3650 (got 0)" in refused(
        capsys, "prune", "--days", "0", "--store", STORE
    )
    assert "batch: must be a whole number from 1 to" in refused(
        capsys, "sweep", "--batch", "0", "--store", STORE
    )


def test_every_event_is_given_to_the_function_of_the_current_directory(
    capsys: Captured, evening: str, listener: str
) -> None:
    before = list(sys.path)
    assert (
        as_json(capsys, "relay", "--publish", f"{listener}:Topic.publish", "--batch", "7")[0] == 0
    )
    heard = [event.dedupe_key for event in sys.modules[listener].heard]
    assert heard == events_of(evening)
    assert sys.path == before


def test_finding_28_a_coroutine_function_is_awaited_for_every_event(
    capsys: Captured, evening: str, listener: str
) -> None:
    assert as_json(capsys, "relay", "--publish", f"{listener}:later")[0] == 0
    assert [event.dedupe_key for event in sys.modules[listener].heard] == events_of(evening)
    assert len({*sys.modules[listener].loops}) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_relay_that_keeps_running_ends_cleanly_at_a_signal(
    capsys: Captured, evening: str, listener: str, number: signal.Signals
) -> None:
    module = f"""
import os, signal
from {listener} import heard

def publish(event):
    heard.append(event)
    if len(heard) == 3:
        os.kill(os.getpid(), signal.{number.name})
"""
    Path(f"stopping_{number.name.lower()}_{listener}.py").write_text(module, encoding="utf-8")
    before = signal.getsignal(number)
    name = f"stopping_{number.name.lower()}_{listener}:publish"
    code, data = as_json(capsys, "relay", "--forever", "--publish", name)
    assert (code, data["relay"]["published"]) == (0, 3)
    assert signal.getsignal(number) == before
    # The others of its batch are free at once: nobody waits for the end of a lease.
    code, data = as_json(capsys, "relay", "--publish", f"{listener}:publish")
    heard = [event.dedupe_key for event in sys.modules[listener].heard]
    assert heard == events_of(evening)


def test_a_second_signal_ends_a_relay_that_hangs(tmp_path: Path, evening: str) -> None:
    (tmp_path / "hanging.py").write_text(
        "import time\ndef publish(event):\n    print('in', flush=True)\n    time.sleep(60)\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "fourtop.cli", "jobs", "relay", "--forever"]
    command += ["--publish", "hanging:publish", "--store", evening]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in\n"
        process.send_signal(signal.SIGTERM)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == -signal.SIGTERM


def test_the_pause_of_a_relay_has_bounds(capsys: Captured, evening: str) -> None:
    refusal = refused(
        capsys,
        "relay",
        "--forever",
        "--idle-seconds",
        "0",
        "--publish",
        "nobody",
        "--store",
        evening,
    )
    assert refusal.startswith("--idle-seconds: must be a number from 0.01 to")


@pytest.mark.usefixtures("evening")
def test_a_relay_that_cannot_publish_is_a_no(
    capsys: Captured, listener: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "fourtop.jobs"):
        code, data = as_json(capsys, "relay", "--publish", f"{listener}:down")
    assert code == 1
    assert data["relay"]["published"] == 0
    assert data["relay"]["failed"] == sum(
        record.name == "fourtop.jobs" for record in caplog.records
    )
    assert "secret" not in caplog.text


def test_a_relay_needs_somebody_to_publish_to(
    capsys: Captured, evening: str, listener: str
) -> None:
    (Path(listener).with_suffix(".py")).write_text(LISTENER + "number = 7\n", encoding="utf-8")
    Path("broken_listener.py").write_text("raise OSError('secret')\n", encoding="utf-8")
    for name, says in (
        (f"{listener}:number", "cannot be called"),
        (f"{listener}:nothing", f"{listener} has no nothing"),
        (listener, "must be package.module:function or nobody"),
        ("os.path:join:join", "must be package.module:function or nobody"),
        ("no_listener:publish", "no_listener cannot be imported: No module named 'no_listener'"),
        (".listener:publish", ".listener cannot be imported"),
        ("broken_listener:publish", "broken_listener cannot be imported: it raises OSError"),
    ):
        line = refused(capsys, "all", "--publish", name, "--store", evening)
        assert says in line, name
        assert "secret" not in line
    for job in ("relay", "all"):
        assert "required: --publish" in refused(capsys, job, "--store", evening)
    # Nor has any of the jobs before it been run.
    assert as_json(capsys, "prune")[1]["prune"]["allocations"] > 10


@pytest.mark.usefixtures("evening")
def test_a_store_is_measured(capsys: Captured) -> None:
    code, data = as_json(capsys, "measure")
    assert (code, data["restaurants"], data["overlaps"], data["dead_letters"]) == (0, 1, 0, 0)
    assert data["events_waiting"] == len(events_of(STORE))
    assert data["oldest_event_seconds"] > 60
    code, out, err = run(capsys, "measure", "--days", "2", "--store", STORE)
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "restaurants           1"
    refusal = refused(capsys, "measure", "--days", "29", "--store", STORE)
    assert refusal == "--days: must be a whole number from 1 to 28 (got 29)"


def test_there_is_no_other_job(capsys: Captured) -> None:
    assert "required: JOB" in refused(capsys)
    assert "invalid choice: 'tidy'" in refused(capsys, "tidy")
    code, out, err = run(capsys, "--help")
    assert (code, err) == (0, "")
    assert all(name in out for name in (*JOBS, "all"))
