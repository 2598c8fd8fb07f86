"""The calendar feed, read back by a library that shares no code with it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import attrs
import httpx
import pytest
from fastapi import FastAPI
from icalendar import Calendar

from fourtop import Actor, CountedIds, Engine, InvalidInput, ManualClock, MemoryStore
from fourtop.http_api import calendar_login, calendar_path, calendar_router
from tests.evening import NOW, STAFF, a_house, at, booked, change, party_size

SECRET: Final = b"a secret for the tests"
LINK: Final = calendar_path("house", SECRET)


@pytest.fixture
def engine(clock: ManualClock) -> Engine:
    engine = Engine(MemoryStore(clock), ids=CountedIds("n"))
    engine.add_restaurant(a_house(name="House"))
    return engine


def get(
    engine: Engine,
    clock: ManualClock,
    link: str = LINK,
    *,
    login: Any = None,
    days: Any = (),
    **headers: str,
) -> httpx.Response:
    app = FastAPI()
    login = login or calendar_login(SECRET)
    app.include_router(calendar_router(engine, login, clock=clock, **dict(days)))

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://pub.example") as http:
            return await http.get(link, headers=headers)

    return asyncio.run(send())


def events(engine: Engine, clock: ManualClock, **how: Any) -> dict[str, Any]:
    answer = get(engine, clock, **how)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    calendar = Calendar.from_ical(answer.content)
    return {str(each["UID"]): each for each in calendar.walk("VEVENT")}


def test_each_booking_is_an_event_in_utc(engine: Engine, clock: ManualClock) -> None:
    booking = booked(engine.desk("house"), 4)
    (event,) = events(engine, clock).values()
    assert event["UID"] == f"{booking.id}@house"
    assert event.start == datetime(2026, 5, 1, 19, tzinfo=UTC)
    assert event.end == datetime(2026, 5, 1, 20, 30, tzinfo=UTC)
    assert event["DTSTAMP"].dt == NOW
    assert event["SUMMARY"] == "Party of 4, table 3"
    assert event["STATUS"] == "CONFIRMED"


def test_a_change_keeps_the_uid_and_raises_the_sequence(engine: Engine, clock: ManualClock) -> None:
    desk = engine.desk("house")
    booking = booked(desk, 2)
    ((uid, first),) = events(engine, clock).items()
    clock.advance(minutes=1)
    desk.reschedule(booking.id, change(2, "20:00"))
    ((same, second),) = events(engine, clock).items()
    assert same == uid
    assert int(second["SEQUENCE"]) > int(first["SEQUENCE"])
    assert second.start.hour == 20
    assert second["DTSTAMP"].dt > first["DTSTAMP"].dt


def test_a_party_that_does_not_come_is_a_cancelled_event(
    engine: Engine, clock: ManualClock
) -> None:
    desk = engine.desk("house", actor=STAFF)
    cancelled, absent, kept = (booked(desk, 2).id for _ in range(3))
    desk.cancel(cancelled)
    clock.move_to(at("19:30"))
    desk.no_show(absent)
    statuses = {uid: str(event["STATUS"]) for uid, event in events(engine, clock).items()}
    assert statuses == {
        f"{cancelled}@house": "CANCELLED",
        f"{absent}@house": "CANCELLED",
        f"{kept}@house": "CONFIRMED",
    }


def test_the_feed_reaches_from_a_week_back_to_two_months_ahead(
    engine: Engine, clock: ManualClock
) -> None:
    clock.move_to(datetime(2026, 4, 20, tzinfo=UTC))
    desk = engine.desk("house")
    days = (
        datetime(2026, 4, 23),
        datetime(2026, 4, 24),
        datetime(2026, 6, 30),
        datetime(2026, 7, 1),
    )
    ids = [
        desk.book(party_size(2, "19:00").replaced(start=at("19:00", day.date()))).id for day in days
    ]
    clock.move_to(NOW)
    assert set(events(engine, clock)) == {f"{each}@house" for each in ids[1:3]}


@pytest.mark.parametrize(
    ("zone", "now", "days", "found"),
    [
        # It is the evening of 30 April there, and 1 May in UTC.
        ("America/New_York", datetime(2026, 5, 1, 3, tzinfo=UTC), {30, 1}, {30, 1}),
        # It is 2 May there, and 1 May in UTC.
        ("Pacific/Auckland", datetime(2026, 5, 1, 13, tzinfo=UTC), {1, 2, 3}, {2, 3}),
    ],
)
def test_today_is_the_date_of_the_restaurant(
    zone: str, now: datetime, days: set[int], found: set[int]
) -> None:
    clock = ManualClock(datetime(2026, 4, 20, tzinfo=UTC))
    engine = Engine(MemoryStore(clock), ids=CountedIds("n"))
    house = a_house()
    restaurant = attrs.evolve(house.restaurant, timezone=zone)
    desk = engine.add_restaurant(attrs.evolve(house, restaurant=restaurant))
    for day in days:
        start = datetime(2026, 4 if day == 30 else 5, day, 19, tzinfo=ZoneInfo(zone))
        desk.book(party_size(2).replaced(start=start))
    clock.move_to(now)
    listed = events(engine, clock, days={"days_before": 0, "days_after": 1}).values()
    starts = [each.start for each in listed]
    assert {each.astimezone(ZoneInfo(zone)).day for each in starts} == found


@pytest.mark.slow
def test_a_feed_of_several_pages_has_every_booking(engine: Engine, clock: ManualClock) -> None:
    desk = engine.desk("house", actor=STAFF)
    for _ in range(501):
        desk.book(party_size(2), tables="later")
    assert len(events(engine, clock)) == 501


def test_an_unchanged_feed_is_304(engine: Engine, clock: ManualClock) -> None:
    booked(engine.desk("house"), 2)
    first = get(engine, clock)
    tag = first.headers["etag"]
    clock.advance(minutes=5)
    again = get(engine, clock, **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    booked(engine.desk("house"), 2)
    assert get(engine, clock, **{"If-None-Match": tag}).status_code == 200
    assert first.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(
    "link",
    [
        LINK.partition("?")[0],
        f"{LINK}0",
        LINK.replace("house", "other"),
        calendar_path("house", b"another secret of the tests"),
        LINK.partition("=")[0] + "=ü",
    ],
)
def test_a_wrong_link_is_404(engine: Engine, clock: ManualClock, link: str) -> None:
    answer = get(engine, clock, link)
    assert (answer.status_code, answer.json()["detail"]) == (404, "the link is not valid")


@pytest.mark.parametrize(("role", "status"), [("guest", 403), ("waiter", 200), ("admin", 200)])
def test_the_hosts_own_login_may_guard_the_feed(
    engine: Engine, clock: ManualClock, role: str, status: int
) -> None:
    link = LINK.partition("?")[0]
    assert get(engine, clock, link, login=lambda: Actor("u1", role)).status_code == status


def test_wrong_options_are_refused_by_name(engine: Engine) -> None:
    for field, wrong in (
        ("secret", lambda: calendar_path("house", b"short")),
        ("secret", lambda: calendar_login("a text of sixteen characters")),  # type: ignore[arg-type]  # Wrong on purpose.
        ("restaurant_id", lambda: calendar_path("a house", SECRET)),
        ("days_before", lambda: calendar_router(engine, lambda: STAFF, days_before=-1)),
        ("days_after", lambda: calendar_router(engine, lambda: STAFF, days_after=0)),
        ("engine", lambda: calendar_router(None, lambda: STAFF)),  # type: ignore[arg-type]  # The same.
    ):
        with pytest.raises(InvalidInput) as caught:
            wrong()
        assert caught.value.field == field
