"""Rate limits: per client, by its address, behind proxies that the host trusts."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from limits.aio.storage import MemoryStorage
from starlette.requests import Request

from fourtop import InvalidInput
from fourtop.http_api import ApiOptions
from fourtop.http_api.client import client_of
from fourtop.http_api.options import DEFAULTS
from fourtop.http_api.process_counts import ProcessCounts
from fourtop.http_api.rate_limit import RateLimits
from tests.http_api.client import Client
from tests.http_api.conftest import MakeClient
from tests.http_api.test_availability import FRIDAY, PARTY

SECRET = b"a secret of the tests"


def asked(api: Client, count: int, **how: Any) -> list[int]:
    path = "/availability"
    return [api("GET", path, params=FRIDAY, **how).status_code for _ in range(count)]


def test_the_21st_read_of_availability_in_a_minute_is_429(make_client: MakeClient) -> None:
    with make_client(options=DEFAULTS) as api:
        assert asked(api, 20) == [200] * 20
        answer = api("GET", "/availability", params=FRIDAY)
        assert (answer.status_code, answer.json()["code"]) == (429, "TOO_MANY_REQUESTS")
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert answer.json()["is_retryable"] is True
        month = {"month": "2026-05", "party_size": 4}
        assert api("GET", "/availability/month", params=month).status_code == 429
        assert asked(api, 1, peer="203.0.113.8") == [200]
        assert asked(api, 1, role="waiter") == [200]
        assert api("POST", "/bookings", json=PARTY).status_code == 201


def test_commands_of_guests_have_a_rate_if_the_host_sets_one(make_client: MakeClient) -> None:
    with make_client(options=ApiOptions(command_rate="2/minute")) as api:
        statuses = [api("POST", "/quotes", json=PARTY).status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert api("POST", "/bookings", json=PARTY).status_code == 429
        assert asked(api, 1) == [200]


def test_a_header_counts_only_behind_a_trusted_proxy(make_client: MakeClient) -> None:
    one, two = ({"X-Forwarded-For": f"198.51.100.{n}"} for n in (1, 2))
    trusting = ApiOptions(availability_rate="1/minute", trusted_proxies=["10.0.0.0/8"])
    with make_client(options=trusting) as api:
        assert asked(api, 1, peer="10.0.0.1", headers=one) == [200]
        assert asked(api, 1, peer="10.0.0.2", headers=two) == [200]
        assert asked(api, 1, peer="10.0.0.3", headers=one) == [429]
        assert asked(api, 1, peer="203.0.113.7", headers=one) == [200]
        assert asked(api, 1, peer="203.0.113.7", headers=two) == [429]


def a_request(peer: str | None, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    client = None if peer is None else (peer, 1)
    return Request({"type": "http", "headers": headers, "client": client})


@pytest.mark.parametrize(
    ("peer", "forwarded", "like"),
    [
        # What the client writes itself stands before what the proxy appends.
        ("10.0.0.1", ["1.1.1.1, 198.51.100.9"], "198.51.100.9"),
        ("10.0.0.1", ["1.1.1.1", "198.51.100.9"], "198.51.100.9"),
        ("10.0.0.1", ["198.51.100.9, 10.0.0.7"], "198.51.100.9"),
        ("10.0.0.1", ["10.0.0.6, 10.0.0.7"], "10.0.0.6"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["unknown"], "unknown"),
        ("203.0.113.7", ["198.51.100.9"], "203.0.113.7"),
        ("::ffff:203.0.113.7", [], "203.0.113.7"),
        ("2001:db8::1", [], "2001:db8::2"),
        (None, ["198.51.100.9"], ""),
        # Some proxies add the port.
        ("10.0.0.1", ["198.51.100.9:4711"], "198.51.100.9"),
        ("10.0.0.1", ["198.51.100.9:4711, 10.0.0.7:443"], "198.51.100.9"),
        ("10.0.0.1", ["[2001:db8::1]:443"], "2001:db8::2"),
        ("10.0.0.1", ["[2001:db8::1]"], "2001:db8::2"),
    ],
)
def test_the_client_is_the_last_address_that_is_no_trusted_proxy(
    peer: str | None, forwarded: list[str], like: str
) -> None:
    trusted = ApiOptions(trusted_proxies=["10.0.0.0/8"]).trusted_proxies
    found = client_of(a_request(peer, *forwarded), trusted, SECRET)
    assert found == client_of(a_request(like), (), SECRET)
    assert found != client_of(a_request(like), (), b"another")
    assert not like or like not in found


def test_two_networks_are_two_clients() -> None:
    clients = {
        client_of(a_request(each), (), SECRET)
        for each in ("2001:db8::1", "2001:db8:0:1::1", "203.0.113.7", "203.0.113.8")
    }
    assert len(clients) == 4


def test_no_address_is_kept_with_the_counts() -> None:
    rates = RateLimits(DEFAULTS)
    request = a_request("203.0.113.99")
    assert asyncio.run(rates.seconds_to_wait(request, "availability")) == 0
    counted = repr(vars(rates._limiter.storage))
    assert "availability" in counted
    assert "203.0.113.99" not in counted


def test_a_moving_window_has_room_again_when_its_oldest_request_leaves_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    rates, request = RateLimits(ApiOptions(availability_rate="3/minute")), a_request("203.0.113.7")

    async def waits(*seconds: float) -> list[int]:
        found = []
        for each in seconds:
            now[0] += each
            found.append(await rates.seconds_to_wait(request, "availability"))
        return found

    assert asyncio.run(waits(0, 10, 20, 0, 29)) == [0, 0, 0, 30, 1]
    assert asyncio.run(waits(2, 0, 9, 0)) == [0, 9, 0, 20]


def test_clients_that_are_gone_are_dropped_without_a_look_at_each_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    rates = RateLimits(DEFAULTS)
    counts = rates._limiter.storage
    assert isinstance(counts, ProcessCounts)

    async def ask(*numbers: int) -> None:
        for number in numbers:
            await rates.seconds_to_wait(a_request(f"203.0.113.{number}"), "availability")
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(ask(*range(50)))
    assert len(counts.events) == 50
    now[0] += 55
    asyncio.run(ask(0, 50))
    assert len(counts.events) == 51
    now[0] += 61
    asyncio.run(ask(51))
    assert len(counts.events) == 1


def test_rates_are_counted_in_the_process_while_their_storage_fails(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rates = RateLimits(
        ApiOptions(availability_rate="2/minute", rate_storage="async+failing://counts")
    )
    request = a_request("203.0.113.99")

    async def ask() -> list[int]:
        return [await rates.seconds_to_wait(request, "availability") for _ in range(3)]

    *first, last = asyncio.run(ask())
    assert (first, last > 0) == ([0, 0], True)
    assert "rates are counted in this process" in caplog.text
    assert "203.0.113.99" not in caplog.text


class FailingCounts(MemoryStorage):
    """A storage that cannot be reached."""

    STORAGE_SCHEME = ["async+failing"]  # noqa: RUF012  # As its class has it.

    async def acquire_entry(self, *_arguments: Any, **_options: Any) -> bool:
        raise ValueError("down")


def test_no_request_may_count_more_than_its_window() -> None:
    assert asyncio.run(ProcessCounts().acquire_entry("a", 2, 60, amount=3)) is False


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"availability_rate": "often"}, "availability_rate"),
        ({"command_rate": 20}, "command_rate"),
        ({"trusted_proxies": ["10.0.0.1/8"]}, "trusted_proxies"),
        ({"trusted_proxies": "10.0.0.0/8"}, "trusted_proxies"),
        ({"admin_roles": ["a role"]}, "admin_roles"),
        ({"rate_storage": None}, "rate_storage"),
        ({"client_secret": "text"}, "client_secret"),
        ({"client_secret": b"too short"}, "client_secret"),
    ],
)
def test_a_wrong_option_is_named(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        ApiOptions(**wrong)
    assert caught.value.field == field


@pytest.mark.parametrize("uri", ["memory://", "nothing://x", "async+nothing://x"])
def test_a_storage_must_be_one_for_asyncio(uri: str) -> None:
    with pytest.raises(InvalidInput, match="rate_storage"):
        RateLimits(ApiOptions(rate_storage=uri))


def test_a_secret_of_the_host_is_kept_out_of_the_repr() -> None:
    options = ApiOptions(client_secret=SECRET)
    assert options.secret == SECRET
    assert "secret" not in repr(options)
    assert DEFAULTS.secret != DEFAULTS.secret
