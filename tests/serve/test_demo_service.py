"""The service of ``fourtop serve``, in this process."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest
from icalendar import Calendar

from fourtop import BookingStatus, Engine, SystemClock, migrate, sample
from fourtop.cli.database import Database
from fourtop.cli.demo_house import PUB, STAFF, DemoHouse, opened_pub
from fourtop.cli.demo_service import demo_service
from tests.evening import FRIDAY

pytestmark = pytest.mark.slow
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


@attrs.frozen(eq=False)
class Visitor:
    """Sends requests to the service, with the cookies of one browser."""

    house: DemoHouse
    http: httpx.AsyncClient
    runner: asyncio.Runner

    def __call__(self, method: str, path: str, **how: Any) -> httpx.Response:
        return self.runner.run(self.http.request(method, path, **how))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return Database(f"sqlite:///{tmp_path_factory.mktemp('pub') / 'pub.db'}")


@pytest.fixture
def visitor(database: Database) -> Iterator[Visitor]:
    with opened_pub(database, 21, FRIDAY) as house, asyncio.Runner() as runner:
        transport = httpx.ASGITransport(demo_service(house, LOCAL))
        http = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")
        yield Visitor(house, http, runner)
        runner.run(http.aclose())


def test_the_evening_is_in_its_middle(visitor: Visitor) -> None:
    desk = visitor.house.engine.desk(PUB.id, actor=STAFF)
    statuses = {each.status for each in desk.list_bookings()}
    assert {BookingStatus.CHECKED_IN, BookingStatus.CONFIRMED, BookingStatus.COMPLETED} <= statuses
    assert desk.audit().is_clean
    now = datetime.fromtimestamp(visitor.house.clock.now_us() / 1_000_000, UTC)
    assert now.date() == FRIDAY


def test_every_link_of_the_start_page_leads_somewhere(visitor: Visitor) -> None:
    start = visitor("GET", "/")
    links = re.findall(r'href="([^"]+)"', start.text)
    assert len(links) == 5
    answers = [visitor("GET", link.replace("&amp;", "&")) for link in links]
    assert [each.status_code for each in answers] == [200] * 5
    assert "default-src 'none'" in start.headers["content-security-policy"]
    calendar = Calendar.from_ical(answers[-1].content)
    assert len(calendar.walk("VEVENT")) > 10


def test_no_page_names_another_host(visitor: Visitor) -> None:
    pub = f"/restaurants/{PUB.id}"
    for path in ("/", f"/book{pub}", f"/house{pub}", "/api/docs"):
        found = re.findall(r'(?:src|href|action)="([^"]*)"', visitor("GET", path).text)
        assert found
        assert [each for each in found if "//" in each] == []


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "127.0.0.1.evil.example:8000", "localhost@evil.example"),
        *("[::1", "[::1]evil", "127.0.0.1:80:80", "127.0.0.1#.evil.example", ""),
    ],
)
def test_a_name_of_another_site_is_refused(visitor: Visitor, host: str) -> None:
    answer = visitor("GET", "/", headers={"Host": host})
    assert (answer.status_code, answer.text) == (421, "this name is not served")
    for name in ("LOCALHOST:8000", "[::1]:8000", "127.0.0.1"):
        assert visitor("GET", "/", headers={"Host": name}).status_code == 200


def test_a_websocket_is_refused(visitor: Visitor) -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/", "headers": [], "query_string": b""}
    visitor.runner.run(demo_service(visitor.house, LOCAL)(scope, receive, send))
    assert [each["type"] for each in sent] == ["websocket.close"]


def test_a_service_for_other_machines_answers_under_any_name(visitor: Visitor) -> None:
    transport = httpx.ASGITransport(demo_service(visitor.house, None))

    async def read() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://pub.example") as http:
            return await http.get("/")

    assert visitor.runner.run(read()).status_code == 200


@pytest.mark.parametrize(
    ("role", "status"), [(None, 403), ("guest", 403), ("staff", 403), ("admin", 200), ("king", 401)]
)
def test_the_role_of_a_request_stands_in_a_header(
    visitor: Visitor, role: str | None, status: int
) -> None:
    headers = {} if role is None else {"X-Role": role}
    answer = visitor("GET", f"/api/restaurants/{PUB.id}/house", headers=headers)
    assert answer.status_code == status


def test_a_browser_stays_one_guest(visitor: Visitor) -> None:
    first = visitor("GET", "/")
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "set-cookie" not in visitor("GET", "/").headers
    forged = visitor("GET", "/", headers={"Cookie": "guest=a'b"})
    assert "set-cookie" in forged.headers


def test_a_guest_books_on_the_evening(visitor: Visitor) -> None:
    api = f"/api/restaurants/{PUB.id}"
    wanted = {"date": str(FRIDAY), "party_size": "2"}
    slots = visitor("GET", f"{api}/availability", params=wanted).json()["slots"]
    free = [each["start"] for each in slots if each["refusal"] is None]
    kept = visitor("POST", f"{api}/holds", json={"party_size": 2, "start": free[-1]})
    assert kept.status_code == 201
    made = visitor("POST", f"{api}/holds/{kept.json()['id']}/confirm")
    assert made.status_code == 201
    place = made.headers["location"]
    assert visitor("GET", place).json()["id"] == made.json()["id"]
    room = visitor("GET", f"/house/restaurants/{PUB.id}")
    assert room.status_code == 200


def test_an_evening_that_was_served_before_goes_on(database: Database) -> None:
    with opened_pub(database, 21, FRIDAY) as house:
        desk = house.engine.desk(PUB.id, actor=STAFF)
        before = [each.id for each in desk.list_bookings()]
        last_us = max(each.updated_us for each in desk.list_bookings())
    with opened_pub(database, 3, date(2030, 1, 1)) as house:
        desk = house.engine.desk(PUB.id, actor=STAFF)
        assert [each.id for each in desk.list_bookings()] == before
        assert house.clock.now_us() >= last_us
        assert desk.audit().is_clean


def test_a_pub_without_a_request_begins_at_the_clock_of_the_machine(tmp_path: Path) -> None:
    there = Database(f"sqlite:///{tmp_path / 'pub.db'}")
    migrate(there.url)
    with there.opened() as store:
        Engine(store).add_restaurant(sample.pub())
    with opened_pub(there, 21, None) as house:
        assert abs(house.clock.now_us() - SystemClock().now_us()) < 600_000_000
