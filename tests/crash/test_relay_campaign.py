"""Relays that keep running, killed for a few seconds; ``relay_campaign`` does it for minutes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.crash.relay_campaign import Campaign
from tests.database.cluster import Cluster
from tests.database.furnished import LOGIN, furnish, sqlite_url

SECONDS = 8.0


@pytest.mark.slow
def test_relays_under_kills_lose_and_reorder_nothing_on_sqlite(tmp_path: Path) -> None:
    campaign = Campaign(sqlite_url(tmp_path / "night.db"), tmp_path / "published", random.Random(7))
    campaign.run(SECONDS)
    assert campaign.tally["killed"] >= 2
    assert campaign.tally["written"] > 50


@pytest.mark.slow
def test_relays_under_kills_of_relays_and_of_the_server_lose_and_reorder_nothing(
    tmp_path: Path,
) -> None:
    with Cluster() as server:
        furnish(server, "night")
        url = server.url("night", user=LOGIN)
        campaign = Campaign(url, tmp_path / "published", random.Random(7), server)
        campaign.server_kill_seconds = 6.0
        campaign.run(SECONDS)
    assert campaign.tally["killed"] >= 2
    assert campaign.tally["server killed"] >= 1
    assert campaign.tally["written"] > 50
