"""Many guests at once: a cap is never exceeded, and a refused guest learns of other times."""

from __future__ import annotations

import asyncio
from collections import Counter

import attrs
import httpx
import pytest

from fourtop import CapacityRule, sketch_floor, sketch_house
from tests.http_api.client import Client
from tests.http_api.conftest import MakeClient
from tests.http_api.test_availability import PARTY

# The last start of the early service, two hours before the late one.
EARLY = {**PARTY, "start": "2026-05-01T18:00:00+00:00"}


async def all_at_once(api: Client, count: int) -> list[httpx.Response]:
    calls = (api.send("POST", "/bookings", json=EARLY, user=f"u{n}") for n in range(count))
    return await asyncio.gather(*calls)


@pytest.mark.slow
def test_100_parties_of_4_into_40_covers_are_10_bookings_and_90_refusals(
    make_client: MakeClient,
) -> None:
    floor = sketch_floor({str(n): 4 for n in range(1, 31)})
    periods = {"early": "17:00-20:00", "late": "20:00-23:00"}
    house = sketch_house("House", floor, timezone="UTC", periods=periods, turn_minutes=60)
    rules = [CapacityRule(period="early", max_covers=40)]
    policy = attrs.evolve(house.policy, capacity_rules=rules)
    with make_client(attrs.evolve(house, policy=policy)) as api:
        answers = api.run(all_at_once(api, 100))
        assert Counter(each.status_code for each in answers) == {201: 10, 409: 90}
        refused = [each.json() for each in answers if each.status_code == 409]
        assert {each["code"] for each in refused} == {"CAPACITY_EXCEEDED"}
        assert all(each["alternatives"] for each in refused)
        (later, *_) = refused[-1]["alternatives"]
        assert later["requests"][0]["start"] == "2026-05-01T20:00:00+00:00"
        assert api("POST", "/bookings", json=later["requests"][0]).status_code == 201
