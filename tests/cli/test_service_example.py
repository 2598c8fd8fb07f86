"""The example of a host, on PostgreSQL; on SQLite it is run with the other examples."""

from __future__ import annotations

import asyncio
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from fourtop import Code, HoldRateLimit, OutcomeUnknown, StoreMisconfigured, StoreUnavailable
from fourtop.errors import FourtopError
from tests.database.furnished import postgresql_url

EXAMPLE = Path(__file__).parents[2] / "examples" / "fastapi_service.py"


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    return runpy.run_path(str(EXAMPLE), run_name="example")


@pytest.fixture
def url() -> Iterator[str]:
    with postgresql_url() as found:
        yield found


@pytest.mark.slow
def test_the_service_answers_from_postgresql_as_from_sqlite(
    example: dict[str, Any], url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    example["main"]()
    of_sqlite = capsys.readouterr().out
    asyncio.run(example["serve"](url))
    assert capsys.readouterr().out == of_sqlite
    assert "replayed" in of_sqlite


@pytest.mark.slow
def test_a_service_that_starts_again_finds_its_restaurant_and_its_bookings(
    example: dict[str, Any], url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(example["serve"](url))
    first = capsys.readouterr().out.splitlines()
    # The keys are the same, so that nothing is held or booked a second time.
    asyncio.run(example["serve"](url))
    again = capsys.readouterr().out.splitlines()
    assert again[1] == first[1]
    assert again[2] == first[2].replace("new", "replayed")


@pytest.mark.slow
def test_guests_at_once_get_a_table_or_a_reason(example: dict[str, Any], url: str) -> None:
    app = example["create_app"](url)

    async def rush() -> list[httpx.Response]:
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://pub/restaurants/the-pub"
            ) as guest:
                calls = (
                    guest.post(
                        "/holds",
                        json={
                            "party_size": 6,
                            "start": "2050-05-06T18:00:00Z",
                            "session": f"s{number}",
                        },
                        headers={"Idempotency-Key": f"form-{number}"},
                    )
                    for number in range(20)
                )
                return await asyncio.gather(*calls)

    answers = asyncio.run(rush())
    held = [answer.json()["tables"] for answer in answers if answer.status_code == 201]
    refused = {answer.json()["code"] for answer in answers if answer.status_code != 201}
    taken = [table for tables in held for table in tables]
    assert len(taken) == len(set(taken))
    # As in the page on embedding: six of the pub's tables or pairs seat six.
    assert len(held) == 6
    assert refused == {"TABLES_TAKEN"}


@pytest.mark.parametrize(
    ("error", "status", "wait"),
    [
        (StoreUnavailable("busy"), 503, "1"),
        (OutcomeUnknown("hold"), 503, "1"),
        (StoreMisconfigured(("no schema",)), 503, None),
        (HoldRateLimit("b1", 5, 60, 17), 429, "17"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_says_when_to_come_back(
    example: dict[str, Any], error: FourtopError, status: int, wait: str | None
) -> None:
    answer = asyncio.run(example["problem"](None, error))
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == wait
    assert Code(error.code).value in answer.body.decode()


def test_a_lost_reply_is_settled_by_one_more_call(example: dict[str, Any]) -> None:
    calls = 0

    async def call() -> str:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OutcomeUnknown("hold")
        return "held"

    assert asyncio.run(example["settled"](call)) == "held"
    assert calls == 2
