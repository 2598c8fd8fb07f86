"""``fourtop serve``: where it listens, what it refuses, and how it ends."""

from __future__ import annotations

import gc
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from fourtop import Engine, ManualClock, MemoryStore
from fourtop.cli.demo_house import DemoHouse
from fourtop.cli.serve import THRESHOLDS, ServeOptions, _rare_collections, _tell
from tests.evening import at
from tests.unit.cli_case import Captured, refused_input

SECONDS = 600  # A busy machine may take minutes to start and end a process.


EVERYWHERE = "0.0.0.0"  # noqa: S104  # The command refuses it.


@pytest.mark.parametrize("host", [EVERYWHERE, "192.0.2.7", "::", "pub.example"])
def test_it_listens_on_this_machine_only(capsys: Captured, host: str) -> None:
    told = refused_input(capsys, "serve", "--host", host, "--port", "0")
    assert told.startswith(f"--host {host}: other machines could reach a demo without a login")
    assert "--allow-remote" in told


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_local_addresses_need_no_permission(host: str) -> None:
    assert ServeOptions(host=host).is_local


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_is_none_is_refused(capsys: Captured, port: str) -> None:
    assert refused_input(capsys, "serve", "--port", port).startswith("--port: must be")


def test_the_collector_looks_at_less_and_less_often_while_the_server_runs() -> None:
    former = gc.get_threshold()
    with _rare_collections():
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold() == THRESHOLDS
    assert (gc.get_freeze_count(), gc.get_threshold()) == (0, former)


def test_a_port_in_use_is_told_before_an_evening_is_played(capsys: Captured) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = refused_input(capsys, "serve", "--port", port)
    assert told == "--host, --port: cannot listen there: address already in use"


@pytest.mark.parametrize("package", ["fastapi", "jinja2", "limits", "uvicorn", "sqlalchemy"])
def test_a_missing_package_is_named_with_both_extras(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    assert refused_input(capsys, "serve", "--port", "0") == (
        f"fourtop serve needs {package}, which is not installed: install fourtop[http,sql]"
    )


def test_a_missing_folder_is_told(capsys: Captured, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'missing' / 'pub.db'}"
    told = refused_input(capsys, "serve", "--port", "0", "--store", url)
    assert told.endswith("the directory does not exist")


def test_a_service_for_other_machines_says_so(capsys: Captured) -> None:
    house = DemoHouse(Engine(MemoryStore()), ManualClock(at("18:20")))
    for host, warns in ((EVERYWHERE, True), ("127.0.0.1", False)):
        _tell(house, ServeOptions(host=host, allows_remote=True), f"http://{host}:8000")
        told = capsys.readouterr().err.splitlines()
        assert told[:2] == [
            f"The Pub is served at http://{host}:8000",
            "its clock runs from Friday 1 May 2026, 19:20; Ctrl-C stops it",
        ]
        assert told[2:] == warns * [
            "other machines may reach it, and everybody there may edit the house"
        ]


@contextmanager
def serving(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the command in a process of its own; give the process and the address."""
    command = [sys.executable, "-m", "fourtop.cli", "serve", "--port", "0", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        try:
            assert process.stderr is not None
            line, clock = process.stderr.readline(), process.stderr.readline()
            found = re.fullmatch(r"The Pub is served at (http://127\.0\.0\.1:\d+)\n", line)
            assert found is not None, line + clock
            assert clock.startswith("its clock runs from ")
            yield process, found[1]
        finally:
            process.kill()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(number: signal.Signals) -> None:
    with serving("--on", "2026-05-01") as (process, address):
        assert httpx.get(address, timeout=SECONDS).status_code == 200
        page = f"{address}/book/restaurants/the-pub"
        assert 'value="2026-05-01"' in httpx.get(page, timeout=SECONDS).text
        process.send_signal(number)
        out, err = process.communicate(timeout=SECONDS)
    assert (process.returncode, out) == (0, "the server has stopped\n")
    assert err == ""


@pytest.mark.slow
def test_an_open_stream_does_not_keep_it_alive() -> None:
    with serving("--on", "2026-05-01") as (process, address):
        stream = f"{address}/api/restaurants/the-pub/events/stream"
        with httpx.stream("GET", stream, headers={"X-Role": "staff"}, timeout=SECONDS) as answer:
            assert answer.status_code == 200
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert "Traceback" not in err


@pytest.mark.slow
def test_a_kept_pub_stays_in_its_database(tmp_path: Path) -> None:
    path = tmp_path / "pub.db"
    with serving("--store", f"sqlite:///{path}") as (process, _):
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert path.exists()
