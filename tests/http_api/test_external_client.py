"""A client that another program generates from the OpenAPI document books an evening.

The generator knows nothing of us, and the client speaks to a real server.
"""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from fourtop import ManualClock
from tests.evening import NOW, a_house
from tests.http_api.client import description
from tests.http_api.serving import served

PACKAGE = "evening_client"


def generate(folder: Path) -> None:
    document = folder / "openapi.json"
    document.write_text(json.dumps(description().document), "utf-8")
    config = folder / "config.json"
    config.write_text(json.dumps({"package_name_override": PACKAGE, "post_hooks": []}), "utf-8")
    command = [
        *(sys.executable, "-m", "openapi_python_client", "generate"),
        *("--path", str(document), "--output-path", str(folder / "out")),
        *("--meta", "none", "--config", str(config), "--fail-on-warning"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "out").rename(folder / PACKAGE)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """Give the package of the client."""
    folder = tmp_path_factory.mktemp("client")
    generate(folder)
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module(PACKAGE)
    finally:
        sys.path.remove(str(folder))
        for name in [each for each in sys.modules if each.partition(".")[0] == PACKAGE]:
            del sys.modules[name]


def api(path: str) -> Any:
    return importlib.import_module(f"{PACKAGE}.api.{path}")


@pytest.mark.slow
def test_a_generated_client_books_an_evening(client: ModuleType) -> None:
    models: Any = importlib.import_module(f"{PACKAGE}.models")
    headers = {"x-user": "g1", "x-role": "guest"}
    with (
        served(a_house(), ManualClock(NOW)) as address,
        client.Client(base_url=address, headers=headers) as guest,
    ):
        party = models.BookingRequestBody.from_dict(
            {"party_size": 4, "start": "2026-05-01T19:00:00+00:00"}
        )
        day = api("availability.read_availability").sync(
            "house", client=guest, date=NOW.date(), party_size=[4]
        )
        assert [slot for slot in day.slots if not slot.to_dict().get("refusal")]
        hold = api("holds.hold").sync("house", client=guest, body=party)
        booked = api("holds.confirm").sync_detailed("house", hold.id, client=guest)
        assert booked.status_code == 201
        booking = booked.parsed
        changed = api("bookings.reschedule").sync_detailed(
            "house",
            booking.id,
            client=guest,
            body=models.BookingChangeBody.from_dict({"party_size": 3}),
            if_match=booked.headers.get("etag", '"1"'),
        )
        assert (changed.status_code, changed.parsed.party_size) == (200, 3)
        stale = api("bookings.cancel").sync_detailed(
            "house", booking.id, client=guest, if_match='"1"'
        )
        assert (stale.status_code, json.loads(stale.content)["current"]["version"]) == (412, 2)
        gone = api("bookings.cancel").sync("house", booking.id, client=guest)
        assert gone.status == "cancelled"
